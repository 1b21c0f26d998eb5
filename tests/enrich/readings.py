"""Short ways to write a reading and a brand in a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from leumund.config import Brand
from leumund.types import Mention, Reading


def reading(text: str, *, title: str = "", source: str = "forum", **more: Any) -> Reading:
    """A fresh reading of an invented mention; `more` are fields of the reading."""
    mention = Mention(
        source=source,
        native_id=text[:40],
        published_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        title=title,
        text=text,
        language=more.pop("declared", ""),
    )
    return Reading(mention=mention, **more)


def brand(
    name: str,
    *aliases: str,
    exclude: tuple[str, ...] = (),
    require: tuple[str, ...] = (),
) -> Brand:
    return Brand(name=name, aliases=aliases, exclude=exclude, require=require, sources=("forum",))
