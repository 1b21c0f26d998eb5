"""Lays the evidence of one brand out as days by sources and adds up any span of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.correction import Correction
from leumund.reputation.method import Method
from leumund.reputation.moments import Moments
from leumund.reputation.weights import cap_factors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class BrandDays:
    """All that is known of one brand from `first` to `last`, both included.

    `cells` are the moments per day and source before caps, `platforms` the platform (source kind)
    of each source, `healthy` the days with a healthy frame, `documents` the documents per day.
    `spans` names first and last day of sources that were not in the frame all the time; a source
    that it does not name was. Objects are compared by identity and must not be changed.
    """

    brand: str
    first: date
    last: date
    cells: Mapping[tuple[date, str], Moments]
    platforms: Mapping[str, str]
    healthy: frozenset[date]
    documents: Mapping[date, int] = field(default_factory=dict)
    spans: Mapping[str, tuple[date, date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("a brand's first day comes before its last")

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def day(self, index: int) -> date:
        """The day with that number; the first is 0."""
        return self.first + timedelta(days=index)

    def index(self, day: date) -> int:
        """The number of that day; it may lie outside 0 … length − 1."""
        return (day - self.first).days


@dataclass(frozen=True, slots=True)
class Panel:
    """Arrays over T days and S sources, caps applied to the weights.

    `n` (T, S), `w` (T, S), `w2` (T, S), `soft` (T, S, 3) ΣW·s, `square` (T, S, 3, 3) ΣW·s·sᵀ,
    `counts` (T, S, 3), `hard` (T, S, 3); `healthy` (T,).
    """

    sources: tuple[str, ...]
    platforms: tuple[str, ...]
    n: Ints
    w: Floats
    w2: Floats
    soft: Floats
    square: Floats
    counts: Ints
    hard: Floats
    healthy: Bools


@lru_cache(maxsize=32)
def panel(brand: BrandDays, *, method: Method) -> Panel:
    """The brand's cells as arrays, caps applied on trailing cap_days totals (section 3)."""
    sources = tuple(sorted({source for _, source in brand.cells}))
    place = {source: s for s, source in enumerate(sources)}
    table = np.zeros((brand.length, len(sources), 21))
    for (day, source), cell in sorted(brand.cells.items()):
        t = brand.index(day)
        if 0 <= t < brand.length:
            table[t, place[source]] = _row(cell)
    platforms = tuple(brand.platforms.get(source, "") for source in sources)
    factor = _caps(table[:, :, 1], platforms, method=method)
    shape = table.shape[:2]
    return Panel(
        sources=sources,
        platforms=platforms,
        n=table[:, :, 0].astype(np.int64),
        w=table[:, :, 1] * factor,
        w2=table[:, :, 2] * factor**2,
        soft=table[:, :, 3:6] * factor[:, :, None],
        square=(table[:, :, 6:15] * factor[:, :, None]).reshape(*shape, 3, 3),
        counts=table[:, :, 15:18].astype(np.int64),
        hard=table[:, :, 18:21] * factor[:, :, None],
        healthy=np.array([brand.day(t) in brand.healthy for t in range(brand.length)]),
    )


def _row(cell: Moments) -> list[float]:
    square = [x for line in cell.wss for x in line]
    return [cell.n, cell.w, cell.w2, *cell.ws, *square, *cell.counts, *cell.hard]


def _caps(weights: Floats, platforms: tuple[str, ...], *, method: Method) -> Floats:
    if not platforms:
        return np.ones(weights.shape)
    days = np.arange(len(weights))
    totals = span(running(weights), days + 1 - method.cap_days, days + 1)
    names = sorted(set(platforms))
    groups = [names.index(name) for name in platforms]
    return cap_factors(np.maximum(totals, 0), groups, method=method)


def running(values: Floats) -> Floats:
    """Running sums over days with a leading 0: (T, …) becomes (T + 1, …)."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


def span(sums: Floats, low: Ints, high: Ints) -> Floats:
    """Sums of the days low … high − 1, cut to the days that exist.

    >>> span(running(np.array([1.0, 2.0, 4.0])), np.array([-5, 1]), np.array([2, 9])).tolist()
    [3.0, 6.0]
    """
    last = len(sums) - 1
    return np.asarray(sums[np.clip(high, 0, last)] - sums[np.clip(low, 0, last)])


@dataclass(frozen=True, slots=True)
class Pool:
    """Moments of spans of days, stacked by groups of source kinds (L = 3·G).

    `w`, `w2` (…,), `first` (…, L) ΣW·x, `second` (…, L, L) ΣW·x·xᵀ.
    """

    w: Floats
    w2: Floats
    first: Floats
    second: Floats

    @property
    def n_eff(self) -> Floats:
        """(ΣW)²/ΣW², 0 without weight."""
        return np.where(self.w > 0, self.w**2 / np.where(self.w > 0, self.w2, 1), 0.0)

    @property
    def q(self) -> Floats:
        """Weighted mean scores; 0 without weight."""
        return np.asarray(self.first / np.where(self.w > 0, self.w, 1)[..., None])

    @property
    def covariance(self) -> Floats:
        """Σ̂ = ΣW(s − q)(s − q)ᵀ/ΣW (section 7)."""
        mean = self.second / np.where(self.w > 0, self.w, 1)[..., None, None]
        return np.asarray(mean - self.q[..., :, None] * self.q[..., None, :])

    def plain(self) -> tuple[Floats, Floats]:
        """Mean score (…, 3) and mean square (…, 3, 3) over all groups together."""
        safe = np.where(self.w > 0, self.w, 1)
        groups = self.first.shape[-1] // 3
        first = self.first.reshape(*self.w.shape, groups, 3).sum(axis=-2)
        blocks = [self.second[..., 3 * g : 3 * g + 3, 3 * g : 3 * g + 3] for g in range(groups)]
        second: Floats = np.sum(blocks, axis=0)
        return first / safe[..., None], second / safe[..., None, None]


class Spans:
    """Adds up healthy days of a panel in the features that the correction asks for."""

    def __init__(self, table: Panel, *, correction: Correction) -> None:
        kinds = [*correction.kinds]
        self._group = [kinds.index(p) if p in kinds else len(kinds) for p in table.platforms]
        self._groups = len(kinds) + 1
        seen = table.healthy.astype(np.float64)
        first = table.hard if correction.hard else table.soft
        second = table.hard[..., None] * np.eye(3) if correction.hard else table.square
        self._raw = (
            table.w * seen[:, None],
            table.w2 * seen[:, None],
            first * seen[:, None, None],
            second * seen[:, None, None, None],
        )
        every = np.ones(len(table.sources), dtype=bool)
        self.days = self._stack(*self._raw, keep=every)
        parts = (self.days.w, self.days.w2, self.days.first, self.days.second)
        self._sums = tuple(running(part) for part in parts)

    def between(self, low: Ints, high: Ints) -> Pool:
        """Pools of the days low … high − 1, vectorised over both."""
        w, w2, first, second = (span(part, low, high) for part in self._sums)
        return Pool(w, w2, first, second)

    def of_sources(self, low: int, high: int, *, keep: Bools) -> Pool:
        """Pool of the days low … high − 1 from the sources kept."""
        parts = [part[max(low, 0) : max(high, 0)].sum(axis=0, keepdims=True) for part in self._raw]
        pool = self._stack(*parts, keep=keep)
        return Pool(pool.w[0], pool.w2[0], pool.first[0], pool.second[0])

    def weights(self, low: int, high: int) -> Floats:
        """Weight of each source (S,) over the days low … high − 1."""
        return np.asarray(self._raw[0][max(low, 0) : max(high, 0)].sum(axis=0))

    def _stack(self, w: Floats, w2: Floats, first: Floats, second: Floats, *, keep: Bools) -> Pool:
        days, size = len(w), 3 * self._groups
        stacked, squares = np.zeros((days, size)), np.zeros((days, size, size))
        for g in range(self._groups):
            mine = keep & (np.array(self._group, dtype=np.int64) == g)
            block = slice(3 * g, 3 * g + 3)
            stacked[:, block] = first[:, mine].sum(axis=1)
            squares[:, block, block] = second[:, mine].sum(axis=1)
        return Pool(w[:, keep].sum(axis=1), w2[:, keep].sum(axis=1), stacked, squares)
