"""Keeps everything that must not be lost: one SQL file with a migration history."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from leumund.errors import LeumundError, Misconfigured, Unavailable
from leumund.record import schema

OLDEST_SQLITE = (3, 37, 0)
PRAGMAS = (
    "busy_timeout = 30000",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
)


class Record:
    """The open record: `writing()` and `reading()` give one transaction each.

    A writing transaction owns the file from its first moment (BEGIN IMMEDIATE), so that what it
    read is still true when it writes; a reading one sees one moment and waits for nobody.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, begin="BEGIN IMMEDIATE")
        self._reader = _engine(path, begin="BEGIN")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at the end and undoes everything on an error.

        Raises:
            Unavailable: the file is busy for 30 s, the disk is full or not writable.
            Misconfigured: the file is damaged or not a record.
        """
        with _sorted_errors(self.path), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the record; the errors of `writing`."""
        with _sorted_errors(self.path), self._reader.begin() as connection:
            yield connection

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing.

        Returns:
            False when a reader still needs the old state, so that erased bytes may remain.
        """
        with _sorted_errors(self.path):
            raw = self._writer.raw_connection()
            try:
                cursor = raw.cursor()
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                raw.close()
        return not busy

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def open_record(path: Path) -> Record:
    """The record at `path`, created or brought up to date where needed.

    Raises:
        Misconfigured: SQLite is too old, the file is not a record, damaged or of a newer version.
        Unavailable: the place cannot be written to right now.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Misconfigured(
            f"SQLite {sqlite3.sqlite_version} is too old: a Python with SQLite 3.37 is needed."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be opened for writing ({error.strerror}).") from None
    record = Record(path)
    try:
        with record.reading() as connection:
            current = schema.is_current(connection, path)
        if not current:
            with record.writing() as connection:
                schema.upgrade(connection, path)
    except BaseException:
        record.close()
        raise
    return record


def _engine(path: Path, *, begin: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)

    def connect(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # else the driver begins only at the first write
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", start)
    return engine


@contextmanager
def _sorted_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _by_class(path, error.orig) or error from None
    except sqlite3.Error as error:
        raise _by_class(path, error) or error from None


def _by_class(path: Path, error: BaseException | None) -> LeumundError | None:
    """The class of a database error by its code (reliability: busy, full, corrupt)."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Unavailable(f"{path}: another process is writing; try again.", retry_after=1.0)
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return Unavailable(f"{path}: cannot be written ({error}). Make room or give access.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Misconfigured(
            f"{path}: damaged or not a Leumund record ({error}). Put a backup in its place, or "
            "move the file away and start a new record: what sources still offer comes again."
        )
    return None
