"""Turns a mention into a row of the record and back, and says when two rows say the same."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import RowMapping

from leumund.errors import Unreadable
from leumund.record.columns import micros, packed
from leumund.types import Mention

Row = dict[str, Any]

PLAIN = (
    "native_id",
    "kind",
    "title",
    "text",
    "url",
    "outlet",
    "author",
    "reach",
    "tier",
    "region",
    "likes",
    "shares",
    "comments",
    "rating",
    "reply_to",
    "label",
    "language",
    "terms",
)
"""Fields that lie in the record as they are."""

DROPPED: Mapping[str, object] = {
    "held": 0,
    "digest": "",
    "native_id": "",
    "title": "",
    "text": "",
    "url": "",
    "author": None,
    "reply_to": "",
    "label": "",
    "terms": "",
    "extra": {},
}
"""What a row holds once its text was dropped: identity (a digest), source, times, figures."""

LIMIT = 2**63

CHUNK = 500
"""Identities in one statement; SQLite allows 32,766 parameters."""


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The identities in sorted lists of at most `CHUNK`.

    >>> [len(part) for part in chunks(str(i) for i in range(1001))]
    [500, 500, 1]
    """
    ordered = sorted(set(ids))
    for at in range(0, len(ordered), CHUNK):
        yield ordered[at : at + CHUNK]


def row_of(mention: Mention) -> Row:
    """The content of a mention as columns, with its digests.

    `digest` covers what the source said (not the author's hash, whose key rotates; not the time
    of a mention whose time is only the moment of receipt). `text_digest` covers title and text
    and is salted with the identity, so that it does not link equal texts of two mentions.

    Raises:
        Unreadable: a text holds NUL or half a character, a number does not fit.
    """
    row: Row = {name: getattr(mention, name) for name in PLAIN}
    _refuse_odd([*row.values(), *mention.extra, *mention.extra.values()])
    row |= {
        "id": mention.id,
        "source": mention.source,
        "published_at": mention.published_at,
        "day": mention.day,
        "edited_at": mention.edited_at,
        "owned": int(mention.owned),
        "extra": dict(mention.extra),
        "title_length": len(mention.title),
        "text_length": len(mention.text),
    }
    said: Row = {name: row[name] for name in (*PLAIN, "owned", "extra") if name != "author"}
    said["at"] = "" if is_suspect(mention.extra) else micros(mention.published_at)
    said["edited"] = None if mention.edited_at is None else micros(mention.edited_at)
    row["digest"] = _digest(packed(said).encode())
    row["text_digest"] = text_digest(mention)
    return row


def storable(text: str) -> str:
    r"""The text with "?" for what no database takes: NUL and halves of characters.

    >>> storable("a\0b\ud83d")
    'a?b?'
    """
    return text.replace("\0", "?").encode(errors="replace").decode()


def text_digest(mention: Mention) -> str:
    """32 hex digits over identity, title and text."""
    return _digest(f"{mention.id}\0{mention.title}\0{mention.text}".encode())


def is_suspect(extra: Mapping[str, str]) -> bool:
    """Whether the time is the moment of receipt, because the source gave none to believe."""
    return bool(extra.get("time_suspect"))


def mention_of(row: RowMapping) -> Mention:
    """The mention that `row_of` took apart."""
    return Mention(
        source=row["source"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        owned=bool(row["owned"]),
        extra=row["extra"],
        **{name: row[name] for name in PLAIN},
    )


def _refuse_odd(values: Iterable[object]) -> None:
    for value in values:
        if isinstance(value, int) and not -LIMIT <= value < LIMIT:
            raise Unreadable("a number is too large to store")
        if isinstance(value, float) and not math.isfinite(value):
            raise Unreadable("a number is not finite")
        if isinstance(value, str) and value != storable(value):
            raise Unreadable("a text holds NUL or half a character (lone surrogate)")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
