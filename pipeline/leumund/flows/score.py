"""Turns readings into evidence and evidence into the index, for every brand and closed day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from leumund import config as settings
from leumund import crash
from leumund.flows import frame
from leumund.flows.parts import Parts, Progress, silent
from leumund.record import evidence
from leumund.record.evidence import Member as Telling
from leumund.reputation.clusters import Member, gather, median_reach
from leumund.reputation.index import BrandDays, tally
from leumund.reputation.index import score as points_of
from leumund.reputation.weights import Place
from leumund.types import Evidence, IndexPoint

LEAD = 200
"""Characters from the start of a text that count as its lead."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A brand with its days; `days` is None and `points` empty where nothing was ever read."""

    brand: settings.Brand
    days: BrandDays | None
    points: tuple[IndexPoint, ...]


class _Fresh(NamedTuple):
    """Evidence of the days that were touched, and the marks under which it was read."""

    days: dict[date, list[Evidence]]
    seen: dict[tuple[str, date], int]


def score(parts: Parts, *, progress: Progress = silent) -> list[Scored]:
    """Renew the evidence of touched days and the points of every brand, a transaction a brand.

    The points of all days follow from the moments each time (method, section 2): a late text
    moves a level, and a level moves all that follow.
    """
    brands = parts.config.brand
    fresh = _renewed(parts)
    days = {b.name: days_of(parts, b, fresh=fresh[b.name].days) for b in brands}
    found = []
    for done, brand in enumerate(brands, start=1):
        own = days[brand.name]
        points: tuple[IndexPoint, ...] = ()
        if own is not None:
            peers = peers_of(brand, days)
            points = points_of(own, peers, responses=parts.responses, method=parts.method)
        crash.point("score.after_tally")
        new = fresh[brand.name]
        evidence.keep(parts.record, brand.name, days=new.days, points=points, seen=new.seen)
        found.append(Scored(brand, own, points))
        progress("Index", done, len(brands))
    return found


def days_of(
    parts: Parts, brand: settings.Brand, *, fresh: Mapping[date, Sequence[Evidence]] | None = None
) -> BrandDays | None:
    """The moments of a brand from its frame's first evidence to its last closed day.

    `fresh` replaces the stored evidence of its days. None where nothing was ever read.
    """
    last = frame.last_closed_day(parts, brand)
    new = fresh or {}
    stored = [row for row in evidence.load(parts.record, brand.name) if row.day not in new]
    rows = sorted([*stored, *(r for d in new.values() for r in d)], key=lambda r: (r.day, r.story))
    if last is None or not rows or rows[0].day > last:
        return None
    first = rows[0].day
    return BrandDays(
        brand=brand.name,
        first=first,
        last=last,
        cells=tally(rows),
        platforms={row.source: row.platform for row in rows},
        healthy=frame.healthy_days(parts, brand, rows, first=first, last=last),
        documents=evidence.documents(parts.record, brand.name),
    )


def peers_of(brand: settings.Brand, days: Mapping[str, BrandDays | None]) -> list[BrandDays]:
    """The days of the peers that have any."""
    return [found for name in brand.peers if (found := days.get(name)) is not None]


def _renewed(parts: Parts) -> dict[str, _Fresh]:
    """Evidence of every (brand, day) that a text or a story touched since it was last measured."""
    touched: dict[str, dict[date, int]] = defaultdict(dict)
    for (brand, day), mark in evidence.touched(parts.record).items():
        touched[brand][day] = mark
    return {b.name: _renew(parts, b, touched[b.name]) for b in parts.config.brand}


def _renew(parts: Parts, brand: settings.Brand, touched: Mapping[date, int]) -> _Fresh:
    sources = {source.name: source for source in frame.sources_of(parts, brand)}
    members = [
        _member(telling, sources[telling.source])
        for telling in evidence.members(parts.record, brand.name, touched)
        if telling.source in sources
    ]
    reference = median_reach([source.reach for source in sources.values()])
    days: dict[date, list[Evidence]] = {day: [] for day in touched}
    for row in gather(brand.name, members, reference=reference, method=parts.method):
        days[row.day].append(row)
    return _Fresh(days, {(brand.name, day): mark for day, mark in touched.items()})


def _member(telling: Telling, source: settings.Source) -> Member:
    return Member(
        mention=telling.mention_id,
        story=telling.story,
        day=telling.day,
        published_at=telling.published_at,
        outlet=telling.outlet or source.name,
        platform=source.group,
        reach=telling.reach if telling.reach is not None else source.reach,
        credibility=source.credibility,
        place=place_of(telling.span[0], telling.title_length),
        owned=telling.owned,
        tone=telling.tone,
    )


def place_of(start: int, title_length: int) -> Place:
    """Where the brand stands first; a text without a title counts as one headline."""
    if start < title_length or (not title_length and start < LEAD):
        return "title"
    return "lead" if start < title_length + LEAD else "body"
