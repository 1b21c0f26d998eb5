"""What a source brings is kept once: new, edited, taken back or unreadable, and always counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from record.makers import (
    BRAND,
    NOW,
    RULES,
    SIGNATURE,
    SOURCE,
    identity,
    keep,
    mention,
    read_all,
    start,
    understood,
)
from sqlalchemy import select

from leumund.errors import Misconfigured, Unavailable
from leumund.record import Record, dump, evidence, health, ledger, mentions, readings
from leumund.record import tables as t
from leumund.record.rows import mention_of, row_of
from leumund.types import Cursor, Deletion, Gap, Mention, Reject

LATER = NOW + timedelta(hours=1)


def row(record: Record, number: int) -> dict[str, object]:
    with record.reading() as connection:
        found = connection.execute(select(t.mentions).where(t.mentions.c.id == identity(number)))
        return dict(found.mappings().one())


def test_a_mention_comes_back_exactly_as_it_was_kept(record: Record) -> None:
    full = Mention(
        source=SOURCE,
        native_id="native-1",
        published_at=NOW,
        edited_at=LATER,
        text="Grüße aus „Köln“ 🙂",
        kind="review",
        title="Ein Titel",
        url="https://forum.example/1",
        outlet="Beispielblatt",
        author="hash",
        reach=1234.5,
        tier="trade",
        region="NW",
        likes=3,
        shares=0,
        comments=7,
        rating=4.5,
        reply_to="native-0",
        owned=True,
        label="positiv",
        language="de",
        terms="cc-by",
        extra={"place": "datei.csv:7"},
    )
    keep(record, full)
    with record.reading() as connection:
        stored = connection.execute(select(t.mentions)).mappings().one()
    assert mention_of(stored) == full
    assert stored["day"] == full.day


def test_a_page_is_counted_and_its_cursor_kept(record: Record) -> None:
    page = [
        mention(1),
        mention(2),
        mention(1),
        Deletion(source=SOURCE, at=NOW, native_id="native-9"),
        Reject(reason="no time", place="f.csv:3", raw=b"a;b" * 5000),
    ]
    counts = keep(record, *page, fetched=5, state={"etag": "x"})
    assert counts == {
        "fetched": 5,
        "kept": 2,
        "duplicate": 1,
        "deleted": 1,
        "dead_lettered": 1,
    }
    assert mentions.cursors(record, SOURCE) == {"main": Cursor(stream="main", state={"etag": "x"})}
    assert health.rejected(record) == {(SOURCE, "no time"): 1}
    with record.reading() as connection:
        assert len(connection.execute(select(t.rejects.c.raw)).scalar_one()) == 4096
    assert ledger.balance(record) == []


def test_of_two_runs_of_one_stream_the_slower_stores_nothing(record: Record) -> None:
    keep(record, mention(1), state={"at": "1"})
    seen = mentions.cursors(record, SOURCE)
    keep(record, mention(2), state={"at": "2"}, expected=seen)
    with pytest.raises(Unavailable, match="another run"):
        keep(record, mention(3), state={"at": "3"}, expected=seen)
    with pytest.raises(Unavailable, match="another run"):
        keep(record, mention(3), state={"at": "3"}, expected={})
    assert mentions.cursors(record, SOURCE)["main"].state == {"at": "2"}
    assert len(dump.canonical(record)) == 3
    assert ledger.balance(record) == []


def test_an_edited_text_becomes_a_new_revision_that_is_read_again(record: Record) -> None:
    keep(record, mention(1))
    read_all(record)
    counts = keep(record, mention(1, text="Nun doch pünktlich", edited_at=LATER))
    assert (counts["kept"], counts["replaced"], counts["duplicate"]) == (1, 1, 0)
    assert row(record, 1)["revision"] == 2
    (reading,) = readings.pending(record, SIGNATURE, limit=9)
    assert reading.mention.text == "Nun doch pünktlich"
    assert reading.opinions == ()
    assert ledger.balance(record) == []


def test_other_figures_need_no_new_reading_but_a_new_measurement(record: Record) -> None:
    keep(record, mention(1))
    read_all(record)
    with record.writing() as connection:
        connection.execute(t.touched.update().values(measured=t.touched.c.mark))
    counts = keep(record, mention(1, likes=12))
    assert (counts["kept"], counts["replaced"]) == (1, 1)
    assert readings.pending(record, SIGNATURE, limit=9) == []
    assert row(record, 1)["likes"] == 12
    assert list(evidence.touched(record)) == [(BRAND, mention(1).day)]
    assert ledger.balance(record) == []


def test_an_older_edit_that_comes_late_changes_nothing(record: Record) -> None:
    keep(record, mention(1, text="zweite Fassung", edited_at=LATER))
    assert keep(record, mention(1, text="erste Fassung"))["duplicate"] == 1
    assert row(record, 1)["text"] == "zweite Fassung"


def test_a_new_period_of_the_author_key_is_no_edit(record: Record) -> None:
    keep(record, mention(1, author="hash of spring"))
    assert keep(record, mention(1, author="hash of summer"))["duplicate"] == 1
    assert row(record, 1)["author"] == "hash of spring"


def test_a_time_that_is_only_the_moment_of_receipt_does_not_move(record: Record) -> None:
    suspect = {"time_suspect": "no date"}
    keep(record, mention(1, published_at=NOW, extra=suspect))
    assert keep(record, mention(1, published_at=LATER, extra=suspect))["duplicate"] == 1
    counts = keep(record, mention(1, published_at=LATER, extra=suspect, text="neu"))
    assert counts["replaced"] == 1
    assert row(record, 1)["published_at"] == NOW


def test_what_the_source_takes_back_leaves_with_its_reading_and_stays_away(record: Record) -> None:
    keep(record, mention(1), mention(2))
    read_all(record)
    with record.writing() as connection:
        connection.execute(t.touched.update().values(measured=t.touched.c.mark))
    keep(record, Deletion(source=SOURCE, at=NOW, native_id="native-1"))
    with record.reading() as connection:
        for table in (t.readings, t.opinions):
            assert connection.execute(select(table.c.mention_id)).scalars().all() == [identity(2)]
    assert list(evidence.touched(record)) == [(BRAND, mention(1).day)]
    assert keep(record, mention(1, text="wieder da", edited_at=LATER))["deleted"] == 1
    assert ledger.balance(record) == []


def test_an_account_that_closes_takes_its_older_mentions_along(record: Record) -> None:
    keep(record, mention(1, author="x"), mention(2, author="x"), mention(3, author="y"))
    keep(record, Deletion(source=SOURCE, at=NOW, author="x"))
    with record.reading() as connection:
        assert connection.execute(select(t.mentions.c.id)).scalars().all() == [identity(3)]
    assert keep(record, mention(4, author="x"))["deleted"] == 1
    assert keep(record, mention(5, author="x", published_at=LATER))["kept"] == 1
    assert ledger.balance(record) == []


def test_a_filtered_mention_is_kept_again_only_under_other_rules(record: Record) -> None:
    keep(record, mention(1))
    run = start(record)
    (reading,) = readings.pending(record, SIGNATURE, limit=9)
    readings.keep(record, [understood(reading, filtered="brand")], run=run)
    assert keep(record, mention(1))["duplicate"] == 1
    assert keep(record, mention(1, likes=5))["duplicate"] == 1
    assert keep(record, mention(1, text="anders", edited_at=LATER))["replaced"] == 1
    (reading,) = readings.pending(record, SIGNATURE, limit=9)
    readings.keep(record, [understood(reading, filtered="brand")], run=run)
    counts = keep(record, mention(1, text="anders", edited_at=LATER), rules="rules2")
    assert (counts["kept"], counts["replaced"]) == (1, 1)
    assert row(record, 1)["state"] == "pending"
    assert ledger.balance(record) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"text": "halb \ud83d"},
        {"title": "null \0"},
        {"extra": {"a": "\0"}},
        {"extra": {"a\ud83d": "b"}},
        {"likes": 2**63},
        {"reach": float("nan")},
        {"rating": float("inf")},
        {"native_id": "native-\ud83d"},
        {"author": "\0"},
    ],
)
def test_what_cannot_be_stored_is_a_dead_letter_and_its_neighbours_stay(
    record: Record, bad: dict[str, object]
) -> None:
    counts = keep(record, mention(1), mention(2, **bad), mention(3))
    assert (counts["kept"], counts["dead_lettered"]) == (2, 1)
    assert ledger.balance(record) == []


def test_a_backslash_is_no_null_character() -> None:
    assert row_of(mention(1, text=r"\u0000 steht hier nur als Text"))["text_length"] == 30


def test_an_item_of_another_source_is_refused(record: Record) -> None:
    with pytest.raises(Misconfigured, match=r"forum.*other"):
        keep(record, mention(1, source="other"))


def test_a_count_that_does_not_add_up_shows_in_the_ledger(record: Record) -> None:
    keep(record, mention(1), fetched=2)
    (sentence,) = ledger.balance(record)
    assert sentence.startswith("collect, forum, run 1: fetched 2 is not duplicate 0")


def test_a_gap_is_kept_once_and_grows(record: Record) -> None:
    for hours in (1, 3, 2):
        gap = Gap(stream="main", start=NOW, end=NOW + timedelta(hours=hours), reason="no answer")
        keep(record, gap)
    (found,) = health.gap_list(record)
    assert found == (
        SOURCE,
        Gap(stream="main", start=NOW, end=NOW + timedelta(hours=3), reason="no answer"),
    )


def test_pending_comes_oldest_first_and_page_by_page(record: Record) -> None:
    keep(record, *(mention(number) for number in range(7)))
    seen: list[str] = []
    after = None
    while batch := readings.pending(record, SIGNATURE, limit=3, after=after):
        seen += [reading.mention.native_id for reading in batch]
        after = batch[-1]
    assert seen == [f"native-{number}" for number in reversed(range(7))]
    assert readings.count_pending(record, SIGNATURE) == 7
    assert SIGNATURE.partition(":")[0] == RULES
