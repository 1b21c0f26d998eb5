"""Turns a decision that raised or closed an alarm into what a person wants to know about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.correction import Correction
from leumund.reputation.decision import Decision, past_of
from leumund.reputation.interval import score_draws, value_draws
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.quantify import net_weights, points
from leumund.reputation.responses import Responses
from leumund.reputation.series import Series, series
from leumund.reputation.state import level_draws
from leumund.types import Estimate, Evidence, Level, SignalKind

Floats = NDArray[np.float64]
KINDS: dict[str, SignalKind] = {
    "drop": "drop",
    "rise": "rise",
    "all_clear": "all_clear",
    "persists": "all_clear",
}
SOURCES_MIN, CLUSTERS_MIN, CAPPED = 3, 10, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The numbers of a signal (section 14).

    `size` Δ in points with its margin, `probability` P(Δ < −δ) (of a rise P(Δ > δ)), `severity` 1
    to 10 and its `level`; `posts` the story clusters of the critical (of a rise: favourable) class
    from `start` to `day`, `usual` how many are usual in as many days, `sources` where they stood.
    `persists`: closed because it has lasted, not because it has passed.
    """

    kind: SignalKind
    day: date
    start: date
    size: Estimate
    probability: float
    severity: int
    level: Level
    posts: int
    usual: float
    sources: tuple[tuple[str, int], ...]
    persists: bool
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One story's part in a shift: `points` it moved the pooled value by, share of the weight."""

    story: str
    source: str
    points: float
    share: float
    members: int
    sources: int


def signal_of(
    decision: Decision,
    brand: BrandDays,
    *,
    peers: Sequence[BrandDays],
    previous: Sequence[Decision],
    responses: Responses,
    method: Method,
) -> Shift | None:
    """What a decision has to say, or None where it neither raised, reported nor closed anything.

    Δ = pooled level of t₀ … t minus the slow level at t₀ − 1 with the same M⁽ⁱ⁾; of an all-clear
    the pooled level of the last clear_days (section 14).
    """
    if decision.event not in KINDS or decision.start is None:
        return None
    kind = KINDS[decision.event]
    one = series(brand, tuple(peers), responses=responses, method=method)
    start, end = brand.index(decision.start), brand.index(decision.day) + 1
    tone = 2 if kind == "rise" else 0
    low = max(start, end - method.clear_days) if decision.event == "all_clear" else start
    size, probability = _size(one, low, end, start=start, sign=-1 if kind == "rise" else 1)
    sources = _sources(one, start, end, tone=tone)
    posts = sum(n for _, n in sources)
    rank = 1
    if kind != "all_clear":
        share = _reach_share(one, start, end, tone=tone)
        rank = severity(probability, size.value, reach_share=share, method=method)
        thin = len(sources) < SOURCES_MIN or posts < CLUSTERS_MIN
        rank = min(rank, CAPPED) if thin else rank
    return Shift(
        kind=kind,
        day=decision.day,
        start=decision.start,
        size=size,
        probability=probability,
        severity=rank,
        level=level_of(rank),
        posts=posts,
        usual=_usual(one, previous, decision=decision, tone=tone) * (end - start),
        sources=sources,
        persists=decision.event == "persists",
        provisional=decision.provisional,
    )


def _sources(one: Series, start: int, end: int, *, tone: int) -> tuple[tuple[str, int], ...]:
    """Clusters of that class in each source, most first."""
    counts = one.panel.counts[start:end, :, tone].sum(axis=0)
    named = zip(one.panel.sources, counts, strict=True)
    return tuple(sorted(((s, int(n)) for s, n in named if n), key=lambda pair: (-pair[1], pair[0])))


def _size(one: Series, low: int, end: int, *, start: int, sign: int) -> tuple[Estimate, float]:
    """Δ in points and the probability that it passes −δ (δ for a rise)."""
    before = max(start - 1, 0)
    base = level_draws(one.slow, before, rng=one.rng("shift base", before))
    seen = one.over(low, end)
    if not math.isfinite(float(seen.y)):
        return Estimate(value=0.0, low=-100.0, high=100.0), 0.0
    scores = score_draws(seen, seed=one.seed("shift", end - 1), method=one.method)
    delta = value_draws(scores, correction=one.correction) - base
    value = float(seen.y) - float(one.slow.mean[before])
    cut = np.clip([value, *np.percentile(delta, [2.5, 97.5])], -100, 100)
    passed = float(np.mean(sign * delta < -one.method.delta))
    return Estimate(value=float(cut[0]), low=float(cut[1]), high=float(cut[2])), passed


def severity(probability: float, size: float, *, reach_share: float, method: Method) -> int:
    """1 to 10: 1 + ⌊9·P·min(1, |Δ|/15)^½·min(1, reach share/.5)^½⌋ (section 14).

    >>> severity(1.0, -15.0, reach_share=0.5, method=Method())
    10
    >>> severity(0.9, -5.0, reach_share=0.3, method=Method())
    4
    """
    far = min(1.0, abs(size) / method.severity_points)
    wide = min(1.0, reach_share / method.severity_reach)
    return 1 + math.floor(9 * probability * math.sqrt(far) * math.sqrt(wide))


def level_of(rank: int) -> Level:
    """1 to 3 notice, 4 to 6 unusual, 7 to 10 urgent (section 14).

    >>> [level_of(rank) for rank in (3, 4, 7)]
    ['notice', 'unusual', 'urgent']
    """
    if rank <= 3:
        return "notice"
    return "unusual" if rank <= CAPPED else "urgent"


def _reach_share(one: Series, start: int, end: int, *, tone: int) -> float:
    """Share of the weight held by clusters whose most probable class is `tone`."""
    total = float(one.panel.w[start:end].sum())
    return float(one.panel.hard[start:end, :, tone].sum()) / total if total else 0.0


def _usual(one: Series, previous: Sequence[Decision], *, decision: Decision, tone: int) -> float:
    """Clusters of that class on a mean healthy day in control of the prior_days before t₀."""
    assert decision.start is not None
    end = one.brand.index(decision.start)
    keep = one.panel.healthy.copy()
    past = past_of(one.brand.brand, previous, before=decision.start, method=one.method)
    for d, calm in zip(past.decisions, past.control, strict=True):
        t = one.brand.index(d.day)
        if d.r is not None and 0 <= t < len(keep):
            keep[t] &= calm
    low = max(0, end - one.method.prior_days)
    counts = one.panel.counts[low:end, :, tone].sum(axis=1)[keep[low:end]]
    return float(counts.mean()) if len(counts) else 0.0


def drivers(
    evidence: Iterable[Evidence],
    brand: BrandDays,
    *,
    shift: Shift,
    peers: Sequence[BrandDays],
    responses: Responses,
    method: Method,
) -> tuple[Contribution, ...]:
    """The stories of t₀ … t, those first that moved the value most in the shift's direction.

    A story's part is W·(50(1 + aᵀs) − b)/ΣW in points, b the slow level at t₀ − 1; the parts add
    up to Δ, apart from caps (section 14).
    """
    one = series(brand, tuple(peers), responses=responses, method=method)
    b = float(one.slow.mean[max(brand.index(shift.start) - 1, 0)])
    rows = sorted(
        (
            row
            for row in evidence
            if row.brand == brand.brand and shift.start <= row.day <= shift.day and row.weight > 0
        ),
        key=lambda row: (row.story, row.day, row.source),
    )
    total = sum(row.weight for row in rows)
    parts: dict[str, Contribution] = {}
    for row in rows:
        moved = row.weight / total * (_value(row, one.correction) - b)
        old = parts.get(row.story)
        parts[row.story] = Contribution(
            story=row.story,
            source=old.source if old else row.source,
            points=moved + (old.points if old else 0.0),
            share=row.weight / total + (old.share if old else 0.0),
            members=row.members + (old.members if old else 0),
            sources=max(row.sources, old.sources if old else 0),
        )
    sign = -1 if shift.kind == "rise" else 1
    return tuple(sorted(parts.values(), key=lambda part: (sign * part.points, part.story)))


def _value(row: Evidence, correction: Correction) -> float:
    """50(1 + aᵀs) of one cluster, by the matrix of its source kind."""
    kinds = correction.kinds
    group = kinds.index(row.platform) if row.platform in kinds else len(kinds)
    a = net_weights(correction.inverse[:, 3 * group : 3 * group + 3])
    scores = np.eye(3)[row.hard] if correction.hard else np.array(row.tone)
    return float(points(a @ scores))
