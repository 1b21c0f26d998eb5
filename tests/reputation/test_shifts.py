"""One decision per closed day: a real drop raises one alarm, and a calm brand keeps its peace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from reputation.worlds import CALM, FIRST, WORSE, brand_of, clusters, labels

from leumund.reputation.decision import Decision, days_to_decide, past_of
from leumund.reputation.index import decide, version_of
from leumund.reputation.method import Method
from leumund.reputation.panel import BrandDays
from leumund.reputation.responses import Responses
from leumund.types import Evidence

METHOD = Method(draws=200)
CRISIS = range(90, 100)
DAYS = 130


def _rows(seed: int, crisis: range = CRISIS, days: int = DAYS) -> list[Evidence]:
    return clusters(
        "Musterbahn",
        days,
        seed=seed,
        volume=lambda d: 32 if d in crisis else 8,
        shares=lambda d: WORSE if d in crisis else CALM,
    )


def _chain(
    brand: BrandDays,
    responses: Responses,
    *,
    peers: Sequence[BrandDays] = (),
    method: Method = METHOD,
    last: int | None = None,
) -> list[Decision]:
    found: list[Decision] = []
    for d in range(brand.length if last is None else last):
        found.append(
            decide(
                brand, peers, previous=found, day=brand.day(d), responses=responses, method=method
            )
        )
    return found


def _events(decisions: Sequence[Decision], *kinds: str) -> list[int]:
    return [(d.day - FIRST).days for d in decisions if d.event in kinds]


def test_a_crisis_raises_exactly_one_alarm_inside_its_window_and_is_cleared_after_it() -> None:
    chain = _chain(brand_of("Musterbahn", _rows(1), DAYS), labels(1))
    raised, cleared = _events(chain, "drop"), _events(chain, "all_clear", "persists")
    assert len(raised) == 1
    assert raised[0] in CRISIS
    assert len(cleared) == 1
    assert cleared[0] >= CRISIS.stop + 6
    alarm = chain[raised[0]]
    assert alarm.start is not None
    assert 85 <= (alarm.start - FIRST).days <= raised[0]
    assert all(not chain[d].in_control for d in range(raised[0], cleared[0] + 1))


def test_without_the_crisis_there_is_no_alarm() -> None:
    chain = _chain(brand_of("Musterbahn", _rows(1, range(0)), DAYS), labels(1))
    assert _events(chain, "drop") == []


def test_nothing_is_decided_before_28_days_in_control_after_the_start() -> None:
    chain = _chain(brand_of("Musterbahn", _rows(2, range(30, 50)), DAYS), labels(2), last=57)
    assert [d.r for d in chain[:28]] == [None] * 28
    assert [d.e for d in chain[:56]] == [None] * 56
    assert chain[56].e is not None
    assert _events(chain, "drop", "rise") == []


def test_decisions_do_not_look_ahead_and_survive_storage() -> None:
    rows, responses = _rows(3), labels(3)
    whole = _chain(brand_of("Musterbahn", rows, DAYS), responses)
    grown: list[Decision] = []
    for d in range(0, DAYS):
        day = FIRST + timedelta(days=d)
        seen = brand_of("Musterbahn", [r for r in rows if r.day <= day], d + 1)
        stored = [Decision.load(one.dump()) for one in grown]
        grown.append(decide(seen, (), previous=stored, day=day, responses=responses, method=METHOD))
    assert [d.event for d in grown] == [d.event for d in whole]
    assert [d.drop for d in grown] == pytest.approx([d.drop for d in whole], abs=1e-9)


def test_late_arrivals_never_change_a_stored_decision_or_its_baseline() -> None:
    rows, responses = _rows(4), labels(4)
    brand = brand_of("Musterbahn", rows, DAYS)
    stored = _chain(brand, responses, last=100)
    late = [
        replace(row, story="spät-" + row.story) for row in rows if row.day < FIRST + timedelta(80)
    ]
    revised = brand_of("Musterbahn", rows + late, DAYS)
    next_day = FIRST + timedelta(days=100)
    before = decide(brand, (), previous=stored, day=next_day, responses=responses, method=METHOD)
    after = decide(revised, (), previous=stored, day=next_day, responses=responses, method=METHOD)
    assert after.b == before.b == stored[-1].mu
    assert after.phi == before.phi
    assert after.sigma == before.sigma


def test_a_day_is_decided_once_and_in_order() -> None:
    brand, responses = brand_of("Musterbahn", _rows(5), DAYS), labels(5)
    stored = _chain(brand, responses, last=3)
    for day in (1, 2):
        with pytest.raises(ValueError, match="once"):
            decide(
                brand, (), previous=stored, day=brand.day(day), responses=responses, method=METHOD
            )
    with pytest.raises(ValueError, match="before"):
        decide(brand, (), previous=stored, day=brand.day(9), responses=responses, method=METHOD)
    with pytest.raises(ValueError, match="of the brand"):
        decide(brand, (), previous=[], day=brand.day(DAYS), responses=responses, method=METHOD)


def test_silence_holds_the_sum_and_takes_the_expected_value() -> None:
    rows, responses = _rows(6), labels(6)
    silent = {FIRST + timedelta(days=d) for d in range(93, 96)}
    brand = brand_of("Musterbahn", [r for r in rows if r.day not in silent], DAYS)
    method = Method(draws=200, budget=0.1)
    chain = _chain(brand, responses, method=method, last=96)
    assert chain[92].drop > 0
    for d in range(93, 96):
        assert chain[d].e is None
        assert chain[d].drop == chain[92].drop
        assert chain[d].mu == chain[d].b
        assert (chain[d].v or 0) > (chain[d - 1].v or 0)
    lags = np.clip([chain[d].u for d in (92, 91, 90)], -4, 4)
    assert chain[93].u == pytest.approx(np.dot(chain[93].phi, lags))


def test_a_sick_frame_is_not_observed() -> None:
    brand = brand_of("Musterbahn", _rows(7), DAYS, sick=CRISIS)
    chain = _chain(brand, labels(7))
    assert all(chain[d].y is None for d in CRISIS)
    assert _events(chain, "drop") == []


def test_a_new_level_becomes_the_baseline_after_28_days() -> None:
    brand = brand_of("Musterbahn", _rows(8, range(90, 150), days=150), 150)
    chain = _chain(brand, labels(8))
    (raised,), (lasting,) = _events(chain, "drop"), _events(chain, "persists")
    assert lasting - raised == 28
    before, after = chain[lasting].b, chain[lasting].mu
    assert before is not None
    assert after is not None
    assert after < before - 5
    assert not chain[lasting].open
    assert _events(chain, "extended")


def test_without_variation_there_is_no_alarm_and_without_correction_none_either() -> None:
    rows = _rows(9)
    fewer = labels(9, n=40)
    chain = _chain(brand_of("Musterbahn", rows, DAYS), fewer)
    assert {d.step for d in chain} == {"count"}
    assert {d.e for d in chain} == {None}
    assert _events(chain, "drop", "rise") == []


def test_a_rise_is_reported_once_and_opens_no_alarm() -> None:
    rows = clusters(
        "Musterbahn", 120, seed=10, shares=lambda d: (0.02, 0.18, 0.8) if d >= 90 else CALM
    )
    chain = _chain(brand_of("Musterbahn", rows, 120), labels(10))
    assert len(_events(chain, "rise")) == 1
    assert _events(chain, "drop") == []
    assert not any(d.open for d in chain)


def test_under_180_days_or_without_own_labels_an_alarm_is_provisional() -> None:
    rows, responses = _rows(11, range(0), days=240), labels(11)
    chain = _chain(brand_of("Musterbahn", rows, 240), responses)
    assert chain[100].provisional
    assert not chain[-1].provisional
    card = Responses(responses.scores, responses.labels, origin="card")
    assert _chain(brand_of("Musterbahn", rows, 240), card)[-1].provisional


def test_what_hits_the_whole_sector_is_taken_off() -> None:
    responses = labels(12)
    brands = [
        brand_of(
            f"Marke {i}",
            clusters(
                f"Marke {i}",
                DAYS,
                seed=20 + i,
                volume=lambda d: 20,
                shares=lambda d: (
                    (0.35, 0.5, 0.15) if d >= 95 else (CALM, (0.3, 0.6, 0.1))[d // 5 % 2]
                ),
            ),
            DAYS,
        )
        for i in range(6)
    ]
    stored: list[Decision] = []
    for d in range(DAYS):
        today = [
            decide(
                brand,
                [b for b in brands if b is not brand],
                previous=stored,
                day=brand.day(d),
                responses=responses,
                method=METHOD,
            )
            for brand in brands
        ]
        stored += today
    late = [d for d in stored if d.day > FIRST + timedelta(days=95)]
    assert all(d.f is not None for d in late)
    assert 0.3 < np.mean([d.beta for d in late]) <= 1
    assert abs(np.mean([d.u for d in late if d.u is not None])) < abs(
        np.mean([d.r for d in late if d.r is not None])
    )


def test_the_order_of_brands_does_not_change_a_decision_on_the_same_record() -> None:
    responses, days = labels(13), 70
    brands = [
        brand_of(f"Marke {i}", clusters(f"Marke {i}", days, seed=40 + i), days) for i in range(6)
    ]
    results = []
    for order in (brands, brands[::-1]):
        stored: list[Decision] = []
        for d in range(days):
            for brand in order:
                peers = [b for b in brands if b is not brand]
                stored.append(
                    decide(
                        brand,
                        peers,
                        previous=stored,
                        day=brand.day(d),
                        responses=responses,
                        method=METHOD,
                    )
                )
        results.append({(d.brand, d.day): d.dump() for d in stored})
    assert results[0] == results[1]


def test_a_new_version_recomputes_60_days_and_starts_its_baseline_from_the_record() -> None:
    brand = brand_of("Musterbahn", _rows(14, range(0)), DAYS)
    old, new = labels(14), labels(15)
    stored = _chain(brand, old, last=120)
    version = version_of(brand, responses=new, method=METHOD)
    todo = days_to_decide(
        "Musterbahn", stored, first=FIRST, last=brand.day(121), version=version, method=METHOD
    )
    assert (todo[0], todo[-1]) == (brand.day(60), brand.day(121))
    for day in todo:
        stored.append(decide(brand, (), previous=stored, day=day, responses=new, method=METHOD))
    assert not days_to_decide(
        "Musterbahn", stored, first=FIRST, last=brand.day(121), version=version, method=METHOD
    )
    past = past_of("Musterbahn", stored, before=brand.day(122), method=METHOD)
    assert [d.labels for d in past.decisions[60:]] == [new.version] * 62


def test_weekdays_that_are_always_worse_are_no_news_after_26_weeks() -> None:
    days = 240

    def shares(d: int) -> tuple[float, float, float]:
        return (0.6, 0.35, 0.05) if (FIRST + timedelta(days=d)).weekday() == 6 else CALM

    rows = clusters("Musterbahn", days, seed=16, volume=lambda d: 25, shares=shares)
    chain = _chain(brand_of("Musterbahn", rows, days), labels(16))
    sundays = [d for d in chain if d.day.weekday() == 6]
    early = [d.r for d in sundays if 60 <= (d.day - FIRST).days < 180]
    late = [d.r for d in sundays if (d.day - FIRST).days > 190]
    assert np.mean([r for r in early if r is not None]) < -1.5
    assert abs(np.mean([r for r in late if r is not None])) < 1
