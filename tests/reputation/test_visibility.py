"""Visibility counts stories among peers, vanishes with them, and knows its margin."""

import numpy as np
import pytest
from reputation.worlds import brand_of, clusters, labels

from leumund.reputation.index import score
from leumund.reputation.method import Method
from leumund.reputation.visibility import overdispersion, visibility

METHOD = Method(draws=400)


def _seeds(days: int) -> list[tuple[str, ...]]:
    return [("v", str(day)) for day in range(days)]


def test_shares_of_all_brands_add_up_to_100() -> None:
    rng = np.random.default_rng(1)
    counts = [rng.poisson(mean, 120) for mean in (3, 6, 20)]
    total = np.zeros(120)
    for first in range(3):
        order = [counts[first], *(c for i, c in enumerate(counts) if i != first)]
        found = visibility(order, seeds=_seeds(120), method=METHOD)
        total += [v.value if v else np.nan for v in found]
    assert total == pytest.approx(np.full(120, 100.0))


def test_a_silent_week_pulls_visibility_down_and_a_silent_field_has_none() -> None:
    own = np.array([5] * 60 + [0] * 14)
    others = np.array([10] * 74)
    found = visibility([own, others], seeds=_seeds(74), method=METHOD)
    before, after = found[59], found[73]
    assert before is not None
    assert after is not None
    assert before.value == pytest.approx(100 / 3, abs=1)
    assert after.high < before.low
    quiet = visibility([own * 0, others * 0], seeds=_seeds(74), method=METHOD)
    assert set(quiet) == {None}


def test_bursty_counts_widen_the_margin() -> None:
    steady = visibility([np.full(60, 4), np.full(60, 8)], seeds=_seeds(60), method=METHOD)[-1]
    bursts = np.array([0, 0, 0, 16] * 15)
    wild = visibility([bursts, 2 * bursts], seeds=_seeds(60), method=METHOD)[-1]
    assert steady is not None
    assert wild is not None
    assert wild.high - wild.low > 1.5 * (steady.high - steady.low)
    assert overdispersion(np.full((9, 2), 3.0)) == 1


def test_weights_and_platforms_do_not_enter_and_a_sick_frame_shows_nothing() -> None:
    rows = clusters("Musterbahn", 40, seed=1)
    peer = brand_of("Beispielnetz", clusters("Beispielnetz", 40, seed=2), 40)
    responses = labels(1)
    plain = score(brand_of("Musterbahn", rows, 40), [peer], responses=responses, method=METHOD)
    sick = score(
        brand_of("Musterbahn", rows, 40, sick=[30]), [peer], responses=responses, method=METHOD
    )
    assert plain[30].visibility is not None
    assert sick[30].visibility is None
    assert sick[31].visibility == plain[31].visibility
    assert (
        score(brand_of("Musterbahn", rows, 40), (), responses=responses, method=METHOD)[
            30
        ].visibility
        is None
    )
