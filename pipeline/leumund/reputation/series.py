"""Computes everything about one brand that does not depend on the day that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.chance import generator
from leumund.reputation.correction import Correction, correction
from leumund.reputation.interval import score_draws, value_draws
from leumund.reputation.method import Method
from leumund.reputation.observation import (
    Observation,
    Prior,
    displayed_shares,
    observe,
    stratum_mean,
)
from leumund.reputation.panel import BrandDays, Panel, Pool, Spans, panel
from leumund.reputation.quantify import net_weights, points
from leumund.reputation.responses import Responses
from leumund.reputation.state import Level, drift_variance, follow
from leumund.reputation.verdict import Comparison, Half, throughout

Floats = NDArray[np.float64]
Peers = tuple[BrandDays, ...]


@dataclass(frozen=True, eq=False)
class Series:
    """One brand among its peers: the daily observations, the levels and any span of days."""

    brand: BrandDays
    peers: Peers
    responses: Responses
    method: Method

    @cached_property
    def version(self) -> str:
        """The method's version."""
        return self.method.version

    @cached_property
    def correction(self) -> Correction:
        """The correction for the source kinds of the brand's frame."""
        kinds = tuple(sorted(set(self.brand.platforms.values())))
        return correction(self.responses, kinds, method=self.method)

    @cached_property
    def panel(self) -> Panel:
        """The brand's evidence by days and sources."""
        return panel(self.brand, method=self.method)

    @cached_property
    def spans(self) -> Spans:
        """Sums over any days of it."""
        return Spans(self.panel, correction=self.correction)

    @cached_property
    def _stratum(self) -> list[tuple[BrandDays, Spans]]:
        return [
            (peer, Spans(panel(peer, method=self.method), correction=self.correction))
            for peer in self.peers
        ]

    @cached_property
    def prior(self) -> Prior:
        """Σ_pr for any day."""
        return Prior(
            (self.brand, self.spans),
            self._stratum,
            responses=self.responses,
            correction=self.correction,
            method=self.method,
        )

    @cached_property
    def days(self) -> Observation:
        """The observation of every day; y and s² are NaN on days without one."""
        pool = self.spans.days
        return self._observe(pool, np.arange(self.brand.length))

    def trailing(self, window: int) -> Observation:
        """The observation of the `window` days that end on each day."""
        days = np.arange(self.brand.length)
        return self._observe(self.spans.between(days + 1 - window, days + 1), days)

    def over(self, low: int, high: int) -> Observation:
        """The observation of the days low … high − 1 together."""
        pool = self.spans.between(np.array(low), np.array(high))
        return self._observe(pool, max(low, 0))

    def usual_shares(self, t: int, *, observed: int) -> Floats:
        """Shares (3,) of the shrink_days before day t: the brand's own, with fewer than start_min
        `observed` days the stratum's, else a third each (section 9)."""
        low = t - self.method.shrink_days
        if observed >= self.method.start_min:
            pools = [self.spans.between(np.array(low), np.array(t))]
        else:
            moved = [(spans, peer.index(self.brand.day(t))) for peer, spans in self._stratum]
            pools = [
                spans.between(np.array(end - self.method.shrink_days), np.array(end))
                for spans, end in moved
            ]
        weight = sum(float(pool.w) for pool in pools)
        if not weight:
            return np.full(3, 1 / 3)
        q: Floats = np.sum([pool.first for pool in pools], axis=0) / weight
        return np.asarray(displayed_shares(q[None], correction=self.correction)[0])

    def seed(self, what: str, t: int) -> tuple[str, ...]:
        """What a draw of day t depends on (section 0); the dimension is the overall one."""
        return (self.version, self.brand.brand, "overall", self.brand.day(t).isoformat(), what)

    def rng(self, what: str, t: int) -> np.random.Generator:
        """A generator for those draws."""
        return generator(*self.seed(what, t))

    @cached_property
    def fast(self) -> Level:
        """Tageslage, half-life h_tag."""
        return self._level(self.method.h_tag)

    @cached_property
    def slow(self) -> Level:
        """Sediment, half-life h_sed."""
        return self._level(self.method.h_sed)

    def comparison(self, t: int, window: int) -> Comparison | None:
        """The `window` days that end on day t against those before; None before the history."""
        low, middle, high = t + 1 - 2 * window, t + 1 - window, t + 1
        if low < 0:
            return None
        keep = throughout(
            self.panel.sources,
            self.brand.spans,
            first=self.brand.day(low),
            last=self.brand.day(t),
        )
        weights = self.spans.weights(low, high)
        absent = float(weights[~keep].sum() / weights.sum()) if weights.any() else 0.0
        recent = self.half(self._pool(middle, high, keep=keep), t, what=f"recent {window}")
        before = self.half(self._pool(low, middle, keep=keep), t, what=f"before {window}")
        return Comparison(recent, before, absent)

    def half(self, pool: Pool, t: int, *, what: str) -> Half:
        """Value and draws of a pool, unshrunk, with the shared draws of M."""
        if not pool.w > 0:
            return Half(50.0, np.full(self.method.draws, 50.0), 0.0)
        seen = self._observe(pool, t)
        scores = score_draws(seen, seed=self.seed(what, t), method=self.method)
        draws = value_draws(scores, correction=self.correction)
        return Half(float(seen.y), draws, float(seen.n_eff))

    def _pool(self, low: int, high: int, *, keep: NDArray[np.bool_]) -> Pool:
        if keep.all():
            return self.spans.between(np.array(low), np.array(high))
        return self.spans.of_sources(low, high, keep=keep)

    def _observe(self, pool: Pool, at: NDArray[np.int64] | int) -> Observation:
        prior = self.prior.at(at, pool.q)
        return observe(pool, prior, correction=self.correction, method=self.method)

    @cached_property
    def _paths(self) -> Floats:
        """y(M⁽ⁱ⁾) of every day, (T, D)."""
        return points(self.days.q @ net_weights(self.correction.inverses).T)

    @cached_property
    def start(self) -> Floats:
        """Stratum mean at the point matrix and at each draw, (1 + D,)."""
        inverses = np.concatenate([self.correction.inverse[None], self.correction.inverses])
        days = self.method.start_days
        return stratum_mean(self._stratum, first=self.brand.first, days=days, inverses=inverses)

    @cached_property
    def drift(self) -> Floats:
        """η² of the slow level (T,)."""
        return drift_variance(
            self.days.s2, half_life=self.method.h_sed, days=self.method.prior_days
        )

    def _level(self, half_life: float) -> Level:
        return follow(
            self.days.y,
            self._paths,
            s2=self.days.s2,
            start=self.start,
            half_life=half_life,
            method=self.method,
        )


@lru_cache(maxsize=32)
def series(brand: BrandDays, peers: Peers, *, responses: Responses, method: Method) -> Series:
    """The series of a brand, kept while the same objects are asked for again."""
    return Series(brand, peers, responses, method)
