"""Each item stands in exactly one column, and a column that is off is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from record.makers import NOW, SIGNATURE, keep, mention, read_all, start, understood
from sqlalchemy import select, text

from leumund.record import Record, ledger, readings
from leumund.record import tables as t
from leumund.types import Deletion, Reject


def busy(record: Record) -> None:
    """A little of everything that can happen to an item."""
    keep(record, *(mention(number) for number in range(8)))
    batch = readings.pending(record, SIGNATURE, limit=6)
    answers = [understood(one, filtered="brand" if n < 2 else "") for n, one in enumerate(batch)]
    readings.keep(record, answers, run=start(record))
    keep(record, mention(1), mention(3, text="neu", edited_at=NOW), mention(2, likes=3))
    keep(
        record,
        Deletion(source="forum", at=NOW, native_id="native-4"),
        Deletion(source="forum", at=NOW, native_id="native-7"),
        Deletion(source="forum", at=NOW, native_id="native-0"),
        mention(0),
        Reject(reason="broken", place="a:1"),
    )


def test_the_joined_equation_holds_after_everything_that_can_happen(record: Record) -> None:
    busy(record)
    assert ledger.balance(record) == []
    terms = ledger.summary(record)["forum"]
    assert terms == {
        "fetched": 16,
        "read": 2,
        "filtered": 1,
        "duplicate": 4,
        "deleted": 6,
        "dead_lettered": 1,
        "pending": 2,
    }
    assert terms["fetched"] == sum(n for term, n in terms.items() if term != "fetched")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM mentions WHERE state = 'pending'", "enrich, forum: kept"),
        ("UPDATE mentions SET state = 'filtered' WHERE state = 'read'", "counted as filtered"),
        ("UPDATE ledger SET n = n + 1 WHERE term = 'duplicate'", "collect, forum, run"),
        ("INSERT INTO ledger VALUES (1, 'outbox', 'alert:x', 'queued', 1)", "outbox, alert:x"),
    ],
)
def test_what_was_lost_or_doubled_is_named(record: Record, damage: str, said: str) -> None:
    busy(record)
    with record.writing() as connection:
        connection.execute(text(damage))
    assert any(said in sentence for sentence in ledger.balance(record))


def test_a_run_shows_its_own_counts(record: Record) -> None:
    run = start(record)
    keep(record, mention(1), run=run)
    keep(record, mention(1), mention(2))
    assert ledger.table(record, run)["collect", "forum"] == {"fetched": 1, "kept": 1}
    read_all(record)
    assert ledger.table(record)["enrich", "forum"] == {"read": 2}


def test_a_run_has_a_beginning_and_an_end(record: Record) -> None:
    run = ledger.start(record, "collect", now=NOW)
    ledger.finish(record, run, now=NOW + timedelta(seconds=3), outcome="one source is dead")
    with record.reading() as connection:
        row = connection.execute(select(t.runs)).one()
    assert tuple(row) == (1, "collect", NOW, NOW + timedelta(seconds=3), "one source is dead")
