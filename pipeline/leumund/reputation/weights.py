"""Says how much a text and a story count, and keeps a single source or platform from ruling."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.method import Method

Floats = NDArray[np.float64]
Flag = Literal["owned", "press_copy", "paid", "affiliate", "employee", "competitor", "sector"]
Place = Literal["title", "lead", "body"]
ROUNDS = 50


def reach_weight(reach: float | None, reference: float | None, *, method: Method) -> float:
    """ρ of a source: log reach against the frame's median, within its limits (section 3).

    `reach` in persons a month of the third-party source, `reference` the median of the frame.
    Unknown reach or reference counts 1 (the caller flags it); reach 0 counts the floor.

    >>> reach_weight(1000, 1000, method=Method()), reach_weight(0, 1000, method=Method())
    (1.0, 0.25)
    >>> reach_weight(None, 1000, method=Method()), reach_weight(5, 0, method=Method())
    (1.0, 1.0)
    """
    if reach is None or not reference or reference <= 0:
        return 1.0
    raw = (math.log1p(max(reach, 0.0)) / math.log1p(reference)) ** method.gamma
    return float(min(max(raw, method.rho_min), method.rho_max))


def independence(flags: Iterable[Flag], *, method: Method) -> float:
    """ι of a text in [0, 1]: the smallest value of its flags, 1 without any (section 3).

    >>> independence(["paid", "sector"], method=Method()), independence([], method=Method())
    (0.1, 1.0)
    """
    return min((float(getattr(method, f"iota_{flag}")) for flag in flags), default=1.0)


def document_weight(
    reach: float | None,
    reference: float | None,
    *,
    method: Method,
    credibility: float = 1.0,
    flags: Iterable[Flag] = (),
    place: Place = "title",
) -> float:
    """w = ρ·κ·ι·π of one document, ≥ 0 (section 3).

    `credibility` κ in [0, 1] of the source; `place` where the brand is named.

    >>> round(document_weight(1000, 1000, method=Method(), flags=["paid"], place="lead"), 4)
    0.0667
    """
    rho = reach_weight(reach, reference, method=method)
    pi = float(getattr(method, f"pi_{place}"))
    return rho * credibility * independence(flags, method=method) * pi


def reprint_weight(sources: int, *, method: Method) -> float:
    """g(m) of a story carried by m distinct sources (section 4).

    >>> [round(reprint_weight(41, method=Method(g=g)), 3) for g in ("1", "1+log2 m", "m")]
    [1.0, 6.358, 41.0]
    """
    m = max(sources, 1)
    return {"1": 1.0, "1+log2 m": 1 + math.log2(m), "m": float(m)}[method.g]


def cluster_weight(weights: Sequence[float], sources: int, *, method: Method) -> float:
    """W of a story cluster: g(m) times the mean weight of its members (section 4).

    >>> cluster_weight([1.0, 0.5], 2, method=Method())
    1.5
    """
    return reprint_weight(sources, method=method) * sum(weights) / len(weights)


def kish(weights: Sequence[float]) -> float:
    """Effective number (ΣW)²/ΣW², between 1 and n; 0 without weight (section 0).

    >>> [round(kish([1.0] * 20 + [w]), 2) for w in (41, 6.358, 1)]
    [2.19, 11.5, 21.0]
    """
    total = sum(weights)
    return total**2 / sum(w**2 for w in weights) if total > 0 else 0.0


def cap_factors(totals: Floats, platforms: Sequence[int], *, method: Method) -> Floats:
    """Factors that hold every source and platform to its largest share (section 3).

    This is the limit of "multiply a group by u(T−G)/((1−u)G) while G > u·T" in closed form,
    sources and platforms in turn until neither moves. With fewer than 1/u groups u becomes
    1/#groups. Rows are rescaled to keep their total, because a common factor says nothing within
    a day but would tilt windows that pool days.

    Args:
        totals: (days, sources), weight of the trailing window, ≥ 0.
        platforms: platform number of each source.
        method: cap_source, cap_platform.

    Returns:
        (days, sources), > 0.

    >>> f = cap_factors(np.array([[90.0, 10, 10, 10]]), [0, 1, 2, 3], method=Method(cap_source=0.4))
    >>> shares = f * np.array([90.0, 10, 10, 10])
    >>> (shares / shares.sum()).round(3).tolist()
    [[0.4, 0.2, 0.2, 0.2]]
    """
    member = np.equal.outer(np.asarray(platforms), np.unique(platforms)).astype(np.float64)
    start = totals.sum(axis=1, keepdims=True)
    current = totals.astype(np.float64)
    for _ in range(ROUNDS):
        before = current
        current = current * _limit(current, method.cap_source)
        current = current * (_limit(current @ member, method.cap_platform) @ member.T)
        current = current * _ratio(start, current.sum(axis=1, keepdims=True))
        if np.allclose(current, before, rtol=1e-12, atol=0):
            break
    return _ratio(current, totals)


def relaxed(totals: Floats, share: float) -> NDArray[np.bool_]:
    """Days on which fewer than 1/u groups exist, so that the cap had to give (flag of section 3).

    >>> relaxed(np.array([[1.0, 2.0], [1.0, 0.0]]), 0.5).tolist()
    [False, True]
    """
    return np.asarray((totals > 0).sum(axis=1) * share < 1)


def _limit(groups: Floats, share: float) -> Floats:
    """Factor ≤ 1 of each group: all capped groups end at the same weight, `share` of the total."""
    present = np.maximum((groups > 0).sum(axis=1, keepdims=True), 1)
    u = np.maximum(share, 1 / present)
    falling = -np.sort(-groups, axis=1)
    rest = np.cumsum(falling[:, ::-1], axis=1)[:, ::-1]
    free = 1 - np.arange(groups.shape[1]) * u
    level = np.where(free > 1e-9, u * rest / np.where(free > 1e-9, free, 1), np.inf)
    fits = falling <= level * (1 + 1e-12)
    chosen = np.take_along_axis(level, fits.argmax(axis=1)[:, None], axis=1)
    return np.minimum(1.0, _ratio(np.broadcast_to(chosen, groups.shape), groups))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Quotient, and 1 where there is nothing to divide by."""
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), 1.0)
