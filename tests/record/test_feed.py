"""Every change of the record waits in the outbox of every view that is named, and no other."""

from __future__ import annotations

import random
from datetime import timedelta

from record.makers import (
    BRAND,
    NOW,
    decide,
    identity,
    keep,
    mention,
    point,
    read_all,
    start,
    understood,
)

from leumund.record import Record, erasure, feed, index, ledger, outbox, readings, stories
from leumund.types import Deletion, Fate

SINK = "elasticsearch"
KEY = feed.brand_key(BRAND)


LISTS = {f"status:{KEY}", *(f"story:{KEY}-{rank}" for rank in range(1, feed.STORIES + 1))}
"""What is shown as of now for the brand, and may quote a mention."""


def waiting(record: Record, sink: str = SINK) -> set[str]:
    return {row.object for row in outbox.listing(record, sink, state="pending")}


def subscribe(record: Record, *names: str) -> list[str]:
    return feed.subscribe(record, names, now=NOW)


def listen(record: Record) -> None:
    """A sink that has heard of all there is."""
    subscribe(record, SINK)
    deliver(record)


def deliver(record: Record, fate: Fate = "done", reason: str = "") -> list[outbox.Parcel]:
    """Everything that is due, delivered with one fate."""
    parcels = outbox.claim(
        record, SINK, now=NOW, owner="test", lease=timedelta(minutes=1), limit=10_000
    )
    fates = [(parcel, fate, reason) for parcel in parcels]
    chance = random.Random(1)
    outbox.settle(record, fates, run=start(record), now=NOW, chance=chance)
    return parcels


def test_without_a_sink_nothing_piles_up(record: Record) -> None:
    keep(record, mention(1))
    read_all(record, BRAND)
    index.keep(record, [point(1)])
    decide(record)
    assert waiting(record) == set()


def test_a_new_sink_is_told_of_everything_that_is_there(record: Record) -> None:
    keep(record, mention(1), mention(2))
    read_all(record, BRAND, "Talbahn")
    index.keep(record, [point(1)])
    decide(record)
    assert subscribe(record, SINK) == [SINK]
    told = waiting(record)
    assert {name for name in told if name.startswith("mention:")} == {
        f"mention:{identity(number)}-{feed.brand_key(brand)}"
        for number in (1, 2)
        for brand in (BRAND, "Talbahn")
    }
    assert {f"point:{KEY}-{point(1).day}", f"status:{KEY}"} <= told
    assert sum(name.startswith("signal:") for name in told) == 1
    assert ledger.balance(record) == []
    assert subscribe(record, SINK) == []


def test_a_reading_and_what_becomes_of_it_is_announced(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    assert waiting(record) == set()
    read_all(record, BRAND)
    name = f"mention:{identity(1)}-{KEY}"
    assert waiting(record) == {name}
    first = deliver(record)[0]
    keep(record, mention(1, likes=7))
    second = deliver(record)[0]
    assert (second.object, second.revision > first.revision) == (name, True)
    keep(record, Deletion(source="forum", at=NOW, native_id="native-1"), state={"at": "2"})
    assert waiting(record) == {name, *LISTS}
    assert ledger.balance(record) == []


def test_an_opinion_that_is_gone_is_announced_as_well(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND, "Talbahn")
    deliver(record)
    again = readings.pending(record, "rules2:model1", limit=10)
    fresh = [understood(one, BRAND, signature="rules2:model1") for one in again]
    readings.keep(record, fresh, run=start(record))
    assert waiting(record) == {
        f"mention:{identity(1)}-{feed.brand_key(brand)}" for brand in (BRAND, "Talbahn")
    }


def test_the_month_of_a_mention_never_moves(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND)
    before = deliver(record)[0].payload["month"]
    keep(record, mention(1, published_at=NOW - timedelta(days=90)), state={"at": "2"})
    read_all(record, BRAND)
    assert deliver(record)[0].payload["month"] == before == "2026.11"


def test_an_answer_of_the_brand_concerns_what_it_answers(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND)
    deliver(record)
    keep(record, mention(2, owned=True, reply_to="native-1"), state={"at": "2"})
    assert waiting(record) == {f"mention:{identity(1)}-{KEY}"}


def test_a_story_that_gets_a_member_and_a_text_that_expires_are_announced(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND)
    deliver(record)
    member = stories.Membership(
        mention_id=identity(1), story="other", sketch=b"", words=3, digest=""
    )
    stories.keep(record, [member])
    assert len(deliver(record)) == 1
    erasure.expire_texts(record, retention={"forum": 1}, now=NOW + timedelta(days=9))
    assert waiting(record) == {f"mention:{identity(1)}-{KEY}", *LISTS}


def test_only_points_that_differ_are_announced(record: Record) -> None:
    listen(record)
    index.keep(record, [point(1), point(30)])
    deliver(record)
    index.keep(record, [point(1), point(30, n=8)])
    assert {name for name in waiting(record) if name.startswith("point:")} == {
        f"point:{KEY}-{point(30).day}"
    }


def test_each_fate_is_counted_and_a_newer_revision_is_never_marked(record: Record) -> None:
    listen(record)
    keep(record, mention(1), mention(2), mention(3))
    read_all(record, BRAND)
    parcels = outbox.claim(record, SINK, now=NOW, owner="a", lease=timedelta(minutes=1), limit=9)
    keep(record, mention(3, likes=1), state={"at": "2"})
    third = f"mention:{identity(3)}-{KEY}"
    others = [parcel for parcel in parcels if parcel.object != third]
    overtaken = next(parcel for parcel in parcels if parcel.object == third)
    fates: list[tuple[outbox.Parcel, Fate, str]] = [
        (others[0], "dead", "because"),
        (others[1], "retry", "because"),
        (overtaken, "done", ""),
    ]
    counts = outbox.settle(record, fates, run=start(record), now=NOW, chance=random.Random(1))
    assert counts["overtaken"] == 1
    assert third in waiting(record)
    assert ledger.balance(record) == []
    assert all(row.last_error == "because" for row in outbox.listing(record, SINK, state="dead"))


def test_a_sink_that_comes_back_hears_of_what_left_meanwhile(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND)
    newest = deliver(record)[0].revision
    subscribe(record)
    keep(record, Deletion(source="forum", at=NOW, native_id="native-1"), state={"at": "2"})
    assert waiting(record) == set()
    subscribe(record, SINK)
    parcel = next(p for p in deliver(record) if p.object.startswith("mention:"))
    assert parcel.revision > newest


def test_what_was_delivered_during_a_rebuild_is_queued_again(record: Record) -> None:
    listen(record)
    keep(record, mention(1))
    read_all(record, BRAND)
    before = deliver(record)[0].revision
    keep(record, mention(1, likes=3), state={"at": "2"})
    deliver(record)
    assert outbox.requeue(record, SINK, after=before, run=start(record), now=NOW) == 1
    assert waiting(record) == {f"mention:{identity(1)}-{KEY}"}
    assert ledger.balance(record) == []
