"""Builds a report from seeded, synthetic numbers: three peers, two brands without any share."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from leumund.types import Driver, Estimate, IndexPoint, Signal
from leumund.views.facts import (
    AbsentBrand,
    Basis,
    BasisSource,
    BrandFacts,
    CardFigure,
    GapSpan,
    LedgerRow,
    MethodFacts,
    Report,
    SourceFacts,
    Story,
    Support,
    Supports,
    Volume,
)

LAST = date(2026, 4, 20)
DAYS = 120
NAMES = ("Lindwerk", "Hafenkontor", "Kiesel & Söhne")
DAY = timedelta(days=1)


def report(
    *, last: date = LAST, days: int = DAYS, seed: int = 7, names: tuple[str, ...] = NAMES
) -> Report:
    """The whole page of synthetic numbers."""
    dice = random.Random(seed)
    now = datetime(last.year, last.month, last.day, 4, 30, tzinfo=UTC) + DAY
    brands = tuple(
        brand(name, names=names, last=last, days=days, rank=rank, dice=dice)
        for rank, name in enumerate(names)
    )
    gap = GapSpan(source="Funkspiegel", start=now - 3 * DAY, end=now, reason="HTTP 503")
    return Report(
        created=now + timedelta(minutes=2),
        clock=now,
        basis=Basis(
            sources=(
                BasisSource(name="Tagesbote", kind="Nachrichten", example=False, reached=True),
                BasisSource(name="Funkspiegel", kind="Nachrichten", example=False, reached=False),
                BasisSource(name="Werkstattforum", kind="Foren", example=False, reached=True),
                BasisSource(name="Beispiele", kind="Beispiele", example=True, reached=True),
            ),
            not_included=("geschlossene Gruppen", "Bezahlschranken", "Bewegtbild"),
        ),
        brands=brands,
        absent=(
            AbsentBrand(name="Nordlicht Optik", example=False, reason="Keine Beiträge im Zeitraum"),
            AbsentBrand(name="Quellhof", example=True, reason="Erfassung gestört"),
        ),
        method=method(),
        ledger=(
            LedgerRow(
                source="Tagesbote",
                seen=2410,
                read=812,
                filtered=1433,
                duplicate=150,
                deleted=3,
                unreadable=12,
                pending=0,
            ),
            LedgerRow(
                source="Werkstattforum",
                seen=1204,
                read=1004,
                filtered=120,
                duplicate=80,
                deleted=0,
                unreadable=0,
                pending=0,
            ),
        ),
        gaps=(gap,),
    )


def method(*, estimated: bool = True) -> MethodFacts:
    return MethodFacts(
        version="0123456789ab",
        model="Probe-Modell",
        licence="Apache-2.0",
        figures=(
            CardFigure(name="Genauigkeit", value=0.748, data="GermEval 2017, synchron"),
            CardFigure(name="Makro-F1", value=0.537, data="GermEval 2017, synchron"),
        ),
        matrix=((0.71, 0.14, 0.09), (0.21, 0.74, 0.25), (0.08, 0.12, 0.66)),
        labels=(212, 371, 118),
        singular_value=0.413,
        estimated=estimated,
        budget=1.0,
        fast_half_life=7.0,
        slow_half_life=90.0,
        n_min=30.0,
        hw_max=15.0,
        verdict_p=0.975,
        stable_p=0.95,
        stable_points=3.0,
        cap_source=0.10,
    )


def brand(
    name: str, *, names: tuple[str, ...], last: date, days: int, rank: int, dice: random.Random
) -> BrandFacts:
    first = last - (days - 1) * DAY
    volume, points = [], []
    fast = slow = 46.0 + 7 * rank
    size = (14, 6, 0.7)[rank % 3]
    for t in range(days):
        today = first + t * DAY
        healthy = not (days // 3 <= t < days // 3 + 6 and rank == 0)
        crisis = rank == 0 and days - 45 <= t < days - 33
        posts = (
            0 if not healthy else max(0, round(dice.gauss(size * (4 if crisis else 1), size / 3)))
        )
        stories = min(posts, round(posts * dice.uniform(0.6, 1.0)))
        value = 46 + 7 * rank - (16 if crisis else 0) + dice.gauss(0, 5)
        if posts:
            fast += 0.12 * (value - fast)
            slow += 0.015 * (value - slow)
        volume.append(Volume(day=today, posts=posts, stories=stories))
        points.append(
            point(
                name,
                today,
                value=value,
                fast=fast,
                slow=slow,
                posts=posts,
                stories=stories,
                healthy=healthy,
                rank=rank,
                t=t,
                dice=dice,
            )
        )
    mid = datetime(last.year, last.month, last.day, 7, 12, tzinfo=UTC)
    return BrandFacts(
        name=name,
        example=rank != 1,
        points=tuple(points),
        volume=tuple(volume),
        supports=Supports(
            fast=support(volume, 14),
            slow=support(volume, 182),
            verdict=support(volume, 28),
            tone=support(volume, 28),
            visibility=support(volume, 7),
        ),
        stories=stories_of(name, mid, rank=rank),
        sources=(
            SourceFacts(
                name="Werkstattforum", posts=212 // (rank + 1), share=0.436, last_success=mid
            ),
            SourceFacts(name="Tagesbote", posts=88 // (rank + 1), share=0.318, last_success=mid),
            SourceFacts(
                name="Funkspiegel", posts=9, share=0.246, last_success=mid - 3 * DAY, gap="HTTP 503"
            ),
        ),
        gaps=(
            GapSpan(
                source="Funkspiegel", start=mid - 9 * DAY, end=mid - 6 * DAY, reason="HTTP 503"
            ),
        ),
        signals=signals_of(name, mid, days=days) if rank == 0 else (),
        peers=tuple(other for other in names if other != name),
    )


def point(
    name: str,
    today: date,
    *,
    value: float,
    fast: float,
    slow: float,
    posts: int,
    stories: int,
    healthy: bool,
    rank: int,
    t: int,
    dice: random.Random,
) -> IndexPoint:
    wide = 3.5 + 2.5 * rank
    share = (61.3, 36.9, 1.2)[rank % 3] + dice.gauss(0, 0.1)
    verdict = ("worse", "open", "none")[rank % 3]
    return IndexPoint(
        brand=name,
        day=today,
        day_value=estimate(value, 11) if posts >= 4 else None,
        fast=estimate(fast, wide) if t > 1 else None,
        slow=estimate(slow, wide * 0.8) if t > 1 else None,
        visibility=estimate(share, share / 12) if healthy else None,
        tone=(estimate(38.4 - 4 * rank, 3.1), estimate(40.2, 4.2), estimate(21.4 + 4 * rank, 2.8))
        if t > 4
        else None,
        verdict=verdict,
        reason="too_few" if verdict == "none" else "",
        window=0 if verdict == "none" else 28,
        change=None if verdict == "none" else estimate(-4.6 + 5 * rank, 2.9),
        n=stories,
        n_eff=round(0.55 * stories, 2),
        step="pacc",
        healthy=healthy,
        method="0123456789ab",
        documents=posts,
    )


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half * 1.1)


def support(volume: list[Volume], days: int) -> Support:
    recent = volume[-days:]
    return Support(
        days=days,
        posts=sum(v.posts for v in recent),
        independent=0.48 * sum(v.stories for v in recent),
    )


def stories_of(name: str, mid: datetime, *, rank: int) -> tuple[Story, ...]:
    lines = [
        (f"{name} erhöht die Preise für Ersatzteile", "Tagesbote", 41, 40, "neutral"),
        ("Drei Wochen Wartezeit, und keiner ruft zurück", "Werkstattforum", 1, 0, "negative"),
        ("Endlich ein Kundendienst, der zuhört", "Werkstattforum", 2, 1, "positive"),
    ]
    return tuple(
        Story(
            headline=headline,
            url=f"https://{source.lower()}.example/{place}",
            source=source,
            first_seen=mid - (place + 2) * DAY,
            posts=posts,
            pickups=pickups,
            tone=tone,
            share=0.184 / (40 if place == 2 else place + 1 + rank),
        )
        for place, (headline, source, posts, pickups, tone) in enumerate(lines)
    )


def signals_of(name: str, mid: datetime, *, days: int) -> tuple[Signal, ...]:
    raised = mid - 40 * DAY
    driver = Driver(
        headline="Rückruf: Lindwerk lässt Kunden warten",
        url="https://tagesbote.example/rueckruf",
        source="Tagesbote",
        published_at=raised - 3 * DAY,
        posts=37,
        sources=6,
        share=0.214,
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
    clear = Signal(
        brand=name,
        kind="all_clear",
        day=raised.date() + 19 * DAY,
        start=raised.date() - 3 * DAY,
        decided_at=raised + 20 * DAY,
        size=Estimate(value=-1.2, low=-4.1, high=1.9),
        probability=0.11,
        level="notice",
        severity=1,
        posts=0,
        usual=0.0,
        drivers=(),
        sources=(),
        provisional=True,
        retrospective=False,
        method="0123456789ab",
    )
    return (drop, clear)
