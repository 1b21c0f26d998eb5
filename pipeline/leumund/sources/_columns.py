"""Turns one row of an export into a mention, by the names that its columns have."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from leumund import clean, config
from leumund.errors import Misconfigured, Unreadable
from leumund.sources import Tools
from leumund.sources._times import from_tweet_id, is_believable, parse
from leumund.types import Kind, Mention, Tier

FIELDS = (
    "id", "tweet_id", "url", "title", "text", "published_at", "edited_at", "kind", "author",
    "reply_to", "owned", "outlet", "region", "reach", "tier", "likes", "shares", "comments",
    "rating", "label", "language", "extra",
)  # fmt: skip
IDENTITY = ("outlet", "url", "title", "text", "published_at", "author", "reply_to", "kind")
AHEAD = timedelta(days=1)
Word = TypeVar("Word", bound=str)

_KINDS: dict[str, Kind] = {
    **{kind: kind for kind in get_args(Kind)},
    "beitrag": "post",
    "artikel": "article",
    "bewertung": "review",
    "kommentar": "comment",
    "antwort": "reply",
}
_TIERS: dict[str, Tier] = {tier: tier for tier in get_args(Tier)}
_YES = {"1", "true", "yes", "y", "x", "ja", "j", "wahr"}
_NO = {"", "0", "false", "no", "n", "nein", "falsch"}
_NOTHING = {"", "-", "–", "n/a", "k. a.", "k.a.", "null", "none"}


def check_columns(columns: Mapping[str, Sequence[str]]) -> None:
    """Pass if every field is one that a mention has.

    Raises:
        ValueError: names the unknown field and the allowed ones.
    """
    for field in columns:
        if field not in FIELDS:
            raise ValueError(f"{field!r} is not one of {', '.join(FIELDS)}")


def resolve(
    columns: Mapping[str, Sequence[str]], names: Sequence[str] | None
) -> dict[str, tuple[str, ...]]:
    """Which columns hold which field; a column that bears a field's own name needs no mapping.

    `names` are those of the file, None where every row has its own (JSON Lines).

    Raises:
        Misconfigured: a mapped column is not there, or neither text nor time has a column.
    """
    found: dict[str, tuple[str, ...]] = {}
    if names is None:
        found.update({field: (field,) for field in FIELDS if field != "extra"})
        found.update({field: tuple(wanted) for field, wanted in columns.items()})
        return found
    there = {name.casefold(): name for name in reversed(names)}
    found.update({field: (there[field],) for field in FIELDS if field in there})
    for field, wanted in columns.items():
        missing = [name for name in wanted if name.casefold() not in there]
        if missing:
            raise Misconfigured(f"no column {missing[0]!r}; the file has {', '.join(names)}")
        found[field] = tuple(there[name.casefold()] for name in wanted)
    for either in (("text", "title"), ("published_at", "tweet_id")):
        if not any(found.get(field) for field in either):
            raise Misconfigured(
                f"no column is mapped to {' or '.join(either)}; the file has {', '.join(names)}"
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads rows of one file; `columns` as `resolve` gives them."""

    columns: Mapping[str, tuple[str, ...]]
    config: config.Source
    tools: Tools
    zone: ZoneInfo
    time_format: str
    decimal: str
    now: datetime

    def mention(self, cells: Mapping[str, object]) -> Mention:
        """The mention of one row.

        Raises:
            Unreadable: no text, no believable time, or a value that its field cannot hold.
        """
        raw = {
            field: _text(_cell(cells, names[0]))
            for field, names in self.columns.items()
            if names and field != "extra"
        }
        title, text = self._words(raw, "title", clean.title), self._words(raw, "text", clean.text)
        if not title and not text:
            raise Unreadable("no text")
        author = _printable(raw.get("author", ""))
        return Mention(
            source=self.config.name,
            native_id=_native_id(raw),
            published_at=self._published(raw),
            text=text,
            title=title,
            kind=_one_of("kind", raw, _KINDS) or self.config.kind,
            url=clean.link(raw.get("url", "")),
            outlet=clean.title(raw.get("outlet", "")),
            author=self.tools.pseudonym(author) if author else None,
            reach=self._number("reach", cells, at_least=0) or self.config.reach,
            tier=_one_of("tier", raw, _TIERS) or self.config.tier,
            region=clean.title(raw.get("region", "")),
            likes=self._count("likes", cells),
            shares=self._count("shares", cells),
            comments=self._count("comments", cells),
            rating=self._number("rating", cells, at_least=1, at_most=5),
            reply_to=_printable(raw.get("reply_to", "")),
            owned=_flag(raw.get("owned", "")),
            label=clean.title(raw.get("label", "")),
            language=_language(raw.get("language", "")) or self.config.language,
            edited_at=self._believable(raw.get("edited_at", "")),
            extra=self._extra(cells),
        )

    def _words(self, raw: Mapping[str, str], field: str, tidy: Callable[[str], str]) -> str:
        return self.tools.masked(tidy(raw.get(field, "")))

    def _published(self, raw: Mapping[str, str]) -> datetime:
        given = raw.get("published_at", "").strip()
        moment = self._believable(given) if given else None
        if not given and raw.get("tweet_id"):
            given = raw["tweet_id"]
            moment = from_tweet_id(given)
            if moment and not is_believable(moment, now=self.now, ahead=AHEAD):
                moment = None
        if moment is None:
            raise Unreadable(f"no believable time: {given[:40]!r}")
        return moment

    def _believable(self, given: str) -> datetime | None:
        moment = parse(given, zone=self.zone, pattern=self.time_format)
        if moment is None or not is_believable(moment, now=self.now, ahead=AHEAD):
            return None
        return moment

    def _number(
        self, field: str, cells: Mapping[str, object], *, at_least: float, at_most: float = 1e12
    ) -> float | None:
        names = self.columns.get(field)
        value = _cell(cells, names[0]) if names else None
        if _text(value).strip().casefold() in _NOTHING:
            return None
        number = self._written(value) if isinstance(value, str) else _finite(value)
        if not at_least <= number <= at_most:  # also false for what is not a number
            raise Unreadable(f"{field}: {_text(value)[:40]!r} is not a number that fits")
        return number

    def _written(self, text: str) -> float:
        group = "." if self.decimal == "," else ","
        text = "".join(text.split())
        if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{self.decimal}\d+)?", text):
            text = text.replace(group, "")
        try:
            return float(text.replace(self.decimal, "."))
        except ValueError:
            return math.nan

    def _count(self, field: str, cells: Mapping[str, object]) -> int | None:
        number = self._number(field, cells, at_least=0)
        return None if number is None else int(number)

    def _extra(self, cells: Mapping[str, object]) -> dict[str, str]:
        extra = {
            name: self.tools.masked(clean.title(_text(_cell(cells, name))))
            for name in self.columns.get("extra", ())
        }
        return {name: value for name, value in extra.items() if value}


def _cell(cells: Mapping[str, object], name: str) -> object:
    """The value of a column; a dotted name also reaches into nested objects."""
    if name in cells:
        return cells[name]
    value: object = cells
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _finite(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.inf


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _native_id(raw: Mapping[str, str]) -> str:
    """The mapped id, else a digest of what makes a row this row: not its counts, they change."""
    if given := _printable(raw.get("id") or raw.get("tweet_id") or ""):
        return given if len(given) <= 300 else hashlib.sha256(given.encode()).hexdigest()
    whole = "\0".join(raw.get(field, "") for field in IDENTITY)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _printable(text: str) -> str:
    return "".join(sign for sign in text.strip() if sign.isprintable())


def _one_of(field: str, raw: Mapping[str, str], allowed: Mapping[str, Word]) -> Word | None:
    given = raw.get(field, "").strip().casefold()
    if given and given not in allowed:
        raise Unreadable(f"{field}: {given[:40]!r} is not one of {', '.join(allowed)}")
    return allowed.get(given)


def _flag(text: str) -> bool:
    given = text.strip().casefold()
    if given not in _YES | _NO:
        raise Unreadable(f"owned: {given[:40]!r} is neither yes nor no")
    return given in _YES


def _language(text: str) -> str:
    first = re.split(r"[-_]", text.strip().lower())[0]
    return first if first.isalpha() and len(first) <= 3 else ""
