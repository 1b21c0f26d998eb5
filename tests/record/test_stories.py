"""Memberships move with the canonical text, and the days of both stories are measured again."""

from __future__ import annotations

from datetime import timedelta

from record.makers import BRAND, NOW, identity, keep, mention, read_all, start
from sqlalchemy import select

from leumund.record import Record, evidence, readings, stories
from leumund.record import tables as t
from leumund.record.stories import Membership
from leumund.types import Deletion, Window

WEEK = Window(NOW - timedelta(days=7), NOW + timedelta(days=7))


def placed(number: int, story: int) -> Membership:
    return Membership(
        mention_id=identity(number),
        story=identity(story),
        sketch=bytes([number, 0, 255]),
        words=12,
        digest=f"digest{number}",
    )


def settle(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(t.touched.update().values(measured=t.touched.c.mark))


def test_only_mentions_that_name_a_brand_wait_for_a_story(record: Record) -> None:
    keep(record, mention(1), mention(2))
    assert stories.without_story(record) == []
    read_all(record)
    assert [one.native_id for one in stories.without_story(record)] == ["native-2", "native-1"]
    assert len(stories.without_story(record, limit=1)) == 1
    stories.keep(record, [placed(1, 1)])
    assert [one.native_id for one in stories.without_story(record)] == ["native-2"]


def test_neighbours_carry_the_sketch_and_keep_to_the_window(record: Record) -> None:
    keep(record, mention(1), mention(200))
    read_all(record)
    stories.keep(record, [placed(1, 1), placed(200, 200)])
    (one,) = stories.neighbours(record, WEEK)
    assert one.membership == placed(1, 1)
    assert (one.source, one.native_id, one.kind) == ("forum", "native-1", "post")
    assert (one.author, one.title, one.published_at) == (
        "author-1",
        "Beitrag 1",
        mention(1).published_at,
    )


def test_an_earlier_copy_moves_the_story_and_touches_both_days(record: Record) -> None:
    keep(record, mention(1), mention(30))
    read_all(record)
    stories.keep(record, [placed(1, 1), placed(30, 30)])
    settle(record)
    assert stories.keep(record, [placed(1, 30)]) == 1
    days = {mention(1).day, mention(30).day}
    assert len(days) == 2
    assert set(evidence.touched(record)) == {(BRAND, day) for day in days}
    members = evidence.members(record, BRAND, days)
    assert [(one.story, one.day) for one in members] == [(identity(30), mention(30).day)] * 2
    assert evidence.members(record, BRAND, [mention(1).day]) == []


def test_a_story_whose_first_text_leaves_moves_to_the_day_of_the_next(record: Record) -> None:
    keep(record, mention(1), mention(30))
    read_all(record)
    stories.keep(record, [placed(1, 30), placed(30, 30)])
    settle(record)
    keep(record, Deletion(source="forum", at=NOW, native_id="native-30"))
    days = {mention(1).day, mention(30).day}
    assert set(evidence.touched(record)) == {(BRAND, day) for day in days}
    (left,) = evidence.members(record, BRAND, days)
    assert (left.story, left.day) == (identity(30), mention(1).day)


def test_what_cannot_be_placed_does_not_wait(record: Record) -> None:
    """Else the loop that places what waits would never end."""
    keep(record, mention(1), mention(2))
    read_all(record)
    (_, reading) = readings.pending(record, "rules2:model1", limit=9)
    options = {"signature": "rules2:model1", "reason": "too deep", "run": start(record)}
    assert readings.give_up(record, reading, now=NOW, **options)
    keep(record, mention(2, text="anders", edited_at=NOW))
    assert stories.without_story(record) == []


def test_a_membership_of_an_edited_text_is_not_stored(record: Record) -> None:
    keep(record, mention(1))
    read_all(record)
    keep(record, mention(1, text="anders", edited_at=NOW))
    assert stories.keep(record, [placed(1, 1), placed(2, 1)]) == 0
    with record.reading() as connection:
        assert connection.execute(select(t.stories)).all() == []
