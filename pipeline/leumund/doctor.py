"""Examines the installation and says plainly how it is and what is missing."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from rich.console import Console
from rich.markup import escape

from leumund import words
from leumund.errors import LeumundError
from leumund.record import health, ledger, outbox
from leumund.views import connection
from leumund.wiring import Parts

State = Literal["ok", "warning", "error"]
MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}
PACKAGES = (
    "leumund",
    "onnxruntime",
    "spacy",
    "sqlalchemy",
    "torch",
    "apache-airflow",
    "elasticsearch",
    "kibana-py",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination; only an `error` makes the exit code 2."""

    topic: str
    state: State
    text: str


def examine(parts: Parts, console: Console) -> bool:
    """Print every finding; False if one of them is an error."""
    sound = True
    for finding in findings(parts):
        line = escape(f"{finding.topic}: {finding.text}")
        console.print(f"{MARKS[finding.state]} {line}", highlight=False)
        sound = sound and finding.state != "error"
    return sound


def findings(parts: Parts) -> Iterator[Finding]:
    """Versions, paths, configuration, model, record, ledger, sources, contact, alerts."""
    yield Finding("Python", "ok", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    yield Finding("Packages", "ok", ", ".join(_versions()))
    yield Finding("Paths", "ok", f"home {parts.home}, configuration {parts.path.resolve()}")
    yield from _configuration(parts)
    yield from _model(parts)
    yield from _record(parts)
    yield from _privacy(parts)
    yield from _elasticsearch(parts)
    yield from _kibana(parts)


def _elasticsearch(parts: Parts) -> Iterator[Finding]:
    """Whether it answers, what waits for it, and what was given up."""
    for sink in parts.servers.sinks:
        try:
            number = connection.version(parts.servers.elasticsearch("writer"))
        except LeumundError as error:
            yield Finding("Elasticsearch", "warning", str(error))
        else:
            yield Finding("Elasticsearch", "ok", f"version {number}")
        waits = outbox.queue(parts.record, sink)
        counts = f"{waits.done} delivered, {waits.pending} waiting, {waits.dead} given up"
        hint = "; `leumund outbox` lists the reasons" if waits.dead else ""
        yield Finding("Documents", "warning" if waits.dead else "ok", counts + hint)


def _kibana(parts: Parts) -> Iterator[Finding]:
    if not parts.config.kibana.url:
        return
    try:
        number = parts.servers.kibana().version()
    except LeumundError as error:
        yield Finding("Kibana", "warning", str(error))
        return
    yield Finding("Kibana", "ok", f"version {number}, {parts.servers.dashboards}")


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} not installed"


def _configuration(parts: Parts) -> Iterator[Finding]:
    try:
        parts.verify()
    except LeumundError as error:
        yield Finding("Configuration", "error", str(error))
        return
    brands, sources = len(parts.config.brand), len(parts.config.source)
    yield Finding("Configuration", "ok", f"{brands} brands, {sources} sources")
    yield Finding("Method", "ok", f"version {parts.method.version}")


def _model(parts: Parts) -> Iterator[Finding]:
    try:
        opened = parts.model
    except LeumundError as error:
        yield Finding("Model", "error", str(error))
        return
    described = opened.manifest
    yield Finding("Model", "ok", f"{described.name}, {described.licence}")
    yield Finding("Device", "ok", f"{opened.choice.runner} on {opened.choice.device}")


def _record(parts: Parts) -> Iterator[Finding]:
    try:
        damage = health.damage(parts.record)
        broken = ledger.balance(parts.record)
    except LeumundError as error:
        yield Finding("Record", "error", str(error))
        return
    yield Finding(
        "Record", "error" if damage else "ok", "; ".join(damage) or str(parts.record.path)
    )
    yield Finding("Ledger", "error" if broken else "ok", "; ".join(broken) or "balances")
    for source in parts.config.source:
        yield _source(parts, source.name)
    for (name, reason), count in health.rejected(parts.record).items():
        yield Finding(f"Rejected, {name}", "warning", f"{count} × {reason}")


def _source(parts: Parts, name: str) -> Finding:
    streams = health.streams(parts.record, name)
    if not streams:
        return Finding(f"Source {name}", "warning", "never asked yet; run `leumund collect`")
    problems = sorted({s.reason for s in streams if s.ok_at != s.asked_at and s.reason})
    asked = words.clock(max(stream.asked_at for stream in streams))
    state: State = "warning" if problems else "ok"
    return Finding(f"Source {name}", state, "; ".join(problems) or f"asked {asked}")


def _privacy(parts: Parts) -> Iterator[Finding]:
    for key in ("controller", "contact", "purpose"):
        if not getattr(parts.config.privacy, key):
            yield Finding("Privacy", "warning", f"fill in [privacy] {key} in {parts.path}")
    hosts = sorted(parts.egress())
    yield Finding("Network", "ok", f"asks only {', '.join(hosts) or 'nobody'}")
