"""The words we think in: a mention, how it was read, what it is evidence for, what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

Kind = Literal["post", "article", "review", "comment", "reply"]
Tier = Literal["national", "trade", "regional", "other"]
Tone = Literal["negative", "neutral", "positive"]
TONES: tuple[Tone, Tone, Tone] = ("negative", "neutral", "positive")

Shares = tuple[float, float, float]
"""Probabilities or shares in the order of `TONES`; they sum to 1."""


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time, start included, end not.

    >>> from datetime import datetime, UTC
    >>> Window(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    Traceback (most recent call last):
        ...
    ValueError: a window starts before it ends
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs time zones")
        if self.start >= self.end:
            raise ValueError("a window starts before it ends")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def mention_id(source: str, native_id: str) -> str:
    """The identity of a mention: 32 hex digits of SHA-256 over source, NUL, native id.

    >>> mention_id("forum", "42")
    '15197f227695208dac4f3061ddf6fbd2'
    """
    return hashlib.sha256(f"{source}\0{native_id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One public text as its source gave it.

    `outlet` is the medium that carried it, where a source brings several; default: the source.
    `author` is a keyed hash, never a name. `reach` is persons a month of the third-party source.
    `likes`, `shares`, `comments` are counts as last seen. `rating` is 1 to 5. `reply_to` is the
    native id of the post that this one answers. `owned` marks texts of the brand itself. `label`
    is what another tool said. Times carry a zone.
    """

    source: str
    native_id: str
    published_at: datetime
    text: str
    kind: Kind = "post"
    title: str = ""
    url: str = ""
    outlet: str = ""
    author: str | None = None
    reach: float | None = None
    tier: Tier | None = None
    region: str = ""
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    rating: float | None = None
    reply_to: str = ""
    owned: bool = False
    label: str = ""
    language: str = ""
    edited_at: datetime | None = None
    terms: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.published_at.tzinfo is None:
            raise ValueError("published_at needs a time zone")

    @property
    def id(self) -> str:
        return mention_id(self.source, self.native_id)

    @property
    def day(self) -> date:
        """Calendar day of publication in Berlin."""
        return self.published_at.astimezone(BERLIN).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What a source took back: one mention (`native_id`) or all of an author (keyed hash)."""

    source: str
    at: datetime
    native_id: str = ""
    author: str = ""
    reason: str = "deleted at the source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span in which a stream could not be asked; drawn in every view, never read as silence."""

    stream: str
    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An item that could not be read: why, where it stood, and its first bytes (capped)."""

    reason: str
    place: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Closes a page: where to go on in a stream, and the counts of the page it closes.

    `fetched` counts raw items seen, the rejected ones included. `complete` says that the stream
    was read to its end, so that the source was really asked.
    """

    stream: str
    state: Mapping[str, str]
    fetched: int = 0
    not_modified: bool = False
    complete: bool = True


Item = Mention | Deletion | Gap | Reject | Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one mention says about one brand: calibrated probabilities and where the name stands."""

    brand: str
    tone: Shares
    span: tuple[int, int]

    @property
    def hard(self) -> int:
        """Index of the most probable tone; the first wins a tie."""
        return max(range(3), key=lambda k: self.tone[k])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A mention as this chain understood it.

    `found` are the brands and spans (in `title + "\\n" + text`) that the rules matched, `filtered`
    says why the mention is not read any further, `signature` names the models and rules.
    """

    mention: Mention
    language: str = ""
    language_confidence: float = 0.0
    found: tuple[tuple[str, int, int], ...] = ()
    opinions: tuple[Opinion, ...] = ()
    filtered: str = ""
    signature: str = ""

    @property
    def body(self) -> str:
        """Title and text as one string; spans count in it."""
        title, text = self.mention.title, self.mention.text
        return f"{title}\n{text}" if title else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One story cluster for one brand and day: the only thing that statistics sees.

    `weight` is W_c ≥ 0 before caps, `tone` the canonical member's calibrated probabilities,
    `hard` its most probable class, `sources` the number of distinct sources that carried it.
    """

    brand: str
    day: date
    story: str
    source: str
    platform: str
    weight: float
    tone: Shares
    hard: int
    sources: int
    members: int


class Shown(NamedTuple):
    """What a mention says about a brand, as views are handed it: plain, as there are many.

    Times are microseconds of the epoch, `day` ISO text.
    `extra` is JSON text. A text that was dropped is empty; `story` is '' while it is unknown.
    """

    id: str
    brand: str
    negative: float
    neutral: float
    positive: float
    story: str | None
    source: str
    native_id: str
    published_at: int
    collected_at: int
    day: str
    kind: str
    title: str
    text: str
    url: str
    outlet: str
    reach: float | None
    tier: str | None
    region: str
    likes: int | None
    shares: int | None
    comments: int | None
    rating: float | None
    owned: int
    label: str
    signature: str
    extra: str


Verdict = Literal["better", "worse", "stable", "open", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval, in the unit of the value."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPoint:
    """One brand on one day. Index values are points of R in [0, 100], 50 is balanced.

    `day_value` is None on a day without observation. `visibility` and the tone shares are percent.
    `reason` is a key of words.REASONS when `verdict` is "none". `step` is the fallback step of the
    correction. `window` is the length of the verdict's window in days.
    """

    brand: str
    day: date
    day_value: Estimate | None
    fast: Estimate | None
    slow: Estimate | None
    visibility: Estimate | None
    tone: tuple[Estimate, Estimate, Estimate] | None
    verdict: Verdict
    reason: str
    window: int
    change: Estimate | None
    n: int
    n_eff: float
    step: str
    healthy: bool
    method: str
    sampling_variance: float | None = None
    label_variance: float | None = None
    omega: float = 1.0
    documents: int = 0


SignalKind = Literal["drop", "rise", "all_clear"]
Level = Literal["notice", "unusual", "urgent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A story that drove a signal: its headline and link, volume, sources and share of weight.

    `showable` says that the headline may stand in views outside the house.
    """

    headline: str
    url: str
    source: str
    published_at: datetime
    posts: int
    sources: int
    share: float
    showable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A change worth a person's attention.

    `start` is the first day of the change (t₀), `day` the closed day whose decision raised it,
    `size` the change of the level in points with its margin, `probability` that the level fell by
    more than the threshold, `posts` and `usual` the critical posts since `start` and what is usual
    for as many days. `retrospective` days never notify.
    """

    brand: str
    kind: SignalKind
    day: date
    start: date
    decided_at: datetime
    size: Estimate
    probability: float
    level: Level
    severity: int
    posts: int
    usual: float
    drivers: tuple[Driver, ...]
    sources: tuple[tuple[str, int], ...]
    provisional: bool
    retrospective: bool
    method: str

    @property
    def id(self) -> str:
        """Stable over recomputation: brand, kind and the day of the decision."""
        return mention_id(f"signal:{self.brand}:{self.kind}", self.day.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A signal in words for one target; `key` makes a second sending harmless."""

    key: str
    target: str
    subject: str
    text: str
    html: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)  # not frozen: that would double what each of many costs
class Change:
    """A document as a view should hold it from now on.

    `object` and `revision` name the row of the outbox that asks for it; a view holds the highest
    revision it was ever given. `index` is mentions, index, signals or ledger, `month` (2026.11,
    only of mentions) the one in which the document lives for good. `body` is JSON, None: gone.
    """

    object: str
    revision: int
    index: str
    id: str
    month: str = ""
    body: bytes | None = None


Fate = Literal["done", "superseded", "retry", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of each change, in their order: its fate and, unless it is done, the reason.

    `stopped` says in one sentence why the view takes nothing at present (disk full, wrong key),
    empty if it does; changes that were not sent have the fate `retry`. `notice` says what a person
    should do so that changes with this fate find their place, while the others go on.
    """

    fates: tuple[tuple[Fate, str], ...]
    stopped: str = ""
    notice: str = ""


class Source(Protocol):
    """Brings mentions. Only reads and yields: no writing, no retry, no sleep."""

    def fetch(self, window: Window, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        """Yield items; a `Cursor` closes a page, and one page is one transaction."""
        ...


class Enricher(Protocol):
    """Reads a batch. `signature` changes exactly when the output would."""

    @property
    def signature(self) -> str: ...

    def __call__(self, batch: Sequence[Reading]) -> Sequence[Reading]: ...


class Channel(Protocol):
    """Tells people."""

    def send(self, alert: Alert) -> None:
        """Deliver, or raise `Unavailable` (try again) or `Misconfigured` (stop)."""
        ...


class View(Protocol):
    """Shows what the record holds, elsewhere."""

    def publish(self, changes: Sequence[Change]) -> Receipt:
        """Bring the view up to these changes; harmless when repeated, in any order."""
        ...
