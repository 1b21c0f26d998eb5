"""Compares a closed day with what the slow level let us expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from leumund.reputation.decision import Decision, Past, past_of
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.series import Series, series


@dataclass(frozen=True, slots=True)
class Residual:
    """A day against the slow level, in points and points².

    Prediction `b` with variance `p`, value `y` with variance `s2` (None without observation), and
    the usual difference of that `weekday`.

    >>> one = Residual(b=50.0, p=9.0, y=40.0, s2=16.0, weekday=0.0)
    >>> one.r, one.updated
    (-2.0, (46.4, 5.76))
    """

    b: float
    p: float
    y: float | None
    s2: float | None
    weekday: float

    @property
    def r(self) -> float | None:
        """(y − b)/√(P + s²) (section 14, i)."""
        if self.y is None or self.s2 is None:
            return None
        return (self.y - self.weekday - self.b) / math.sqrt(self.p + self.s2)

    @property
    def updated(self) -> tuple[float, float]:
        """Slow level and its variance after the day (section 10)."""
        if self.y is None or self.s2 is None:
            return self.b, self.p
        k = self.p / (self.p + self.s2)
        return self.b + k * (self.y - self.weekday - self.b), (1 - k) * self.p


def seen_on(one: Series, t: int) -> tuple[float, float] | tuple[None, None]:
    """Value in points and sampling variance of day number t, None without observation."""
    s2 = float(one.days.s2[t])
    return (float(one.days.y[t]), s2) if math.isfinite(s2) else (None, None)


def residual_of(one: Series, past: Past, *, t: int) -> Residual | None:
    """Day number t against the one-step prediction of the slow level; None during the start.

    The level is continued from the last stored decision of the same version, else taken from the
    record. Weekday means are removed once weekday_weeks of history exist (section 14, i).
    """
    if t < one.method.start_days:
        return None
    last, version = past.last, (one.version, one.responses.version, one.correction.step)
    if last and last.version == version and last.mu is not None and last.v is not None:
        b, v = last.mu, last.v
    else:
        b, v = float(one.slow.mean[t - 1]), float(one.slow.variance[t - 1])
    y, s2 = seen_on(one, t)
    usual = weekday_effect(past, one.brand.day(t), method=one.method)
    return Residual(b=b, p=v + float(one.drift[t - 1]), y=y, s2=s2, weekday=usual)


def weekday_effect(past: Past, day: date, *, method: Method) -> float:
    """Mean of that weekday minus the mean of all days in control, in points; 0 while the history
    is shorter than weekday_weeks."""
    calm = [d for d, ok in zip(past.decisions, past.control, strict=True) if ok]
    values = [(d.day.weekday(), d.y) for d in calm if d.y is not None]
    if len(past.decisions) < 7 * method.weekday_weeks or not values:
        return 0.0
    same = [y for weekday, y in values if weekday == day.weekday()]
    return float(np.mean(same) - np.mean([y for _, y in values])) if same else 0.0


def peer_factor(one: Series, previous: Sequence[Decision], *, day: date) -> float | None:
    """f: median residual of the peers on that day, None with fewer than peers_min (section 14)."""
    if len(one.peers) < one.method.peers_min:
        return None
    stored = {d.brand: d.r for d in previous if d.day == day and d.method == one.version}
    found: list[float] = []
    for peer in one.peers:
        r = stored[peer.brand] if peer.brand in stored else _residual_of(one, peer, previous, day)
        if r is not None:
            found.append(r)
    return float(np.median(found)) if len(found) >= one.method.peers_min else None


def _residual_of(
    one: Series, peer: BrandDays, previous: Sequence[Decision], day: date
) -> float | None:
    if not peer.first <= day <= peer.last:
        return None
    others = tuple(b for b in (one.brand, *one.peers) if b is not peer)
    theirs = series(peer, others, responses=one.responses, method=one.method)
    past = past_of(peer.brand, previous, before=day, method=one.method)
    residual = residual_of(theirs, past, t=peer.index(day))
    return residual.r if residual else None
