"""Elasticsearch and Kibana on the command line: what is published, set up and searched."""

from __future__ import annotations

import os
from pathlib import Path
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
    print_sinks,
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


@elastic.command()
def setup(
    config: ConfigFile = DEFAULT,
    clock: Clock = "",
    print_: Annotated[
        bool,
        typer.Option("--print", help="Only print what an administrator pastes into Dev Tools."),
    ] = False,
    user: Annotated[str, typer.Option(help="An administrator's name.")] = "elastic",
    days: Annotated[int, typer.Option(help="Days until the keys expire.", min=1)] = 365,
) -> None:
    """Create roles, keys, templates and indices with an administrator's login.

    The password comes from LEUMUND_ELASTICSEARCH_PASSWORD, or is asked for. Keys are kept below
    LEUMUND_HOME, readable by you alone.
    """
    parts = parts_of(config, clock)
    if print_:
        console.print(flows.setup_text(parts, days=days), soft_wrap=True, markup=False)
        return
    password = os.environ.get(PASSWORD) or typer.prompt(f"Password of {user}", hide_input=True)
    for line in flows.set_up(parts, parts.servers.administrator(user, password), days=days):
        console.print(line, highlight=False, markup=False)


@kibana.command("apply")
def apply_dashboards(
    config: ConfigFile = DEFAULT,
    brand: Annotated[
        str, typer.Option(help="Brand chosen when a page opens; none: all side by side.")
    ] = "",
) -> None:
    """Bring space, data views and dashboards into Kibana; keeps what a team added beside ours."""
    from leumund.views.kibana import apply as bring

    parts = parts_of(config)
    port = parts.servers.kibana()
    done = bring(port, flows.dashboards(parts, brand=brand))
    if done.space_created:
        console.print(f"Space {port.space} created.", highlight=False)
    console.print(f"Kibana {done.version}: {done.written} objects written.", highlight=False)
    console.print(parts.servers.dashboards, soft_wrap=True)


@kibana.command("diff")
def diff_dashboards(config: ConfigFile = DEFAULT) -> None:
    """Show which of our objects are missing in Kibana or differ there."""
    from leumund.views.kibana import diff as difference

    parts = parts_of(config)
    found = difference(parts.servers.kibana(), flows.dashboards(parts))
    for what, names in (("new", found.new), ("changed", found.changed)):
        for name in names:
            console.print(f"{what}: {name}", highlight=False, markup=False)
    console.print(f"{len(found.same)} objects are equal.", highlight=False)


@kibana.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the NDJSON.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Write our objects as Kibana holds them now into a file, to compare or to keep."""
    from leumund.views.dashboards import ndjson
    from leumund.views.dashboards.compare import key

    parts = parts_of(config)
    wanted = [key(one) for one in flows.dashboards(parts)]
    held = parts.servers.kibana().export_objects(wanted)
    file.write_text(ndjson(held), encoding="utf-8")
    console.print(f"{len(held)} of {len(wanted)} objects written to {file}.", highlight=False)


@app.command()
def search(
    terms: Annotated[list[str], typer.Argument(help="What to look for, in German.")],
    brand: Annotated[str, typer.Option(help="Only mentions of this brand.")] = "",
    exact: Annotated[
        bool, typer.Option("--exact", help="As written: not inflected, not within compounds.")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100)] = 10,
    config: ConfigFile = DEFAULT,
) -> None:
    """Find mentions in Elasticsearch: inflected, in compounds, the best first."""
    from leumund.views import search as view

    parts = parts_of(config)
    hits = view.search(
        parts.servers.elasticsearch("writer"),
        parts.config.elasticsearch.prefix,
        " ".join(terms),
        brand=brand,
        exact=exact,
        limit=limit,
        names=[name for one in parts.config.brand for name in (one.name, *one.aliases)],
    )
    console.print(view.lines(hits))
