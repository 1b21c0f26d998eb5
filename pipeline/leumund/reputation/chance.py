"""Draws chance numbers that are the same on every machine and in every order of work."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def generator(*parts: str) -> np.random.Generator:
    """A random generator that depends on `parts` alone, through SHA-256 (method, section 0).

    >>> generator("a", "b").random() == generator("a", "b").random() != generator("ab").random()
    True
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def multivariate_t(rng: np.random.Generator, root: Floats, *, freedom: float, draws: int) -> Floats:
    """Draws of a centred multivariate t with scale root·rootᵀ (method, section 8).

    Args:
        rng: source of randomness.
        root: (L, L) square root of the scale matrix.
        freedom: ν > 0.
        draws: D.

    Returns:
        (D, L).

    >>> drawn = multivariate_t(generator("x"), np.eye(1), freedom=9, draws=5000)
    >>> bool(abs(drawn.std() - (9 / 7) ** 0.5) < 0.05)
    True
    """
    normal = rng.standard_normal((draws, root.shape[0]))
    scale = np.sqrt(freedom / rng.chisquare(freedom, draws))
    return np.asarray((normal @ root.T) * scale[:, None])


def square_root(covariance: Floats) -> Floats:
    """Symmetric square roots of covariance matrices (…, L, L); tiny negative eigenvalues are 0.

    >>> square_root(np.diag([4.0, 0.0])).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    values, vectors = np.linalg.eigh(covariance)
    scaled = vectors * np.sqrt(np.maximum(values, 0))[..., None, :]
    return np.asarray(scaled @ np.swapaxes(vectors, -1, -2))
