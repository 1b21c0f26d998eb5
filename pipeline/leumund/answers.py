"""Says what an answer from the web means: a page, try later, a person has to act, or unusable."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from leumund import crash
from leumund.errors import Misconfigured, Unavailable, Unreadable

LONGEST_WAIT = 7 * 86_400.0
_PIECE = 65_536


class Away(Unavailable):
    """The other side cannot be had now; `key` says why in one word."""

    def __init__(self, key: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.key = key


class Barred(Misconfigured):
    """A person has to change an address, a permission or a setting; `key` says why."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class Spoiled(Unreadable):
    """An answer came and cannot be used; `key` says why."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer: `body` is decoded and capped, empty when `not_modified`.

    `reserved` says that the publisher reserves text and data mining (header `tdm-reservation: 1`).
    """

    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    reserved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One raw answer. Header names are lower case; `over` says that the body met the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    over: bool = False


def masked(url: str) -> str:
    """The address as messages may show it: without user, password and query.

    >>> masked("https://user:secret@example.org/feed?key=secret")
    'https://example.org/feed?…'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable address)"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"


def read_body(pieces: Iterable[bytes], encoding: str, *, limit: int) -> tuple[bytes, bool]:
    """The decoded body, at most `limit` bytes, and whether there was more.

    Raises:
        Spoiled: an encoding other than gzip, several on top of each other, or broken gzip.
        Away: the compressed body ends too early.
    """
    body = bytearray()
    for piece in _decoded(pieces, encoding.strip().lower(), limit):
        body += piece
        if len(body) > limit:
            return bytes(body[:limit]), True
        crash.point("fetch.mid_body")
    return bytes(body), False


def _decoded(pieces: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip"):
        raise Spoiled("encoding", f"the content encoding {encoding[:40]!r} is not accepted")
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    taken = 0
    try:
        for piece in pieces:
            taken += len(piece)
            if taken > limit or unzip.eof:
                raise Spoiled("encoding", "more compressed bytes than a page may have")
            yield from _inflated(unzip, piece)
    except zlib.error:
        raise Spoiled("encoding", "the compressed body is broken") from None
    if not unzip.eof:
        raise Away("broken", "the compressed body ends too early")


def _inflated(unzip: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """What one compressed piece holds, in pieces that stay small however far it expands."""
    full = True
    while piece or full:
        out = unzip.decompress(piece, _PIECE)
        yield out
        piece, full = unzip.unconsumed_tail, len(out) == _PIECE


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, at most a week; a date counts from the header `Date`.

    >>> wait_of({"retry-after": "120"}), wait_of({"retry-after": "soon"})
    (120.0, None)
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return min(float(asked), LONGEST_WAIT)
    until, sent = _moment(asked), _moment(headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max((until - sent).total_seconds(), 0.0), LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def judge(url: str, answer: Answer, *, limit: int) -> Page:
    """The page that an answer carries, or the error that says what to do.

    Raises:
        Unavailable: 404 (`missing`), 429 (`busy`), 5xx (`server`) and other surprises.
        Misconfigured: 401, 403, 451 (`denied`), 410 (`gone`).
        Unreadable: the body met the cap (`too_big`).
    """
    status, headers, shown = answer.status, answer.headers, masked(url)
    if status in (200, 304):
        if answer.over:
            raise Spoiled("too_big", f"{shown} is larger than {limit / 1e6:g} MB")
        return Page(
            url=url,
            body=answer.body,
            content_type=headers.get("content-type", ""),
            etag=headers.get("etag", ""),
            last_modified=headers.get("last-modified", ""),
            not_modified=status == 304,
            reserved=headers.get("tdm-reservation", "").strip() == "1",
        )
    message = f"{shown} answered {status}"
    if status in (401, 403, 451):
        raise Barred("denied", message)
    if status == 410:
        raise Barred("gone", message)
    key = {404: "missing", 429: "busy", 503: "busy"}.get(status, "server")
    raise Away(key, message, retry_after=wait_of(headers))
