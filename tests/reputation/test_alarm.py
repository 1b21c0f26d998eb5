"""An alarm opens above its limit, stays open until it is really calm, and then closes."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from reputation.worlds import FIRST

from leumund.reputation.alarm import advance
from leumund.reputation.cusum import alarm_limit
from leumund.reputation.decision import Decision, Past
from leumund.reputation.method import Method

METHOD = Method()


def _past(last: Decision | None) -> Past:
    empty = np.zeros(1 if last else 0)
    return Past((last,) if last else (), empty, empty, empty, empty.astype(bool))


def test_the_alarm_opens_above_h_and_not_at_it() -> None:
    h = alarm_limit(METHOD)
    day = FIRST + timedelta(days=1)
    blank = Decision(brand="m", day=day, method="", labels="", step="pacc", mu=50.0, v=1.0)
    for over, event in ((0.0, ""), (1e-9, "drop")):
        today = replace(blank, e=-(h + over) - METHOD.k)
        found = advance(today, _past(None), pooled=lambda a, b: (0.0, 0.0), method=METHOD)
        assert found.event == event
    assert found.drop == 0
    assert found.start == day


def test_seven_calm_observed_days_in_a_row_give_the_all_clear() -> None:
    h = alarm_limit(METHOD)
    now = Decision(
        brand="m",
        day=FIRST,
        method="",
        labels="",
        step="pacc",
        alarm="drop",
        event="drop",
        opened=FIRST,
        start=FIRST,
        calm_b=50.0,
        calm_p=4.0,
    )
    bound = 50 - 1.96 * np.sqrt(4 + 21)
    days: list[float | None] = [bound + 0.1] * 3 + [bound - 0.1] + [bound + 0.1] * 3 + [None, None]
    events = []
    for n, y in enumerate([*days, *([bound + 0.1] * 4)], start=1):
        today = Decision(
            brand="m",
            day=FIRST + timedelta(days=n),
            method="",
            labels="",
            step="pacc",
            y=y,
            s2=None if y is None else 21.0,
            e=None if y is None else 0.0,
        )
        now = advance(today, _past(now), pooled=lambda a, b: (0.0, 0.0), method=METHOD)
        events.append(now.event)
    assert events == [""] * 12 + ["all_clear"]
    assert h > 0
    assert not now.open
