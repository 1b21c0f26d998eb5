"""Builds an index anew beside the one in use and puts it in its place without a lost read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leumund.errors import LeumundError, Misconfigured, Unavailable
from leumund.views.blueprint import INDICES, Blueprint, load
from leumund.views.connection import address, sorted_errors
from leumund.views.differences import BLOCK, diff
from leumund.views.indices import apply, create, put_templates
from leumund.views.places import MONTHLY, Held, Place, held, place_of

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

log = logging.getLogger(__name__)

GRACE = 1.0
PATIENCE = 60
JSON = {"accept": "application/json"}
Pause = Callable[[float], None]
Sums = dict[Place, tuple[int, int]]
"""Place → number of documents, sum of their checksums (exact up to two million documents)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """New indices by their place, and the ones in use when they were made."""

    prefix: str
    names: Mapping[Place, str]
    old: Mapping[Place, str]


def new_generation(
    client: Elasticsearch, prefix: str, index: str, months: Iterable[str] = ()
) -> Generation:
    """Empty indices beside those in use, behind no alias yet; one rebuild runs at a time.

    What an interrupted rebuild left is deleted first. Templates must have been applied.

    Args:
        client: with the setup key.
        prefix: first part of every name.
        index: mentions, index, signals or ledger.
        months: of mentions; months that are there already are built anew as well.
    """
    live = held(client, prefix)
    there = {place for place in live.current if place.index == index}
    asked = {Place(index, month) for month in months} if index == MONTHLY else {Place(index)}
    return _beside(client, live, there | asked)


def swap(client: Elasticsearch, generation: Generation) -> None:
    """Points every alias at the new indices, in one step that readers cannot see between."""
    prefix, indices = generation.prefix, held(client, generation.prefix).indices
    actions: list[dict[str, object]] = []
    for place, name in generation.names.items():
        for alias, options in place.aliases(prefix).items():
            actions += (
                {"remove": {"index": other, "alias": alias}}
                for other, body in indices.items()
                if _is(other, prefix, place) and alias in body["aliases"] and other != name
            )
            actions.append({"add": {"index": name, "alias": alias, **options}})
    with sorted_errors(address(client)):
        client.indices.refresh(index=_wild(generation))
        client.indices.update_aliases(actions=actions)
    log.info("swapped", extra={"indices": len(generation.names)})


def drop(client: Elasticsearch, generation: Generation, *, pause: Pause = time.sleep) -> None:
    """Deletes what was in use before, once the searches that still read it have ended."""
    gone = list(generation.old.values())
    with sorted_errors(address(client)):
        for _ in range(PATIENCE):
            pause(GRACE)
            if not _being_read(client, generation):
                break
        _delete(client, gone)
    log.info("dropped", extra={"indices": len(gone)})


def abandon(client: Elasticsearch, generation: Generation) -> None:
    """Deletes the new indices; those in use stay as they are."""
    with sorted_errors(address(client)):
        _delete(client, generation.names.values())


def counts_and_checksums(
    client: Elasticsearch, prefix: str, *, generation: Generation | None = None
) -> Sums:
    """Per place the number of documents and the sum of `leumund.checksum`.

    Args:
        client: with any key; the setup key for a generation, which is refreshed first.
        prefix: first part of every name.
        generation: count its new indices, default: those behind the aliases.
    """
    with sorted_errors(address(client)):
        if generation:
            client.indices.refresh(index=_wild(generation))
        names = generation.names if generation else _in_use(client, prefix)
        found = client.search(
            index=[f"{prefix}-{index}-*" for index in INDICES],
            size=0,
            allow_partial_search_results=False,
            aggs={
                "index": {
                    "terms": {"field": "_index", "size": 10_000},
                    "aggs": {"checksum": {"sum": {"field": "leumund.checksum"}}},
                }
            },
        )
    buckets = found.get("aggregations", {}).get("index", {}).get("buckets", ())
    sums = {one["key"]: (one["doc_count"], int(one["checksum"]["value"])) for one in buckets}
    return {place: sums.get(name, (0, 0)) for place, name in names.items()}


def reindex(
    client: Elasticsearch,
    prefix: str,
    *,
    months: Iterable[str],
    blueprint: Blueprint | None = None,
    pause: Pause = time.sleep,
) -> list[str]:
    """What `apply` does, and copies indices that cannot be changed in place into new ones.

    While an index is copied it takes no writes (they wait in the outbox) and is read as before.

    Returns:
        What was done, a line each.

    Raises:
        Misconfigured: the server refuses to copy a document into the new mapping.
        Unavailable: the copy was interrupted; everything is as before, try again.
    """
    wanted, months = blueprint or load(prefix), list(months)
    found = diff(client, prefix, months=months, blueprint=wanted)
    with sorted_errors(address(client)):
        done = list(put_templates(client, wanted, found))
    live = held(client, prefix)
    stuck = {one.name for one in found if one.copies}
    for index in INDICES:
        places = {p for p, name in live.current.items() if name in stuck and p.index == index}
        if places:
            done += _copied(client, _beside(client, live, places), pause)
    return done + apply(client, prefix, months=months, blueprint=wanted)


def _beside(client: Elasticsearch, live: Held, places: Iterable[Place]) -> Generation:
    left, latest, current = live.left_over(), live.latest, live.current
    places = sorted(places)
    names = {place: place.concrete(live.prefix, latest.get(place, 0) + 1) for place in places}
    with sorted_errors(address(client)):
        _delete(client, (name for place in places for name in left.get(place, ())))
        for name in names.values():
            create(client, name)
    old = {place: current[place] for place in places if place in current}
    return Generation(prefix=live.prefix, names=names, old=old)


def _copied(client: Elasticsearch, generation: Generation, pause: Pause) -> list[str]:
    old = generation.old
    try:
        with sorted_errors(address(client)):
            for place, name in old.items():
                client.indices.add_block(index=name, block="write")
                client.indices.refresh(index=name)  # a copy takes only what searches see
                _copy(client, name, generation.names[place], pause)
        before = counts_and_checksums(client, generation.prefix)
        after = counts_and_checksums(client, generation.prefix, generation=generation)
        if lost := [old[place] for place in old if before[place] != after[place]]:
            raise Unavailable(f"The copy of {', '.join(lost)} is not complete; try again.")
        swap(client, generation)
    except BaseException:
        _as_before(client, generation)
        raise
    drop(client, generation, pause=pause)
    return [f"index {name} copied to {generation.names[place]}" for place, name in old.items()]


def _as_before(client: Elasticsearch, generation: Generation) -> None:
    """Undoes what it can; what it cannot, the next `diff` shows."""
    with suppress(LeumundError), sorted_errors(address(client)):
        client.indices.put_settings(index=[*generation.old.values()], settings={BLOCK: None})
    with suppress(LeumundError):
        abandon(client, generation)


def _copy(client: Elasticsearch, source: str, target: str, pause: Pause) -> None:
    """Copies all documents with their versions, on the server."""
    started = client.reindex(
        source={"index": source},
        dest={"index": target, "version_type": "external"},
        wait_for_completion=False,
    )
    # The library's own method warns that this interface, part of Elasticsearch since 2.3, is new.
    ask, wait = ("GET", f"/_tasks/{started['task']}"), 0.1
    while not (state := client.perform_request(*ask, headers=JSON).body)["completed"]:
        pause(wait)
        wait = min(wait * 2, 5.0)
    if error := state.get("error"):
        fault = f"{error.get('type')}: {error.get('reason', '')[:200]}"
        raise Unavailable(f"Copying {source} was interrupted ({fault}); try again.")
    if failures := state["response"]["failures"]:
        cause = failures[0].get("cause", {}).get("reason", "")
        raise Misconfigured(
            f"{len(failures)} documents of {source} do not fit the new mapping ({cause[:200]}): "
            "rebuild from the record with `leumund publish --rebuild`."
        )


def _being_read(client: Elasticsearch, generation: Generation) -> bool:
    old = generation.old.values()
    if not old:
        return False
    found = client.indices.stats(index=_wild(generation), metric="search", level="indices")
    return any(
        found["indices"][name]["total"]["search"][key]
        for name in old
        if name in found["indices"]
        for key in ("query_current", "fetch_current", "open_contexts")
    )


def _in_use(client: Elasticsearch, prefix: str) -> dict[Place, str]:
    found = client.indices.get_alias(index=f"{prefix}-*")
    return Held(prefix=prefix, indices=dict(found)).current


def _delete(client: Elasticsearch, names: Iterable[str]) -> None:
    for name in names:
        client.options(ignore_status=404).indices.delete(index=name)


def _is(name: str, prefix: str, place: Place) -> bool:
    found = place_of(name, prefix)
    return found is not None and found[0] == place


def _wild(generation: Generation) -> list[str]:
    """Patterns of all its indices; a list of many months would not fit into an address."""
    return sorted({f"{generation.prefix}-{place.index}-*" for place in generation.names})
