"""Brings every view up to date: the report, and each sink that waits in the outbox."""

from __future__ import annotations

import logging
import os
import random
import socket
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leumund import crash
from leumund.errors import LeumundError
from leumund.flows.documents import changes
from leumund.flows.gather import gather
from leumund.flows.parts import Parts, Progress, silent
from leumund.flows.schema import BATCH, apply_schema
from leumund.record import feed, ledger, outbox
from leumund.types import Receipt, View
from leumund.views import facts
from leumund.views import report as page

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a sink got: documents delivered, overtaken, given up, still waiting.

    `stopped` says why it took nothing more, `notice` what a person has to do for what waits.
    """

    sink: str
    done: int
    superseded: int
    dead: int
    waiting: int
    stopped: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where the report lies, and how each sink fared."""

    report: Path
    sinks: tuple[Published, ...]


def report(parts: Parts) -> Path:
    """Write the report of what the record holds; returns its path."""
    return _write(parts, gather(parts))


def publish(parts: Parts, *, progress: Progress = silent) -> Publication:
    """Write the report of what the record holds and deliver what waits for the sinks."""
    gathered = gather(parts)
    path = _write(parts, gathered)
    if parts.views:
        names = [source.name for source in parts.config.source]
        feed.announce_system(parts.record, names, now=parts.clock())
    return Publication(
        report=path,
        sinks=tuple(
            drain(parts, name, view, report=gathered, progress=progress)
            for name, view in parts.views.items()
        ),
    )


def drain(
    parts: Parts, sink: str, view: View, *, report: facts.Report, progress: Progress = silent
) -> Published:
    """Deliver all that is due for one sink; what the view refuses waits for the next run."""
    run = ledger.start(parts.record, "publish", now=parts.clock())
    counts: Counter[str] = Counter()
    stopped, notice = _set_up(parts), ""
    while not stopped and (receipt := _batch(parts, sink, view, report, run=run, counts=counts)):
        stopped, notice = receipt.stopped, receipt.notice or notice
        progress(f"publish to {sink}", counts.total(), None)
    if not stopped:
        feed.announce_sink(parts.record, sink)
        _batch(parts, sink, view, report, run=run, counts=counts)
    if stopped:
        log.error("view stopped", extra={"sink": sink, "reason": stopped})
    ledger.finish(parts.record, run, now=parts.clock(), outcome=stopped or "ok")
    return Published(
        sink=sink,
        done=counts["done"],
        superseded=counts["superseded"],
        dead=counts["dead"],
        waiting=outbox.queue(parts.record, sink).pending,
        stopped=stopped,
        notice=notice,
    )


def _batch(
    parts: Parts, sink: str, view: View, report: facts.Report, *, run: int, counts: Counter[str]
) -> Receipt | None:
    """Deliver what is due, at most `BATCH` rows, and write down what became of each; None: nothing.

    `counts` grows by the fates.
    """
    owner, now = f"{socket.gethostname()}:{os.getpid()}", parts.clock()
    due = outbox.claim(parts.record, sink, now=now, owner=owner, lease=LEASE, limit=BATCH)
    if not due:
        return None
    receipt = view.publish(changes(parts, due, report))
    crash.point("publish.after_send")
    fates = [(p, fate, why) for p, (fate, why) in zip(due, receipt.fates, strict=True)]
    chance = random.Random(f"{run}:{counts.total()}")
    counts.update(outbox.settle(parts.record, fates, run=run, now=now, chance=chance))
    return receipt


def _write(parts: Parts, gathered: facts.Report) -> Path:
    path = parts.home / parts.config.report
    page.write(gathered, path)
    return path


def _set_up(parts: Parts) -> str:
    """Create what is missing, where the key for it is at hand; says why publishing must wait."""
    if not parts.servers.may_set_up:
        return ""
    try:
        apply_schema(parts)
    except LeumundError as error:
        return str(error)
    return ""
