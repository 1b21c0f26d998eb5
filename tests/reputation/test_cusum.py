"""The promised number of false alarms is the one that the limit keeps."""

import numpy as np
import pytest

from leumund.reputation.cusum import alarm_limit, common_slope, limit, run_length, yule_walker
from leumund.reputation.method import Method
from leumund.reputation.state import gain


@pytest.mark.parametrize(
    ("h", "days"), [(4, 335.4), (4.082, 364.9), (4.1, 371.7), (4.5, 559.9), (5, 930.9)]
)
def test_mean_time_to_a_false_alarm(h: float, days: float) -> None:
    assert run_length(h, k=0.5) == pytest.approx(days, rel=0.002)


@pytest.mark.parametrize(("shift", "days"), [(-1.0, 8.55), (-0.5, 27.5)])
def test_mean_delay_after_a_step(shift: float, days: float) -> None:
    assert run_length(4.082, k=0.5, shift=shift) == pytest.approx(days, rel=0.01)


@pytest.mark.parametrize(
    ("arl0", "h"),
    [(91.25, 2.765), (182.5, 3.415), (365, 4.082), (474.5, 4.338), (730, 4.760), (1825, 5.666)],
)
def test_limits_of_the_table(arl0: float, h: float) -> None:
    assert limit(arl0, k=0.5) == pytest.approx(h, abs=0.002)


@pytest.mark.parametrize(("arl0", "h"), [(104, 4.482), (260, 6.065), (520, 7.341)])
def test_limits_for_a_slow_drift(arl0: float, h: float) -> None:
    assert limit(arl0, k=0.25) == pytest.approx(h, abs=0.005)


def test_the_limit_follows_the_budget() -> None:
    assert alarm_limit(Method()) == pytest.approx(4.338, abs=0.001)
    assert alarm_limit(Method(budget=0.5)) > alarm_limit(Method()) > alarm_limit(Method(budget=4))
    siegmund = 4.338 + 1.166
    assert 2 * (np.exp(siegmund) - siegmund - 1) == pytest.approx(474.5, rel=0.01)


def _first_alarms(e: np.ndarray, h: float) -> np.ndarray:
    """Day (from 1) of the first alarm of each path (days, paths); days + 1 without."""
    s, when = np.zeros(e.shape[1]), np.full(e.shape[1], len(e) + 1)
    for day, row in enumerate(e, start=1):
        s = np.maximum(0, s - row - 0.5)
        when[(s > h) & (when > len(e))] = day
    return when


def _mean_gap(e: np.ndarray, h: float) -> float:
    """Mean number of days between alarms, S reset to 0."""
    s, alarms = np.zeros(e.shape[1]), 0
    for row in e:
        s = np.maximum(0, s - row - 0.5)
        alarms += int((s > h).sum())
        s[s > h] = 0
    return float(e.size / alarms)


def test_monte_carlo_agrees_with_the_chain() -> None:
    e = np.random.default_rng(0).standard_normal((4000, 1500))
    assert _mean_gap(e, 4.082) == pytest.approx(364.9, rel=0.03)


def _ar1(rng: np.random.Generator, phi: float, shape: tuple[int, int]) -> np.ndarray:
    """AR(1) of unit variance that starts from its mean."""
    noise = np.sqrt(1 - phi**2) * rng.standard_normal(shape)
    for t in range(1, shape[0]):
        noise[t] += phi * noise[t - 1]
    return np.asarray(noise)


@pytest.mark.parametrize(
    ("phi", "days"), [(0.1, 226), (0.2, 153), (0.3, 115), (0.5, 72), (0.7, 57)]
)
def test_unwhitened_persistence_breaks_the_promise(phi: float, days: float) -> None:
    when = _first_alarms(_ar1(np.random.default_rng(1), phi, (2000, 5000)), 4.082)
    assert (when > 2000).mean() < 0.001
    assert when.mean() == pytest.approx(days, rel=0.03)


@pytest.mark.parametrize(("phi", "days"), [(0.3, 13.6), (0.5, 20.3), (0.7, 35.2)])
def test_whitening_delays_a_step_as_the_method_says(phi: float, days: float) -> None:
    raw = _ar1(np.random.default_rng(2), phi, (402, 20_000))
    raw[1:] -= 1
    e = (raw[1:] - phi * raw[:-1]) / np.sqrt(1 - phi**2)
    assert _first_alarms(e, 4.082).mean() == pytest.approx(days, rel=0.03)


@pytest.mark.parametrize(
    ("half_life", "power"), [(3, 0.255), (7, 0.535), (14, 0.790), (30, 0.941), (90, 0.989)]
)
def test_a_fast_baseline_swallows_the_drop(half_life: float, power: float) -> None:
    e = np.random.default_rng(3).standard_normal((30, 60_000))
    e -= ((1 - gain(half_life)) ** np.arange(30))[:, None]
    assert (_first_alarms(e, 4.082) <= 30).mean() == pytest.approx(power, abs=0.01)


def test_without_a_drop_thirty_days_rarely_alarm() -> None:
    e = np.random.default_rng(4).standard_normal((30, 60_000))
    assert (_first_alarms(e, 4.082) <= 30).mean() == pytest.approx(0.069, abs=0.01)


def test_yule_walker_finds_the_autoregression_through_holes() -> None:
    rng = np.random.default_rng(5)
    values = _ar1(rng, 0.5, (4000, 1))[:, 0]
    usable = rng.random(4000) > 0.2
    phi, sigma = yule_walker(values, np.ones(4000, dtype=bool), order=3)
    assert phi == pytest.approx([0.5, 0, 0], abs=0.05)
    assert sigma == pytest.approx(np.sqrt(0.75), abs=0.03)
    holed, wider = yule_walker(values, usable, order=3)
    assert 0 < holed[0] < 0.5
    assert wider >= sigma


def test_without_variation_there_is_nothing_to_whiten() -> None:
    phi, sigma = yule_walker(np.zeros(50), np.ones(50, dtype=bool), order=3)
    assert sigma == 0
    assert phi.tolist() == [0, 0, 0]
    assert common_slope(np.ones(5), np.ones(5)) == 0
    assert common_slope(np.array([1.0, -1]), np.array([-1.0, 1])) == 0
