"""Measures how much of the talk about the peers is about one brand, whatever its tone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.chance import generator
from leumund.reputation.method import Method
from leumund.reputation.panel import running, span
from leumund.types import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def visibility(
    counts: Sequence[Ints], *, seeds: Sequence[tuple[str, ...]], method: Method
) -> tuple[Estimate | None, ...]:
    """Share of voice in percent of the first brand on each day, None where nobody speaks.

    V = 100·(α_b + c_b)/(α₀ + Σc), c = story clusters of sov_days without weights, α = counts of
    the sov_prior_days before them, scaled to α₀ (equal where there were none). Interval:
    Dirichlet with counts divided by the overdispersion (section 11).

    Args:
        counts: (T,) clusters a day of the brand, then of each peer.
        seeds: what the draws of each day depend on.
        method: sov_days, sov_prior_days, shrink_sov (α₀), draws.

    >>> even = [np.array([5, 5]), np.array([5, 5])]
    >>> [round(v.value) for v in visibility(even, seeds=[("a",), ("b",)], method=Method())]
    [50, 50]
    """
    table = np.stack(counts, axis=1).astype(np.float64)
    days = np.arange(len(table))
    sums = running(table)
    recent = span(sums, days + 1 - method.sov_days, days + 1)
    before = days + 1 - method.sov_days
    past = span(sums, before - method.sov_prior_days, before)
    total = past.sum(axis=1, keepdims=True)
    even = np.full(table.shape, 1 / table.shape[1])
    alpha = method.shrink_sov * np.where(total > 0, past / np.where(total > 0, total, 1), even)
    found: list[Estimate | None] = []
    for t in range(len(table)):
        if not recent[t].sum():
            found.append(None)
            continue
        phi = overdispersion(table[max(0, t + 1 - method.sov_prior_days) : t + 1])
        value = 100 * (alpha[t] + recent[t])[0] / (alpha[t] + recent[t]).sum()
        found.append(_margin(float(value), alpha[t] + recent[t] / phi, seeds[t], method.draws))
    return tuple(found)


def overdispersion(counts: Floats) -> float:
    """φ̂ = max(1, variance/mean of daily counts), pooled over brands (section 11).

    >>> overdispersion(np.array([[0.0], [10.0]]))
    10.0
    """
    mean = counts.mean(axis=0).sum()
    if len(counts) < 2 or not mean:
        return 1.0
    return float(max(1.0, counts.var(axis=0, ddof=1).sum() / mean))


def _margin(value: float, alpha: Floats, seed: tuple[str, ...], draws: int) -> Estimate:
    """The first share of Dirichlet(alpha) is Beta(alpha₁, Σalpha − alpha₁)."""
    own, others = max(alpha[0], 1e-6), max(alpha[1:].sum(), 1e-6)
    low, high = np.percentile(100 * generator(*seed).beta(own, others, draws), [2.5, 97.5])
    return Estimate(value=value, low=float(min(low, value)), high=float(max(high, value)))
