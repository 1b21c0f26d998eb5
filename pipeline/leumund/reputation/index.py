"""The one door to the statistics: daily index points, daily decisions, and what a signal says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.decision import Decision, days_to_decide
from leumund.reputation.interval import (
    estimate,
    half_width,
    prior_strength,
    score_draws,
    share_draws,
    shrunk,
    value_draws,
)
from leumund.reputation.method import Method
from leumund.reputation.moments import tally
from leumund.reputation.observation import Observation, displayed_shares
from leumund.reputation.panel import BrandDays, panel
from leumund.reputation.responses import Responses
from leumund.reputation.series import Series, series
from leumund.reputation.shifts import decide
from leumund.reputation.signals import drivers, signal_of
from leumund.reputation.state import Level, level_draws
from leumund.reputation.verdict import Judgement, Reason, choose_window, judge
from leumund.reputation.visibility import visibility
from leumund.types import Estimate, IndexPoint

__all__ = [
    "BrandDays",
    "Decision",
    "Method",
    "Responses",
    "days_to_decide",
    "decide",
    "drivers",
    "score",
    "signal_of",
    "tally",
    "version_of",
]

Floats = NDArray[np.float64]
Tone = tuple[Estimate, Estimate, Estimate]
CHUNK = 64


def score(
    brand: BrandDays, peers: Sequence[BrandDays], *, responses: Responses, method: Method
) -> tuple[IndexPoint, ...]:
    """One point for each day of the brand, first to last.

    `day_value` is the tile of the single day (section 9), None without observation or where its
    margin exceeds hw_max. `fast` and `slow` are the levels with their margins (section 10), None
    before the first observed day. `visibility` (section 11) and `tone` (shares of the trailing
    `window` days, percent) are None where nothing was seen.
    """
    one = series(brand, tuple(peers), responses=responses, method=method)
    parts = zip(_tiles(one), _visibility(one), _tones(one), _judgements(one), strict=True)
    return tuple(
        _point(one, t, tile=tile, voice=voice, tone=tone, judgement=judgement)
        for t, (tile, voice, tone, judgement) in enumerate(parts)
    )


def _point(
    one: Series,
    t: int,
    *,
    tile: Estimate | None,
    voice: Estimate | None,
    tone: Tone | None,
    judgement: Judgement,
) -> IndexPoint:
    day, seen = one.brand.day(t), bool(np.isfinite(one.days.s2[t]))
    return IndexPoint(
        brand=one.brand.brand,
        day=day,
        day_value=tile,
        fast=_level(one, one.fast, t=t, name="fast"),
        slow=_level(one, one.slow, t=t, name="slow"),
        visibility=voice,
        tone=tone,
        verdict=judgement.verdict,
        reason=judgement.reason,
        window=judgement.window,
        change=judgement.change,
        n=int(one.panel.n[t].sum()),
        n_eff=float(one.days.n_eff[t]),
        step=one.correction.step,
        healthy=bool(one.panel.healthy[t]),
        method=one.version,
        sampling_variance=float(one.days.s2[t]) if seen else None,
        label_variance=float(one.days.label_variance[t]) if seen else None,
        omega=float(one.fast.omega[t]),
        documents=one.brand.documents.get(day, 0),
    )


def version_of(brand: BrandDays, *, responses: Responses, method: Method) -> tuple[str, str, str]:
    """Method version, labels and step of the correction; `days_to_decide` asks for it."""
    one = series(brand, (), responses=responses, method=method)
    return (one.version, responses.version, one.correction.step)


def _level(one: Series, level: Level, *, t: int, name: str) -> Estimate | None:
    if not level.observed[t]:
        return None
    draws = level_draws(level, t, rng=one.rng(f"level {name}", t))
    return estimate(float(level.mean[t]), draws)


def _visibility(one: Series) -> list[Estimate | None]:
    """Share of voice on healthy days, None without peers."""
    brand, days = one.brand, range(one.brand.length)
    if not one.peers:
        return [None] * len(days)
    counts = [one.panel.n.sum(axis=1)]
    for peer in one.peers:
        theirs = panel(peer, method=one.method).n.sum(axis=1)
        place = np.array([peer.index(brand.day(t)) for t in days])
        inside = (place >= 0) & (place < peer.length)
        counts.append(np.where(inside, theirs[np.clip(place, 0, peer.length - 1)], 0))
    seeds = [one.seed("visibility", t) for t in days]
    values = visibility(counts, seeds=seeds, method=one.method)
    healthy = one.panel.healthy
    return [value if ok else None for value, ok in zip(values, healthy, strict=True)]


def _tones(one: Series) -> list[Tone | None]:
    """Displayed shares of the trailing window in percent, with margins."""
    pooled = one.trailing(one.method.window)
    found: list[Tone | None] = [None] * one.brand.length
    seen = [int(t) for t in np.flatnonzero(pooled.n_eff > 0)]
    shares = displayed_shares(pooled.q, correction=one.correction)
    for begin in range(0, len(seen), CHUNK):
        chunk = seen[begin : begin + CHUNK]
        scores = np.stack(
            [score_draws(pooled[t], seed=one.seed("tone", t), method=one.method) for t in chunk]
        )
        draws = 100 * share_draws(scores, correction=one.correction)
        for t, cloud in zip(chunk, draws, strict=True):
            negative, neutral, positive = (
                estimate(float(100 * shares[t, k]), cloud[:, k], least=_rule_of_three(pooled, t))
                for k in range(3)
            )
            found[t] = (negative, neutral, positive)
    return found


def _rule_of_three(pooled: Observation, t: int) -> float:
    """Percent that a class unseen in n_eff statements may still hold with 95 % confidence."""
    return min(100.0, 300 / float(pooled.n_eff[t]))


def _tiles(one: Series) -> list[Estimate | None]:
    """Single-day values, shrunk to the brand's usual shares; None where the margin is too wide."""
    days, method = one.days, one.method
    shares = displayed_shares(days.q, correction=one.correction)
    found: list[Estimate | None] = []
    for t in range(one.brand.length):
        found.append(None)
        if not np.isfinite(days.s2[t]):
            continue
        scores = score_draws(days[t], seed=one.seed("day", t), method=method)
        if half_width(value_draws(scores, correction=one.correction)) > method.hw_max:
            continue
        found[t] = shrunk(
            days[t],
            shares=shares[t],
            prior=_tile_prior(one, t),
            seed=one.seed("tile", t),
            method=method,
        )
    return found


def _tile_prior(one: Series, t: int) -> Floats:
    """α of section 9: the usual shares of the last shrink_days times the prior's strength."""
    method, low = one.method, max(0, t - one.method.shrink_days)
    y, s2 = one.days.y[low:t], one.days.s2[low:t]
    usual = one.usual_shares(t, observed=int(np.isfinite(s2).sum()))
    return np.asarray(usual * prior_strength(y, s2, usual, method=method))


def _judgements(one: Series) -> list[Judgement]:
    """The verdict of each day; its window is chosen on the first of the month and kept for it."""
    found: list[Judgement] = []
    window: int = 0
    reason: Reason = "no_history"
    for t in range(one.brand.length):
        compare = partial(one.comparison, t)
        if one.brand.day(t).day == 1:
            window, reason = choose_window(compare, method=one.method)
        blocked = _blocked(one, t, observed=int(one.fast.observed[t]))
        if blocked or not window:
            found.append(Judgement("none", blocked or reason, window, None))
        else:
            found.append(judge(compare, window=window, method=one.method))
    return found


def _blocked(one: Series, t: int, *, observed: int) -> Reason:
    if one.correction.step == "count":
        return "uncorrected"
    if not one.panel.healthy[t]:
        return "unhealthy"
    return "no_history" if observed < one.method.verdict_days else ""
