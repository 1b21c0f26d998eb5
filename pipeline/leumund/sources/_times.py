"""Reads the times that feeds and exports write, in all the forms that German data comes in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
SNOWFLAKE_EPOCH_MS = 1_288_834_974_657

_ZONES = {
    "MEZ": "+0100",
    "CET": "+0100",
    "MESZ": "+0200",
    "CEST": "+0200",
    "UTC": "+0000",
    "GMT": "+0000",
    "Z": "+0000",
}
_ZONE_NAME = re.compile(r"(?<![A-Za-z])(MESZ|MEZ|CEST|CET|UTC|GMT|Z)\s*$")
_GERMAN = re.compile(
    r"(?:\w{2,10}[.,]{0,2}\s+)?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})"
    r"(?:(?:,|\s+um|\s*[-–T])?\s*(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*Uhr)?)?"
    r"(?:\s*([+-]\d{2}):?(\d{2}))?"
)
_DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTHS = {
    "januar": "Jan",
    "jän": "Jan",
    "jänner": "Jan",
    "februar": "Feb",
    "mär": "Mar",
    "mrz": "Mar",
    "märz": "Mar",
    "mai": "May",
    "juni": "Jun",
    "juli": "Jul",
    "okt": "Oct",
    "oktober": "Oct",
    "dez": "Dec",
    "dezember": "Dec",
}
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b\.?", re.IGNORECASE)
_YEAR_LAST = re.compile(r"^(\w{3}) (\w{3}) (\d{1,2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})$")


def parse(raw: str, *, zone: tzinfo, pattern: str = "") -> datetime | None:
    """The moment in UTC, or None if `raw` is no time that we know.

    Known: ISO 8601, `21.11.2026 14:30[:05]`, RFC 2822, `Sat Nov 21 14:30:05 +0000 2026`, seconds,
    milliseconds or microseconds since 1970, tweet ids, and `pattern` (strptime) where one is given.
    Without a zone it is wall-clock time in `zone`: of the doubled hour at the end of summer time
    the first one is meant, the missing hour in spring is read as one hour later. A day without an
    hour is noon.

    >>> from leumund.types import BERLIN
    >>> parse("21.11.2026 14:30", zone=BERLIN).isoformat()
    '2026-11-21T13:30:00+00:00'
    >>> parse("Sat, 21 Nov 2026 14:30:00 MEZ", zone=BERLIN).isoformat()
    '2026-11-21T13:30:00+00:00'
    """
    text = " ".join(raw.split())[:80]
    try:
        moment = _with_pattern(text, pattern) if pattern else _known(text)
        if moment is None:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone, fold=0)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def is_believable(moment: datetime, *, now: datetime, ahead: timedelta) -> bool:
    """Whether a mention may have appeared then: not before 1990 and not more than `ahead` ahead."""
    return EARLIEST <= moment <= now + ahead


def from_tweet_id(raw: str) -> datetime | None:
    """The moment at which a tweet id was given out: its upper bits are milliseconds.

    Source of the epoch: the public description of Snowflake ids.

    >>> from_tweet_id("1212092628029698048").isoformat()
    '2019-12-31T19:26:16.771000+00:00'
    """
    digits = raw.strip()
    if not digits.isascii() or not digits.isdigit() or not 15 <= len(digits) <= 19:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(
        milliseconds=(int(digits) >> 22) + SNOWFLAKE_EPOCH_MS
    )


def _with_pattern(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone is added by the caller)


def _known(text: str) -> datetime | None:
    if re.fullmatch(r"\d{9,19}(?:\.\d{1,9})?", text):
        return _counted(text)
    text = _ZONE_NAME.sub(lambda name: _ZONES[name[1]], text)
    if german := _GERMAN.fullmatch(text):
        return _german(german)
    if _DAY_ONLY.fullmatch(text):
        return datetime.fromisoformat(text + "T12:00:00")
    if text[:4].isdigit():
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", text))
    text = _MONTH.sub(lambda month: _MONTHS[month[1].lower()], text)
    text = _YEAR_LAST.sub(r"\1, \3 \2 \6 \4 \5", re.sub(r"\b(\d{1,2})\. ", r"\1 ", text))
    return parsedate_to_datetime(text.replace("-0000", "+0000"))


def _counted(text: str) -> datetime | None:
    whole = text.partition(".")[0]
    if len(whole) > 16:
        return from_tweet_id(whole)
    unit = {9: 1, 10: 1, 12: 1e3, 13: 1e3, 15: 1e6, 16: 1e6}.get(len(whole))
    if unit is None:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=float(text) / unit)


def _german(found: re.Match[str]) -> datetime:
    day, month, year = int(found[1]), int(found[2]), int(found[3])
    year += 2000 if year < 100 else 0
    if found[4] is None:
        return datetime(year, month, day, 12)  # noqa: DTZ001 (the zone is added by the caller)
    clock = f"{int(found[4]):02}:{found[5]}:{found[6] or '00'}"
    offset = f"{found[7]}:{found[8]}" if found[7] else ""
    return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{clock}{offset}")
