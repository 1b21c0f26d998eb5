"""What all commands share: the application, its console, the options that every command takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leumund import flows, wiring, words
from leumund.config import home, load
from leumund.flows.parts import Progress as Report
from leumund.flows.parts import silent
from leumund.wiring import Parts

app = typer.Typer(
    name="leumund",
    help="Monitor of sentiment and reputation for German-speaking brands.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(width=None if sys.stdout.isatty() else 120)  # a log is as wide as its lines
errors = Console(stderr=True)

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", envvar="LEUMUND_CONFIG", help="The leumund.toml to use.")
]
Clock = Annotated[
    str,
    typer.Option("--clock", help="Run as if it were this moment, e.g. 2026-11-24T08:00+01:00."),
]
DEFAULT = Path("leumund.toml")


def parts_of(config: Path, clock: str = "") -> Parts:
    now = wiring.stopped_at(clock) if clock else lambda: datetime.now(UTC)
    return Parts(path=config, config=load(config), home=home(), clock=now)


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Bars in a terminal, nothing in a log."""
    if not console.is_terminal:
        yield silent
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, object] = {}

        def report(what: str, done: int, total: int | None) -> None:
            task = tasks.setdefault(what, bars.add_task(what, total=total))
            bars.update(task, completed=done, total=total)  # type: ignore[arg-type]

        yield report


def print_sinks(published: flows.Publication) -> None:
    """One line for each sink: how much was delivered, what waits, why it stopped."""
    for sink in published.sinks:
        line = f"{sink.sink}: {words.number(sink.done)} documents"
        rest = {"superseded": sink.superseded, "given up": sink.dead, "waiting": sink.waiting}
        line += "".join(f", {words.number(n)} {what}" for what, n in rest.items() if n)
        console.print(line, highlight=False)
        for sentence in filter(None, (sink.stopped, sink.notice)):
            errors.print(sentence, highlight=False, soft_wrap=True, markup=False)
        if sink.dead:
            console.print("`leumund outbox` lists what was given up, and why.", highlight=False)
