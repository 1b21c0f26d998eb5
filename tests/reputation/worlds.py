"""Builds brands and labels whose truth is known, by the reference classifier of the method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.moments import Moments, tally
from leumund.reputation.panel import BrandDays
from leumund.reputation.responses import Responses
from leumund.types import Evidence

Floats = NDArray[np.float64]
FIRST = date(2025, 1, 1)
MEANS = np.array([(-1.84, 0.345), (0, -0.69), (1.84, 0.345)])
PRIOR = np.array([0.2, 0.6, 0.2])
REGIMES = ((0.2, 0.6, 0.2), (0.30, 0.66, 0.04), (0.65, 0.30, 0.05))
CALM = (0.2, 0.6, 0.2)
WORSE = (0.75, 0.22, 0.03)


def read(rng: np.random.Generator, truth: NDArray[np.int64]) -> Floats:
    """Posterior (n, 3) of the reference classifier for texts of these true classes (section 19)."""
    x = MEANS[truth] + rng.standard_normal((len(truth), 2))
    log = -0.5 * ((x[:, None] - MEANS) ** 2).sum(axis=-1) + np.log(PRIOR)
    powers = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def sample(
    rng: np.random.Generator, n: int, shares: Sequence[float] | Floats
) -> tuple[Floats, NDArray[np.int64]]:
    """Scores and true classes of n texts."""
    truth = rng.choice(3, n, p=shares)
    return read(rng, truth), truth


def labels(seed: int = 0, n: int = 300, kinds: tuple[str, ...] = ()) -> Responses:
    """n labelled texts from the reference prior."""
    scores, truth = sample(np.random.default_rng(seed), n, PRIOR)
    return Responses(scores, truth, kinds=kinds, origin="own")


def log_normal(rng: np.random.Generator, n: int) -> Floats:
    """Weights with σ = .6."""
    return np.asarray(np.exp(0.6 * rng.standard_normal(n)))


def moments_of(weight: Floats, scores: Floats) -> Moments:
    """Moments of one cell, from weights (n,) and scores (n, 3)."""
    hard = np.eye(3)[scores.argmax(axis=1)]

    def three(values: Floats) -> tuple[float, float, float]:
        return (float(values[0]), float(values[1]), float(values[2]))

    square = (weight[:, None] * scores).T @ scores
    return Moments(
        len(weight),
        float(weight.sum()),
        float((weight**2).sum()),
        three(weight @ scores),
        (three(square[0]), three(square[1]), three(square[2])),
        (int(hard[:, 0].sum()), int(hard[:, 1].sum()), int(hard[:, 2].sum())),
        three(weight @ hard),
    )


def clusters(
    name: str,
    days: int,
    *,
    seed: int,
    volume: Callable[[int], float] = lambda day: 8,
    shares: Callable[[int], Sequence[float]] = lambda day: CALM,
    sources: int = 12,
) -> list[Evidence]:
    """Story clusters over days, spread evenly over sources on three platforms."""
    rng = np.random.default_rng(seed)
    found = []
    for d in range(days):
        scores, _ = sample(rng, int(rng.poisson(volume(d))), shares(d))
        weights = log_normal(rng, len(scores))
        for i, (row, weight) in enumerate(zip(scores, weights, strict=True)):
            place = int(rng.integers(sources))
            found.append(
                Evidence(
                    brand=name,
                    day=FIRST + timedelta(days=d),
                    story=f"{d}-{i}",
                    source=f"quelle-{place}",
                    platform="abc"[place % 3],
                    weight=float(weight),
                    tone=(float(row[0]), float(row[1]), float(row[2])),
                    hard=int(row.argmax()),
                    sources=1,
                    members=1,
                )
            )
    return found


def brand_of(
    name: str,
    evidence: Iterable[Evidence],
    days: int,
    *,
    sick: Iterable[int] = (),
    spans: dict[str, tuple[date, date]] | None = None,
) -> BrandDays:
    """A brand whose frame is healthy on all days but `sick`."""
    rows = list(evidence)
    ill = set(sick)
    return BrandDays(
        name,
        FIRST,
        FIRST + timedelta(days=days - 1),
        tally(rows),
        {row.source: row.platform for row in rows},
        frozenset(FIRST + timedelta(days=d) for d in range(days) if d not in ill),
        spans=spans or {},
    )


def single_source(
    name: str,
    days: int,
    *,
    seed: int,
    volume: float,
    shares: Callable[[int], Sequence[float]] = lambda day: CALM,
) -> BrandDays:
    """A brand with one source, straight from moments; quick enough for many years."""
    rng = np.random.default_rng(seed)
    cells = {}
    dates = [FIRST + timedelta(days=d) for d in range(days)]
    for d, day in enumerate(dates):
        scores, _ = sample(rng, int(rng.poisson(volume)), shares(d))
        if len(scores):
            cells[(day, "quelle")] = moments_of(log_normal(rng, len(scores)), scores)
    return BrandDays(name, FIRST, dates[-1], cells, {"quelle": "a"}, frozenset(dates))
