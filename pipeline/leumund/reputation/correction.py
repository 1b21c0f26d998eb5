"""Chooses how the model's errors are corrected, and draws how well they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.chance import generator
from leumund.reputation.method import Method
from leumund.reputation.quantify import net_weights, response_matrix, smallest_singular_value
from leumund.reputation.responses import Responses, calibration_error, one_hot

Floats = NDArray[np.float64]
Step = Literal["pacc_kind", "pacc", "acc", "count"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One response matrix, its shared draws, and the variance of the scores per true class.

    `point` (3, 3), `draws` (D, 3, 3), `spread` (3, 3, 3): Cov(s | y = k)/n_k for each class k.
    """

    point: Floats
    draws: Floats
    spread: Floats


@dataclass(frozen=True, eq=False)
class Correction:
    """The step of the fallback chain in use, with its matrices (section 6.3).

    `kinds` are the source kinds with a matrix of their own; every other source uses the last,
    pooled matrix. Mean scores of the G = len(kinds) + 1 groups are stacked to length L = 3·G;
    `inverse` (3, L) and `inverses` (D, 3, L) map them to shares. `hard`: one-hot scores are used.
    """

    step: Step
    kinds: tuple[str, ...]
    matrices: tuple[Matrix, ...]
    hard: bool
    labels: str
    provisional: bool

    @property
    def pooled(self) -> Matrix:
        """The matrix of all source kinds together."""
        return self.matrices[-1]

    @cached_property
    def inverse(self) -> Floats:
        """M⁻¹ of each group side by side, (3, L)."""
        return np.concatenate([_inverse(m.point) for m in self.matrices], axis=1)

    @cached_property
    def inverses(self) -> Floats:
        """The same for each draw, (D, 3, L)."""
        return np.concatenate([_inverse(m.draws) for m in self.matrices], axis=2)

    def label_variance(self, q: Floats) -> Floats:
        """v_M = 2500·Σ_k p_k²·Var(aᵀs | y = k)/n_k in points², from q (…, L) (section 7)."""
        total = np.zeros(q.shape[:-1])
        for g, matrix in enumerate(self.matrices):
            inverse = _inverse(matrix.point)
            a = net_weights(inverse)
            shares = q[..., 3 * g : 3 * g + 3] @ inverse.T
            total = total + shares**2 @ np.einsum("i,kij,j->k", a, matrix.spread, a)
        return 2500 * total


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


@lru_cache(maxsize=32)
def correction(responses: Responses, kinds: tuple[str, ...], *, method: Method) -> Correction:
    """The first usable step: PACC per kind, PACC pooled, ACC pooled, classify and count.

    PACC needs ECE ≤ ece_max; a step is skipped if a class has fewer than n_label_min labels or
    the smallest singular value of M is below sv_min (section 6.3). `kinds` are the source kinds
    that the brand's frame has.

    >>> poor = Responses(np.full((3, 3), 1 / 3), np.array([0, 1, 2]))
    >>> correction(poor, (), method=Method()).step
    'count'
    """
    ece = calibration_error(responses.scores, responses.labels, bins=method.ece_bins)
    soft = _matrix(responses, method=method, kind="") if ece <= method.ece_max else None
    chosen: list[tuple[str, Matrix]] = []
    step: Step
    if soft:
        own = {kind: _matrix(responses, method=method, kind=kind) for kind in sorted(set(kinds))}
        chosen = [(kind, matrix) for kind, matrix in own.items() if kind and matrix]
        pooled = soft
        step = "pacc_kind" if chosen else "pacc"
    elif hard := _matrix(responses, method=method, kind="", hard=1):
        pooled, step = hard, "acc"
    else:
        unit = np.eye(3)
        pooled = Matrix(unit, np.broadcast_to(unit, (method.draws, 3, 3)), np.zeros((3, 3, 3)))
        step = "count"
    few = responses.origin == "card" or len(responses.labels) < method.own_labels
    return Correction(
        step=step,
        kinds=tuple(kind for kind, _ in chosen),
        matrices=(*(matrix for _, matrix in chosen), pooled),
        hard=step in ("acc", "count"),
        labels=responses.version,
        provisional=few,
    )


def _matrix(responses: Responses, *, method: Method, kind: str, hard: int = 0) -> Matrix | None:
    """M of one source kind ("" = all) with its draws, or None where it is not usable."""
    parts = [responses.of_class(k, kind) for k in range(3)]
    if min(len(part) for part in parts) < method.n_label_min:
        return None
    if hard:
        parts = [one_hot(part) for part in parts]
    labels = np.repeat(np.arange(3), [len(part) for part in parts])
    point = response_matrix(np.concatenate(parts), labels)
    if smallest_singular_value(point) < method.sv_min:
        return None
    draws = matrix_draws(
        parts, method=method, seed=(method.version, responses.version, kind, str(hard))
    )
    if draws is None:
        return None
    spread = np.stack([np.cov(part.T, bias=True) / len(part) for part in parts])
    return Matrix(point, draws, spread)


def matrix_draws(
    parts: Sequence[Floats], *, method: Method, seed: tuple[str, ...]
) -> Floats | None:
    """Draws of M: Dirichlet(1, …, 1) weights over the labelled texts of each class (section 8).

    Draws whose smallest singular value is below sv_redraw are redrawn; more than redraw_max of
    them mean that M is not usable. The i-th draw is the same for all days and brands.

    Args:
        parts: scores (n_k, 3) of each true class.
        method: draws, sv_redraw, redraw_max.
        seed: what the draws depend on.

    Returns:
        (D, 3, 3), or None.

    >>> parts = [np.eye(3)[[k] * 40] for k in range(3)]
    >>> matrix_draws(parts, method=Method(), seed=("a",)).shape
    (1000, 3, 3)
    """
    rng = generator("matrix", *seed)
    draws = _bayesian_means(parts, rng, method.draws)
    bad = np.flatnonzero(smallest_singular_value(draws) < method.sv_redraw)
    if len(bad) > method.redraw_max * method.draws:
        return None
    while len(bad):
        draws[bad] = _bayesian_means(parts, rng, len(bad))
        bad = bad[smallest_singular_value(draws[bad]) < method.sv_redraw]
    return draws


def _bayesian_means(parts: Sequence[Floats], rng: np.random.Generator, draws: int) -> Floats:
    columns = []
    for part in parts:
        weight = rng.standard_exponential((draws, len(part)))
        columns.append(weight @ part / weight.sum(axis=1, keepdims=True))
    return np.stack(columns, axis=2)
