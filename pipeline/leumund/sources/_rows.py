"""Splits an export into rows, one at a time, so that a broken row never takes others with it."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

LONGEST_ROW = 1_000_000
RESCANNED = 64_000_000

_BAD_BYTES = re.compile("[\udc80-\udcff]+")
_QUOTED_REST = re.compile(r'[^"]*(?:""[^"]*)*')

csv.field_size_limit(LONGEST_ROW)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it starts (from 1), its cells by column, its own text."""

    line: int
    cells: dict[str, object]
    raw: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be split into its columns, and why."""

    line: int
    reason: str
    raw: str


def examine(path: Path, encoding: str = "auto") -> tuple[str, str]:
    """The SHA-256 of a file and how its text is encoded.

    Found by the byte order mark, by NUL bytes (UTF-16), by valid UTF-8 signs; Windows-1252 else.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    with path.open("rb") as file:
        start = file.read(4096)
        file.seek(0)
        while piece := file.read(1 << 20):
            digest.update(piece)
            text = decoder.decode(piece)
            wrong = sum(map(len, _BAD_BYTES.findall(text)))
            bad += wrong
            good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    if encoding != "auto":
        return digest.hexdigest(), encoding
    return digest.hexdigest(), _by_mark(start) or ("cp1252" if bad and bad >= good else "utf-8")


def _by_mark(start: bytes) -> str:
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    nul_share = [start[side::2].count(0) / max(len(start) // 2, 1) for side in (0, 1)]
    if max(nul_share) < 0.3:
        return ""
    return "utf-16-be" if nul_share[0] > nul_share[1] else "utf-16-le"


class _Lines:
    """Lines with their numbers, in pieces of at most `LONGEST_ROW`, that can be put back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[tuple[int, str]] = deque()
        self._number = 0
        self._whole = True

    def next(self) -> tuple[int, str] | None:
        """Number and text of the next piece; a piece without a line end goes on."""
        if self._back:
            return self._back.popleft()
        piece = self._file.readline(LONGEST_ROW)
        while len(piece) >= LONGEST_ROW and piece.endswith('"'):
            more = self._file.readline(1)  # a doubled quotation mark stays together
            piece += more
            if not more:
                break
        if not piece:
            return None
        self._number += self._whole
        self._whole = piece.endswith(("\n", "\r"))
        return self._number, piece

    def back(self, pieces: Sequence[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(pieces))

    def skip_line(self, piece: str) -> None:
        """Read on until the line of `piece` ends."""
        while not piece.endswith(("\n", "\r")) and (more := self.next()):
            piece = more[1]


def json_rows(file: TextIO) -> Iterator[Row | Broken]:
    """Rows of JSON Lines: one object a line."""
    lines = _Lines(file)
    while found := lines.next():
        number, piece = found
        if len(piece) >= LONGEST_ROW and not piece.endswith(("\n", "\r")):
            lines.skip_line(piece)
            yield Broken(number, "a row of more than 1 MB", piece)
        elif piece.strip():
            yield _json_row(number, piece)


def _json_row(number: int, piece: str) -> Row | Broken:
    if reason := _unreadable(piece):
        return Broken(number, reason, piece)
    try:
        cells = json.loads(piece)
    except RecursionError:
        return Broken(number, "JSON that is nested too deeply", piece)
    except ValueError as error:
        return Broken(number, f"not JSON: {error}"[:200], piece)
    if not isinstance(cells, dict):
        return Broken(number, "not a JSON object", piece)
    return Row(number, cells, piece)


def table_rows(
    file: TextIO, *, delimiter: str, quote: str, header: bool, wanted: Sequence[str]
) -> tuple[list[str], Iterator[Row | Broken]]:
    """The column names and the rows of a CSV or TSV file.

    `delimiter` '' is found by the first line: the sign that separates most of the `wanted` names.
    `quote` '' means that quotation marks are text. Without `header` the columns are called
    1, 2, 3 …
    """
    lines = _Lines(file)
    first = lines.next()
    if first and (stated := re.match(r"sep=(.)[\r\n]", first[1])):
        delimiter = delimiter or stated[1]
        first = lines.next()
    if first is None:
        return [], iter(())
    forms = [_Form(sign, quote) for sign in delimiter or ";\t,|"]
    form = max(forms, key=lambda form: form.fit(first[1], wanted))
    names = [name.strip() for name in form.cells(first[1]) or []]
    if not header:
        names = [str(position + 1) for position in range(len(names))]
        lines.back([first])
    return names, _Table(lines, form, names).rows()


@dataclass(frozen=True, slots=True)
class _Form:
    """How a table separates and quotes its cells."""

    delimiter: str
    quote: str

    def cells(self, record: str) -> list[str] | None:
        """The cells of one record, or None if its quotation marks do not fit."""
        if not self.quote:
            return record.rstrip("\r\n").split(self.delimiter)
        try:
            return next(csv.reader([record], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        except StopIteration:
            return []

    def fit(self, header: str, wanted: Sequence[str]) -> tuple[int, int]:
        """How many wanted names a header has when it is read in this form, and how many at all."""
        cells = self.cells(header) or []
        names = {name.casefold() for name in wanted}
        return len(names & {cell.strip().casefold() for cell in cells}), len(cells)

    def open_after(self, piece: str, *, inside: bool) -> bool | None:
        """Whether a quoted cell is open at the end of a piece; None if the marks do not fit."""
        if not self.quote or (not inside and '"' not in piece):
            return False
        position = 0
        while position >= 0:
            if not inside and not piece.startswith('"', position):
                found = piece.find(self.delimiter, position)
                position = found + 1 if found >= 0 else -1
                continue
            rest = _QUOTED_REST.match(piece, position if inside else position + 1)
            if rest is None or rest.end() >= len(piece):
                return True
            follower = piece[rest.end() + 1 : rest.end() + 2]
            if follower not in ("", "\r", "\n", self.delimiter):
                return None
            inside, position = False, rest.end() + 2 if follower == self.delimiter else -1
        return False


def _unreadable(text: str) -> str:
    if "\0" in text:
        return "a NUL byte"
    return "bytes that are not of the file's encoding" if _BAD_BYTES.search(text) else ""


class _Table:
    """Joins lines to records. A quotation mark that never closes costs its own line only."""

    def __init__(self, lines: _Lines, form: _Form, names: Sequence[str]) -> None:
        self._lines = lines
        self._form = form
        self._names = names
        self._budget = RESCANNED

    def rows(self) -> Iterator[Row | Broken]:
        while first := self._lines.next():
            if first[1].strip(self._form.delimiter + " \r\n"):
                yield self._record(first)

    def _record(self, first: tuple[int, str]) -> Row | Broken:
        """The record that starts with `first`; what does not belong to it is put back."""
        held, size, last = [first], len(first[1]), first
        inside = self._form.open_after(first[1], inside=False)
        while inside and (more := self._lines.next()):
            last = more
            if size <= LONGEST_ROW < size + len(more[1]) and self._rows_in(held):
                return self._first_only([*held, more], "an open quotation mark")
            size += len(more[1])
            if size <= LONGEST_ROW:
                held.append(more)
            inside = self._form.open_after(more[1], inside=True)
        if size >= LONGEST_ROW:
            self._lines.skip_line(last[1])
            return Broken(first[0], "a row of more than 1 MB", first[1])
        if inside is not False:
            return self._first_only(held, "quotation marks that do not fit")
        return self._row(held)

    def _row(self, held: Sequence[tuple[int, str]]) -> Row | Broken:
        record = "".join(piece for _, piece in held)
        cells = self._form.cells(record)
        if cells is None or len(cells) != len(self._names):
            count = "?" if cells is None else str(len(cells))
            return self._first_only(held, f"{count} columns instead of {len(self._names)}")
        if reason := _unreadable(record):
            return Broken(held[0][0], reason, record)
        named: dict[str, object] = {}
        for name, cell in zip(self._names, cells, strict=True):
            named.setdefault(name, cell)
        return Row(held[0][0], named, record)

    def _first_only(self, held: Sequence[tuple[int, str]], reason: str) -> Broken:
        """Give up the first line and read the others again; a budget keeps that linear."""
        rest = held[1:]
        self._budget -= sum(len(piece) for _, piece in rest)
        if self._budget > 0:
            self._lines.back(rest)
        return Broken(held[0][0], reason, held[0][1])

    def _rows_in(self, held: Sequence[tuple[int, str]]) -> bool:
        """Whether the lines after the first look like rows, so that a mark was left open."""
        sample = [piece for _, piece in islice(held, 1, 4)]
        widths = {len(self._form.cells(piece) or ()) for piece in sample}
        return len(self._names) > 1 and widths == {len(self._names)}
