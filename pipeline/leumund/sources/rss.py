"""Brings the entries of RSS and Atom feeds; an unreadable feed becomes a gap, never silence."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from leumund import clean, config, crash
from leumund.answers import Away, Barred, Page, Spoiled, masked
from leumund.errors import LeumundError, Misconfigured, Unreadable
from leumund.sources import Tools
from leumund.sources._feed import Feed, parse
from leumund.sources._reasons import reason
from leumund.sources._times import is_believable
from leumund.sources._times import parse as parse_time
from leumund.types import BERLIN, Cursor, Gap, Item, Mention, Reject, Source, Window

POLLED = True
POLLS_UNTIL_MISSING = 3
AHEAD = timedelta(minutes=10)
RESERVED = "tdm-reservation: headline and link only"

log = logging.getLogger(__name__)


class Settings(BaseModel):
    """Keys that `type = "rss"` adds to a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: tuple[str, ...] = Field(min_length=1, description="Addresses of the feeds.")

    @field_validator("urls")
    @classmethod
    def _are_web_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
                raise ValueError(f"{masked(url)} is not an http or https address")
        if len(set(urls)) < len(urls):
            raise ValueError("an address stands there twice")
        return urls


def build(settings: Settings, *, config: config.Source, tools: Tools) -> Source:
    """The feeds of one source, each a stream of its own."""
    return Feeds(settings.urls, config, tools)


def stream_of(url: str) -> str:
    """The name of a feed's stream: its address without the query, which may hold a key.

    >>> stream_of("https://example.org/feed?key=1")
    'https://example.org/feed?…#14360f54'
    """
    digest = "#" + hashlib.sha256(url.encode()).hexdigest()[:8] if urlsplit(url).query else ""
    return masked(url) + digest


@dataclass(frozen=True, slots=True)
class Feeds:
    """The source. The state of a stream is what the next poll has to know.

    `etag`, `modified` and `rules` make a conditional request valid; `entries` is the last count;
    `asked` the last success; `missing` counts 404 in a row; `wait_until` and `gone` stop polls.
    """

    urls: tuple[str, ...]
    config: config.Source
    tools: Tools

    def fetch(self, window: Window, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        """Entries of each feed, one page a feed; gaps for feeds that could not be read.

        Raises:
            Misconfigured: after all pages, when a person has to act on every feed.
        """
        barred = []
        for url in self.urls:
            stream = stream_of(url)
            state = cursors[stream].state if stream in cursors else {}
            error = yield from self._poll(url, stream, window, state)
            if isinstance(error, Misconfigured):
                barred.append(str(error))
        if len(barred) == len(self.urls):
            raise Misconfigured("; ".join(barred))

    def _poll(
        self, url: str, stream: str, window: Window, state: Mapping[str, str]
    ) -> Generator[Item, None, LeumundError | None]:
        now = self.tools.clock()
        try:
            page = self._page(url, state, now)
            if page.not_modified:
                yield Cursor(
                    stream=stream, state={**state, "asked": now.isoformat()}, not_modified=True
                )
                return None
            feed = parse(page.body, page.content_type)
            if not feed.entries and int(state.get("entries", 0)):
                raise Spoiled("no_entries", "the feed has no entries")
        except LeumundError as error:
            error = self._escalated(error, state)
            log.info("feed_not_read", extra={"source": self.config.name, "reason": str(error)})
            yield _gap(stream, window, state, reason(error))
            yield Cursor(stream=stream, state=_failed(state, error, now), complete=False)
            return error
        yield from self._items(feed, page, url, now)
        if feed.fault:
            words = f"{reason(feed.fault)}; {len(feed.entries)} Einträge gelesen"
            yield _gap(stream, window, state, words)
        yield self._closing(stream, feed, page, state, now)
        return None

    def _page(self, url: str, state: Mapping[str, str], now: datetime) -> Page:
        if state.get("gone"):
            raise Barred("gone", f"{masked(url)} was removed for good (410)")
        if (wait := state.get("wait_until")) and now < datetime.fromisoformat(wait):
            raise Away("waiting", f"{masked(url)} asked to wait until {wait}")
        valid = state.get("rules") == self.tools.rules
        etag, modified = (state.get("etag", ""), state.get("modified", "")) if valid else ("", "")
        page = self.tools.fetcher.get(url, etag=etag, last_modified=modified)
        if page.not_modified and not (etag or modified):
            raise Away("broken", f"{masked(url)} answered 304 to an unconditional request")
        return page

    def _escalated(self, error: LeumundError, state: Mapping[str, str]) -> LeumundError:
        """A feed that stays missing becomes a matter for a person: feeds move."""
        polls = int(state.get("missing", 0)) + 1
        if getattr(error, "key", "") == "missing" and polls > POLLS_UNTIL_MISSING:
            return Barred("missing", f"{error}, {polls} times in a row")
        return error

    def _items(self, feed: Feed, page: Page, feed_url: str, now: datetime) -> Iterator[Item]:
        for number, entry in enumerate(feed.entries):
            if number == len(feed.entries) // 2:
                crash.point("parse.mid_page")
            try:
                yield self._mention(entry, feed, page, feed_url, now)
            except Unreadable as error:
                raw = str(entry.get("id") or entry.get("link") or entry.get("title") or "")
                yield Reject(
                    reason=str(error),
                    place=f"{stream_of(feed_url)} {raw[:200] or f'entry {number + 1}'}",
                    raw=raw.encode("utf-8", "replace")[:4096],
                )

    def _mention(
        self, entry: dict[str, Any], feed: Feed, page: Page, feed_url: str, now: datetime
    ) -> Mention:
        title = self.tools.masked(clean.title(entry.get("title") or ""))
        text = "" if page.reserved else self.tools.masked(clean.text(_body(entry)))
        if not title and not text:
            raise Unreadable("an entry without headline and text")
        if feed.lossy and "\ufffd" in title + text:
            raise Unreadable("signs that could not be decoded")
        published, edited = _moments(entry, now)
        link = str(entry.get("link") or "")
        url = clean.link(urljoin(page.url, link)) if link else ""
        author = str(entry.get("author") or "").strip()
        language = feed.language.partition("-")[0].strip().lower()
        return Mention(
            source=self.config.name,
            native_id=_native_id(entry, url, feed_url, title),
            published_at=published or now,
            text="" if text == title else text,
            kind=self.config.kind,
            title=title,
            url=url,
            author=self.tools.pseudonym(author) if author else None,
            reach=self.config.reach,
            tier=self.config.tier,
            comments=_count(entry.get("slash_comments")),
            language=language if language.isalpha() else self.config.language,
            edited_at=edited,
            terms=RESERVED if page.reserved else "",
            extra={} if published else {"time_suspect": "1"},
        )

    def _closing(
        self, stream: str, feed: Feed, page: Page, state: Mapping[str, str], now: datetime
    ) -> Cursor:
        count = len(feed.entries)
        if feed.fault:
            kept = {key: state[key] for key in ("asked", "entries") if key in state}
            return Cursor(stream=stream, state=kept, fetched=count, complete=False)
        known = {
            "etag": page.etag,
            "modified": page.last_modified,
            "rules": self.tools.rules,
            "entries": str(count),
            "asked": now.isoformat(),
        }
        return Cursor(stream=stream, state={k: v for k, v in known.items() if v}, fetched=count)


def _gap(stream: str, window: Window, state: Mapping[str, str], words: str) -> Gap:
    since = datetime.fromisoformat(state["asked"]) if "asked" in state else window.start
    start = since if since < window.end else window.start
    return Gap(stream=stream, start=start, end=window.end, reason=words)


def _failed(state: Mapping[str, str], error: LeumundError, now: datetime) -> dict[str, str]:
    """The state after a failed poll; validators stay, they belong to the last page read."""
    after = dict(state)
    key = getattr(error, "key", "")
    after.pop("missing", None)
    if key == "missing":
        after["missing"] = str(int(state.get("missing", 0)) + 1)
    if key == "gone":
        after["gone"] = "1"
    if key != "waiting":
        after.pop("wait_until", None)
        if wait := getattr(error, "retry_after", None):
            after["wait_until"] = (now + timedelta(seconds=wait)).isoformat()
    return after


def _body(entry: dict[str, Any]) -> str:
    """The longest of what an entry offers as its text."""
    offers = [str(part.get("value") or "") for part in entry.get("content") or ()]
    return max([str(entry.get("summary") or ""), *offers], key=len)


def _native_id(entry: dict[str, Any], url: str, feed_url: str, title: str) -> str:
    """The publisher's id; a bare number only counts within its host."""
    given = "".join(sign for sign in str(entry.get("id") or "") if sign.isprintable()).strip()
    if not given:
        given = url or hashlib.sha256(title.encode()).hexdigest()
    if ":" not in given:
        given = f"{urlsplit(feed_url).hostname}:{given}"
    return given if len(given) <= 300 else hashlib.sha256(given.encode()).hexdigest()


def _moments(entry: dict[str, Any], now: datetime) -> tuple[datetime | None, datetime | None]:
    """When an entry appeared and when it was last changed, as far as that can be believed."""
    found = {}
    for key in ("published", "updated", "created"):
        moment = parse_time(str(dict.get(entry, key) or ""), zone=BERLIN)
        if moment and is_believable(moment, now=now, ahead=AHEAD):
            found[key] = min(moment, now)
    published = found.get("published") or found.get("updated") or found.get("created")
    edited = found.get("updated")
    return published, edited if edited and published and edited > published else None


def _count(raw: object) -> int | None:
    text = str(raw or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
