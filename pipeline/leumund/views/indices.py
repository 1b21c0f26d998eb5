"""Brings Elasticsearch to what the schemas say, as often as one likes; refuses what would lose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from leumund.errors import Misconfigured
from leumund.views.blueprint import Blueprint, Body, load
from leumund.views.connection import address, sorted_errors
from leumund.views.differences import Difference, changes_in_place, diff
from leumund.views.places import MONTHLY, Held, Place, held, places

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch


def apply(
    client: Elasticsearch,
    prefix: str,
    *,
    months: Iterable[str],
    blueprint: Blueprint | None = None,
) -> list[str]:
    """Creates and updates templates, indices and aliases; a second call does nothing.

    Args:
        client: with the setup key.
        prefix: first part of every name.
        months: those of mentions that must be there.
        blueprint: default: the schemas that ship.

    Returns:
        What was done, a line each; empty: nothing was to do.

    Raises:
        Misconfigured: an index cannot be changed in place, before anything was changed.
        Unavailable: Elasticsearch is away.
    """
    wanted, months = blueprint or load(prefix), list(months)
    found = diff(client, prefix, months=months, blueprint=wanted)
    refuse(one for one in found if one.kind == "conflict")
    with sorted_errors(address(client)):
        return [
            *put_templates(client, wanted, found),
            *_put_indices(client, wanted, held(client, prefix), places(months)),
        ]


def refuse(conflicts: Iterable[Difference]) -> None:
    """Nothing, if there are none.

    Raises:
        Misconfigured: names each and the way out.
    """
    if told := " ".join(one.sentence for one in conflicts):
        raise Misconfigured(told)


def put_templates(
    client: Elasticsearch, wanted: Blueprint, found: Iterable[Difference]
) -> Iterator[str]:
    """Puts the templates that differ; yields what was done."""
    for one in found:
        if one.part == "component template":
            body = wanted.components[one.name]
            client.cluster.put_component_template(
                name=one.name, template=body["template"], meta=body["_meta"]
            )
        elif one.part == "index template":
            body = wanted.templates[one.name]
            client.indices.put_index_template(
                name=one.name,
                index_patterns=body["index_patterns"],
                composed_of=body["composed_of"],
                priority=body["priority"],
                allow_auto_create=body["allow_auto_create"],
                meta=body["_meta"],
            )
        else:
            continue
        yield f"{one.part} {one.name} " + ("created" if one.kind == "missing" else "updated")


def create(client: Elasticsearch, name: str, aliases: Mapping[str, Body] | None = None) -> None:
    """An empty index by its template, behind aliases or none; no error if it is there already."""
    from elasticsearch import BadRequestError

    try:
        client.indices.create(index=name, aliases=aliases or {})
    except BadRequestError as refused:
        if refused.error != "resource_already_exists_exception":
            raise


def expire(client: Elasticsearch, prefix: str, *, before: str) -> list[str]:
    """Deletes whole months of mentions that lie before one (2026.11); returns their indices."""
    found = held(client, prefix).current.items()
    gone = [name for place, name in found if place.index == MONTHLY and place.month < before]
    with sorted_errors(address(client)):
        for name in gone:
            client.options(ignore_status=404).indices.delete(index=name)
    return gone


def _put_indices(
    client: Elasticsearch, wanted: Blueprint, live: Held, needed: Iterable[Place]
) -> Iterator[str]:
    current, latest = live.current, live.latest
    for place in sorted({*needed, *current}):
        aliases = place.aliases(wanted.prefix)
        name = current.get(place) or place.concrete(wanted.prefix, latest.get(place, 1))
        if place not in latest:
            create(client, name, aliases)
            yield f"index {name} created"
            continue
        yield from _update(client, wanted, place, live, name)
        if missing := aliases.keys() - live.indices[name].get("aliases", {}).keys():
            add = [{"add": {"index": name, "alias": one, **aliases[one]}} for one in missing]
            client.indices.update_aliases(actions=add)
            yield f"index {name} put behind {', '.join(sorted(missing))}"


def _update(
    client: Elasticsearch, wanted: Blueprint, place: Place, live: Held, name: str
) -> Iterator[str]:
    again, settings = changes_in_place(wanted, place.index, live.indices[name])
    if again:
        body = wanted.mappings(place.index)
        client.indices.put_mapping(
            index=name, dynamic=body["dynamic"], properties=body["properties"]
        )
        yield f"index {name}: mapping updated"
    if settings:
        client.indices.put_settings(index=name, settings=settings)
        yield f"index {name}: settings updated"
