"""Takes the traces of a mention out of what was made from it: signals, messages, dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from leumund.record import feed
from leumund.record.rows import chunks
from leumund.record.tables import mentions, outbox, rejects, signals

SHORTEST = 6
"""Characters from which on a native id is looked for inside dead letters; shorter ones are not
an identity but a coincidence."""


def redact(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, int]:
    """Rewrite what repeats words or links of these mentions, inside the caller's transaction.

    Signals keep their figures; a driver that is one of the mentions loses headline and link, and
    so do the messages about it, sent or waiting. Replies lose the native id they point to, dead
    letters that hold a link, id, title or text of the mentions lose their bytes.

    Returns:
        How many signals, messages, replies and dead letters were rewritten.
    """
    if not rows:
        return {}
    counts: Counter[str] = Counter()
    links = {row["url"] for row in rows if row["url"]}
    words = links | _blank_drivers(connection, rows, links=links, counts=counts)
    _rewrite_messages(connection, words, counts=counts)
    _cut_replies(connection, rows, counts=counts)
    _empty_letters(connection, rows, counts=counts)
    return dict(counts)


def _blank_drivers(
    connection: Connection, rows: Iterable[RowMapping], *, links: set[str], counts: Counter[str]
) -> set[str]:
    """Blank the drivers that are these mentions; returns the headlines and links they had."""
    times = {(row[key], row["published_at"]) for row in rows for key in ("source", "outlet")}
    words: set[str] = set()
    for name, body in connection.execute(select(signals.c.id, signals.c.body)).all():
        hit = [driver for driver in body["drivers"] if _is_one_of(driver, times=times, links=links)]
        if not hit:
            continue
        words |= {driver[key] for driver in hit for key in ("headline", "url") if driver[key]}
        for driver in hit:
            driver |= {"headline": "", "url": ""}
        connection.execute(signals.update().where(signals.c.id == name).values(body=body))
        feed.announce(connection, {f"signal:{name}": {"signal": name}})
        counts["signals"] += 1
    return words


def _is_one_of(
    driver: dict[str, Any], *, times: set[tuple[str, datetime]], links: set[str]
) -> bool:
    if not driver["headline"] and not driver["url"]:
        return False
    at = datetime.fromisoformat(driver["published_at"])
    return driver["url"] in links or (driver["source"], at) in times


def _rewrite_messages(connection: Connection, words: set[str], *, counts: Counter[str]) -> None:
    forms = {form for word in words for form in (word, escape(word), escape(word, quote=False))}
    ordered = sorted(forms, key=len, reverse=True)  # a link may be the beginning of another
    if not ordered:
        return
    messages = select(outbox.c.id, outbox.c.payload).where(outbox.c.sink.startswith("alert:"))
    for number, payload in connection.execute(messages).all():
        fresh = dict(payload)
        for form in ordered:
            fresh = {key: value.replace(form, "") for key, value in fresh.items()}
        if fresh != payload:
            connection.execute(outbox.update().where(outbox.c.id == number).values(payload=fresh))
            counts["messages"] += 1


def _cut_replies(
    connection: Connection, rows: Iterable[RowMapping], *, counts: Counter[str]
) -> None:
    by_source: dict[str, set[str]] = {}
    for row in rows:
        if row["native_id"]:
            by_source.setdefault(row["source"], set()).add(row["native_id"])
    for source, ids in by_source.items():
        for part in chunks(ids):
            replies = (mentions.c.source == source) & mentions.c.reply_to.in_(part)
            done = connection.execute(mentions.update().where(replies).values(reply_to=""))
            counts["replies"] += done.rowcount


def _empty_letters(
    connection: Connection, rows: Iterable[RowMapping], *, counts: Counter[str]
) -> None:
    by_source: dict[str, set[bytes]] = {}
    for row in rows:
        needles = by_source.setdefault(row["source"], set())
        needles |= {row[key].encode() for key in ("url", "title", "text") if row[key]}
        if len(row["native_id"]) >= SHORTEST:
            needles.add(row["native_id"].encode())
    for source, needles in by_source.items():
        letters = select(rejects.c.digest, rejects.c.raw).where(
            rejects.c.source == source, rejects.c.raw != b""
        )
        for digest, raw in connection.execute(letters).all():
            if any(needle in raw for needle in needles):
                same = (rejects.c.source == source) & (rejects.c.digest == digest)
                connection.execute(rejects.update().where(same).values(raw=b""))
                counts["dead letters"] += 1
