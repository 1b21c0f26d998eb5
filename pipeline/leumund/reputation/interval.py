"""Puts a margin on every value: what would other texts and other labels have given?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.chance import generator, multivariate_t, square_root
from leumund.reputation.correction import Correction
from leumund.reputation.method import Method
from leumund.reputation.observation import Observation
from leumund.reputation.quantify import net_weights, points, simplex_shares
from leumund.types import Estimate

Floats = NDArray[np.float64]


def estimate(value: float, draws: Floats, *, least: float = 0.0) -> Estimate:
    """A value with the 2.5 and 97.5 percentile of its draws, cut to [0, 100] (section 8).

    No value is without a margin (section 17): an interval that lies wholly outside reaches half
    its width in from the edge, and where all draws are one edge it reaches in by `least`.

    >>> estimate(101.0, np.linspace(80, 120, 1001))
    Estimate(value=100.0, low=81.0, high=100.0)
    >>> estimate(-30.0, np.linspace(-40, -20, 1001))
    Estimate(value=0.0, low=0.0, high=9.5)
    """
    low, high = np.percentile(draws, [2.5, 97.5])
    half = (high - low) / 2 if high > low else least
    cut = np.clip([value, min(low, 100 - half), max(high, half)], 0, 100)
    return Estimate(value=float(cut[0]), low=float(cut[1]), high=float(cut[2]))


def half_width(draws: Floats) -> float:
    """Half the distance of the 2.5 and 97.5 percentile, not cut.

    >>> round(half_width(np.linspace(0, 1, 1001)), 3)
    0.475
    """
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(high - low) / 2


def score_draws(seen: Observation, *, seed: tuple[str, ...], method: Method) -> Floats:
    """Moment draws q⁽ⁱ⁾ (D, L) of one span: q + (Σ̃/n_eff)^½·ζ, ζ multivariate t (section 8)."""
    root = square_root(seen.scale) / np.sqrt(seen.n_eff)
    noise = multivariate_t(generator(*seed), root, freedom=float(seen.freedom), draws=method.draws)
    return np.asarray(seen.q + noise)


def value_draws(scores: Floats, *, correction: Correction) -> Floats:
    """y⁽ⁱ⁾ = 50(1 + cᵀ(M⁽ⁱ⁾)⁻¹q⁽ⁱ⁾) from scores (…, D, L) and shared draws of M (section 8)."""
    return points(np.einsum("dl,...dl->...d", net_weights(correction.inverses), scores))


def share_draws(scores: Floats, *, correction: Correction) -> Floats:
    """Shares (T, D, 3) on the simplex from scores (T, D, L), one matrix a draw (section 6.1)."""
    linear = np.einsum("dkl,tdl->tdk", correction.inverses, scores)
    matrices = correction.pooled.draws
    return simplex_shares(matrices, np.einsum("djk,tdk->tdj", matrices, linear))


def prior_strength(y: Floats, s2: Floats, shares: Floats, *, method: Method) -> float:
    """α₀ of the single-day shrinkage: v̄/τ̂² − 1, cut to [shrink_low, shrink_high] (section 9).

    Args:
        y: (T,) daily values in points, NaN where not observed.
        s2: (T,) their sampling variances in points².
        shares: (3,) shares around which the days vary.
        method: shrink_low, shrink_high.

    >>> prior_strength(np.array([50.0, 50.0]), np.ones(2), np.ones(3) / 3, method=Method())
    200.0
    """
    seen = np.isfinite(s2)
    if seen.sum() < 2:
        return method.shrink_high
    between = float(np.var(y[seen] / 50, ddof=1) - s2[seen].mean() / 2500)
    if between <= 0:
        return method.shrink_high
    ratio = float(net_variance(shares)) / between - 1
    return float(np.clip(ratio, method.shrink_low, method.shrink_high))


def net_variance(shares: Floats) -> Floats:
    """v = p⁺ + p⁻ − (p⁺ − p⁻)², the variance of one statement in {−1, 0, 1} (section 9).

    >>> round(float(net_variance(np.array([0.2, 0.5, 0.3]))), 4)
    0.49
    """
    low, high = shares[..., 0], shares[..., 2]
    return np.asarray(high + low - (high - low) ** 2)


def shrunk(
    seen: Observation, *, shares: Floats, prior: Floats, seed: tuple[str, ...], method: Method
) -> Estimate:
    """The tile of a single day, pulled to the brand's usual shares (section 9).

    n* = v/(s²/2500) perfectly read statements would know as much; the shares are
    (α + n*·p̂)/(α₀ + n*), the interval comes from Dirichlet(α + n*·p̂). Never used in levels,
    verdicts or alarms.

    Args:
        seen: one day.
        shares: (3,) displayed shares p̂ of the day.
        prior: (3,) α > 0.
        seed: what the draws depend on.
        method: draws.
    """
    smooth = (seen.n_eff * shares + prior) / (seen.n_eff + prior.sum())
    worth = float(net_variance(smooth) / (seen.s2 / 2500))
    alpha = np.maximum(prior + worth * shares, 1e-6)
    gamma = generator(*seed).standard_gamma(alpha, (method.draws, 3))
    draws = gamma / gamma.sum(axis=1, keepdims=True)
    mean = alpha / alpha.sum()
    return estimate(float(points(mean[2] - mean[0])), points(draws[:, 2] - draws[:, 0]))
