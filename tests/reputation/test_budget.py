"""False alarms keep to their budget, and true drops are found in the time that was promised."""

import math

import numpy as np
import pytest
from reputation.worlds import CALM, labels, single_source

from leumund.reputation.cusum import alarm_limit, run_length
from leumund.reputation.decision import Decision
from leumund.reputation.index import decide
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.responses import Responses

METHOD = Method(draws=200)


def _chain(brand: BrandDays, responses: Responses) -> list[Decision]:
    found: list[Decision] = []
    for d in range(brand.length):
        found.append(
            decide(brand, (), previous=found, day=brand.day(d), responses=responses, method=METHOD)
        )
    return found


def _drops(decisions: list[Decision]) -> list[int]:
    return [n for n, d in enumerate(decisions) if d.event == "drop"]


def test_a_calm_brand_keeps_to_its_budget_of_false_alarms() -> None:
    days, firm, alarms, observed = 460, 208, 0, 0
    for replicate in range(30):
        brand = single_source("Musterbahn", days, seed=replicate, volume=10)
        chain = _chain(brand, labels(17))[firm:]
        alarms += len(_drops(chain))
        observed += sum(d.e is not None for d in chain)
    promised = METHOD.budget * observed / 365
    below = sum(math.exp(-promised) * promised**n / math.factorial(n) for n in range(alarms))
    assert 1 - below >= 0.05, (alarms, promised)
    assert alarms > 0


def test_a_lasting_drop_is_found_about_as_late_as_the_method_says() -> None:
    onset, after = 220, (0.36, 0.59, 0.05)
    found, shifts = [], []
    for replicate in range(50):
        brand = single_source(
            "Musterbahn",
            onset + 50,
            seed=100 + replicate,
            volume=10,
            shares=lambda d: after if d >= onset else CALM,
        )
        chain = _chain(brand, labels(18))
        late = [d for d in _drops(chain) if d >= onset]
        found.append(late[0] - onset + 1 if late else 51)
        y = [d.y for d in chain if d.y is not None]
        shifts.append((np.mean(y[onset:]) - np.mean(y[:onset])) / np.std(y[:onset]))
    expected = run_length(alarm_limit(METHOD), k=METHOD.k, shift=float(np.mean(shifts)))
    assert np.mean(shifts) == pytest.approx(-1, abs=0.15)
    assert np.mean(found) == pytest.approx(expected, rel=0.2)
