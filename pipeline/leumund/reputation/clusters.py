"""Turns the members of a story into one piece of evidence: one opinion, however often reprinted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from leumund.reputation.method import Method
from leumund.reputation.weights import Flag, Place, cluster_weight, document_weight
from leumund.types import Evidence, Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One text of a story that names the brand.

    `outlet` is the medium, `platform` the group of sources whose cap it shares, `reach` persons a
    month, `credibility` κ in [0, 1], `place` where the brand is named, `owned` a text of the brand.
    """

    mention: str
    story: str
    day: date
    published_at: datetime
    outlet: str
    platform: str
    reach: float | None
    credibility: float
    place: Place
    owned: bool
    tone: Shares


def median_reach(reaches: Iterable[float | None]) -> float | None:
    """reach_ref of section 3: the median of the frame's known reaches; None without any.

    >>> median_reach([None, 10.0, 30.0]), median_reach([None])
    (20.0, None)
    """
    known = [reach for reach in reaches if reach is not None]
    return median(known) if known else None


def gather(
    brand: str, members: Iterable[Member], *, reference: float | None, method: Method
) -> tuple[Evidence, ...]:
    """One Evidence per story, on the day and with the opinion of its earliest text (section 4).

    W = g(m)·mean(w) over the third-party members, m their distinct outlets. A story that holds a
    text of the brand itself is a press copy in its other members; a story of owned texts alone has
    weight 0. Order: day, story. Does not depend on the order of `members`.
    """
    stories: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        stories[member.story].append(member)
    found = [
        _evidence(brand, story, rows, reference=reference, method=method)
        for story, rows in stories.items()
    ]
    return tuple(sorted(found, key=lambda row: (row.day, row.story)))


def _evidence(
    brand: str, story: str, rows: list[Member], *, reference: float | None, method: Method
) -> Evidence:
    rows = sorted(rows, key=lambda row: (row.published_at, row.outlet, row.mention))
    counting = [row for row in rows if not row.owned]
    first = (counting or rows)[0]
    flags: list[Flag] = ["press_copy"] if len(counting) < len(rows) else []
    weights = [
        document_weight(
            row.reach,
            reference,
            method=method,
            credibility=row.credibility,
            flags=flags,
            place=row.place,
        )
        for row in counting
    ]
    outlets = len({row.outlet for row in counting})
    return Evidence(
        brand=brand,
        day=first.day,
        story=story,
        source=first.outlet,
        platform=first.platform,
        weight=cluster_weight(weights, outlets, method=method) if weights else 0.0,
        tone=first.tone,
        hard=max(range(3), key=lambda k: first.tone[k]),
        sources=max(outlets, 1),
        members=len(rows),
    )
