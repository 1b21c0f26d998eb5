"""The index does not depend on volume, order or reprints, and says nothing it does not know."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from reputation.worlds import CALM, FIRST, brand_of, clusters, labels

from leumund.reputation.index import score
from leumund.reputation.method import Method
from leumund.reputation.moments import tally
from leumund.reputation.panel import BrandDays
from leumund.reputation.responses import Responses
from leumund.reputation.series import series
from leumund.reputation.weights import reprint_weight
from leumund.types import Evidence, IndexPoint

METHOD = Method(draws=300)
DAYS = 80


def _points(rows: list[Evidence], seed: int = 1, **change: object) -> tuple[IndexPoint, ...]:
    brand = brand_of("Musterbahn", rows, DAYS, **change)  # type: ignore[arg-type]
    return score(brand, (), responses=labels(seed), method=METHOD)


def test_one_point_for_each_day_with_its_version() -> None:
    points = _points(clusters("Musterbahn", DAYS, seed=1))
    assert [p.day for p in points] == [FIRST + timedelta(days=d) for d in range(DAYS)]
    assert {(p.method, p.step) for p in points} == {(METHOD.version, "pacc")}
    for p in points:
        assert p.fast is not None
        assert 0 <= p.fast.low <= p.fast.value <= p.fast.high <= 100
        assert p.tone is not None
        assert sum(share.value for share in p.tone) == pytest.approx(100)


def test_the_order_of_evidence_brands_and_runs_changes_nothing() -> None:
    rows = clusters("Musterbahn", DAYS, seed=2)
    first = _points(rows)
    mixed = rows[:]
    random.Random(1).shuffle(mixed)
    score(
        brand_of("Beispielnetz", clusters("Beispielnetz", DAYS, seed=3), DAYS),
        (),
        responses=labels(9),
        method=METHOD,
    )
    assert _points(mixed) == first
    cells = dict(reversed(tally(rows).items()))
    brand = brand_of("Musterbahn", rows, DAYS)
    turned = BrandDays(brand.brand, brand.first, brand.last, cells, brand.platforms, brand.healthy)
    assert score(turned, (), responses=labels(1), method=METHOD) == first


def test_a_later_day_never_changes_an_earlier_point() -> None:
    rows = clusters("Musterbahn", DAYS, seed=4)
    early = [r for r in rows if r.day < FIRST + timedelta(days=50)]
    short = score(brand_of("Musterbahn", early, 50), (), responses=labels(1), method=METHOD)
    assert short == _points(rows)[:50]


def _reprinted(rows: list[Evidence], story: str, copies: int, g: Method) -> list[Evidence]:
    factor = reprint_weight(copies, method=g)
    return [
        replace(r, weight=r.weight * factor, sources=copies, members=copies)
        if r.story == story
        else r
        for r in rows
    ]


def test_forty_reprints_change_nothing_with_g_1() -> None:
    rows = clusters("Musterbahn", DAYS, seed=5)
    method = Method(draws=300, g="1")
    plain = score(brand_of("Musterbahn", rows, DAYS), (), responses=labels(1), method=method)
    story = next(r.story for r in rows if r.day == FIRST + timedelta(days=40))
    copied = _reprinted(rows, story, 40, method)
    again = score(brand_of("Musterbahn", copied, DAYS), (), responses=labels(1), method=method)
    for one, two in zip(plain, again, strict=True):
        assert one.fast is not None
        assert two.fast is not None
        assert two.fast.value == pytest.approx(one.fast.value, abs=1e-9)
        assert two.n_eff == pytest.approx(one.n_eff, abs=1e-9)


@pytest.mark.parametrize("g", ["1+log2 m", "m"])
def test_with_another_g_reprints_move_the_day_by_what_the_formula_says(g: str) -> None:
    rows = clusters("Musterbahn", DAYS, seed=5, sources=1)
    method = Method(draws=300, g=g)  # type: ignore[arg-type]
    day = FIRST + timedelta(days=40)
    own = [r for r in rows if r.day == day]
    copied = _reprinted(rows, own[0].story, 41, method)
    one = series(brand_of("Musterbahn", copied, DAYS), (), responses=labels(1), method=method)
    weights = np.array([r.weight for r in own])
    weights[0] *= reprint_weight(41, method=method)
    a = one.correction.inverse.T @ [-1, 0, 1]
    values = 50 * (1 + np.array([r.tone for r in own]) @ a)
    assert float(one.days.y[40]) == pytest.approx(weights @ values / weights.sum(), abs=1e-9)
    n_eff = weights.sum() ** 2 / (weights**2).sum()
    assert float(one.days.n_eff[40]) == pytest.approx(n_eff, rel=1e-9)


def test_twice_the_volume_at_equal_opinion_only_narrows_the_margin() -> None:
    rows = clusters("Musterbahn", DAYS, seed=6)
    twins = [replace(r, story="zwilling-" + r.story) for r in rows]
    responses = labels(1)
    one = series(brand_of("Musterbahn", rows, DAYS), (), responses=responses, method=METHOD)
    two = series(brand_of("Musterbahn", rows + twins, DAYS), (), responses=responses, method=METHOD)
    assert two.days.y == pytest.approx(one.days.y, abs=1e-9, nan_ok=True)
    assert two.trailing(28).y == pytest.approx(one.trailing(28).y, abs=1e-9)
    assert np.all(two.days.s2 < one.days.s2)
    assert np.all(two.fast.variance < one.fast.variance)
    assert np.all(np.abs(two.fast.mean - one.fast.mean) < 0.25 * np.sqrt(one.fast.variance))


def test_the_level_of_a_steady_opinion_does_not_depend_on_volume_at_all() -> None:
    day = clusters("Musterbahn", 1, seed=7, volume=lambda d: 12)
    rows = [
        replace(r, day=FIRST + timedelta(days=d), story=f"{d}-{r.story}")
        for d in range(DAYS)
        for r in day
    ]
    many = [replace(r, story=f"{c}-{r.story}") for r in rows for c in range(5)]
    started = slice(METHOD.start_min - 1, None)  # before, the stratum's mean still counts
    for one, two in zip(_points(rows)[started], _points(many)[started], strict=True):
        assert one.fast is not None
        assert two.fast is not None
        assert two.fast.value == pytest.approx(one.fast.value, abs=1e-9)
        assert two.fast.high - two.fast.low < one.fast.high - one.fast.low


def test_a_mirrored_world_has_the_mirrored_index() -> None:
    rows = clusters("Musterbahn", DAYS, seed=8)
    turned = [replace(r, tone=r.tone[::-1], hard=2 - r.hard) for r in rows]
    plain = labels(1)
    mirror = Responses(plain.scores[:, ::-1], 2 - plain.labels, origin="own")
    one = series(brand_of("Musterbahn", rows, DAYS), (), responses=plain, method=METHOD)
    two = series(brand_of("Musterbahn", turned, DAYS), (), responses=mirror, method=METHOD)
    assert 100 - two.days.y == pytest.approx(one.days.y, abs=1e-9, nan_ok=True)
    assert 100 - two.fast.mean == pytest.approx(one.fast.mean, abs=1e-9)
    assert two.days.s2 == pytest.approx(one.days.s2, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("per_day", [1, 4, 40])
def test_the_same_opinion_scores_the_same_at_any_volume(per_day: int) -> None:
    values = []
    for replicate in range(12):
        rows = clusters("Musterbahn", 200, seed=replicate, volume=lambda d: per_day)
        brand = brand_of("Musterbahn", rows, 200)
        one = series(brand, (), responses=labels(99, n=20_000), method=METHOD)
        values.append(float(one.over(0, 200).y))
    standard_error = np.std(values, ddof=1) / np.sqrt(12)
    assert abs(np.mean(values) - 50) < 1 + 2 * standard_error


def test_a_silent_day_has_no_value_and_a_wider_level() -> None:
    rows = [
        r for r in clusters("Musterbahn", DAYS, seed=10) if (r.day - FIRST).days not in (60, 61)
    ]
    points = _points(rows)
    silent = points[60]
    assert (silent.day_value, silent.sampling_variance, silent.n, silent.n_eff) == (
        None,
        None,
        0,
        0,
    )
    assert silent.healthy
    one = series(brand_of("Musterbahn", rows, DAYS), (), responses=labels(1), method=METHOD)
    assert one.fast.mean[61] == one.fast.mean[59]
    assert one.fast.variance[59] < one.fast.variance[60] < one.fast.variance[61]


def test_a_day_with_a_sick_frame_is_not_observed_and_says_so() -> None:
    rows = clusters("Musterbahn", DAYS, seed=11)
    points = _points(rows, sick=[60])
    assert points[60].n > 0
    assert points[60].day_value is None
    assert points[60].sampling_variance is None
    assert (points[60].verdict, points[60].reason) == ("none", "unhealthy")
    assert not points[60].healthy


def test_a_single_post_gives_no_tile_but_a_level() -> None:
    rows = clusters("Musterbahn", DAYS, seed=12)
    day = FIRST + timedelta(days=60)
    keep = next(r for r in rows if r.day == day)
    points = _points([r for r in rows if r.day != day or r is keep])
    assert points[60].n == 1
    assert points[60].n_eff == pytest.approx(1)
    assert points[60].day_value is None
    assert points[60].sampling_variance is not None
    assert points[60].fast is not None


def test_a_loud_day_has_a_tile() -> None:
    rows = clusters("Musterbahn", DAYS, seed=13, volume=lambda d: 200 if d == 60 else 8)
    tile = _points(rows)[60].day_value
    assert tile is not None
    assert tile.low < tile.value < tile.high
    assert tile.high - tile.low < 2 * METHOD.hw_max


def test_only_owned_text_is_like_no_text_but_its_documents_show() -> None:
    owned = [replace(r, weight=0.0) for r in clusters("Musterbahn", 10, seed=14)]
    last = FIRST + timedelta(days=9)
    days = frozenset(FIRST + timedelta(days=d) for d in range(10))
    brand = BrandDays("Musterbahn", FIRST, last, tally(owned), {}, days, {FIRST: 7})
    points = score(brand, (), responses=labels(1), method=METHOD)
    assert points[0].documents == 7
    for p in points:
        assert (p.day_value, p.fast, p.slow, p.tone, p.n) == (None, None, None, None, 0)


def test_one_class_alone_has_a_margin_on_the_simplex() -> None:
    rows = [
        replace(r, tone=(0.98, 0.01, 0.01), hard=0) for r in clusters("Musterbahn", DAYS, seed=15)
    ]
    last = _points(rows)[-1]
    assert last.tone is not None
    assert last.tone[0].value == pytest.approx(100, abs=8)
    assert all(0 <= s.low < s.high <= 100 for s in last.tone)
    assert last.fast is not None
    assert last.fast.high - last.fast.low > 0


def test_without_labels_the_value_is_counted_and_judges_nothing() -> None:
    rows = clusters("Musterbahn", DAYS, seed=16)
    none = Responses(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    points = score(brand_of("Musterbahn", rows, DAYS), (), responses=none, method=METHOD)
    assert {p.step for p in points} == {"count"}
    assert {(p.verdict, p.reason) for p in points} == {("none", "uncorrected")}
    assert points[-1].label_variance == 0
    counted = [r.hard for r in rows if r.day == points[-1].day]
    weight = [r.weight for r in rows if r.day == points[-1].day]
    assert len(counted) == points[-1].n
    assert sum(weight) > 0


def test_each_source_kind_can_have_its_own_matrix() -> None:
    rng = np.random.default_rng(17)
    plain = labels(17, n=2000)
    blunt = 0.6 * plain.scores + 0.4 * rng.dirichlet([1, 1, 1], 2000)
    scores = np.concatenate([plain.scores, blunt])
    responses = Responses(
        scores, np.tile(plain.labels, 2), ("a",) * 2000 + ("b",) * 2000, origin="own"
    )
    rows = []
    for r in clusters("Musterbahn", DAYS, seed=17, volume=lambda d: 60, sources=3):
        tone = 0.6 * np.array(r.tone) + 0.4 * rng.dirichlet([1, 1, 1])
        dull = (float(tone[0]), float(tone[1]), float(tone[2]))
        rows.append(replace(r, tone=dull, hard=int(tone.argmax())) if r.platform == "b" else r)
    method = Method(draws=300, cap_source=1, cap_platform=1, ece_max=0.2)
    brand = brand_of("Musterbahn", [r for r in rows if r.platform != "c"], DAYS)
    one = series(brand, (), responses=responses, method=method)
    assert one.correction.step == "pacc_kind"
    assert one.correction.kinds == ("a", "b")
    assert float(one.over(0, DAYS).y) == pytest.approx(50, abs=2.5)
    assert np.isfinite(one.days.s2).all()
    assert one.days.label_variance.min() > 0
    assert score(brand, (), responses=responses, method=method)[-1].step == "pacc_kind"


def test_a_short_history_starts_from_the_peers() -> None:
    peer = brand_of(
        "Beispielnetz",
        clusters("Beispielnetz", DAYS, seed=18, shares=lambda d: (0.02, 0.2, 0.78)),
        DAYS,
    )
    rows = clusters(
        "Musterbahn", 2, seed=19, volume=lambda d: 1 if d == 0 else 3, shares=lambda d: CALM
    )
    brand = brand_of("Musterbahn", rows, DAYS)
    alone = score(brand, (), responses=labels(1), method=METHOD)[1]
    among = score(brand, [peer], responses=labels(1), method=METHOD)[1]
    assert alone.fast is not None
    assert among.fast is not None
    assert among.fast.value > alone.fast.value + 1
