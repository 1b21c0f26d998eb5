"""Holds the promise of an alarm: so many false ones a year, and the statistics behind it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.method import Method

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
STATES = 400


def step(s: float, e: float, *, k: float) -> float:
    """S = max(0, S − e − k): grows with every day worse than k standard deviations (section 14).

    >>> step(1.0, -2.0, k=0.5), step(0.2, 1.0, k=0.5)
    (2.5, 0.0)
    """
    return max(0.0, s - e - k)


def run_length(h: float, *, k: float, shift: float = 0.0, states: int = STATES) -> float:
    """Mean days until S > h, from S = 0, when the mean of e is `shift` standard deviations.

    Source: Brook & Evans 1972, doi 10.1093/biomet/59.3.539, Markov chain on `states` intervals
    (section 14).

    >>> round(run_length(4.082, k=0.5)), round(run_length(4.082, k=0.5, shift=-1.0), 2)
    (365, 8.55)
    """
    width = 2 * h / (2 * states - 1)
    offsets = np.arange(-states, states)
    edges = np.array([_normal((i + 0.5) * width + k + shift) for i in offsets])
    rows, columns = np.mgrid[0:states, 0:states]
    jump = columns - rows + states
    chain = edges[jump] - edges[jump - 1]
    chain[:, 0] = edges[jump[:, 0]]
    times = np.linalg.solve(np.eye(states) - chain, np.ones(states))
    return float(times[0])


def _normal(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


@lru_cache(maxsize=32)
def limit(arl0: float, *, k: float) -> float:
    """h with a mean time of `arl0` observed days to a false alarm, by bisection (section 14).

    >>> round(limit(474.5, k=0.5), 3)
    4.338
    """
    low, high = 0.1, 20.0
    while high - low > 1e-5:
        middle = (low + high) / 2
        if run_length(middle, k=k, states=200) < arl0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def alarm_limit(method: Method) -> float:
    """h of the trend alarm: ARL₀ = 365·m·G/x for x false alarms a year over m series (section 14).

    >>> round(alarm_limit(Method()), 3)
    4.338
    """
    return limit(365 * method.series * method.guard / method.budget, k=method.k)


def yule_walker(values: Floats, usable: Bools, *, order: int) -> tuple[Floats, float]:
    """φ (order,) and σ̂ of an autoregression around 0, from the usable days only (section 14).

    Autocovariances use pairs of usable days and are divided by the number of usable days, so that
    a hole is not read as silence. Falls back to φ = 0 where the equations have no stationary
    solution; σ̂ is 0 where nothing varies.

    >>> phi, sigma = yule_walker(np.array([1.0, -1.0] * 200), np.ones(400, dtype=bool), order=1)
    >>> phi.round(2).tolist(), round(sigma, 2)
    ([-1.0], 0.07)
    """
    kept = np.where(usable, values, 0.0)
    count = max(int(usable.sum()), 1)
    days = len(kept)
    gamma = np.array([kept[lag:] @ kept[: max(days - lag, 0)] / count for lag in range(order + 1)])
    if gamma[0] <= 0:
        return np.zeros(order), 0.0
    places = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    system = gamma[places]
    if np.linalg.eigvalsh(system)[0] > 1e-9 * gamma[0]:
        phi = np.linalg.solve(system, gamma[1:])
        rest = float(gamma[0] - phi @ gamma[1:])
        if rest > 0:
            return np.asarray(phi, dtype=np.float64), math.sqrt(rest)
    return np.zeros(order), math.sqrt(float(gamma[0]))


def common_slope(own: Floats, factor: Floats) -> float:
    """β: slope of a brand's residuals on its peers' median, cut to [0, 1]; 0 without variation.

    >>> common_slope(np.array([1.0, -1.0]), np.array([2.0, -2.0]))
    0.5
    """
    if len(own) < 2 or not np.var(factor):
        return 0.0
    centred = factor - factor.mean()
    return float(np.clip(centred @ own / (centred @ centred), 0, 1))
