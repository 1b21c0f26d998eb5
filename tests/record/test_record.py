"""The record keeps what was committed, whoever writes beside it and whatever the disk says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from record.makers import keep, mention, run_all, start
from sqlalchemy import text

from leumund.errors import Misconfigured, Unavailable
from leumund.record import Record, dump, health, ledger, mentions, open_record
from leumund.record.tables import metadata

COUNT_UP = """
import sys
from pathlib import Path
from sqlalchemy import insert, select, update
from leumund.record import open_record
from leumund.record.tables import cursors, tombstones
from leumund.record.columns import moment_of

worker = sys.argv[2]
with open_record(Path(sys.argv[1])) as record:
    for number in range(500):
        with record.writing() as connection:
            n = connection.execute(select(cursors.c.state)).scalar_one()["n"]
            row = {"id": f"{worker}-{number}", "at": moment_of(0), "reason": ""}
            connection.execute(insert(tombstones), [row])
            connection.execute(update(cursors).values(state={"n": n + 1}))
"""
OPEN = "import sys; from pathlib import Path; from leumund.record import open_record; "


def test_four_processes_lose_no_update(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('a', 'b', '{\"n\": 0}')"))
    run_all([["-c", COUNT_UP, str(record.path), str(worker)] for worker in range(4)])
    with record.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM tombstones")).scalar() == 2000
        assert connection.execute(text("SELECT state FROM cursors")).scalar() == '{"n":2000}'


def test_several_processes_create_one_record(tmp_path: Path) -> None:
    path = tmp_path / "new" / "record.sqlite"
    run_all([["-c", OPEN + "open_record(Path(sys.argv[1]))", str(path)]] * 4)
    with open_record(path) as record:
        assert health.damage(record) == []


def test_a_reader_waits_for_no_writer_and_sees_one_moment(record: Record) -> None:
    keep(record, mention(1))
    count = text("SELECT count(*) FROM mentions")
    with record.reading() as reader:
        assert reader.execute(count).scalar() == 1
        keep(record, mention(2))
        with record.writing() as writer:
            assert writer.execute(count).scalar() == 2
            assert reader.execute(count).scalar() == 1


def test_an_error_undoes_the_whole_transaction(record: Record) -> None:
    with pytest.raises(ZeroDivisionError), record.writing() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('a', 'b', '{}')"))
        raise ZeroDivisionError
    assert mentions.cursors(record, "a") == {}


def test_tables_are_strict_and_erased_bytes_are_overwritten(record: Record) -> None:
    with record.writing() as connection:
        rows = connection.execute(text("SELECT name, strict FROM pragma_table_list")).all()
        strict = {name for name, strict in rows if strict}
        assert strict == set(metadata.tables)
        for pragma, value in (("secure_delete", 1), ("foreign_keys", 1), ("synchronous", 1)):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_nobody_else_may_read_the_file(record: Record) -> None:
    assert stat.S_IMODE(record.path.stat().st_mode) == 0o600


def test_a_file_that_is_no_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    path.write_bytes(b"this is not a database, only a text of some length " * 100)
    with pytest.raises(Misconfigured, match=r"(?s)record\.sqlite.*backup"):
        open_record(path)
    assert path.read_bytes().startswith(b"this is not")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be opened"):
        open_record(tmp_path / "file" / "record.sqlite")


def test_a_damaged_page_is_said_and_never_read_over(record: Record) -> None:
    for number in range(300):
        keep(record, mention(number))
    assert record.checkpoint()
    record.close()
    content = bytearray(record.path.read_bytes())
    content[8192:-4096] = b"\xa5" * (len(content) - 8192 - 4096)
    record.path.write_bytes(content)
    with pytest.raises(Misconfigured, match="damaged"), open_record(record.path) as damaged:
        dump.canonical(damaged)


def test_a_full_disk_stops_cleanly_and_work_goes_on_where_it_stopped(record: Record) -> None:
    run = start(record)
    pages = [[mention(number * 10 + i) for i in range(10)] for number in range(40)]
    limit_pages(record, used(record) + 20)
    stored = 0
    with pytest.raises(Unavailable, match="full"):
        for page in pages:
            keep(record, *page, run=run, state={"page": str(stored)})
            stored += 1
    assert 0 < stored < 40
    assert health.damage(record) == []
    with record.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM mentions")).scalar() == stored * 10
    limit_pages(record, 100_000)
    for page in pages[stored:]:
        keep(record, *page, run=run, state={"page": str(stored)})
        stored += 1
    assert ledger.summary(record)["forum"]["pending"] == 400
    assert ledger.balance(record) == []


def used(record: Record) -> int:
    with record.reading() as connection:
        return int(connection.execute(text("PRAGMA page_count")).scalar_one())


def limit_pages(record: Record, pages: int) -> None:
    with record.writing() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
