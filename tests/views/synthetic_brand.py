"""Builds one brand from seeded, synthetic numbers; each of the three ranks is another case.

Rank 0 is loud, had a crisis with an alarm and a disturbed frame; rank 1 is no example brand and
its change is not certain; rank 2 is so small that there is no verdict.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leumund.types import Driver, Estimate, IndexPoint, Signal, Tone, Verdict
from leumund.views.facts import (
    BrandFacts,
    GapSpan,
    SourceFacts,
    Story,
    Support,
    Supports,
    Volume,
)

DAY = timedelta(days=1)
VERDICTS: tuple[Verdict, ...] = ("worse", "open", "none")
SIZES, VOICES = (14, 6, 0.7), (61.3, 36.9, 1.2)
HEADLINES: tuple[tuple[str, str, int, Tone, float], ...] = (
    ("Preise für Ersatzteile steigen", "Tagesbote", 40, "neutral", 0.184),
    ("Drei Wochen Wartezeit, und keiner ruft zurück", "Werkstattforum", 0, "negative", 0.092),
    ("Endlich ein Kundendienst, der zuhört", "Werkstattforum", 1, "positive", 0.004),
)


@dataclass(frozen=True)
class Today:
    """What happened on one day, and where the levels stand after it."""

    day: date
    posts: int
    stories: int
    healthy: bool
    value: float
    fast: float
    slow: float


def brand(
    rank: int, names: tuple[str, ...], *, last: date, days: int, dice: random.Random
) -> BrandFacts:
    """The facts of `names[rank]` over the days that end on `last`."""
    past = list(history(rank, last=last, days=days, dice=dice))
    volume = tuple(Volume(day=t.day, posts=t.posts, stories=t.stories) for t in past)
    mid = datetime(last.year, last.month, last.day, 7, 12, tzinfo=UTC)
    return BrandFacts(
        name=names[rank],
        example=rank != 1,
        points=tuple(point(names[rank], rank, t, dice=dice) for t in past),
        volume=volume,
        supports=Supports(
            fast=support(volume, 14),
            slow=support(volume, 182),
            verdict=support(volume, 28),
            tone=support(volume, 28),
            visibility=support(volume, 7),
        ),
        stories=stories(mid),
        sources=sources(mid),
        gaps=(gap(mid - 6 * DAY, days=3),),
        signals=signals(names[rank], mid) if rank == 0 else (),
        peers=tuple(other for other in names if other != names[rank]),
    )


def history(rank: int, *, last: date, days: int, dice: random.Random) -> list[Today]:
    """Day by day: volume, a noisy value and two levels that follow it."""
    past: list[Today] = []
    fast = slow = 46.0 + 7 * rank
    for t in range(days):
        healthy = not (rank == 0 and days // 3 <= t < days // 3 + 6)
        crisis = rank == 0 and days - 45 <= t < days - 33
        size = SIZES[rank] * (4 if crisis else 1)
        posts = max(0, round(dice.gauss(size, SIZES[rank] / 3))) if healthy else 0
        stories = round(posts * dice.uniform(0.6, 1.0))
        value = 46 + 7 * rank - (16 if crisis else 0) + dice.gauss(0, 5)
        if posts:
            fast += 0.12 * (value - fast)
            slow += 0.015 * (value - slow)
        day = last - (days - 1 - t) * DAY
        past.append(Today(day, posts, stories, healthy, value, fast, slow))
    return past


def point(name: str, rank: int, today: Today, *, dice: random.Random) -> IndexPoint:
    """The index point of a day; a day with few posts has no value of its own."""
    wide, share = 3.5 + 2.5 * rank, VOICES[rank] + dice.gauss(0, 0.1)
    verdict = VERDICTS[rank]
    tones = ((38.4 - 4 * rank, 3.1), (40.2, 4.2), (21.4 + 4 * rank, 2.8))
    negative, neutral, positive = (estimate(*tone) for tone in tones)
    return IndexPoint(
        brand=name,
        day=today.day,
        day_value=estimate(today.value, 11) if today.posts >= 4 else None,
        fast=estimate(today.fast, wide),
        slow=estimate(today.slow, wide * 0.8),
        visibility=estimate(share, share / 12) if today.healthy else None,
        tone=(negative, neutral, positive),
        verdict=verdict,
        reason="too_few" if verdict == "none" else "",
        window=0 if verdict == "none" else 28,
        change=None if verdict == "none" else estimate(-4.6 + 5 * rank, 2.9),
        n=today.stories,
        n_eff=round(0.55 * today.stories, 2),
        step="pacc",
        healthy=today.healthy,
        method="0123456789ab",
        documents=today.posts,
    )


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half * 1.1)


def support(volume: tuple[Volume, ...], days: int) -> Support:
    recent = volume[-days:]
    worth = 0.48 * sum(day.stories for day in recent)
    return Support(days=days, posts=sum(day.posts for day in recent), independent=worth)


def gap(end: datetime, *, days: int) -> GapSpan:
    return GapSpan(source="Funkspiegel", start=end - days * DAY, end=end, reason="HTTP 503")


def stories(mid: datetime) -> tuple[Story, ...]:
    return tuple(
        Story(
            headline=headline,
            url=f"https://{source.lower()}.example/{place}",
            source=source,
            first_seen=mid - (place + 2) * DAY,
            posts=pickups + 1,
            pickups=pickups,
            tone=tone,
            share=share,
            showable=True,
        )
        for place, (headline, source, pickups, tone, share) in enumerate(HEADLINES)
    )


def sources(mid: datetime) -> tuple[SourceFacts, ...]:
    return (
        SourceFacts(name="Werkstattforum", posts=212, share=0.436, last_success=mid),
        SourceFacts(name="Tagesbote", posts=88, share=0.318, last_success=mid),
        SourceFacts(
            name="Funkspiegel", posts=9, share=0.246, last_success=mid - 3 * DAY, gap="HTTP 503"
        ),
    )


def signals(name: str, mid: datetime) -> tuple[Signal, ...]:
    """An alarm in retrospect, provisional, and its all-clear."""
    raised = mid - 40 * DAY
    driver = Driver(
        headline="Rückruf: Kunden müssen warten",
        url="https://tagesbote.example/rueckruf",
        source="Tagesbote",
        published_at=raised - 3 * DAY,
        posts=37,
        sources=6,
        share=0.214,
        showable=True,
    )
    drop = Signal(
        brand=name,
        kind="drop",
        day=raised.date(),
        start=raised.date() - 3 * DAY,
        decided_at=raised + DAY,
        size=Estimate(value=-11.7, low=-15.9, high=-7.6),
        probability=0.9997,
        level="urgent",
        severity=7,
        posts=118,
        usual=21.6,
        drivers=(driver,),
        sources=(("Tagesbote", 44), ("Werkstattforum", 31)),
        provisional=True,
        retrospective=True,
        method="0123456789ab",
    )
    return (drop, all_clear(drop))


def all_clear(drop: Signal) -> Signal:
    return Signal(
        brand=drop.brand,
        kind="all_clear",
        day=drop.day + 19 * DAY,
        start=drop.start,
        decided_at=drop.decided_at + 19 * DAY,
        size=Estimate(value=-1.2, low=-4.1, high=1.9),
        probability=0.11,
        level="notice",
        severity=1,
        posts=12,
        usual=11.0,
        drivers=drop.drivers,
        sources=(),
        provisional=True,
        retrospective=False,
        method=drop.method,
    )
