"""Labels keep their meaning in any order, and confidence is made honest."""

import numpy as np
import pytest
from reputation.worlds import labels, sample

from leumund.errors import Unreadable
from leumund.reputation.responses import Responses, calibrated, calibration_error, temperature


def test_the_order_of_labels_changes_neither_version_nor_rows() -> None:
    one = labels(1, kinds=("post", "review") * 150)
    order = np.random.default_rng(2).permutation(300)
    two = Responses(one.scores[order], one.labels[order], tuple(one.kinds[i] for i in order), "own")
    assert two.version == one.version
    assert np.array_equal(two.scores, one.scores)


def test_other_labels_are_another_version() -> None:
    one = labels(1)
    flipped = one.labels.copy()
    flipped[0] = (flipped[0] + 1) % 3
    assert Responses(one.scores, flipped, origin="own").version != one.version
    assert Responses(one.scores, one.labels, origin="card").version != one.version


def test_scores_that_cannot_be_are_refused() -> None:
    with pytest.raises(Unreadable, match="length"):
        Responses(np.ones((2, 3)) / 3, np.array([0]))
    with pytest.raises(Unreadable, match="label"):
        Responses(np.ones((1, 3)) / 3, np.array([3]))
    with pytest.raises(Unreadable, match="sum"):
        Responses(np.array([[0.9, 0.9, 0.1]]), np.array([0]))


def test_temperature_undoes_overconfidence() -> None:
    scores, truth = sample(np.random.default_rng(3), 4000, (0.2, 0.6, 0.2))
    loud = 2 * np.log(np.maximum(scores, 1e-300))
    t = temperature(loud, truth)
    assert t == pytest.approx(2.0, abs=0.1)
    before = calibration_error(calibrated(loud, 1.0), truth)
    after = calibration_error(calibrated(loud, t), truth)
    assert after < 0.02 < before
