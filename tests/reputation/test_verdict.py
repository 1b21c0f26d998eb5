"""Better and worse are said only when it is true, and the window never follows the values."""

from datetime import timedelta

import numpy as np
import pytest
from reputation.worlds import (
    CALM,
    FIRST,
    WORSE,
    brand_of,
    clusters,
    labels,
    moments_of,
    sample,
)

from leumund.reputation.index import score
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.series import series
from leumund.reputation.verdict import Comparison, Half, choose_window, judge, obstacle, throughout

METHOD = Method(draws=400)


def _half(mean: float, spread: float, *, seed: int, n_eff: float = 500) -> Half:
    draws = mean + spread * np.random.default_rng(seed).standard_normal(4000)
    return Half(mean, draws, n_eff)


def _pair(delta: float, spread: float = 1.0, n_eff: float = 500, absent: float = 0) -> Comparison:
    before = _half(50, spread, seed=1, n_eff=n_eff)
    return Comparison(_half(50 + delta, spread, seed=2, n_eff=n_eff), before, absent)


@pytest.mark.parametrize(
    ("delta", "spread", "verdict"),
    [(6, 1, "better"), (-6, 1, "worse"), (0, 0.5, "stable"), (1, 3, "open")],
)
def test_the_four_verdicts(delta: float, spread: float, verdict: str) -> None:
    found = judge(lambda days: _pair(delta, spread), window=28, method=METHOD)
    assert (found.verdict, found.window) == (verdict, 28)
    assert found.change is not None
    assert found.change.low < found.change.value < found.change.high


@pytest.mark.parametrize(
    ("comparison", "reason"),
    [
        (None, "no_history"),
        (_pair(0, n_eff=0), "no_mentions"),
        (_pair(0, n_eff=29), "too_few"),
        (_pair(0, spread=9), "too_wide"),
        (_pair(0, absent=0.21), "sources_changed"),
        (_pair(0, absent=0.19), ""),
    ],
)
def test_no_statement_names_its_reason(comparison: Comparison | None, reason: str) -> None:
    assert obstacle(comparison, method=METHOD) == reason


def test_a_small_brand_gets_the_shortest_window_with_enough_information() -> None:
    found = choose_window(lambda days: _pair(0, n_eff=days / 5), method=METHOD)
    assert found == (182, "")


def test_stable_is_also_tried_on_longer_windows_and_names_its_own() -> None:
    found = judge(lambda days: _pair(0, 3 if days < 182 else 0.5), window=28, method=METHOD)
    assert (found.verdict, found.window) == ("stable", 182)


def test_better_is_never_sought_on_a_longer_window() -> None:
    found = judge(lambda days: _pair(1 if days == 28 else 9, 2), window=28, method=METHOD)
    assert found.verdict == "open"


def test_the_window_is_chosen_on_the_first_of_a_month_and_kept_for_it() -> None:
    brand = brand_of("Musterbahn", clusters("Musterbahn", 120, seed=3), 120)
    points = score(brand, (), responses=labels(3), method=METHOD)
    assert {p.window for p in points if p.day.month in (1, 2)} == {0}
    assert {p.verdict for p in points if p.day.month in (1, 2)} == {"none"}
    march = {
        p.window for p in points if p.day.month == 3 and p.verdict in ("open", "better", "worse")
    }
    assert march == {28}


def test_a_crisis_is_worse_and_its_end_is_better() -> None:
    rows = clusters("Musterbahn", 150, seed=4, shares=lambda d: WORSE if 88 <= d < 115 else CALM)
    points = score(brand_of("Musterbahn", rows, 150), (), responses=labels(4), method=METHOD)
    assert points[114].verdict == "worse"
    assert points[142].verdict == "better"
    assert points[114].change is not None
    assert points[114].change.high < 0


def test_fewer_than_28_observed_days_allow_no_verdict() -> None:
    rows = [
        r for r in clusters("Musterbahn", 70, seed=5, volume=lambda d: 30) if r.day.day % 3 == 0
    ]
    points = score(brand_of("Musterbahn", rows, 70), (), responses=labels(5), method=METHOD)
    assert max(p.n_eff for p in points) > 10
    assert {(p.verdict, p.reason) for p in points} == {("none", "no_history")}


def test_without_a_change_one_in_twenty_verdicts_is_wrong_and_labels_do_not_widen_the_change() -> (
    None
):
    wrong, covered, widths = 0, 0, []
    for replicate in range(400):
        rng = np.random.default_rng(replicate)
        cells = {}
        for half in range(2):
            scores, _ = sample(rng, 600, CALM)
            cells[(FIRST + timedelta(days=28 * half), "q")] = moments_of(np.ones(600), scores)
        days = frozenset(FIRST + timedelta(days=d) for d in range(56))
        brand = BrandDays(str(replicate), FIRST, max(days), cells, {"q": "a"}, days)
        one = series(brand, (), responses=labels(replicate), method=METHOD)
        comparison = one.comparison(55, 28)
        assert comparison is not None
        draws = comparison.draws
        wrong += int(max(np.mean(draws > 0), np.mean(draws < 0)) > METHOD.verdict_p)
        low, high = np.percentile(draws, [2.5, 97.5])
        covered += int(low <= 0 <= high)
        widths.append((high - low) / 2)
    assert 0.03 <= wrong / 400 <= 0.07
    assert 0.93 <= covered / 400 <= 0.97
    assert np.mean(widths) == pytest.approx(4.6, abs=0.3)


def test_sources_that_were_not_there_throughout_are_left_out_of_both_halves() -> None:
    last = FIRST + timedelta(days=89)
    since = FIRST + timedelta(days=60)
    rows = clusters("Musterbahn", 90, seed=6)
    late = [r for r in rows if r.source == "quelle-0"]
    rows = [r for r in rows if r.source != "quelle-0" or r.day >= since]
    brand = brand_of("Musterbahn", rows, 90, spans={"quelle-0": (since, last)})
    without = brand_of("Musterbahn", [r for r in rows if r.source != "quelle-0"], 90)
    responses = labels(6)
    one = series(brand, (), responses=responses, method=Method(cap_source=1, cap_platform=1))
    two = series(without, (), responses=responses, method=Method(cap_source=1, cap_platform=1))
    found, plain = one.comparison(89, 28), two.comparison(89, 28)
    assert late
    assert found is not None
    assert plain is not None
    assert 0 < found.absent < 0.2
    assert found.recent.value == pytest.approx(plain.recent.value, abs=1e-9)
    assert found.recent.n_eff == pytest.approx(plain.recent.n_eff)


def test_a_source_without_a_span_was_always_there() -> None:
    kept = throughout(
        ("a", "b"), {"b": (FIRST, FIRST)}, first=FIRST, last=FIRST + timedelta(days=1)
    )
    assert kept.tolist() == [True, False]
