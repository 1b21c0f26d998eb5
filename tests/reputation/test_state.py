"""Levels follow what was observed, widen in silence, and know how well they know."""

import numpy as np
import pytest
from reputation.worlds import brand_of, clusters, labels, single_source

from leumund.reputation.method import Method
from leumund.reputation.series import series
from leumund.reputation.state import drift_variance, follow, gain, level_draws

METHOD = Method(draws=200)


def test_gains_of_the_half_lives() -> None:
    found = [gain(h) for h in (3, 7, 14, 30, 90)]
    assert found == pytest.approx([0.2063, 0.0943, 0.0483, 0.0228, 0.0077], abs=0.00005)
    variance = [rate / (2 - rate) for rate in found]
    assert variance == pytest.approx([0.115, 0.050, 0.025, 0.012, 0.0039], abs=0.0006)


def _flat(y: list[float], s2: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = np.array(y)
    return values, values[:, None], np.array(s2)


def test_the_steady_gain_is_the_one_of_the_half_life() -> None:
    y, draws, s2 = _flat([50.0] * 400 + [60.0], [9.0] * 401)
    level = follow(y, draws, s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD)
    assert level.mean[-1] - 50 == pytest.approx(10 * gain(7), rel=0.001)


def test_silence_only_widens_the_level() -> None:
    y, draws, s2 = _flat([55.0] * 40 + [np.nan] * 20, [9.0] * 40 + [np.nan] * 20)
    level = follow(y, draws, s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD)
    assert level.mean[40:] == pytest.approx(55)
    assert np.all(np.diff(level.variance[40:]) > 0)
    assert level.observed[-1] == 40


def test_few_days_start_from_the_stratum_and_more_from_their_own_mean() -> None:
    y, draws, s2 = _flat([70.0, 60.0, 70.0, 60.0, 70.0], [625.0] * 5)
    level = follow(y, draws, s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD)
    assert level.mean[0] == pytest.approx(60, abs=0.5)
    assert level.variance[0] == pytest.approx(625 / 2, rel=0.05)
    assert level.mean[4] == pytest.approx(66)
    assert level.variance[4] == pytest.approx(125)


def test_the_start_lasts_28_days_and_then_old_days_fade() -> None:
    y, draws, s2 = _flat([40.0] * 14 + [60.0] * 14 + [60.0] * 90, [25.0] * 118)
    level = follow(y, draws, s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD)
    assert level.mean[27] == pytest.approx(50)
    assert level.mean[-1] > 59


def test_a_restless_series_shows_more_surprise_than_the_model_allows() -> None:
    rng = np.random.default_rng(1)
    values = 50 + 9 * rng.standard_normal(200)
    s2 = np.full(200, 9.0)
    level = follow(
        values, values[:, None], s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD
    )
    assert level.omega[-1] > 1.5
    calm = 50 + 3 * rng.standard_normal(200)
    quiet = follow(calm, calm[:, None], s2=s2, start=np.full(2, 50.0), half_life=7, method=METHOD)
    assert quiet.omega[-1] < 1.5


def test_drift_follows_the_median_of_the_observed_days() -> None:
    s2 = np.array([np.nan, 4.0, 100.0, 4.0])
    expected = 4 * gain(7) ** 2 / (1 - gain(7))
    found = drift_variance(s2, half_life=7, days=180)
    assert found[[1, 3]] == pytest.approx([expected, expected])


def test_shared_draws_cover_the_level_and_ignored_label_error_does_not() -> None:
    hits, naive = 0, 0
    for replicate in range(150):
        brand = single_source("Musterbahn", 90, seed=replicate, volume=300)
        one = series(brand, (), responses=labels(20_000 + replicate), method=METHOD)
        draws = level_draws(one.fast, 89, rng=np.random.default_rng(replicate))
        low, high = np.percentile(draws, [2.5, 97.5])
        hits += low <= 50 <= high
        spread = 1.96 * np.sqrt(one.fast.variance[89] * max(1.0, one.fast.omega[89]))
        naive += abs(one.fast.mean[89] - 50) <= spread
    assert 0.90 <= hits / 150 <= 0.985, hits
    assert naive / 150 < 0.8, naive


def test_a_level_is_a_path_per_matrix_draw_with_common_gains() -> None:
    brand = brand_of("Musterbahn", clusters("Musterbahn", 60, seed=2), 60)
    one = series(brand, (), responses=labels(2), method=METHOD)
    assert one.fast.draws.shape == (60, 200)
    assert one.fast.draws[-1].std() > 0.5
    assert one.fast.draws[-1].mean() == pytest.approx(one.fast.mean[-1], abs=1.0)
