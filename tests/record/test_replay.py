"""The same deliveries, repeated and in any order, end in the same record."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record.makers import NOW, SOURCE, keep, mention

from leumund.record import Record, dump, ledger, open_record
from leumund.record.tables import metadata
from leumund.types import Deletion, Item

EVENTS: tuple[Item, ...] = (
    mention(1, author="a"),
    mention(1, author="a", text="zweite Fassung", edited_at=NOW + timedelta(hours=1)),
    mention(1, author="a", text="dritte Fassung", edited_at=NOW + timedelta(hours=2), likes=4),
    mention(2, author="a", published_at=NOW + timedelta(days=2)),
    mention(3, author="b"),
    mention(3, author="b", text="geändert", edited_at=NOW + timedelta(hours=1)),
    Deletion(source=SOURCE, at=NOW + timedelta(hours=3), native_id="native-3"),
    Deletion(source=SOURCE, at=NOW + timedelta(hours=2), native_id="native-3", reason="spam"),
    mention(4, author="c"),
    mention(5, author="c", text="geändert", edited_at=NOW + timedelta(hours=1)),
    mention(5, author="c"),
    Deletion(source=SOURCE, at=NOW + timedelta(hours=4), author="c"),
    Deletion(source=SOURCE, at=NOW + timedelta(hours=1), author="c"),
    Deletion(source=SOURCE, at=NOW + timedelta(hours=4), native_id="native-5"),
    mention(6, author="c", published_at=NOW + timedelta(days=1)),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    with open_record(tmp_path_factory.mktemp("replay") / "record.sqlite") as record:
        yield record


@pytest.fixture(scope="module")
def once(shared: Record) -> list[str]:
    return outcome(shared, list(EVENTS), [])


def outcome(record: Record, deliveries: list[Item], pages: list[int]) -> list[str]:
    """The canonical dump after these deliveries into the emptied record, in pages of that size."""
    with record.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    at = 0
    for size in [*pages, len(deliveries)]:
        keep(record, *deliveries[at : at + size])
        at += size
    assert ledger.balance(record) == []
    return dump.canonical(record)


@settings(max_examples=120, deadline=None)
@given(st.permutations(list(EVENTS) * 3), st.lists(st.integers(1, 12), max_size=5))
def test_three_shuffled_deliveries_equal_one_in_order(
    shared: Record, once: list[str], deliveries: list[Item], pages: list[int]
) -> None:
    assert outcome(shared, deliveries, pages) == once


def test_the_end_is_the_last_version_and_what_was_deleted_stays_deleted(shared: Record) -> None:
    lines = outcome(shared, random.Random(7).sample(EVENTS, len(EVENTS)), [2, 3, 4])
    kept = [line for line in lines if line.startswith("mentions ")]
    assert len(kept) == 3
    assert sum("dritte Fassung" in line for line in kept) == 1
    assert sum(line.startswith("tombstones ") for line in lines) == 3
