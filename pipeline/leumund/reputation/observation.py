"""Reads one value of the index, and how far chance may have moved it, out of a span of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.correction import Correction
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays, Pool, Spans
from leumund.reputation.quantify import net_weights, points, simplex_shares
from leumund.reputation.responses import Responses, one_hot

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """What spans of days say, before any smoothing (method, section 7).

    `q` (…, L) mean scores, `n_eff` (…,), `scale` (…, L, L) Σ̃ with its floor, `y` (…,) points of R
    (linear, may leave [0, 100]), `s2` (…,) sampling variance in points², `freedom` ν ≥ 3,
    `label_variance` v_M in points². `y` and `s2` are NaN where there is no weight.
    """

    q: Floats
    n_eff: Floats
    scale: Floats
    y: Floats
    s2: Floats
    freedom: Floats
    label_variance: Floats

    def __getitem__(self, index: int) -> Observation:
        return Observation(
            self.q[index],
            self.n_eff[index],
            self.scale[index],
            self.y[index],
            self.s2[index],
            self.freedom[index],
            self.label_variance[index],
        )


def observe(pool: Pool, prior: Floats, *, correction: Correction, method: Method) -> Observation:
    """y, s² and ν of pools (section 7).

    Σ̃ = (n_eff·Σ̂ + A₀·Σ_pr)/(n_eff + A₀), s² = 2500·aᵀΣ̃a/n_eff with aᵀΣ̃a ≥ var_floor,
    ν = max(3, n_eff + A₀ − 1).

    Args:
        pool: weighted sums of scores.
        prior: (…, L, L) Σ_pr of each pool.
        correction: gives a.
        method: prior_clusters (A₀), var_floor.

    >>> from leumund.reputation.correction import correction
    >>> counted = correction(Responses(np.zeros((0, 3)), np.zeros(0)), (), method=Method())
    >>> one = Pool(np.array(10.), np.array(10.), np.array([2., 5, 3]), np.diag([2., 5, 3]))
    >>> seen = observe(one, np.zeros((3, 3)), correction=counted, method=Method())
    >>> round(float(seen.y), 6), float(seen.freedom), round(float(seen.s2), 2)
    (55.0, 13.0, 87.5)
    """
    a = net_weights(correction.inverse)
    n_eff = pool.n_eff
    seen = n_eff > 0
    share = (n_eff / (n_eff + method.prior_clusters))[..., None, None]
    scale = share * pool.covariance + (1 - share) * prior
    lacking = np.maximum(method.var_floor - np.einsum("i,...ij,j->...", a, scale, a), 0)
    toward = a / (a @ a)
    scale = scale + lacking[..., None, None] * np.outer(toward, toward)
    variance = np.einsum("i,...ij,j->...", a, scale, a)
    return Observation(
        q=pool.q,
        n_eff=n_eff,
        scale=scale,
        y=np.where(seen, points(pool.q @ a), np.nan),
        s2=np.where(seen, 2500 * variance / np.where(seen, n_eff, 1), np.nan),
        freedom=np.maximum(3.0, n_eff + method.prior_clusters - 1),
        label_variance=correction.label_variance(pool.q),
    )


class Prior:
    """Σ_pr, the usual spread of single statements, for any span that ends at a day (section 7).

    It comes from the brand's own trailing prior_days before that span if they are worth n_min
    statements, else from the peers' days, else from the labelled texts reweighted to the peers'
    shares (to the labels' own shares where the peers have none).
    """

    def __init__(
        self,
        own: tuple[BrandDays, Spans],
        peers: Sequence[tuple[BrandDays, Spans]],
        *,
        responses: Responses,
        correction: Correction,
        method: Method,
    ) -> None:
        self._groups = len(correction.kinds) + 1
        days = np.arange(own[0].length)
        low = days - method.prior_days
        first, second, worth = _plain(own[1].between(low, days))
        stratum = [_aligned(own[0], peer, method=method) for peer in peers]
        peer_first, peer_second, peer_worth = _joined(stratum, len(days))
        label_first, label_second = _from_labels(
            peer_first, peer_worth, responses=responses, correction=correction
        )
        enough = (worth >= method.n_min)[:, None]
        peers_enough = (peer_worth >= method.n_min)[:, None]
        self._first = np.where(enough, first, np.where(peers_enough, peer_first, label_first))
        self._second = np.where(
            enough[:, None],
            second,
            np.where(peers_enough[:, None], peer_second, label_second),
        )

    def at(self, days: NDArray[np.int64] | int, q: Floats) -> Floats:
        """Σ_pr (…, L, L) at those days, spread over the source kinds as `q` (…, L) is."""
        held = q.reshape(*q.shape[:-1], self._groups, 3).sum(axis=-1)
        mean = (held[..., None] * self._first[days][..., None, :]).reshape(q.shape)
        result = -mean[..., :, None] * mean[..., None, :]
        for g in range(self._groups):
            block = slice(3 * g, 3 * g + 3)
            result[..., block, block] += held[..., g, None, None] * self._second[days]
        return np.asarray(result)


def _plain(pool: Pool) -> tuple[Floats, Floats, Floats]:
    first, second = pool.plain()
    return first, second, pool.n_eff


def _aligned(own: BrandDays, peer: tuple[BrandDays, Spans], *, method: Method) -> Pool:
    """The peer's trailing pools on the days of `own`."""
    offset = peer[0].index(own.first)
    days = np.arange(own.length) + offset
    return peer[1].between(days - method.prior_days, days)


def _joined(pools: Sequence[Pool], days: int) -> tuple[Floats, Floats, Floats]:
    first, second = np.zeros((days, 3)), np.zeros((days, 3, 3))
    w, w2 = np.zeros(days), np.zeros(days)
    for pool in pools:
        mean, square = pool.plain()
        first += pool.w[:, None] * mean
        second += pool.w[:, None, None] * square
        w, w2 = w + pool.w, w2 + pool.w2
    safe = np.where(w > 0, w, 1)
    worth = np.where(w > 0, w**2 / np.where(w > 0, w2, 1), 0)
    return first / safe[:, None], second / safe[:, None, None], np.asarray(worth)


def _from_labels(
    peer_first: Floats, peer_worth: Floats, *, responses: Responses, correction: Correction
) -> tuple[Floats, Floats]:
    """First and second moments of the labelled scores at the peers' shares (T, …)."""
    scores = one_hot(responses.scores) if correction.hard else responses.scores
    if not len(scores):
        third = np.full((len(peer_worth), 3), 1 / 3)
        return third, third[:, :, None] * np.eye(3)
    own = np.bincount(responses.labels, minlength=3) / len(scores)
    matrix = correction.pooled.point
    q = np.where((peer_worth > 0)[:, None], peer_first, matrix @ own)
    shares = simplex_shares(matrix[None], q[:, None, :])[:, 0, :]
    means, squares = np.zeros((3, 3)), np.zeros((3, 3, 3))
    for k in range(3):
        part = scores[responses.labels == k]
        if len(part):
            means[k], squares[k] = part.mean(axis=0), part.T @ part / len(part)
    return shares @ means, np.einsum("tk,kij->tij", shares, squares)


def stratum_mean(
    peers: Sequence[tuple[BrandDays, Spans]], *, first: date, days: int, inverses: Floats
) -> Floats:
    """R of all peers together over the first `days` of the brand, one value per inverse (D,).

    Without peers it is 50, a balanced tone (section 10, start).

    >>> stratum_mean([], first=date(2026, 1, 1), days=28, inverses=np.eye(3)[None]).tolist()
    [50.0]
    """
    size, weight = inverses.shape[-1], 0.0
    sums = np.zeros(size)
    for brand, spans in peers:
        low = brand.index(first)
        whole = spans.between(np.array(low), np.array(low + days))
        sums, weight = sums + whole.first, weight + float(whole.w)
    if not weight:
        return np.full(len(inverses), 50.0)
    return points(net_weights(inverses) @ (sums / weight))


def displayed_shares(q: Floats, *, correction: Correction) -> Floats:
    """Shares (T, 3) on the simplex at the point matrix (section 6.1)."""
    inverse, matrix = correction.inverse, correction.pooled.point
    return np.asarray(simplex_shares(matrix[None], (q @ inverse.T @ matrix.T)[:, None, :])[:, 0, :])
