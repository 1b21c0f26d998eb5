"""What a brand is measured in: its sources, its closed days, and on which of them they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from leumund import config as settings
from leumund.flows.parts import Parts
from leumund.record import health
from leumund.sources import is_polled
from leumund.types import BERLIN, Evidence

HEALTHY_SHARE = 0.9
TRAILING = timedelta(days=28)


def sources_of(parts: Parts, brand: settings.Brand) -> list[settings.Source]:
    """The sources that the brand's entry names."""
    return [parts.config.source_named(name) for name in brand.sources]


def is_example(parts: Parts, brand: settings.Brand) -> bool:
    """Whether every text about this brand is an example."""
    return all(source.example for source in sources_of(parts, brand))


def is_replay(parts: Parts, brand: settings.Brand) -> bool:
    """Whether its days are decided in order on their own clock."""
    return all(source.replay for source in sources_of(parts, brand))


def decided_at(parts: Parts, day: date) -> datetime:
    """The moment from which a day may be decided: 06:30 of the next one, in Berlin."""
    hour, minute = (int(part) for part in parts.config.decide_at.split(":"))
    return datetime.combine(day + timedelta(days=1), time(hour, minute), BERLIN)


def end_of(day: date) -> datetime:
    """Midnight that closes a day in Berlin."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN)


def last_closed_day(parts: Parts, brand: settings.Brand) -> date | None:
    """Yesterday (before 06:30 the day before) if a source is polled, else its youngest mention's.

    Of an export that reaches into a day still open, the last day that is closed. None: no polled
    source and no mention yet.
    """
    day = parts.clock().astimezone(BERLIN).date() - timedelta(days=1)
    closed = day if parts.clock() >= decided_at(parts, day) else day - timedelta(days=1)
    sources = sources_of(parts, brand)
    if any(is_polled(source) for source in sources):
        return closed
    youngest = health.last_mention(parts.record)
    moments = [youngest[source.name] for source in sources if source.name in youngest]
    return min(max(moments).astimezone(BERLIN).date(), closed) if moments else None


def healthy_days(
    parts: Parts,
    brand: settings.Brand,
    evidence: Iterable[Evidence],
    *,
    first: date,
    last: date,
) -> frozenset[date]:
    """Days on which the sources that hold ≥ 90 % of the trailing 28-day weight were asked later.

    Weight counts by platform; a platform answered if each of its sources in the frame did. A day
    without any weight before it is not healthy (method, section 15 in short).
    """
    asked = _asked(parts, sources_of(parts, brand))
    weights: dict[date, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in evidence:
        weights[row.day][row.platform] += row.weight
    found = set()
    trailing: dict[str, float] = defaultdict(float)
    day = first
    while day <= last:
        for platform, weight in weights[day].items():
            trailing[platform] += weight
        for platform, weight in weights[day - TRAILING].items():
            trailing[platform] -= weight
        total = sum(trailing.values())
        held = sum(w for p, w in trailing.items() if asked.get(p, date.min) >= day)
        if total > 1e-9 and held >= HEALTHY_SHARE * total - 1e-9:
            found.add(day)
        day += timedelta(days=1)
    return frozenset(found)


def _asked(parts: Parts, sources: Sequence[settings.Source]) -> Mapping[str, date]:
    """Per platform the last day after whose end each of its sources has answered."""
    found: dict[str, date] = {}
    for source in sources:
        moment = _answered(parts, source.name)
        day = moment.astimezone(BERLIN).date() - timedelta(days=1) if moment else date.min
        found[source.group] = min(day, found.get(source.group, date.max))
    return found


def _answered(parts: Parts, source: str) -> datetime | None:
    """When the last of its streams was read to its end; None if one of them never was."""
    streams = health.streams(parts.record, source)
    latest = max((stream.asked_at for stream in streams), default=None)
    answers = [stream.ok_at for stream in streams if stream.asked_at == latest]
    complete = [answer for answer in answers if answer is not None]
    return min(complete) if complete and len(complete) == len(answers) else None
