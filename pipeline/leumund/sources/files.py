"""Brings exports of other tools (CSV, TSV, JSON Lines) from a folder or from the command line."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from leumund import config, crash
from leumund.errors import Misconfigured, Unreadable
from leumund.sources import Tools
from leumund.sources._columns import FIELDS, Reader, check_columns, resolve
from leumund.sources._rows import Broken, Row, examine, json_rows, table_rows
from leumund.types import Cursor, Item, Mention, Reject, Source, Window

POLLED = False
PAGE = 500
KEPT_RAW = 4096

log = logging.getLogger(__name__)


class Settings(BaseModel):
    """Keys that `type = "files"` adds to a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(default="", description="Folder of the exports, from that of leumund.toml.")
    patterns: tuple[str, ...] = ("*.csv", "*.tsv", "*.jsonl")
    columns: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Which column holds which field of a mention."
    )
    delimiter: str = Field(default="", max_length=1, description="Default: found by the header.")
    quote: Literal['"', ""] = Field(default='"', description="Empty: quotation marks are text.")
    header: bool = Field(default=True, description="Without one, columns are called 1, 2, 3 …")
    encoding: str = Field(default="auto", description="auto: mark, UTF-16, UTF-8, Windows-1252.")
    timezone: str = Field(default="Europe/Berlin", description="Zone of times that state none.")
    time_format: str = Field(default="", description="strptime pattern; default: known forms.")
    decimal: Literal[",", "."] = ","

    @field_validator("columns", mode="before")
    @classmethod
    def _one_name_or_several(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        check_columns(columns)
        return {
            field: (names,) if isinstance(names, str) and names else names or ()
            for field, names in columns.items()
        }

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is not a time zone") from None
        return name

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str) -> str:
        try:
            "".encode(name if name != "auto" else "utf-8")
        except LookupError:
            raise ValueError(f"{name!r} is not an encoding") from None
        return name


def build(settings: Settings, *, config: config.Source, tools: Tools) -> Source:
    """The drop folder of one source, each file a stream of its own."""
    return Folder(settings, config, tools)


def with_columns(settings: Settings, pairs: Sequence[str]) -> Settings:
    """The settings with mappings of the command line, `field=column`, laid over them.

    Raises:
        Misconfigured: a pair without `=`, or an unknown field.

    >>> with_columns(Settings(), ["text=Beitrag", "extra=Filiale", "extra=Region"]).columns
    {'text': ('Beitrag',), 'extra': ('Filiale', 'Region')}
    """
    added: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not sign:
            raise Misconfigured(f"{pair!r}: a mapping is written field=column, as in text=Beitrag")
        added[field] = (*added.get(field, ()), column) if field == "extra" else (column,)
    try:
        check_columns(added)
    except ValueError as error:
        raise Misconfigured(str(error)) from None
    return settings.model_copy(update={"columns": {**settings.columns, **added}})


def read_file(
    path: Path,
    settings: Settings,
    *,
    config: config.Source,
    tools: Tools,
    stream: str = "",
    cursors: Mapping[str, Cursor] | None = None,
) -> Iterator[Item]:
    """The mentions and rejects of one file, in pages of 500 rows that each end with a cursor.

    A file that was read to its end with the same settings and rules gives one cursor with
    `not_modified`; one that was left in the middle goes on there.

    Raises:
        Misconfigured: no such file, or it lacks a mapped column (names those it has).
    """
    stream = stream or f"import/{path.name}"
    try:
        digest, encoding = examine(path, settings.encoding)
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from None
    key = {
        "digest": digest,
        "rules": tools.rules,
        "settings": hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16],
    }
    before = cursors[stream].state if cursors and stream in cursors else {}
    if not key.items() <= before.items():
        before = {}
    if "end" in before:
        yield Cursor(stream=stream, state=before, not_modified=True)
        return
    with path.open(encoding=encoding, errors=_errors(encoding), newline="") as file:
        rows = _readings(file, path, settings, config, tools)
        yield from _pages(rows, stream, key, skip=int(before.get("row", 0)))


def _errors(encoding: str) -> str:
    return "replace" if encoding.startswith("utf-16") else "surrogateescape"


def _pages(
    items: Iterator[Mention | Reject], stream: str, key: Mapping[str, str], *, skip: int
) -> Iterator[Item]:
    row = count = 0
    for row, item in enumerate(items, start=1):
        if row <= skip:
            continue
        yield item
        count += 1
        if count == 1:
            crash.point("parse.mid_page")
        if count == PAGE:
            state = {**key, "row": str(row)}
            yield Cursor(stream=stream, state=state, fetched=count, complete=False)
            count = 0
    yield Cursor(stream=stream, state={**key, "row": str(row), "end": "1"}, fetched=count)


def _opened(
    file: TextIO, path: Path, settings: Settings
) -> tuple[list[str] | None, Iterator[Row | Broken]]:
    """Column names (None where each row has its own) and rows, by the ending of the file."""
    ending = path.suffix.lower()
    if ending in (".jsonl", ".ndjson"):
        return None, json_rows(file)
    return table_rows(
        file,
        delimiter=settings.delimiter or ("\t" if ending == ".tsv" else ""),
        quote=settings.quote,
        header=settings.header,
        wanted=[*FIELDS, *(name for names in settings.columns.values() for name in names)],
    )


def _readings(
    file: TextIO, path: Path, settings: Settings, source: config.Source, tools: Tools
) -> Iterator[Mention | Reject]:
    names, rows = _opened(file, path, settings)
    if names == []:
        yield Reject(
            reason="an empty file, or a first line without columns", place=f"{path.name}:1"
        )
        return
    try:
        columns = resolve(settings.columns, names)
    except Misconfigured as error:
        raise Misconfigured(f"{path}: {error}") from None
    reader = Reader(
        columns=columns,
        config=source,
        tools=tools,
        zone=ZoneInfo(settings.timezone),
        time_format=settings.time_format,
        decimal=settings.decimal,
        now=tools.clock(),
    )
    for row in rows:
        try:
            if isinstance(row, Broken):
                raise Unreadable(row.reason)
            yield reader.mention(row.cells)
        except Unreadable as error:
            raw = row.raw[:KEPT_RAW].encode("utf-8", "surrogateescape")[:KEPT_RAW]
            yield Reject(reason=str(error), place=f"{path.name}:{row.line}", raw=raw)


@dataclass(frozen=True, slots=True)
class Folder:
    """The source: every matching file below a folder, in the order of their names."""

    settings: Settings
    config: config.Source
    tools: Tools

    def fetch(self, window: Window, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        """Mentions and rejects of each file; a file that cannot be used as it is becomes a reject.

        The window plays no part: an export is read whole, whenever its texts appeared.

        Raises:
            Misconfigured: no such folder, or (after all pages) no file fits the settings.
        """
        if not self.settings.path:
            return
        folder = self.tools.inbox / self.settings.path
        if not folder.is_dir():
            raise Misconfigured(f"{folder}: no such folder")
        files = self._files(folder)
        unfit = []
        for path in files:
            stream = path.relative_to(folder).as_posix()
            try:
                yield from read_file(
                    path,
                    self.settings,
                    config=self.config,
                    tools=self.tools,
                    stream=stream,
                    cursors=cursors,
                )
            except Misconfigured as error:
                log.info("file_not_read", extra={"source": self.config.name, "file": stream})
                unfit.append(str(error))
                yield Reject(reason=str(error), place=stream)
                yield Cursor(stream=stream, state={}, fetched=1, complete=False)
        if files and len(unfit) == len(files):
            raise Misconfigured("; ".join(unfit))

    def _files(self, folder: Path) -> list[Path]:
        """Regular files inside the folder; a link that leads out of it is not followed."""
        home = folder.resolve()
        found = {path for pattern in self.settings.patterns for path in folder.glob(pattern)}
        return sorted(
            path for path in found if path.is_file() and path.resolve().is_relative_to(home)
        )
