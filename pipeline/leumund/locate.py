"""Finds the line of a setting in leumund.toml, so that an error can point at it.

tomllib keeps no positions, so this reads the headers and keys again. It knows what our file uses:
tables, arrays of tables and one key a line.
"""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*(\"[^\"]+\"|'[^']+'|[\w-]+)\s*(=|\.)")


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Line (from 1) of the deepest part of `path` that the file names; 1 if it names none.

    >>> line_of('[a]\\nx = 1\\n[[b]]\\nn = 1\\n[[b]]\\nn = 2\\n', ("b", 1, "n"))
    6
    >>> line_of('[a]\\nx = 1\\n', ("a", "missing"))
    1
    """
    found = 1
    depth = 0
    seen: dict[str, int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            names = [part.strip(" \"'") for part in header[2].split(".")]
            table = tuple(names)
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], -1) + 1
                table = (*table, seen[header[2]])
            candidate = table
        elif key := _KEY.match(line):
            candidate = (*table, key[1].strip("\"'"))
        else:
            continue
        if candidate == path[: len(candidate)] and len(candidate) > depth:
            found, depth = number, len(candidate)
    return found
