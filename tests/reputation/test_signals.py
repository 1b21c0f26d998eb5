"""A signal says how much, how sure, how urgent, and which stories did it."""

from datetime import timedelta

import pytest
from reputation.worlds import CALM, FIRST, WORSE, brand_of, clusters, labels

from leumund.reputation.index import Decision, decide, drivers, signal_of
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.series import series
from leumund.reputation.signals import Shift, level_of, severity
from leumund.types import Evidence

METHOD = Method(draws=400)
CRISIS = range(90, 100)


def _run(rows: list[Evidence], days: int, seed: int) -> tuple[BrandDays, dict[str, Shift]]:
    brand, responses = brand_of("Musterbahn", rows, days), labels(seed)
    stored: list[Decision] = []
    found: dict[str, Shift] = {}
    for d in range(days):
        decision = decide(
            brand, (), previous=stored, day=brand.day(d), responses=responses, method=METHOD
        )
        shift = signal_of(
            decision, brand, peers=(), previous=stored, responses=responses, method=METHOD
        )
        stored.append(decision)
        if shift:
            found[shift.kind] = shift
    return brand, found


def _crisis(seed: int, sources: int = 12) -> list[Evidence]:
    return clusters(
        "Musterbahn",
        125,
        seed=seed,
        volume=lambda d: 32 if d in CRISIS else 8,
        shares=lambda d: WORSE if d in CRISIS else CALM,
        sources=sources,
    )


def test_a_crisis_is_urgent_and_its_numbers_can_be_counted_again() -> None:
    rows = _crisis(1)
    _, found = _run(rows, 125, 1)
    drop = found["drop"]
    assert drop.size.low < drop.size.value < drop.size.high < -METHOD.delta
    assert drop.probability > 0.99
    assert (drop.level, drop.provisional) == ("urgent", True)
    critical = [r for r in rows if drop.start <= r.day <= drop.day and r.hard == 0]
    assert drop.posts == len(critical) == sum(n for _, n in drop.sources)
    assert drop.sources[0][1] == max(n for _, n in drop.sources)
    before = [r for r in rows if r.day < drop.start and r.hard == 0]
    days = (drop.day - drop.start).days + 1
    assert drop.usual == pytest.approx(len(before) / (drop.start - FIRST).days * days, rel=0.25)
    assert drop.posts > 2 * drop.usual


def test_the_all_clear_is_a_notice_from_the_same_start() -> None:
    _, found = _run(_crisis(1), 125, 1)
    clear = found["all_clear"]
    assert clear.start == found["drop"].start
    assert (clear.level, clear.severity) == ("notice", 1)
    assert clear.size.value > found["drop"].size.value
    assert not clear.persists


def test_two_sources_alone_never_page_anybody() -> None:
    _, found = _run(_crisis(2, sources=2), 125, 2)
    assert len(found["drop"].sources) == 2
    assert found["drop"].severity <= 6
    assert found["drop"].level != "urgent"


def test_drivers_add_up_to_the_change_and_the_worst_story_comes_first() -> None:
    rows = _crisis(3)
    responses = labels(3)
    flat = Method(draws=400, cap_source=1, cap_platform=1)
    brand = brand_of("Musterbahn", rows, 125)
    shift = Shift(
        kind="drop",
        day=FIRST + timedelta(days=92),
        start=FIRST + timedelta(days=90),
        size=_run(rows, 125, 3)[1]["drop"].size,
        probability=1.0,
        severity=7,
        level="urgent",
        posts=1,
        usual=1.0,
        sources=(),
        persists=False,
        provisional=True,
    )
    ranked = drivers(rows, brand, shift=shift, peers=(), responses=responses, method=flat)
    assert [part.points for part in ranked] == sorted(part.points for part in ranked)
    assert ranked[0].points < 0
    assert sum(part.share for part in ranked) == pytest.approx(1)
    one = series(brand, (), responses=responses, method=flat)
    pooled = float(one.over(90, 93).y) - float(one.slow.mean[89])
    assert sum(part.points for part in ranked) == pytest.approx(pooled, abs=1e-6)
    worst = next(r for r in rows if r.story == ranked[0].story)
    assert worst.hard == 0


@pytest.mark.parametrize(
    ("rank", "level"),
    [(1, "notice"), (3, "notice"), (4, "unusual"), (6, "unusual"), (7, "urgent"), (10, "urgent")],
)
def test_ranks_and_words(rank: int, level: str) -> None:
    assert level_of(rank) == level


def test_severity_grows_with_each_of_its_three_parts_and_stays_within_its_scale() -> None:
    grid = [
        severity(p, -size, reach_share=share, method=METHOD)
        for p in (0, 0.5, 1)
        for size in (0, 5, 15, 40)
        for share in (0, 0.2, 0.5, 1)
    ]
    assert (min(grid), max(grid)) == (1, 10)
    assert severity(1, -5, reach_share=0.5, method=METHOD) < severity(
        1, -10, reach_share=0.5, method=METHOD
    )
    assert severity(1, -10, reach_share=0.1, method=METHOD) < severity(
        1, -10, reach_share=0.4, method=METHOD
    )
