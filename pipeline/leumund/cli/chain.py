"""The chain on the command line: check, run, and each of its steps on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from leumund import doctor, flows, words
from leumund.cli.terminal import (
    DEFAULT,
    Clock,
    ConfigFile,
    app,
    console,
    errors,
    parts_of,
    print_sinks,
    progress_bars,
)
from leumund.errors import Misconfigured
from leumund.record import ledger
from leumund.types import Signal
from leumund.wiring import Parts

LEDGER = {
    "fetched": "gesehen",
    "read": "gelesen",
    "filtered": "gefiltert",
    "duplicate": "doppelt",
    "deleted": "gelöscht",
    "dead_lettered": "unlesbar",
    "pending": "offen",
}


@app.command()
def check(config: ConfigFile = DEFAULT) -> None:
    """Validate leumund.toml; names file, line and key of every mistake. Exit 2 if there is one."""
    parts = parts_of(config)
    parts.verify()
    brands, sources = len(parts.config.brand), len(parts.config.source)
    console.print(f"{config}: in order. {brands} brands, {sources} sources.", highlight=False)


@app.command()
def run(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Collect, enrich, score, alert and report: the whole chain once."""
    parts = parts_of(config, clock)
    parts.verify()
    with progress_bars() as progress:
        collected = flows.collect(parts, progress=progress)
        flows.enrich(parts, progress=progress)
        scored = flows.score(parts, progress=progress)
        raised = flows.alert(parts, progress=progress)
        flows.maintain(parts)
        published = flows.publish(parts, progress=progress)
    for source, reason in flows.unreached(parts):
        console.print(f"{source}: {reason}", highlight=False, markup=False)
    for result in collected:
        if result.broken:
            console.print(f"{result.source}: {result.problem}", highlight=False, markup=False)
    _print_ledger(parts)
    _print_index(scored)
    for signal in raised:
        console.print(_line(signal), highlight=False)
    console.print(f"\nBericht: [bold]{published.report}[/]", soft_wrap=True)
    print_sinks(published)
    if link := parts.servers.dashboards:
        console.print(f"Dashboards: [bold]{link}[/]", soft_wrap=True)
    _stop_unless_balanced(parts)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV or JSONL files.")],
    source: Annotated[str, typer.Option(help="Name of a `files` source in leumund.toml.")],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Column of the file for a field, e.g. text=Beitrag."),
    ] = None,
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
) -> None:
    """Read files once into the record, with the settings of a `files` source."""
    parts = parts_of(config, clock)
    counts = flows.import_files(parts, files, source=source, columns=map_ or [])
    console.print(", ".join(f"{term} {n}" for term, n in sorted(counts.items())), highlight=False)


@app.command()
def collect(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; none: all.")] = None,
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
) -> None:
    """Fetch what is new from the sources."""
    parts = parts_of(config, clock)
    with progress_bars() as progress:
        results = flows.collect(parts, names or (), progress=progress)
    for result in results:
        kept, seen = result.counts["kept"], result.counts["fetched"]
        console.print(
            f"{result.source}: {result.problem or f'{seen} fetched, {kept} new'}", highlight=False
        )


@app.command()
def enrich(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Read what is pending: language, brands, sentiment, stories."""
    with progress_bars() as progress:
        counts = flows.enrich(parts_of(config, clock), progress=progress)
    console.print(f"{counts['read']} read, {counts['filtered']} filtered", highlight=False)


@app.command()
def score(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Compute the index of every brand."""
    with progress_bars() as progress:
        _print_index(flows.score(parts_of(config, clock), progress=progress))


@app.command()
def alert(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Decide the closed days and send what is due."""
    raised = flows.alert(parts_of(config, clock))
    console.print(f"{len(raised)} signals", highlight=False)


@app.command()
def report(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Write the HTML report and print its path."""
    console.print(str(flows.report(parts_of(config, clock))), soft_wrap=True, highlight=False)


@app.command("doctor")
def doctor_(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Say how the installation is: versions, device, paths, ledger, sources, model.

    Exit 2 only for an unbalanced ledger or an unreadable record, model or configuration.
    """
    healthy = doctor.examine(parts_of(config, clock), console)
    if not healthy:
        raise typer.Exit(2)


@app.command()
def erase(
    source: Annotated[str, typer.Option(help="Name of the source.")] = "",
    author: Annotated[str, typer.Option(help="Handle or name of the author there.")] = "",
    mention: Annotated[str, typer.Option(help="Identity of one mention (32 hex digits).")] = "",
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
) -> None:
    """Remove an author or a mention everywhere, for good; prints a receipt."""
    parts = parts_of(config, clock)
    if mention and not (source or author):
        receipt = flows.erase_mention(parts, mention)
    elif source and author and not mention:
        receipt = flows.erase_author(parts, source=source, author=author)
    else:
        raise Misconfigured("name either --mention, or --source and --author")
    console.print(str(receipt), highlight=False)
    if parts.servers.sinks:
        print_sinks(flows.publish(parts))


def _line(signal: Signal) -> str:
    what = {"drop": "trend_alarm", "rise": "rise", "all_clear": "all_clear"}[signal.kind]
    late = f" ({words.word('retrospective')})" if signal.retrospective else ""
    return f"  {signal.brand}: {words.word(what)}, {words.day(signal.day)}{late}"


def _print_ledger(parts: Parts) -> None:
    table = Table(title="Was mit jedem Beitrag geschah", title_justify="left", box=None)
    table.add_column("Quelle", no_wrap=True)
    for label in LEDGER.values():
        table.add_column(label, justify="right", no_wrap=True)
    for source, terms in ledger.summary(parts.record).items():
        if terms["fetched"]:
            table.add_row(source, *(words.number(terms[term]) for term in LEDGER))
    console.print(table)


def _print_index(scored: list[flows.Scored]) -> None:
    console.print(f"\n[bold]{words.word('index')}[/] (0–100, {words.word('balanced')})")
    for row in scored:
        fast = row.points[-1].fast if row.points else None
        if fast is None:
            console.print(f"  {row.brand.name}: {words.reason('no_mentions')}")
            continue
        low, high = words.number(fast.low), words.number(fast.high)
        console.print(
            f"  {row.brand.name}: [bold]{words.number(fast.value)}[/] "
            f"({words.word('margin')} {low} bis {high}), {words.day(row.points[-1].day)}",
            highlight=False,
        )


def _stop_unless_balanced(parts: Parts) -> None:
    if broken := ledger.balance(parts.record):
        for line in broken:
            errors.print(line, highlight=False)
        raise typer.Exit(2)
