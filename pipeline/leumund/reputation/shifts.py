"""Decides once per closed day whether a brand's standing has really dropped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import numpy as np

from leumund.reputation.alarm import advance
from leumund.reputation.cusum import common_slope, yule_walker
from leumund.reputation.decision import Decision, Past, past_of
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.residual import Residual, peer_factor, residual_of, seen_on
from leumund.reputation.responses import Responses
from leumund.reputation.series import Series, series


def decide(
    brand: BrandDays,
    peers: Sequence[BrandDays],
    *,
    previous: Sequence[Decision],
    day: date,
    responses: Responses,
    method: Method,
) -> Decision:
    """The decision on one closed day, continued from the stored ones (section 14).

    Raises:
        ValueError: the day lies outside the brand's days, was decided before under this version,
            or does not follow the last decided day.
    """
    one = series(brand, tuple(peers), responses=responses, method=method)
    blank = Decision(
        brand=brand.brand,
        day=day,
        method=one.version,
        labels=responses.version,
        step=one.correction.step,
    )
    _in_order(blank, previous, brand=brand)
    past = past_of(brand.brand, previous, before=day, method=method)
    residual = residual_of(one, past, t=brand.index(day))
    if residual is None:
        y, s2 = seen_on(one, brand.index(day))
        return replace(blank, y=y, s2=s2)
    measured = whitened(
        replace(blank, f=peer_factor(one, previous, day=day)), residual, past=past, method=method
    )
    if one.correction.step == "count":
        measured = replace(measured, e=None)
    firm = int(past.control.sum()) >= method.history_firm
    judged = replace(measured, provisional=one.correction.provisional or not firm)
    return advance(judged, past, pooled=partial(_pooled, one), method=method)


def _in_order(blank: Decision, previous: Sequence[Decision], *, brand: BrandDays) -> None:
    if not brand.first <= blank.day <= brand.last:
        raise ValueError("only a day of the brand can be decided")
    own = [d for d in previous if d.brand == blank.brand]
    if any(d.day >= blank.day and d.version == blank.version for d in own):
        raise ValueError("a day is decided once and in order")
    earlier = [d.day for d in own if d.day < blank.day]
    if earlier and blank.day > brand.first and max(earlier) != blank.day - timedelta(days=1):
        raise ValueError("the day before has not been decided")


def whitened(blank: Decision, residual: Residual, *, past: Past, method: Method) -> Decision:
    """Residual minus the peers' part, then AR whitening on the days in control (section 14).

    u = r − β·f, e = (u − Σφ_l·u_{t−l})/σ̂, history winsorised. A day without observation takes
    the AR prediction and has no e; nor has any before history_min observed days in control.
    """
    values = np.clip(np.nan_to_num(past.u), -method.winsor, method.winsor)
    phi, sigma = np.zeros(method.ar_order), 0.0
    ready = int(past.control.sum()) >= method.history_min
    if ready:
        phi, sigma = yule_walker(values, past.control, order=method.ar_order)
    lags = np.concatenate([np.zeros(method.ar_order), values])[: -method.ar_order - 1 : -1]
    expected = float(phi @ lags)
    beta, u = 0.0, expected
    if residual.r is not None:
        both = past.control & np.isfinite(past.f)
        if blank.f is not None and int(both.sum()) >= method.history_min:
            beta = common_slope(past.r[both], past.f[both])
        u = residual.r - beta * (blank.f or 0.0)
    usable = ready and residual.r is not None and sigma > 0
    mu, v = residual.updated
    return replace(
        blank,
        y=residual.y,
        s2=residual.s2,
        weekday=residual.weekday,
        b=residual.b,
        p=residual.p,
        mu=mu,
        v=v,
        r=residual.r,
        beta=beta,
        u=u,
        phi=tuple(float(x) for x in phi),
        sigma=sigma if ready else None,
        e=(u - expected) / sigma if usable else None,
    )


def _pooled(one: Series, start: date, day: date) -> tuple[float, float]:
    seen = one.over(one.brand.index(start), one.brand.index(day) + 1)
    if not math.isfinite(float(seen.s2)):
        return float(one.slow.mean[one.brand.index(day)]), one.method.start_variance
    return float(seen.y), float(seen.s2)
