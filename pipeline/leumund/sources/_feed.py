"""Reads the bytes of a feed and says what is wrong with them, before a lenient parser hides it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import feedparser

from leumund.answers import Spoiled
from leumund.clean import decode

MOST_ELEMENTS = 60_000
MOST_ATTRIBUTES = 64
MOST_PIECES = 500_000
DEEPEST = 100
LONGEST_BROKEN = 200_000  # the lenient parser takes quadratic time

_PROLOG = re.compile(
    r"[\ufeff\s]+|<\?.*?\?>|<!--.*?-->|(?P<doctype><!doctype[^>]*)>?",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<(?:\w+:)?(\w+)")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """Entries as feedparser gives them.

    `fault` says why there may be more than could be read, `lossy` that signs became U+FFFD.
    """

    entries: list[dict[str, Any]]
    language: str = ""
    fault: Spoiled | None = None
    lossy: bool = False


def parse(body: bytes, content_type: str) -> Feed:
    """The entries of an RSS 0.9x, 1.0, 2.0 or Atom feed.

    A document type without declarations is dropped, any other is refused, so that no entity is
    ever expanded and nothing outside is ever read.

    Raises:
        Spoiled: no bytes (`empty_body`), a web page (`html`), something else (`no_feed`),
            declarations (`entities`), more elements than a feed has (`too_big`), or broken XML that
            is too long to be read leniently (`xml`).
    """
    if not body.strip():
        raise Spoiled("empty_body", "the answer has no bytes")
    charset = _CHARSET.search(content_type)
    text, lossy = decode(body, charset[1] if charset else "")
    document = _without_prolog(text)
    fault = _inspect(document)
    if fault and len(document) > LONGEST_BROKEN:
        raise fault
    parsed = _parsed(document)
    if not parsed["version"]:
        raise Spoiled("no_feed", "the answer is not a feed")
    return Feed(list(parsed["entries"]), str(parsed["feed"].get("language", "")), fault, lossy)


def _parsed(document: str) -> Any:
    try:
        return feedparser.parse(  # noqa: TID251 (bytes that are capped and inspected)
            io.BytesIO(document.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # broken feeds break the lenient parser in many ways
        raise Spoiled("xml", f"the feed cannot be parsed: {type(error).__name__}") from None


def _without_prolog(text: str) -> str:
    """The document from its root element on."""
    position = 0
    while part := _PROLOG.match(text, position):
        declared = part["doctype"] or ""
        if "[" in declared:
            raise Spoiled("entities", "a document type with declarations")
        if declared[9:].lower().split()[:1] == ["html"]:
            raise Spoiled("html", "a web page instead of a feed")
        position = part.end()
    root = _ROOT.match(text, position)
    if root and root[1].lower() == "html":
        raise Spoiled("html", "a web page instead of a feed")
    if root is None or root[1].lower() not in ("rss", "rdf", "feed"):
        raise Spoiled("no_feed", "the answer is not a feed")
    return text[position:]


def _inspect(document: str) -> Spoiled | None:
    """The first fault of the XML, found by a strict parser that keeps nothing."""
    try:
        _Inspector().parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        if "<!ENTITY" in document.upper() or "<!DOCTYPE" in document.upper():
            raise Spoiled("entities", "a document type inside the feed") from None
        return Spoiled("xml", f"not well-formed in line {error.lineno}")
    return None


class _Inspector:
    """Counts what stands in a document and refuses what would keep the real parser busy."""

    def __init__(self) -> None:
        self.depth = self.elements = self.pieces = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.CharacterDataHandler = self._said
        self.parser.StartDoctypeDeclHandler = self._declared

    def _opened(self, _name: str, attributes: list[str]) -> None:
        self.depth += 1
        self.elements += 1
        if (
            self.depth > DEEPEST
            or self.elements > MOST_ELEMENTS
            or len(attributes) > 2 * MOST_ATTRIBUTES
        ):
            raise Spoiled("too_big", "the feed has more elements than a feed has")

    def _closed(self, _name: str) -> None:
        self.depth -= 1

    def _said(self, _text: str) -> None:
        self.pieces += 1
        if self.pieces > MOST_PIECES:
            raise Spoiled("too_big", "the feed has more lines than a feed has")

    def _declared(self, *_: object) -> None:
        raise Spoiled("entities", "a document type inside the feed")
