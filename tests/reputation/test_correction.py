"""Each step of the fallback chain is taken for its reason, and draws are shared."""

import numpy as np
import pytest
from reputation.worlds import labels

from leumund.reputation.correction import correction
from leumund.reputation.method import Method
from leumund.reputation.responses import Responses

METHOD = Method(draws=300)


def test_the_pooled_matrix_is_used_where_a_kind_has_too_few_labels() -> None:
    kinds = ("post",) * 270 + ("review",) * 30
    one = labels(1, kinds=kinds)
    assert correction(one, ("review",), method=METHOD).step == "pacc"
    assert correction(one, ("forum",), method=METHOD).step == "pacc"


def test_a_kind_with_enough_labels_gets_its_own_matrix() -> None:
    one = labels(2, n=900, kinds=("post", "review", "review") * 300)
    found = correction(one, ("", "review", "forum"), method=METHOD)
    assert found.step == "pacc_kind"
    assert found.kinds == ("review",)
    assert found.inverse.shape == (3, 6)
    assert found.inverses.shape == (300, 3, 6)


def test_poor_calibration_leads_to_hard_counts_with_correction() -> None:
    one = labels(3)
    blunt = one.scores**0.2
    shy = Responses(blunt / blunt.sum(axis=1, keepdims=True), one.labels, origin="own")
    found = correction(shy, (), method=METHOD)
    assert found.step == "acc"
    assert found.hard


@pytest.mark.parametrize("case", ["few", "missing", "blind"])
def test_without_usable_labels_the_value_stays_uncorrected(case: str) -> None:
    one = labels(4)
    rng = np.random.default_rng(4)
    responses = {
        "few": Responses(one.scores[:20], one.labels[:20]),
        "missing": Responses(one.scores[one.labels > 0], one.labels[one.labels > 0]),
        "blind": Responses(one.scores, rng.permutation(one.labels)),
    }[case]
    found = correction(responses, (), method=METHOD)
    assert found.step == "count"
    assert np.array_equal(found.inverse, np.eye(3))
    assert found.label_variance(np.array([0.2, 0.5, 0.3])) == 0


def test_draws_depend_on_the_labels_alone_and_never_on_what_ran_before() -> None:
    one = labels(5)
    correction(labels(6), (), method=METHOD)
    again = Responses(one.scores[::-1], one.labels[::-1], origin="own")
    first, second = correction(one, (), method=METHOD), correction(again, (), method=METHOD)
    assert np.array_equal(first.inverses, second.inverses)


def test_draws_of_the_matrix_spread_as_its_labels_allow() -> None:
    one = labels(7)
    found = correction(one, (), method=Method(draws=4000))
    expected = np.einsum("kii->ik", found.pooled.spread)
    assert found.pooled.draws.var(axis=0) == pytest.approx(expected, rel=0.15)


def test_before_300_own_labels_the_correction_is_only_estimated() -> None:
    one = labels(8)
    card = Responses(one.scores, one.labels, origin="card")
    assert correction(card, (), method=METHOD).provisional
    assert not correction(one, (), method=METHOD).provisional
