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

MOST_ELEMENTS = 200_000
DEEPEST = 100
LONGEST_BROKEN = 2_000_000

_PROLOG = re.compile(
    r"[\ufeff\s]+|<\?(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->|(?P<doctype><!doctype[^>]*)>?",
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
    parsed = feedparser.parse(  # noqa: TID251 (bytes that are capped and inspected)
        io.BytesIO(document.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed["version"]:
        raise Spoiled("no_feed", "the answer is not a feed")
    return Feed(list(parsed["entries"]), str(parsed["feed"].get("language", "")), fault, lossy)


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
    depth = seen = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth, seen
        depth, seen = depth + 1, seen + 1
        if depth > DEEPEST or seen > MOST_ELEMENTS:
            raise Spoiled("too_big", "the feed has more elements than a feed has")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise Spoiled("entities", "a document type inside the feed")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        if "<!ENTITY" in document.upper() or "<!DOCTYPE" in document.upper():
            raise Spoiled("entities", "a document type inside the feed") from None
        return Spoiled("xml", f"not well-formed in line {error.lineno}")
    return None
