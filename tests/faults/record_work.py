"""A small working day of the record, page by page, that goes on where it was killed.

Called as `record_work.py FOLDER PARTS work|forget`. `work` collects, reads, groups, measures,
decides and delivers; `forget` drops old texts and erases authors. Each step asks the record what
is left to do, so a second start after the end does nothing.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from leumund.record import (
    Record,
    erasure,
    evidence,
    health,
    index,
    ledger,
    mentions,
    open_record,
    outbox,
    readings,
    signals,
    stories,
    tables,
)
from leumund.types import (
    Alert,
    Cursor,
    Deletion,
    Estimate,
    Evidence,
    IndexPoint,
    Item,
    Mention,
    Opinion,
    Reading,
    Reject,
    Signal,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BRAND = "Musterbahn"
SIGNATURE = "rules:model"
PAGE = 8


def source(part: int) -> str:
    return f"forum{part}"


def mention(part: int, number: int) -> Mention:
    """The `number`-th text of a source; each part is a source and a day of its own."""
    return Mention(
        source=source(part),
        native_id=str(number),
        published_at=NOW - timedelta(days=part, minutes=number),
        text=f"Die Musterbahn fuhr heute zum {number}. Mal in Richtung {part} ab.",
        author=f"author-{part}",
        url=f"https://forum.example/{part}/{number}",
    )


def page(part: int, number: int) -> list[Item]:
    """Every kind of item; the second page of a source edits and deletes what the first brought."""
    first = number * PAGE
    items: list[Item] = [mention(part, first + i) for i in range(PAGE)]
    items += [mention(part, first), Reject(reason="broken", place=f"{part}:{number}", raw=b"x")]
    if number:
        edited = replace(mention(part, 1), text="Nun doch pünktlich.", edited_at=NOW)
        items += [edited, replace(mention(part, 2), likes=number, edited_at=NOW)]
        items += [Deletion(source=source(part), at=NOW, native_id="3"), mention(part, 3)]
    counted = len(items)
    return [*items, Cursor(stream="main", state={"page": str(number)}, fetched=counted)]


def collect(record: Record, parts: int) -> None:
    for part in range(parts):
        known = mentions.cursors(record, source(part))
        done = int(known["main"].state["page"]) + 1 if known else 0
        for number in range(done, 2):
            run = ledger.start(record, "collect", now=NOW)
            mentions.keep(
                record,
                page(part, number),
                source=source(part),
                run=run,
                now=NOW - timedelta(days=part),
                rules="rules",
                expected=mentions.cursors(record, source(part)),
            )
            ledger.finish(record, run, now=NOW)


def enrich(record: Record, parts: int) -> None:
    while batch := readings.pending(record, SIGNATURE, limit=PAGE):
        run = ledger.start(record, "enrich", now=NOW)
        readings.keep(record, [understood(one) for one in batch], run=run)
        ledger.finish(record, run, now=NOW)


def understood(reading: Reading) -> Reading:
    """An opinion that depends on the text alone; every seventh text concerns nobody."""
    digest = hashlib.sha256(reading.mention.text.encode()).digest()
    raw = [1 + digest[i] for i in range(3)]
    tone = (raw[0] / sum(raw), raw[1] / sum(raw), raw[2] / sum(raw))
    opinion = Opinion(brand=BRAND, tone=tone, span=(4, 14))
    gone = int(reading.mention.native_id) % 7 == 6
    return replace(
        reading,
        language="de",
        language_confidence=1.0,
        found=((BRAND, 4, 14),),
        opinions=() if gone else (opinion,),
        filtered="brand" if gone else "",
        signature=SIGNATURE,
    )


def group(record: Record, parts: int) -> None:
    while fresh := stories.without_story(record, limit=PAGE):
        stories.keep(
            record,
            [
                stories.Membership(
                    mention_id=one.id,
                    story=mention(int(one.source.removeprefix("forum")), 0).id,
                    sketch=one.text.encode(),
                    words=len(one.text.split()),
                    digest=one.id,
                )
                for one in fresh
            ],
        )


def score(record: Record, parts: int) -> None:
    for (brand, day), mark in sorted(evidence.touched(record).items()):
        members = evidence.members(record, brand, [day])
        rows = [_proof(day, members)] if members else []
        estimate = Estimate(value=50.0, low=40.0, high=60.0)
        point = IndexPoint(
            brand=brand,
            day=day,
            day_value=estimate,
            fast=estimate,
            slow=None,
            visibility=None,
            tone=None,
            verdict="open",
            reason="",
            window=28,
            change=None,
            n=len(members),
            n_eff=float(len(members)),
            step="pacc",
            healthy=True,
            method="m",
        )
        evidence.keep(record, brand, days={day: rows}, points=[point], seen={(brand, day): mark})


def _proof(day: date, members: list[evidence.Member]) -> Evidence:
    return Evidence(
        brand=BRAND,
        day=day,
        story=members[0].story,
        source=members[0].source,
        platform="forum",
        weight=float(len(members)),
        tone=members[0].tone,
        hard=0,
        sources=1,
        members=len(members),
    )


def decide(record: Record, parts: int) -> None:
    decided = {row["day"] for row in index.load_decisions(record, BRAND)}
    for point in index.load(record, BRAND):
        if point.day.isoformat() in decided:
            continue
        run = ledger.start(record, "alert", now=NOW)
        told = _signal(point)
        message = Alert(
            key=told.id,
            target="log:pr",
            subject="Auffällig",
            text=point.day.isoformat(),
            html="",
            created_at=NOW,
        )
        decision = {"brand": BRAND, "day": point.day.isoformat(), "method": "m", "n": point.n}
        signals.keep(record, decision, signal=told, alerts=[message], run=run, now=NOW)
        ledger.finish(record, run, now=NOW)


def _signal(point: IndexPoint) -> Signal:
    return Signal(
        brand=BRAND,
        kind="drop",
        day=point.day,
        start=point.day,
        decided_at=NOW,
        size=Estimate(value=-9.0, low=-12.0, high=-6.0),
        probability=0.99,
        level="notice",
        severity=1,
        posts=point.n,
        usual=1.0,
        drivers=(),
        sources=(),
        provisional=False,
        retrospective=False,
        method="m",
    )


def deliver(record: Record, parts: int) -> None:
    """Append each message to the file `sent`, one line each: the channel of this test."""
    run = ledger.start(record, "deliver", now=NOW)
    lease = timedelta(0)  # a killed owner's lease has run out when the next one starts
    while due := outbox.claim(record, "alert:", now=NOW, owner="w", lease=lease, limit=1):
        with (record.path.parent / "sent").open("a", encoding="utf-8") as sent:
            sent.write(f"{due[0].object}\n")
        outbox.done(record, due[0], run=run)
    ledger.finish(record, run, now=NOW)


def forget(record: Record, parts: int) -> None:
    later = NOW + timedelta(days=40)
    limits = {source(part): 30 if part % 2 else None for part in range(parts)}
    erasure.expire_texts(record, retention=limits, now=later)
    with record.reading() as connection:
        erased = set(connection.execute(select(tables.suppressed.c.author)).scalars())
    for part in range(0, parts, 2):
        if f"author-{part}" not in erased:
            erasure.erase_author(record, [f"author-{part}"], now=later)


WORK: tuple[Callable[[Record, int], None], ...] = (
    collect,
    enrich,
    group,
    score,
    decide,
    deliver,
)


def main(folder: str, parts: str, task: str) -> None:
    with open_record(Path(folder) / "record.sqlite") as record:
        for step in WORK if task == "work" else (forget,):
            step(record, int(parts))
        broken = [*ledger.balance(record), *health.damage(record)]
        with record.reading() as connection:
            left = connection.execute(
                select(func.count()).where(tables.outbox.c.state != "done")
            ).scalar_one()
        assert not broken, broken
        assert not left


if __name__ == "__main__":
    main(*sys.argv[1:])
