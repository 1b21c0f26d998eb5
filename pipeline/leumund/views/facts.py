"""Says what stands on the report: plain facts about brands, sources and method, no layout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from leumund.types import BERLIN, IndexPoint, Signal, Tone

Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How much a figure rests on: `posts` of the last `days` days, worth `independent` ones.

    `independent` is Kish's effective number of the pooled stories (method, section 0).
    """

    days: int
    posts: int
    independent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Supports:
    """What each figure of a brand rests on, over the days that the figure looks at.

    `verdict` is the half of the comparison that is worth less, with 0 days where none was tried.
    `visibility` counts stories without weights, so there `independent` is the number of stories.
    """

    fast: Support
    slow: Support
    verdict: Support
    tone: Support
    visibility: Support


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Posts and stories of one day."""

    day: date
    posts: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story of the last 28 days: where it stood first, and who took it up.

    `posts` counts all copies, `pickups` those after the first. `tone` is the most probable reading
    of the first copy, uncorrected. `share` in [0, 1] is its part of the brand's weight. `showable`
    says that the headline may stand in views outside the house.
    """

    headline: str
    url: str
    source: str
    first_seen: datetime
    posts: int
    pickups: int
    tone: Tone
    share: float
    showable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """A source of a brand's frame over the last 28 days; `share` in [0, 1] of the weight.

    `gap` is the reason for which it cannot be asked at present, empty where it can.
    """

    name: str
    posts: int
    share: float
    last_success: datetime | None
    gap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSpan:
    """A span in which a source could not be asked."""

    source: str
    start: datetime
    end: datetime
    reason: str

    @property
    def first(self) -> date:
        return self.start.astimezone(BERLIN).date()

    @property
    def last(self) -> date:
        return self.end.astimezone(BERLIN).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFacts:
    """Everything about one brand that has mentions; `points` is its whole history, by day.

    `stories` come with the most copies first; `peers` are names of brands, shown or not.
    """

    name: str
    example: bool
    points: tuple[IndexPoint, ...]
    volume: tuple[Volume, ...]
    supports: Supports
    stories: tuple[Story, ...]
    sources: tuple[SourceFacts, ...]
    gaps: tuple[GapSpan, ...]
    signals: tuple[Signal, ...]
    peers: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError(f"{self.name}: a brand without points belongs among the absent")

    @property
    def latest(self) -> IndexPoint:
        return self.points[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentBrand:
    """A brand without any share in the talk, and why, in a German half-sentence."""

    name: str
    example: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisSource:
    """A configured source: its name, its kind in German, and whether it could be asked."""

    name: str
    kind: str
    example: bool
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the figures rest on: all sources, and what is not included, as parts of a sentence."""

    sources: tuple[BasisSource, ...]
    not_included: tuple[str, ...]

    @property
    def open(self) -> tuple[BasisSource, ...]:
        """Sources that anyone can read; the example inputs are none."""
        return tuple(source for source in self.sources if not source.example)

    @property
    def examples(self) -> tuple[BasisSource, ...]:
        return tuple(source for source in self.sources if source.example)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFigure:
    """A score from the model's card: its German name, its value in [0, 1] and the test data."""

    name: str
    value: float
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """How the figures were computed.

    `matrix[j][k]` is the mean score for class j of texts whose true class is k, `labels` the
    number of labelled texts of each class, `singular_value` the smallest one of the matrix.
    `estimated` holds until own labels exist. `budget` is false alarms a year and brand, half-lives
    are days, `stable_points` and `hw_max` points of the index, `*_p` and `cap_source` in [0, 1].
    """

    version: str
    model: str
    licence: str
    figures: tuple[CardFigure, ...]
    matrix: tuple[Row, Row, Row]
    labels: tuple[int, int, int]
    singular_value: float
    estimated: bool
    budget: float
    fast_half_life: float
    slow_half_life: float
    n_min: float
    hw_max: float
    verdict_p: float
    stable_p: float
    stable_points: float
    cap_source: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What became of the items of one source over all runs; `seen` is the sum of the others.

    `duplicate` includes revisions that a newer one replaced.
    """

    source: str
    seen: int
    read: int
    filtered: int
    duplicate: int
    deleted: int
    unreadable: int
    pending: int

    @property
    def missing(self) -> int:
        """Items without a whereabouts; anything but 0 is an error."""
        ends = (self.read, self.filtered, self.duplicate, self.deleted)
        return self.seen - sum(ends) - self.unreadable - self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole page. `clock` is the time for which it holds, `created` when it was written."""

    created: datetime
    clock: datetime
    basis: Basis
    brands: tuple[BrandFacts, ...]
    absent: tuple[AbsentBrand, ...]
    method: MethodFacts
    ledger: tuple[LedgerRow, ...]
    gaps: tuple[GapSpan, ...]

    @property
    def groups(self) -> tuple[tuple[BrandFacts, ...], ...]:
        """Brands that may be compared: joined by their peers, at least two together."""
        left, groups = list(self.brands), []
        while left:
            group = [left.pop(0)]
            for member in group:
                near = [b for b in left if b.name in member.peers or member.name in b.peers]
                group += near
                left = [brand for brand in left if brand not in near]
            groups.append(tuple(brand for brand in self.brands if brand in group))
        return tuple(group for group in groups if len(group) > 1)
