"""The correction finds the true shares where counting does not."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reputation.worlds import PRIOR, read, sample

from leumund.reputation.quantify import (
    CONTRAST,
    linear_shares,
    response_matrix,
    simplex_shares,
    smallest_singular_value,
)
from leumund.reputation.responses import one_hot


@pytest.mark.parametrize(
    ("share", "counted"), [(0.05, 0.151), (0.1, 0.183), (0.2, 0.246), (0.4, 0.372)]
)
def test_counting_with_a_good_classifier_is_biased_as_the_method_says(
    share: float, counted: float
) -> None:
    matrix = np.array([[0.75, 0.12], [0.25, 0.88]])
    q = matrix @ [share, 1 - share]
    # .0005 is the rounding of the printed figure; .1515 at a share of .05 is printed as .151
    assert q[0] == pytest.approx(counted, abs=0.000501)
    assert linear_shares(matrix, q) == pytest.approx([share, 1 - share], abs=1e-12)


def _large_matrices(n: int = 200_000) -> tuple[np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), n)
    scores = read(rng, truth)
    right = (scores.argmax(axis=1) == truth).reshape(3, n).mean(axis=1)
    return (
        response_matrix(scores, truth),
        response_matrix(one_hot(scores), truth),
        float(right @ PRIOR),
    )


def test_the_reference_classifier_is_the_one_of_the_method() -> None:
    soft, _, accuracy = _large_matrices()
    assert accuracy == pytest.approx(0.81, abs=0.005)
    assert float(smallest_singular_value(soft)) == pytest.approx(0.43, abs=0.005)


@pytest.mark.parametrize(("negative", "bias"), [(0.05, -2.9), (0.2, -0.1), (0.4, 3.7), (0.6, 7.5)])
def test_counting_bends_the_index_and_the_correction_does_not(negative: float, bias: float) -> None:
    soft, hard, _ = _large_matrices()
    rest = 1 - negative
    p = np.array([negative, 0.75 * rest, 0.25 * rest])
    scores, _ = sample(np.random.default_rng(1), 200_000, p)
    truth = 50 * (1 + CONTRAST @ p)
    counted = 50 * (1 + CONTRAST @ one_hot(scores).mean(axis=0))
    assert counted - truth == pytest.approx(bias, abs=0.3)
    pacc = 50 * (1 + CONTRAST @ linear_shares(soft, scores.mean(axis=0)))
    acc = 50 * (1 + CONTRAST @ linear_shares(hard, one_hot(scores).mean(axis=0)))
    assert abs(pacc - truth) <= 1
    assert abs(acc - truth) <= 1


def test_linear_stays_unbiased_on_a_thin_day_where_clipping_does_not() -> None:
    soft, _, _ = _large_matrices()
    p = np.array([0.65, 0.30, 0.05])
    scores, _ = sample(np.random.default_rng(2), 20_000, p)
    linear = linear_shares(soft, scores.T)
    clipped = np.clip(linear, 0, 1)
    truth = CONTRAST @ p
    assert 50 * abs(CONTRAST @ linear.mean(axis=1) - truth) < 0.7
    assert 50 * (CONTRAST @ clipped - truth).mean() == pytest.approx(8.1, abs=0.5)


simplex = st.tuples(*[st.floats(0.02, 1)] * 3).map(lambda x: np.array(x) / sum(x))


@given(st.tuples(simplex, simplex, simplex), st.tuples(*[st.floats(-0.5, 1.5)] * 3))
def test_displayed_shares_are_the_closest_point_of_the_simplex(
    columns: tuple[np.ndarray, ...], q: tuple[float, ...]
) -> None:
    matrix, target = np.stack(columns, axis=1), np.array(q)
    assume(float(smallest_singular_value(matrix)) >= 0.05)
    shares = simplex_shares(matrix[None], target[None, None])[0, 0]
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1)
    grid = np.array([(i, j, 20 - i - j) for i in range(21) for j in range(21 - i)]) / 20
    best = ((target - grid @ matrix.T) ** 2).sum(axis=1).min()
    assert ((target - matrix @ shares) ** 2).sum() <= best + 1e-9
