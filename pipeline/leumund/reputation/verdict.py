"""Says whether a brand stands better or worse than before, or why nobody can tell yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.interval import half_width
from leumund.reputation.method import Method
from leumund.types import Estimate, Verdict

Floats = NDArray[np.float64]
Reason = Literal[
    "",
    "no_history",
    "no_mentions",
    "too_few",
    "too_wide",
    "sources_changed",
    "unhealthy",
    "uncorrected",
]
"""Keys of the reasons that people read."""


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a comparison: its value, its draws (D,) and its effective statements."""

    value: float
    draws: Floats
    n_eff: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The window that ends on a day and the one before it; `absent` in [0, 1] is the weight of
    the sources that were left out because they were not in the frame throughout."""

    recent: Half
    before: Half
    absent: float

    @property
    def draws(self) -> Floats:
        """Δ⁽ⁱ⁾ with the same M⁽ⁱ⁾ in both halves (section 10)."""
        return self.recent.draws - self.before.draws


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its window in days and the change in points; a reason where there is none."""

    verdict: Verdict
    reason: Reason
    window: int
    change: Estimate | None


Compare = Callable[[int], Comparison | None]
"""Comparison for a window length on a fixed day; None where it reaches before the history."""


def obstacle(comparison: Comparison | None, *, method: Method) -> Reason:
    """Why a window allows no statement, or "" (section 10).

    >>> obstacle(None, method=Method())
    'no_history'
    """
    if comparison is None:
        return "no_history"
    halves = (comparison.recent, comparison.before)
    if comparison.absent > method.absent_max:
        return "sources_changed"
    if not max(half.n_eff for half in halves):
        return "no_mentions"
    if min(half.n_eff for half in halves) < method.n_min:
        return "too_few"
    if max(half_width(half.draws) for half in halves) > method.hw_max:
        return "too_wide"
    return ""


def choose_window(compare: Compare, *, method: Method) -> tuple[int, Reason]:
    """The shortest window that has enough information, or 0 and the reason of the longest one
    that the history holds; it never looks at the values (section 10).

    >>> choose_window(lambda days: None, method=Method())
    (0, 'no_history')
    """
    reason: Reason = "no_history"
    for days in method.windows:
        comparison = compare(days)
        if comparison is None:
            break
        reason = obstacle(comparison, method=method)
        if not reason:
            return days, ""
    return 0, reason


def judge(compare: Compare, *, window: int, method: Method) -> Judgement:
    """Better, worse, stable or open, in this order, or no statement (section 10).

    Better: P(Δ > 0) > verdict_p. Worse: P(Δ < 0) > verdict_p. Stable: P(|Δ| < stable_points) >
    stable_p on this window or a longer one, which is then named. Otherwise open.

    >>> side = Half(50.0, np.linspace(49, 51, 1001), 99.0)
    >>> judge(lambda days: Comparison(side, side, 0.0), window=28, method=Method()).verdict
    'stable'
    """
    comparison = compare(window)
    reason = obstacle(comparison, method=method)
    if comparison is None or reason:
        return Judgement("none", reason, window, None)
    delta = comparison.draws
    if np.mean(delta > 0) > method.verdict_p:
        return Judgement("better", "", window, change(comparison))
    if np.mean(delta < 0) > method.verdict_p:
        return Judgement("worse", "", window, change(comparison))
    for days in (window, *(w for w in method.windows if w > window)):
        longer = comparison if days == window else compare(days)
        if longer is None or obstacle(longer, method=method):
            continue
        if np.mean(np.abs(longer.draws) < method.stable_points) > method.stable_p:
            return Judgement("stable", "", days, change(longer))
    return Judgement("open", "", window, change(comparison))


def change(comparison: Comparison) -> Estimate:
    """Δ in points with the percentiles of its draws, in [−100, 100]."""
    low, high = np.percentile(comparison.draws, [2.5, 97.5])
    value = comparison.recent.value - comparison.before.value
    cut = np.clip([value, low, high], -100, 100)
    return Estimate(value=float(cut[0]), low=float(cut[1]), high=float(cut[2]))


def throughout(
    sources: tuple[str, ...], spans: Mapping[str, tuple[date, date]], *, first: date, last: date
) -> NDArray[np.bool_]:
    """Which sources were in the frame from `first` to `last`; one without a span always was.

    >>> from datetime import date
    >>> day = date(2026, 1, 1)
    >>> throughout(("a", "b"), {"b": (date(2026, 1, 2), day)}, first=day, last=day).tolist()
    [True, False]
    """
    full = (first, last)
    held = [spans.get(source, full) for source in sources]
    return np.array([since <= first and until >= last for since, until in held], dtype=bool)
