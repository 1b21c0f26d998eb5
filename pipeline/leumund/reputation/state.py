"""Follows the level through time: fast enough for the week, slow enough for the season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.method import Method

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """A local level over T days (section 10).

    `mean` (T,) at the point matrix, `draws` (T, D) one path per matrix draw, `variance` (T,) P,
    `omega` (T,) ratio of the realised to the expected squared innovations, `observed` (T,) number
    of days observed so far; where it is 0 the level is only the start.
    """

    mean: Floats
    draws: Floats
    variance: Floats
    omega: Floats
    observed: NDArray[np.int64]


def gain(half_life: float) -> float:
    """λ = 1 − 2^(−1/h) of a half-life in days (section 10).

    >>> [round(gain(h), 4) for h in (3, 7, 14, 30, 90)]
    [0.2063, 0.0943, 0.0483, 0.0228, 0.0077]
    """
    return float(1 - 2 ** (-1 / half_life))


def drift_variance(s2: Floats, *, half_life: float, days: int) -> Floats:
    """η² of each day (T,), points²: s̃²·λ²/(1 − λ), s̃² the trailing median s² (section 10).

    Without an observed day so far it is 0.

    >>> drift_variance(np.array([np.nan, 100.0]), half_life=7, days=180).round(3).tolist()
    [0.0, 0.981]
    """
    rate = gain(half_life)
    medians = np.zeros(len(s2))
    for t in range(len(s2)):
        recent = s2[max(0, t + 1 - days) : t + 1]
        recent = recent[np.isfinite(recent)]
        medians[t] = np.median(recent) if len(recent) else 0.0
    return np.asarray(medians * rate**2 / (1 - rate))


def follow(
    y: Floats, y_draws: Floats, *, s2: Floats, start: Floats, half_life: float, method: Method
) -> Level:
    """The local level of a series, once for the point matrix and once per matrix draw.

    predict P ← P + η²; K = P/(P + s²); μ ← μ + K(y − μ); P ← (1 − K)P; a day without observation
    only predicts. During the first start_days the level is the information-weighted mean of what
    was seen, P its variance; with fewer than start_min observed days it starts from the stratum
    mean with P = start_variance (section 10).

    Args:
        y: (T,) values at the point matrix, NaN where not observed.
        y_draws: (T, D) values at the matrix draws.
        s2: (T,) sampling variances in points², NaN where not observed.
        start: (1 + D,) stratum mean at the point matrix and at the draws.
        half_life: days.
        method: start_days, start_min, start_variance, prior_days, omega_days.

    >>> flat = np.full(3, 60.0)
    >>> low = follow(flat, flat[:, None], s2=np.ones(3), start=np.array([50.0, 50.0]),
    ...              half_life=7, method=Method())
    >>> low.mean.round(1).tolist(), low.observed.tolist()
    ([60.0, 60.0, 60.0], [1, 2, 3])
    """
    values = np.column_stack([y, y_draws])
    eta2 = drift_variance(s2, half_life=half_life, days=method.prior_days)
    means, variances, observed, surprise = _filter(
        values, s2, eta2=eta2, start=start, method=method
    )
    return Level(
        mean=means[:, 0],
        draws=means[:, 1:],
        variance=variances,
        omega=_omega(surprise, days=method.omega_days),
        observed=observed,
    )


def _filter(
    values: Floats, s2: Floats, *, eta2: Floats, start: Floats, method: Method
) -> tuple[Floats, Floats, NDArray[np.int64], Floats]:
    """Means (T, 1 + D), variances, days observed so far, squared standardised innovations."""
    days = len(values)
    mu, p = start.astype(np.float64), method.start_variance
    information, weighted = 0.0, np.zeros(values.shape[1])
    means, variances = np.zeros(values.shape), np.zeros(days)
    surprise, observed = np.full(days, np.nan), np.zeros(days, dtype=np.int64)
    seen = 0
    for t in range(days):
        p += eta2[t]
        if np.isfinite(s2[t]):
            if seen >= method.start_min:
                surprise[t] = (values[t, 0] - mu[0]) ** 2 / (p + s2[t])
            k = p / (p + s2[t])
            mu, p = mu + k * (values[t] - mu), (1 - k) * p
            information += 1 / s2[t]
            weighted = weighted + values[t] / s2[t]
            seen += 1
        if t < method.start_days and seen >= method.start_min:
            mu, p = weighted / information, 1 / information
        means[t], variances[t], observed[t] = mu, p, seen
    return means, variances, observed, surprise


def _omega(surprise: Floats, *, days: int) -> Floats:
    """Mean over the last `days` observed days; 1 before the first."""
    result = np.ones(len(surprise))
    recent: list[float] = []
    for t, value in enumerate(surprise):
        if np.isfinite(value):
            recent = [*recent[-(days - 1) :], float(value)]
        result[t] = np.mean(recent) if recent else 1.0
    return result


def level_draws(level: Level, t: int, *, rng: np.random.Generator) -> Floats:
    """Draws (D,) of the level on day t: μ⁽ⁱ⁾ + √(P·max(1, ω))·z (section 10)."""
    spread = np.sqrt(level.variance[t] * max(1.0, level.omega[t]))
    return np.asarray(level.draws[t] + spread * rng.standard_normal(level.draws.shape[1]))
