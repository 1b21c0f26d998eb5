"""Elasticsearch and Kibana on the command line: what is published, set up and searched."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from leumund import flows, words
from leumund.cli.terminal import (
    DEFAULT,
    Clock,
    ConfigFile,
    app,
    console,
    errors,
    parts_of,
    progress_bars,
)
from leumund.record import ledger, outbox

PASSWORD = "LEUMUND_ELASTICSEARCH_PASSWORD"  # noqa: S105 (the name of a variable)

schema = typer.Typer(help="Templates, months and aliases of Elasticsearch.", no_args_is_help=True)
elastic = typer.Typer(help="Roles and keys of Elasticsearch.", no_args_is_help=True)
kibana = typer.Typer(help="Space, data views and dashboards of Kibana.", no_args_is_help=True)
app.add_typer(schema, name="schema")
app.add_typer(elastic, name="elastic")
app.add_typer(kibana, name="kibana")


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


@app.command()
def publish(
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Build every index anew from the record, then switch over."),
    ] = False,
) -> None:
    """Write the report and deliver to Elasticsearch what has changed. Exit 1 if it stopped."""
    parts = parts_of(config, clock)
    with progress_bars() as progress:
        if rebuild:
            _print_rebuilt(flows.rebuild(parts, progress=progress))
        published = flows.publish(parts, progress=progress)
    console.print(str(published.report), soft_wrap=True, highlight=False)
    print_sinks(published)
    if any(sink.stopped for sink in published.sinks):
        raise typer.Exit(1)


def _print_rebuilt(rebuilt: flows.Rebuilt) -> None:
    table = Table("index", "documents", "checksum", box=None)
    for place, (count, checksum) in sorted(rebuilt.found.items()):
        table.add_row(f"{place.index} {place.month}", words.number(count), f"{checksum:x}")
    console.print(table)
    console.print("Record and indices are equal.")
    for reason, n in rebuilt.refused.items():
        errors.print(f"{n} refused: {reason}", highlight=False, markup=False)


@app.command("outbox")
def outbox_(
    sink: Annotated[str, typer.Argument(help="Beginning of a sink's name; none: all.")] = "",
    redrive: Annotated[
        bool, typer.Option("--redrive", help="Queue again what was given up.")
    ] = False,
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
) -> None:
    """List what was given up on its way to people and views, with the reason."""
    parts = parts_of(config, clock)
    now = parts.clock()
    if redrive:
        run = ledger.start(parts.record, "redrive", now=now)
        n = outbox.redrive(parts.record, sink, run=run, now=now)
        ledger.finish(parts.record, run, now=now)
        console.print(f"{n} queued again; the next run delivers them.", highlight=False)
        return
    dead = outbox.listing(parts.record, sink, state="dead")
    table = Table("sink", "object", "attempts", "since", "reason", box=None)
    for one in dead:
        since = words.clock(one.created_at)
        table.add_row(one.sink, one.object, str(one.attempts), since, one.last_error)
    console.print(table if dead else "Nothing was given up.", highlight=False)


@schema.command()
def apply(
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
    reindex: Annotated[
        bool,
        typer.Option(
            "--reindex", help="Copy indices whose mapping cannot grow into new ones, then switch."
        ),
    ] = False,
) -> None:
    """Bring templates, months and aliases to what this version needs; harmless when repeated."""
    parts = parts_of(config, clock)
    for line in flows.apply_schema(parts, reindex=reindex):
        console.print(line, highlight=False, markup=False)
    console.print("Elasticsearch is in order.")


@schema.command()
def diff(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Show what `schema apply` would change."""
    lines = flows.schema_differences(parts_of(config, clock))
    console.print("\n".join(lines) or "No difference.", highlight=False, markup=False)


@schema.command("check")
def check_(config: ConfigFile = DEFAULT, clock: Clock = "") -> None:
    """Say whether Elasticsearch is as this version needs it. Exit 1 if not."""
    lines = flows.schema_differences(parts_of(config, clock))
    console.print("\n".join(lines) or "Elasticsearch is in order.", highlight=False, markup=False)
    if lines:
        raise typer.Exit(1)
