"""Readings are stored for the text that was read, and nothing stays of a text nobody asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from record.makers import (
    BRAND,
    NOW,
    SIGNATURE,
    identity,
    keep,
    mention,
    read_all,
    start,
    understood,
)
from sqlalchemy import select

from leumund.record import Record, evidence, health, ledger, readings
from leumund.record import tables as t
from leumund.types import Opinion


def test_a_reading_comes_back_as_it_was_kept_when_the_signature_changes(record: Record) -> None:
    keep(record, mention(1))
    (first,) = readings.pending(record, SIGNATURE, limit=9)
    opinions = (
        Opinion(brand="Ab", tone=(0.123456789, 0.3, 0.576543211), span=(2, 4)),
        Opinion(brand="Zett", tone=(1.0, 0.0, 0.0), span=(0, 1)),
    )
    answer = replace(
        understood(first), opinions=opinions, found=(("Ab", 2, 4), ("Zett", 0, 1), ("Ab", 9, 11))
    )
    readings.keep(record, [answer], run=start(record))
    assert readings.pending(record, SIGNATURE, limit=9) == []
    assert readings.pending(record, "rules1:model2", limit=9) == [answer]


def test_reading_again_moves_nothing_in_the_ledger(record: Record) -> None:
    keep(record, mention(1), mention(2))
    for model in ("a", "b", "c"):
        assert read_all(record, signature=f"rules1:{model}") == 2
    assert ledger.table(record)["enrich", "forum"] == {"read": 2}
    assert ledger.balance(record) == []


def test_a_text_edited_while_it_was_read_is_read_again(record: Record) -> None:
    keep(record, mention(1))
    (old,) = readings.pending(record, SIGNATURE, limit=9)
    keep(record, mention(1, text="neu", edited_at=NOW + timedelta(hours=1)))
    counts = readings.keep(record, [understood(old)], run=start(record))
    assert counts == {"read": 0, "filtered": 0, "overtaken": 1}
    assert readings.count_pending(record, SIGNATURE) == 1
    assert ledger.balance(record) == []


def test_other_figures_while_it_was_read_do_not_spoil_the_reading(record: Record) -> None:
    keep(record, mention(1))
    (old,) = readings.pending(record, SIGNATURE, limit=9)
    keep(record, mention(1, likes=3))
    assert readings.keep(record, [understood(old)], run=start(record))["read"] == 1
    assert ledger.balance(record) == []


def test_of_a_filtered_mention_only_identity_source_and_times_stay(record: Record) -> None:
    keep(record, mention(1, reach=5.0, likes=3, label="x", terms="y", region="NW"))
    (reading,) = readings.pending(record, SIGNATURE, limit=9)
    read = readings.keep(record, [understood(reading)], run=start(record))
    assert read["read"] == 1
    (reading,) = readings.pending(record, "rules2:model1", limit=9)
    gone = understood(reading, signature="rules2:model1", filtered="language")
    assert readings.keep(record, [gone], run=start(record))["filtered"] == 1
    with record.reading() as connection:
        row = dict(connection.execute(select(t.mentions)).mappings().one())
        for table in (t.readings, t.opinions, t.stories):
            assert connection.execute(select(table)).all() == []
    said = {name for name, value in row.items() if value not in ("", None, 0, {})}
    assert said == {
        "id",
        "source",
        "revision",
        "state",
        "filter_reason",
        "signature",
        "text_digest",
        "collected_at",
        "published_at",
        "day",
        "kind",
    }
    assert (BRAND, mention(1).day) in evidence.touched(record)
    assert ledger.balance(record) == []


def test_a_poisonous_mention_is_given_up_until_the_signature_changes(record: Record) -> None:
    keep(record, mention(1))
    (reading,) = readings.pending(record, SIGNATURE, limit=9)
    run = start(record)
    options = {"signature": SIGNATURE, "reason": "too deep", "run": run, "now": NOW}
    assert readings.give_up(record, reading, **options)
    assert readings.pending(record, SIGNATURE, limit=9) == []
    assert health.rejected(record) == {("forum", "too deep"): 1}
    assert ledger.balance(record) == []
    assert read_all(record, signature="rules1:model2") == 1
    assert ledger.balance(record) == []
    keep(record, mention(1, text="neu", edited_at=NOW))
    assert not readings.give_up(record, reading, **options)


def test_a_changed_reading_touches_the_days_of_old_and_new_brands(record: Record) -> None:
    keep(record, mention(1))
    read_all(record, "Alt")
    read_all(record, "Neu", signature="rules2:model1")
    assert {brand for brand, _ in evidence.touched(record)} == {"Alt", "Neu"}
    with record.reading() as connection:
        rows = connection.execute(select(t.opinions.c.mention_id, t.opinions.c.brand)).all()
    assert rows == [(identity(1), "Neu")]
