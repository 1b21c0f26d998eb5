"""Turns what the model says on average into what people said, by the model's known errors."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CONTRAST: Floats = np.array([-1.0, 0.0, 1.0])


def response_matrix(scores: Floats, labels: NDArray[np.int64]) -> Floats:
    """M, (K, K): column k is the mean score of the texts of true class k (section 6.2).

    A class without texts gives a column of zeros.

    >>> scores = np.array([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])
    >>> response_matrix(scores, np.array([0, 0, 1])).tolist()
    [[0.625, 0.25], [0.375, 0.75]]
    """
    truth = np.eye(scores.shape[1])[labels]
    return np.asarray(scores.T @ truth / np.maximum(truth.sum(axis=0), 1))


def smallest_singular_value(matrices: Floats) -> Floats:
    """σ_min of matrices (…, K, K): how well the classes can be told apart (section 6.3).

    >>> float(smallest_singular_value(np.diag([0.5, 1.0])))
    0.5
    """
    return np.asarray(np.linalg.svd(matrices, compute_uv=False)[..., -1])


def linear_shares(matrix: Floats, q: Floats) -> Floats:
    """p = M⁻¹q: sums to 1, may leave [0, 1]; unbiased, so it feeds the series (section 6.1).

    With hard scores this is ACC; for two classes it is Rogan–Gladen, (q − FPR)/(TPR − FPR)
    (Rogan & Gladen 1978, doi 10.1093/oxfordjournals.aje.a112510).

    >>> flags = np.array([[0.75, 0.12], [0.25, 0.88]])  # TPR .75, FPR .12
    >>> linear_shares(flags, np.array([0.183, 0.817])).round(6).tolist()
    [0.1, 0.9]
    """
    return np.asarray(np.linalg.solve(matrix, q), dtype=np.float64)


def net_weights(inverse: Floats) -> Floats:
    """a = (M⁻¹)ᵀc, so that N̂ = aᵀq; `inverse` is (…, 3, L) (section 6.1).

    >>> net_weights(np.eye(3)).tolist()
    [-1.0, 0.0, 1.0]
    """
    return np.asarray(np.einsum("k,...kl->...l", CONTRAST, inverse))


def points(net: Floats) -> Floats:
    """R = 50·(1 + N) (section 0).

    >>> points(np.array([-1.0, 0.0, 0.2])).tolist()
    [0.0, 50.0, 60.0]
    """
    return np.asarray(50 * (1 + net))


def simplex_shares(matrices: Floats, q: Floats) -> Floats:
    """argmin over the simplex of ‖q − Mp‖², exact over all 2^K − 1 faces (section 6.1).

    On each face the sum-to-one least-squares problem is solved by its KKT system; of the
    solutions without a negative share the closest one is the minimum.

    Args:
        matrices: (D, K, K), one matrix for each draw.
        q: (T, D, K), mean scores.

    Returns:
        (T, D, K), each row on the simplex.

    >>> simplex_shares(np.eye(2)[None], np.array([[[1.2, -0.2]]])).tolist()
    [[[1.0, 0.0]]]
    """
    classes = q.shape[-1]
    best = np.full(q.shape[:-1], np.inf)
    shares = np.zeros(q.shape)
    for size in range(classes, 0, -1):
        for face in combinations(range(classes), size):
            columns = matrices[:, :, face]
            x = _on_face(columns, q)
            gap = q - np.einsum("dkm,tdm->tdk", columns, x)
            loss = np.einsum("tdk,tdk->td", gap, gap)
            better = (x.min(axis=-1) >= 0) & (loss < best)
            full = np.zeros(q.shape)
            full[..., face] = x
            best = np.where(better, loss, best)
            shares = np.where(better[..., None], full, shares)
    return shares


def _on_face(columns: Floats, q: Floats) -> Floats:
    """Least squares with sum 1 on one face: columns (D, K, m), q (T, D, K), result (T, D, m)."""
    draws, _, size = columns.shape
    system = np.zeros((draws, size + 1, size + 1))
    system[:, :size, :size] = np.swapaxes(columns, 1, 2) @ columns
    system[:, :size, size] = system[:, size, :size] = 1
    inverse = np.linalg.inv(system)
    turn = inverse[:, :size, :size] @ np.swapaxes(columns, 1, 2)
    return np.asarray(np.einsum("dmk,tdk->tdm", turn, q) + inverse[:, :size, size])
