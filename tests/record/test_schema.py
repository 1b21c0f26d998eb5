"""A record of any version opens or says why it does not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from record.makers import keep, mention
from sqlalchemy import inspect, text

from leumund.errors import Misconfigured
from leumund.record import Record, open_record, schema
from leumund.record.tables import metadata


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_newest_revision_is_the_one_the_program_expects() -> None:
    assert scripts().get_heads() == [schema.HEAD]


def test_migrations_build_exactly_the_tables_of_the_program(record: Record) -> None:
    with record.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_revision_goes_down_and_up_again(record: Record) -> None:
    revisions = [script.revision for script in scripts().walk_revisions()]
    for below in [*revisions[1:], "base"]:
        with record.writing() as connection:
            schema.migrate(connection, below)
        with record.writing() as connection:
            assert schema.version(connection) == below.replace("base", "")
            schema.migrate(connection, schema.HEAD)
            schema.migrate(connection, below)
    with record.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    record.close()
    with open_record(record.path) as again:
        assert keep(again, mention(1))["kept"] == 1


def test_a_record_of_a_newer_program_is_refused(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match=r"newer Leumund.*9999"):
        open_record(record.path)


def test_the_tables_of_another_program_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (line TEXT)")
    with pytest.raises(Misconfigured, match="not Leumund's"):
        open_record(path)
