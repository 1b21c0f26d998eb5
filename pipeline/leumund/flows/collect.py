"""Asks every source what is new and keeps it, page by page, one transaction a page."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leumund import crash
from leumund.errors import LeumundError, Misconfigured, Unavailable
from leumund.flows.parts import Parts, Progress, silent
from leumund.record import health, ledger, mentions
from leumund.types import Cursor, Gap, Item, Source, Window

log = logging.getLogger(__name__)

AT_ONCE = 8
FIRST_WINDOW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one source gave in one run; `problem` is why it could not be asked, else empty."""

    source: str
    counts: Counter[str]
    problem: str = ""
    broken: bool = False


def collect(
    parts: Parts, names: Sequence[str] = (), *, progress: Progress = silent
) -> list[Collected]:
    """Fetch from the named sources, or from all; a dead source silences none of the others.

    Every source that could not be asked leaves a gap. `broken` marks sources that failed for
    another reason than being unavailable: a person has to look.
    """
    wanted = list(names) or [source.name for source in parts.config.source]
    run = ledger.start(parts.record, "collect", now=parts.clock())
    done: list[Collected] = []
    with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as pool:
        for result in pool.map(lambda name: collect_one(parts, name, run=run), wanted):
            done.append(result)
            progress("Quellen", len(done), len(wanted))
    ledger.finish(parts.record, run, now=parts.clock())
    return done


def collect_one(parts: Parts, name: str, *, run: int) -> Collected:
    """One source from its cursors on; problems become a gap and a plain sentence."""
    try:
        return Collected(name, keep_all(parts, parts.source(name), name=name, run=run))
    except LeumundError as error:
        log.warning("source failed", extra={"source": name, "reason": type(error).__name__})
        _keep_gap(parts, name, run=run, reason=str(error))
        return Collected(name, Counter(), str(error), not isinstance(error, Unavailable))


def keep_all(parts: Parts, source: Source, *, name: str, run: int) -> Counter[str]:
    """Every page of a source into the record; returns the ledger terms of all pages."""
    known = mentions.cursors(parts.record, name)
    total: Counter[str] = Counter()
    for page in _pages(source.fetch(window(parts, name), known)):
        total += mentions.keep(
            parts.record,
            page,
            source=name,
            run=run,
            now=parts.clock(),
            rules=parts.rules,
            expected=known,
        )
        last = page[-1]
        assert isinstance(last, Cursor)
        known = {**known, last.stream: last}
    return total


def unreached(parts: Parts) -> list[tuple[str, str]]:
    """(source, reason) of every source that could not be asked the last time it was tried."""
    found = []
    for source in parts.config.source:
        streams = health.streams(parts.record, source.name)
        reasons = {s.reason for s in streams if s.ok_at != s.asked_at and s.reason}
        found += [(source.name, reason) for reason in sorted(reasons)]
    return found


def import_files(
    parts: Parts, paths: Sequence[Path], *, source: str, columns: Sequence[str] = ()
) -> Counter[str]:
    """Read files once into the record with the settings of a `files` source.

    Args:
        paths: CSV, TSV or JSON Lines.
        source: its name in leumund.toml.
        columns: `field=column` pairs laid over its mapping.

    Returns:
        the ledger terms of all files.

    Raises:
        Misconfigured: no such source or file, or a mapped column is missing.
    """
    run = ledger.start(parts.record, "import", now=parts.clock())
    total: Counter[str] = Counter()
    for path in paths:
        total += keep_all(parts, parts.import_of(path, source, columns), name=source, run=run)
    ledger.finish(parts.record, run, now=parts.clock())
    return total


def window(parts: Parts, name: str) -> Window:
    """From the last time the source answered to now; a new source starts a week back."""
    now = parts.clock()
    last = health.last_success(parts.record).get(name)
    start = last if last is not None and last < now else now - FIRST_WINDOW
    return Window(start, now)


def _pages(items: Iterable[Item]) -> Iterable[list[Item]]:
    page: list[Item] = []
    for item in items:
        page.append(item)
        if isinstance(item, Cursor):
            crash.point("parse.after_page")
            yield page
            page = []
    if page:
        raise Misconfigured("the source ended without closing its last page by a Cursor")


def _keep_gap(parts: Parts, name: str, *, run: int, reason: str) -> None:
    """A gap for the whole source, unless its streams have just told theirs."""
    now = parts.clock()
    if any(stream.asked_at == now for stream in health.streams(parts.record, name)):
        return
    span = window(parts, name)
    stream = name
    known = mentions.cursors(parts.record, name)
    state = known[stream].state if stream in known else {}
    page: list[Item] = [
        Gap(stream=stream, start=span.start, end=span.end, reason=reason),
        Cursor(stream=stream, state=state, complete=False),
    ]
    mentions.keep(
        parts.record,
        page,
        source=name,
        run=run,
        now=parts.clock(),
        rules=parts.rules,
        expected=known,
    )
