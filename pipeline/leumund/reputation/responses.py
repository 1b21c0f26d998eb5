"""Keeps the labelled held-out scores from which the model's own errors are measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leumund.errors import Unreadable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Origin = Literal["card", "own"]


@dataclass(frozen=True, eq=False)
class Responses:
    """Calibrated scores of labelled texts that the model was not trained on (method, section 6.2).

    `scores` is (n, 3), rows on the simplex in the order of TONES; `labels` (n,) the true class
    0, 1 or 2; `kinds` the source kind of each text, compared with the platforms of a brand, or
    empty. `origin` is "card" until the labels are a random audit of one's own posts; then each
    value says that its correction is estimated. Rows are put in a fixed order, so that neither
    `version` nor any draw depends on the order in which they came.

    Raises:
        Unreadable: shapes do not agree, scores leave the simplex, or a label is not 0, 1 or 2.

    >>> scores = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    >>> one, two = Responses(scores, np.array([0, 1])), Responses(scores[::-1], np.array([1, 0]))
    >>> one.version == two.version, one.kinds
    (True, ('', ''))
    """

    scores: Floats
    labels: Ints
    kinds: tuple[str, ...] = ()
    origin: Origin = "card"
    version: str = field(init=False)

    def __post_init__(self) -> None:
        scores = np.array(self.scores, dtype=np.float64)
        labels = np.array(self.labels, dtype=np.int64)
        kinds = tuple(self.kinds) or ("",) * len(labels)
        if scores.shape != (len(labels), 3) or len(kinds) != len(labels):
            raise Unreadable("scores, labels and kinds of the responses differ in length")
        if len(labels) and not set(np.unique(labels)) <= {0, 1, 2}:
            raise Unreadable("a label of the responses is not 0, 1 or 2")
        if np.any(scores < 0) or not np.allclose(scores.sum(axis=1), 1, atol=1e-3):
            raise Unreadable("a score of the responses does not sum to 1")
        order = sorted(range(len(labels)), key=lambda i: (labels[i], kinds[i], *scores[i]))
        digest = hashlib.sha256(scores[order].astype("<f8").tobytes())
        digest.update(labels[order].astype("<i8").tobytes())
        digest.update("\0".join([self.origin, *(kinds[i] for i in order)]).encode())
        object.__setattr__(self, "scores", scores[order])
        object.__setattr__(self, "labels", labels[order])
        object.__setattr__(self, "kinds", tuple(kinds[i] for i in order))
        object.__setattr__(self, "version", digest.hexdigest()[:12])

    def of_class(self, label: int, kind: str = "") -> Floats:
        """Scores (n_k, 3) of one true class, of one source kind or ("") of all."""
        keep = self.labels == label
        if kind:
            keep = keep & (np.array(self.kinds) == kind)
        return np.asarray(self.scores[keep])


def one_hot(scores: Floats) -> Floats:
    """The most probable class as 0/1 rows; the first wins a tie.

    >>> one_hot(np.array([[0.4, 0.4, 0.2]])).tolist()
    [[1.0, 0.0, 0.0]]
    """
    return np.asarray(np.eye(scores.shape[1])[scores.argmax(axis=1)])


def calibration_error(scores: Floats, labels: Ints, *, bins: int = 10) -> float:
    """ECE in [0, 1]: mean gap between confidence and accuracy over equal bins (section 5).

    Source: Guo et al. 2017, arXiv 1706.04599. 1 without any text, since nothing is known.

    >>> round(calibration_error(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1])), 2)
    0.4
    """
    if not len(labels):
        return 1.0
    confidence = scores.max(axis=1)
    right = scores.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def temperature(logits: Floats, labels: Sequence[int] | Ints) -> float:
    """T > 0 that minimises the negative log-likelihood of softmax(z/T) (section 5).

    Source: Guo et al. 2017, arXiv 1706.04599; golden-section search over ln T in [ln .05, ln 20].

    >>> z = np.array([[2.0, 0.0]] * 4)
    >>> round(temperature(z, [0, 0, 0, 1]), 2)  # softmax(2/T) = 3/4 at T = 2/ln 3
    1.82
    """
    truth = np.asarray(labels, dtype=np.int64)

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        normal = np.log(np.exp(scaled).sum(axis=1))
        return float(np.mean(normal - scaled[np.arange(len(truth)), truth]))

    low, high, ratio = np.log(0.05), np.log(20.0), (np.sqrt(5) - 1) / 2
    while high - low > 1e-7:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def calibrated(logits: Floats, t: float) -> Floats:
    """softmax(z/T), rows on the simplex (section 5).

    >>> calibrated(np.array([[0.0, 0.0]]), 2.0).tolist()
    [[0.5, 0.5]]
    """
    scaled = logits / t
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
