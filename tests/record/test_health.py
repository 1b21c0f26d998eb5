"""A stream counts as asked only when it was read to its end."""

from __future__ import annotations

from datetime import timedelta

from record.makers import NOW, keep, mention, start
from sqlalchemy import text

from leumund.record import Record, health, mentions
from leumund.types import Cursor, Gap, Item

HOUR = timedelta(hours=1)


def ask(record: Record, *items: Item, hours: int, source: str = "forum") -> None:
    mentions.keep(
        record,
        items,
        source=source,
        run=start(record),
        now=NOW + hours * HOUR,
        rules="",
        expected=mentions.cursors(record, source),
    )


def answered(stream: str = "a") -> Cursor:
    return Cursor(stream=stream, state={})


def failed(stream: str = "a") -> tuple[Gap, Cursor]:
    gap = Gap(stream=stream, start=NOW - HOUR, end=NOW, reason="refused")
    return gap, Cursor(stream=stream, state={}, complete=False)


def test_a_source_is_asked_only_when_each_stream_was_read_to_its_end(record: Record) -> None:
    assert not health.fetched_after(record, "forum", NOW)
    ask(record, answered("a"), hours=1)
    assert health.fetched_after(record, "forum", NOW + HOUR)
    assert not health.fetched_after(record, "forum", NOW + 2 * HOUR)
    ask(record, *failed("b"), hours=3)
    assert not health.fetched_after(record, "forum", NOW)
    ask(record, answered("b"), hours=4)
    assert health.fetched_after(record, "forum", NOW + HOUR)


def test_a_stream_that_left_the_configuration_no_longer_counts(record: Record) -> None:
    ask(record, *failed("old"), hours=0)
    ask(record, answered("new"), hours=2)
    assert health.fetched_after(record, "forum", NOW + HOUR)
    assert not health.fetched_after(record, "forum", NOW)


def test_a_page_in_the_middle_says_nothing_about_the_end(record: Record) -> None:
    ask(record, mention(1), Cursor(stream="a", state={}, fetched=1, complete=False), hours=1)
    assert health.streams(record) == []
    assert health.last_success(record) == {}


def test_each_stream_says_when_it_was_asked_when_it_answered_and_why_not(record: Record) -> None:
    ask(record, answered("a"), hours=1)
    ask(record, *failed("a"), hours=2)
    ask(record, answered("x"), hours=1, source="blatt")
    assert [
        (one.source, one.stream, one.asked_at, one.ok_at, one.reason)
        for one in health.streams(record)
    ] == [
        ("blatt", "x", NOW + HOUR, NOW + HOUR, ""),
        ("forum", "a", NOW + 2 * HOUR, NOW + HOUR, "refused"),
    ]
    assert health.last_success(record) == {"forum": NOW + HOUR, "blatt": NOW + HOUR}


def test_the_youngest_mention_of_a_source_is_known(record: Record) -> None:
    keep(record, mention(5), mention(2))
    assert health.last_mention(record) == {"forum": mention(2).published_at}


def test_a_sound_file_has_no_damage_and_a_dangling_row_is_named(record: Record) -> None:
    assert health.damage(record) == []
    raw = record._writer.raw_connection()
    raw.cursor().execute("PRAGMA foreign_keys = OFF")
    raw.close()
    with record.writing() as connection:
        connection.execute(text("INSERT INTO readings VALUES ('x', 'de', 1.0, '[]')"))
    assert health.damage(record) == ["readings: row 1 points to a missing mentions"]
