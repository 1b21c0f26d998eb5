"""Raises an alarm when bad days add up, keeps it open, and says when it is over."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from leumund.reputation.cusum import alarm_limit, step
from leumund.reputation.decision import Decision, Past
from leumund.reputation.method import Method

Pooled = Callable[[date, date], tuple[float, float]]
"""Level and variance of the days from the first to the second date together."""


def advance(today: Decision, past: Past, *, pooled: Pooled, method: Method) -> Decision:
    """The CUSUM step of the day and the state of the alarm (section 14).

    S = max(0, S − e − k); S > h raises the alarm, which stays open until its all-clear. A rise
    (+e) is reported, at most once in max_open days, and never while a drop is open.
    """
    last = past.last
    if last and last.open:
        return _while_open(today, last, pooled=pooled, method=method)
    h = alarm_limit(method)
    drop, rise = last.drop if last else 0.0, last.rise if last else 0.0
    if today.e is not None:
        drop, rise = step(drop, today.e, k=method.k), step(rise, -today.e, k=method.k)
    risen = last.risen if last else None
    if drop > h:
        since = _since(past, today.day, of="drop")
        before = next((d for d in past.decisions if d.day == since - timedelta(days=1)), None)
        frozen = before if before and before.mu is not None else today
        return replace(
            today,
            alarm="drop",
            event="drop",
            opened=today.day,
            start=since,
            calm_b=frozen.mu,
            calm_p=frozen.v,
            in_control=False,
            risen=risen,
        )
    if rise > h:
        new = risen is None or (today.day - risen).days > method.max_open
        since = _since(past, today.day, of="rise")
        if new:
            return replace(today, drop=drop, event="rise", start=since, risen=today.day)
        rise = 0.0
    return replace(today, drop=drop, rise=rise, risen=risen)


def _since(past: Past, day: date, *, of: Literal["drop", "rise"]) -> date:
    """t₀: the first day after S was last 0 (section 14)."""
    since = day
    for decision in reversed(past.decisions):
        if getattr(decision, of) == 0:
            break
        since = decision.day
    return since


def _while_open(today: Decision, last: Decision, *, pooled: Pooled, method: Method) -> Decision:
    """An open alarm: extended by a crossing, closed by calm days or after max_open days."""
    drop = last.drop if today.e is None else step(last.drop, today.e, k=method.k)
    crossed = drop > alarm_limit(method)
    kept = replace(
        today,
        alarm=last.alarm,
        event="extended" if crossed else "",
        drop=0.0 if crossed else drop,
        opened=last.opened,
        start=last.start,
        calm_b=last.calm_b,
        calm_p=last.calm_p,
        calm=0 if crossed else _calm(today, last),
        risen=last.risen,
        in_control=False,
    )
    if kept.calm >= method.clear_days:
        return replace(kept, event="all_clear", drop=0.0)
    if last.opened and (today.day - last.opened).days >= method.max_open:
        mu, v = pooled(last.start or today.day, today.day)
        return replace(kept, event="persists", drop=0.0, mu=mu, v=v)
    return kept


def _calm(today: Decision, last: Decision) -> int:
    """Consecutive observed days with y above b − 1.96·√(P + s²), b and P frozen before t₀."""
    if today.y is None or today.s2 is None or last.calm_b is None or last.calm_p is None:
        return last.calm
    bound = last.calm_b - 1.96 * math.sqrt(last.calm_p + today.s2)
    return last.calm + 1 if today.y - today.weekday > bound else 0
