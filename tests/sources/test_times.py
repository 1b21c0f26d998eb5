"""Times of German exports and feeds are read as they were meant, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.sources._times import from_tweet_id, is_believable, parse
from leumund.types import BERLIN

NOON = "2026-11-21T13:30:05+00:00"
HALF_PAST = "2026-11-21T13:30:00+00:00"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-11-21T14:30:05+01:00", NOON),
        ("2026-11-21T13:30:05Z", NOON),
        ("2026-11-21 14:30:05", NOON),
        ("2026-11-21 14:30 +0100", HALF_PAST),
        ("20261121T143005", NOON),
        ("2026-11-21", "2026-11-21T11:00:00+00:00"),
        ("21.11.2026 14:30:05", NOON),
        ("21.11.2026 14:30", HALF_PAST),
        ("21.11.2026, 14:30 Uhr", HALF_PAST),
        ("21.11.26 um 14.30 Uhr", HALF_PAST),
        ("Sa., 21.11.2026 14:30", HALF_PAST),
        ("Samstag, 21. 11. 2026 - 14:30", HALF_PAST),
        ("21.11.2026", "2026-11-21T11:00:00+00:00"),
        ("Sat, 21 Nov 2026 14:30:05 +0100", NOON),
        ("Sat, 21 Nov 2026 13:30:05 GMT", NOON),
        ("Sat, 21 Nov 2026 14:30:05 MEZ", NOON),
        ("Sat, 21 Nov 2026 14:30:05 CET", NOON),
        ("Sat, 21 Nov 2026 15:30:05 CEST", NOON),
        ("Sat, 21 Nov 2026 15:30:05 MESZ", NOON),
        ("Sat, 21 Nov 2026 08:30:05 EST", NOON),
        ("Sat, 21 Nov 2026 14:30:05", NOON),
        ("Sat, 21 Nov 2026 13:30:05 -0000", NOON),
        ("Sat Nov 21 13:30:05 +0000 2026", NOON),
        ("21. November 2026 14:30:05", NOON),
        ("Mi, 02 Dez 2026 14:30:05 +0100", "2026-12-02T13:30:05+00:00"),
        ("2. März 2026 14:30:05", "2026-03-02T13:30:05+00:00"),
        ("1795267805", NOON),
        ("1795267805.0", NOON),
        ("1795267805000", NOON),
        ("1795267805000000", NOON),
    ],
)
def test_a_time_is_read_as_it_was_meant(raw: str, expected: str) -> None:
    moment = parse(raw, zone=BERLIN)
    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize(
    "raw",
    ["", "gestern", "11/21/2026", "31.02.2026", "0000-00-00", "2026-13-01", "25:99", "7", "20" * 40,
     "9999-12-31T23:59:59-12:00", "٢٠٢٦-٠١-٠١", "12.34.5678901", "0", "vor 3 Stunden"],
)  # fmt: skip
def test_what_is_no_time_is_no_time(raw: str) -> None:
    assert parse(raw, zone=BERLIN) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(raw: str) -> None:
    moment = parse(raw, zone=BERLIN)
    assert moment is None or moment.tzinfo is UTC


def test_the_doubled_hour_means_the_first_unless_the_zone_is_stated() -> None:
    def at(raw: str) -> str:
        moment = parse(raw, zone=BERLIN)
        assert moment is not None
        return moment.isoformat()

    assert at("25.10.2026 02:30") == "2026-10-25T00:30:00+00:00"
    assert at("25.10.2026 02:30 MESZ") == "2026-10-25T00:30:00+00:00"
    assert at("25.10.2026 02:30 MEZ") == "2026-10-25T01:30:00+00:00"
    assert at("25.10.2026 03:00") == "2026-10-25T02:00:00+00:00"


def test_the_missing_hour_in_spring_is_one_hour_later() -> None:
    moment = parse("29.03.2026 02:30", zone=BERLIN)
    assert moment is not None
    assert moment.astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_every_quarter_of_the_long_day_falls_on_that_day() -> None:
    start = datetime(2026, 10, 25, tzinfo=BERLIN).astimezone(UTC)
    quarters = [start + timedelta(minutes=15 * step) for step in range(25 * 4)]
    days = {parse(q.astimezone(BERLIN).isoformat(), zone=BERLIN) for q in quarters}
    assert len(days) == 100
    assert {day.astimezone(BERLIN).date().isoformat() for day in days if day} == {"2026-10-25"}


def test_a_zone_and_a_pattern_of_ones_own_are_followed() -> None:
    vienna, tokyo = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Tokyo")
    assert parse("21.11.2026 14:30", zone=vienna) == parse("21.11.2026 14:30", zone=BERLIN)
    assert parse("21.11.2026 14:30", zone=tokyo) == datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
    american = parse("11/21/2026 02:30 PM", zone=BERLIN, pattern="%m/%d/%Y %I:%M %p")
    assert american == datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
    assert parse("21.11.2026", zone=BERLIN, pattern="%m/%d/%Y") is None


def test_a_tweet_id_holds_its_time() -> None:
    assert from_tweet_id("1212092628029698048") == datetime(
        2019, 12, 31, 19, 26, 16, 771000, tzinfo=UTC
    )
    assert parse("1212092628029698048", zone=BERLIN) == from_tweet_id("1212092628029698048")
    for odd in ("", "42", "1212092628029698048x", "9" * 30, "12345678901"):
        assert from_tweet_id(odd) is None


def test_nothing_appears_before_1990_or_after_tomorrow() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    day = timedelta(days=1)
    for moment, believable in (
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (now + day, True),
        (now + day + timedelta(seconds=1), False),
        (datetime(2099, 1, 1, tzinfo=UTC), False),
    ):
        assert is_believable(moment, now=now, ahead=day) is believable
