"""The margin covers the truth as often as it says, with many posts and with one."""

import numpy as np
import pytest
from reputation.worlds import PRIOR, REGIMES, labels, log_normal, read, sample

from leumund.reputation.correction import Correction, correction
from leumund.reputation.interval import (
    half_width,
    net_variance,
    prior_strength,
    score_draws,
    shrunk,
    value_draws,
)
from leumund.reputation.method import Method
from leumund.reputation.observation import Observation, observe
from leumund.reputation.panel import Pool
from leumund.reputation.quantify import CONTRAST

METHOD = Method(draws=400, ece_max=0.2)
REPLICATES = 900


def _prior(shares: tuple[float, ...]) -> np.ndarray:
    """Σ_pr from shares that are off by .1, from many texts."""
    off = np.array(shares) + np.array([0.1, -0.1, 0.0])
    truth = np.repeat(np.arange(3), 4000)
    scores = read(np.random.default_rng(9), truth)
    weight = off[truth] / off[truth].sum()
    mean = weight @ scores
    return np.asarray((weight[:, None] * scores).T @ scores - np.outer(mean, mean))


def _seen(
    rng: np.random.Generator,
    n: int,
    shares: tuple[float, ...],
    *,
    fix: Correction,
    prior: np.ndarray,
) -> Observation:
    scores, _ = sample(rng, n, shares)
    weight = log_normal(rng, n)
    square = (weight[:, None] * scores).T @ scores
    pool = Pool(np.array(weight.sum()), np.array((weight**2).sum()), weight @ scores, square)
    return observe(pool, prior, correction=fix, method=METHOD)


def _coverage(n: int) -> tuple[list[float], list[float]]:
    """Share of covered truths and mean half-width in each regime, a fresh M per replicate.

    Half-widths are those of the printed interval, cut to [0, 100].
    """
    priors = [_prior(shares) for shares in REGIMES]
    hits, widths = np.zeros(3), np.zeros(3)
    for replicate in range(REPLICATES):
        fix = correction(labels(10_000 * n + replicate), (), method=METHOD)
        rng = np.random.default_rng([n, replicate])
        for r, shares in enumerate(REGIMES):
            seen = _seen(rng, n, shares, fix=fix, prior=priors[r])
            scores = score_draws(seen, seed=(str(n), str(replicate), str(r)), method=METHOD)
            draws = value_draws(scores, correction=fix)
            low, high = np.percentile(draws, [2.5, 97.5])
            hits[r] += low <= 50 * (1 + CONTRAST @ shares) <= high
            widths[r] += (min(high, 100) - max(low, 0)) / 2
    return list(hits / REPLICATES), list(widths / REPLICATES)


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_the_interval_covers_95_percent(n: int) -> None:
    covered, widths = _coverage(n)
    assert all(0.93 <= share <= 0.97 for share in covered), covered
    if n == 100:
        assert widths == pytest.approx([9.8, 8.9, 10.1], abs=0.3)


def test_the_interval_of_a_single_post_covers_at_least_93_percent() -> None:
    covered, widths = _coverage(1)
    assert min(covered) >= 0.93, covered
    assert max(widths) == pytest.approx(47, abs=3)
    assert min(widths) > METHOD.hw_max


def test_labels_set_the_floor_of_the_margin() -> None:
    widths = np.zeros(3)
    for replicate in range(60):
        fix = correction(labels(replicate), (), method=METHOD)
        rng = np.random.default_rng(replicate)
        for r, shares in enumerate(REGIMES):
            seen = _seen(rng, 3000, shares, fix=fix, prior=_prior(shares))
            scores = score_draws(seen, seed=(str(replicate), str(r)), method=METHOD)
            widths[r] += half_width(value_draws(scores, correction=fix)) / 60
    assert widths == pytest.approx([3.2, 3.4, 4.7], abs=0.3)


@pytest.mark.parametrize(("n", "half"), [(30, 12.5), (100, 6.9), (625, 2.7), (3000, 1.3)])
def test_planning_figures_without_classifier_error(n: int, half: float) -> None:
    variance = float(net_variance(np.array([0.2, 0.5, 0.3])))
    assert 1.96 * 50 * np.sqrt(variance / n) == pytest.approx(half, abs=0.1)


def test_moment_draws_spread_like_a_full_resampling() -> None:
    fix = correction(labels(1), (), method=METHOD)
    for n, low, high in ((30, 0.98, 1.14), (300, 0.96, 1.08)):
        ratios = []
        for replicate in range(30):
            rng = np.random.default_rng([n, replicate])
            scores, _ = sample(rng, n, REGIMES[0])
            weight = log_normal(rng, n)
            square = (weight[:, None] * scores).T @ scores
            pool = Pool(
                np.array(weight.sum()), np.array((weight**2).sum()), weight @ scores, square
            )
            seen = observe(pool, _prior(REGIMES[0]), correction=fix, method=METHOD)
            ours = score_draws(seen, seed=(str(n), str(replicate)), method=METHOD)
            pick = rng.integers(0, n, (400, n))
            theirs = np.einsum("dn,dnk->dk", weight[pick], scores[pick])
            theirs /= weight[pick].sum(axis=1, keepdims=True)
            a = fix.inverse.T @ CONTRAST
            ratios.append((ours @ a).std() / (theirs @ a).std())
        assert low <= np.mean(ratios) <= high, np.mean(ratios)


def test_one_class_alone_still_has_a_margin_and_zero_variance_meets_the_floor() -> None:
    fix = correction(labels(2), (), method=METHOD)
    same = np.tile([0.05, 0.9, 0.05], (40, 1))
    pool = Pool(np.array(40.0), np.array(40.0), same.sum(axis=0), same.T @ same)
    seen = observe(pool, np.zeros((3, 3)), correction=fix, method=METHOD)
    assert seen.s2 == pytest.approx(2500 * METHOD.var_floor / 40)
    draws = value_draws(score_draws(seen, seed=("a",), method=METHOD), correction=fix)
    assert half_width(draws) > 2


def test_one_dominating_weight_counts_as_one_statement() -> None:
    fix = correction(labels(2), (), method=METHOD)
    rng = np.random.default_rng(5)
    scores, _ = sample(rng, 50, PRIOR)
    weight = np.array([1e4] + [1.0] * 49)
    square = (weight[:, None] * scores).T @ scores
    pool = Pool(np.array(weight.sum()), np.array((weight**2).sum()), weight @ scores, square)
    seen = observe(pool, _prior(REGIMES[0]), correction=fix, method=METHOD)
    assert float(seen.n_eff) == pytest.approx(1, abs=0.02)
    draws = value_draws(score_draws(seen, seed=("b",), method=METHOD), correction=fix)
    assert half_width(draws) > 35


def test_a_tile_is_pulled_to_the_usual_shares_the_more_the_less_was_said() -> None:
    fix = correction(labels(3), (), method=METHOD)
    usual = np.array([0.2, 0.6, 0.2])
    tiles = []
    for n in (5, 5000):
        scores = np.tile([0.9, 0.08, 0.02], (n, 1))
        pool = Pool(np.array(float(n)), np.array(float(n)), scores.sum(axis=0), scores.T @ scores)
        seen = observe(pool, _prior(REGIMES[0]), correction=fix, method=METHOD)
        bad = np.array([1.0, 0.0, 0.0])
        tiles.append(shrunk(seen, shares=bad, prior=20 * usual, seed=("c",), method=METHOD))
    assert 50 > tiles[0].value > tiles[1].value + 10
    assert all(tile.low < tile.value < tile.high for tile in tiles)


def test_a_brand_that_moves_is_shrunk_less_than_one_that_stands_still() -> None:
    rng = np.random.default_rng(7)
    usual, s2 = np.array([0.2, 0.6, 0.2]), np.full(90, 25.0)
    calm = 50 + 5 * rng.standard_normal(90)
    restless = 50 + np.hypot(5, 12) * rng.standard_normal(90)
    strong = prior_strength(calm, s2, usual, method=METHOD)
    weak = prior_strength(restless, s2, usual, method=METHOD)
    assert METHOD.shrink_low <= weak < 15 < strong <= METHOD.shrink_high
