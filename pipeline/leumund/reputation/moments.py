"""Sums up the evidence of a day: all that the statistics ever sees of the texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from leumund.types import Evidence, Shares

Square = tuple[Shares, Shares, Shares]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the story clusters of one brand, day and source (method, section 2).

    `n` clusters of positive weight, `w` = ΣW, `w2` = ΣW², `ws` = ΣW·s, `wss` = ΣW·s·sᵀ,
    `counts` of the most probable class and `hard` = their summed weight, in the order of TONES.

    >>> square = ((2, 0, 0), (0, 0, 0), (0, 0, 0))
    >>> one = Moments(1, 2.0, 4.0, (2, 0, 0), square, (1, 0, 0), (2, 0, 0))
    >>> (one + one).w, one.scaled(0.5).w2
    (4.0, 1.0)
    """

    n: int
    w: float
    w2: float
    ws: Shares
    wss: Square
    counts: tuple[int, int, int]
    hard: Shares

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.w + other.w,
            self.w2 + other.w2,
            _add(self.ws, other.ws),
            (
                _add(self.wss[0], other.wss[0]),
                _add(self.wss[1], other.wss[1]),
                _add(self.wss[2], other.wss[2]),
            ),
            (
                self.counts[0] + other.counts[0],
                self.counts[1] + other.counts[1],
                self.counts[2] + other.counts[2],
            ),
            _add(self.hard, other.hard),
        )

    def scaled(self, factor: float) -> Moments:
        """All weights times `factor`: ΣW by f, ΣW² by f² (method, section 2)."""
        rows = (_times(self.wss[0], factor), _times(self.wss[1], factor))
        return Moments(
            self.n,
            self.w * factor,
            self.w2 * factor**2,
            _times(self.ws, factor),
            (*rows, _times(self.wss[2], factor)),
            self.counts,
            _times(self.hard, factor),
        )


def tally(evidence: Iterable[Evidence]) -> dict[tuple[date, str], Moments]:
    """Moments per day and source; evidence of weight 0 leaves no trace.

    The result does not depend on the order of `evidence`, to the last bit.

    >>> from datetime import date
    >>> tally([]) == {}
    True
    """
    rows = sorted(
        (row for row in evidence if row.weight > 0),
        key=lambda row: (row.day, row.source, row.story, row.weight, row.tone),
    )
    if not rows:
        return {}
    keys = [(row.day, row.source) for row in rows]
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    sums = np.add.reduceat(_features(rows), starts, axis=0)
    ends = [*starts[1:], len(rows)]
    return {
        keys[start]: _unpack(end - start, [float(x) for x in line])
        for start, end, line in zip(starts, ends, sums, strict=True)
    }


def _features(rows: list[Evidence]) -> np.ndarray:
    weight = np.array([row.weight for row in rows])
    tone = np.array([row.tone for row in rows])
    hard = np.eye(3)[[row.hard for row in rows]]
    outer = tone[:, :, None] * tone[:, None, :]
    return np.column_stack(
        [
            weight,
            weight**2,
            weight[:, None] * tone,
            weight[:, None] * outer.reshape(-1, 9),
            hard,
            weight[:, None] * hard,
        ]
    )


def _unpack(n: int, line: list[float]) -> Moments:
    return Moments(
        n,
        line[0],
        line[1],
        _three(line[2:5]),
        (_three(line[5:8]), _three(line[8:11]), _three(line[11:14])),
        (round(line[14]), round(line[15]), round(line[16])),
        _three(line[17:20]),
    )


def _three(values: list[float]) -> Shares:
    return (values[0], values[1], values[2])


def _add(left: Shares, right: Shares) -> Shares:
    return (left[0] + right[0], left[1] + right[1], left[2] + right[2])


def _times(values: Shares, factor: float) -> Shares:
    return (values[0] * factor, values[1] * factor, values[2] * factor)
