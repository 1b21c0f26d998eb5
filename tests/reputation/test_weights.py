"""No text weighs nothing by accident, no source rules, and a reprint is one opinion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.reputation.method import Method, ReprintWeight
from leumund.reputation.weights import (
    cap_factors,
    cluster_weight,
    document_weight,
    independence,
    kish,
    reach_weight,
    relaxed,
    reprint_weight,
)

METHOD = Method()


@pytest.mark.parametrize(("last", "expected"), [(41, 2.19), (6.358, 11.5), (1, 21)])
def test_kish_numbers_of_the_method(last: float, expected: float) -> None:
    assert kish([1.0] * 20 + [last]) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("g", "share", "n_eff", "value"),
    [("1", 0.048, 21, 47.6), ("1+log2 m", 0.241, 11.5, 37.9), ("m", 0.672, 2.2, 16.4)],
)
def test_one_negative_story_in_41_sources_among_20_neutral_ones(
    g: ReprintWeight, share: float, n_eff: float, value: float
) -> None:
    method = Method(g=g)
    weights = [1.0] * 20 + [cluster_weight([1.0] * 41, 41, method=method)]
    negative = weights[-1] / sum(weights)
    assert negative == pytest.approx(share, abs=0.001)
    assert kish(weights) == pytest.approx(n_eff, abs=0.05)
    assert 50 * (1 - negative) == pytest.approx(value, abs=0.05)


def test_reach_zero_unknown_and_without_reference() -> None:
    assert reach_weight(0, 1000, method=METHOD) == METHOD.rho_min
    assert reach_weight(None, 1000, method=METHOD) == 1
    assert reach_weight(500, None, method=METHOD) == 1
    assert reach_weight(500, 0, method=METHOD) == 1
    assert reach_weight(1e12, 10, method=METHOD) == METHOD.rho_max
    assert reach_weight(7, 1000, method=Method(gamma=0)) == 1


def test_the_smallest_independence_counts_and_owned_text_counts_nothing() -> None:
    assert independence(["employee", "press_copy"], method=METHOD) == 0.1
    assert document_weight(9, 9, method=METHOD, flags=["owned", "sector"]) == 0
    assert document_weight(9, 9, method=METHOD, place="body") == pytest.approx(1 / 3)


def test_a_story_without_a_second_source_counts_once() -> None:
    assert [reprint_weight(m, method=METHOD) for m in (0, 1, 2)] == [1, 1, 2]


def _by_the_book(groups: np.ndarray, u: float) -> np.ndarray:
    """The iteration of section 3, run to convergence."""
    now = groups.astype(float)
    for _ in range(4000):
        worst = int(now.argmax())
        total, g = now.sum(), now[worst]
        if g <= u * total * (1 + 1e-12):
            break
        now[worst] = g * u * (total - g) / ((1 - u) * g)
    return np.asarray(now / now.sum())


@given(st.lists(st.floats(0.5, 500), min_size=6, max_size=12))
def test_the_closed_form_is_the_limit_of_the_iteration(weights: list[float]) -> None:
    totals = np.array([weights])
    method = Method(cap_source=0.25, cap_platform=1)
    capped = (cap_factors(totals, range(len(weights)), method=method) * totals)[0]
    assert capped / capped.sum() == pytest.approx(_by_the_book(totals[0], 0.25), abs=1e-6)
    assert capped.sum() == pytest.approx(sum(weights))


def test_neither_a_source_nor_a_platform_exceeds_its_share() -> None:
    rng = np.random.default_rng(0)
    totals = rng.lognormal(2, 2, (50, 40))
    platforms = [s % 5 for s in range(40)]
    capped = cap_factors(totals, platforms, method=METHOD) * totals
    shares = capped / capped.sum(axis=1, keepdims=True)
    groups = np.stack([shares[:, np.array(platforms) == p].sum(axis=1) for p in range(5)], axis=1)
    assert shares.max() <= METHOD.cap_source + 1e-6
    assert groups.max() <= METHOD.cap_platform + 1e-6


def test_few_sources_relax_the_cap_and_a_silent_day_is_left_alone() -> None:
    totals = np.array([[9.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    capped = cap_factors(totals, [0, 1, 2], method=METHOD) * totals
    assert capped[0] == pytest.approx([5, 5, 0])
    assert capped[1] == pytest.approx([0, 0, 0])
    assert relaxed(totals, METHOD.cap_source).tolist() == [True, True]
