"""Says in what Elasticsearch differs from the schemas: missing, older, changed by hand, at odds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leumund.errors import Misconfigured
from leumund.views.blueprint import Blueprint, Body, Lines, checksum, fields, flat, load, told
from leumund.views.connection import address, sorted_errors
from leumund.views.places import Held, Place, held, places

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Part = Literal["component template", "index template", "index"]
Kind = Literal["missing", "older", "by hand", "conflict", "left over"]
CHANGEABLE = {"ignore_above", "search_analyzer"}
FIXED = ("index.analysis.", "index.codec", "index.number_of_shards")
OPERATORS = ("index.auto_expand_replicas",)
FAULTS = {
    "missing": "is missing",
    "older": "is of another version of Leumund",
    "by hand": "was changed by hand",
    "conflict": "cannot be changed in place",
    "left over": "is left over from an interrupted rebuild",
}
BLOCK = "index.blocks.write"
_NUMBER = re.compile(r"\.\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One template or index that is not as it should be.

    Of `lines`, `-` is there and `+` should be. `copies` says that only a copy into a new index
    puts it right.
    """

    part: Part
    name: str
    kind: Kind
    lines: tuple[str, ...] = ()
    copies: bool = False

    def __str__(self) -> str:
        head = f"--- {self.part} {self.name} in Elasticsearch"
        return "\n".join((head, f"+++ {self.part} {self.name} in the schemas", *self.lines))

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, for an operator."""
        shown = "; ".join(self.lines[:3]) + ("; …" if len(self.lines) > 3 else "")
        fault = f"The {self.part} {self.name} {FAULTS[self.kind]}" + f" ({shown})" * bool(shown)
        if self.copies:
            way = "`leumund schema apply --reindex` copies it into a new one, reads go on"
        elif self.kind == "left over":
            way = "the next rebuild removes it"
        else:
            way = "`leumund schema apply` puts it right"
        return f"{fault}: {way}."


def diff(
    client: Elasticsearch,
    prefix: str,
    *,
    months: Iterable[str] = (),
    blueprint: Blueprint | None = None,
) -> list[Difference]:
    """Everything in which Elasticsearch differs from the schemas; empty: nothing to do.

    Args:
        client: with the setup key.
        prefix: first part of every name.
        months: those of mentions that must be there; months beyond them are compared too.
        blueprint: default: the schemas that ship.

    Raises:
        Misconfigured: the key may not, or an index stands where an alias should.
        Unavailable: Elasticsearch is away.
    """
    wanted = blueprint or load(prefix)
    with sorted_errors(address(client)):
        lenient = client.options(ignore_status=404)
        components = lenient.cluster.get_component_template(name=f"{prefix}-*")
        templates = lenient.indices.get_index_template(name=f"{prefix}-*")
    there = {one["name"]: one["component_template"] for one in components["component_templates"]}
    used = {one["name"]: one["index_template"] for one in templates["index_templates"]}
    return [
        *_templates("component template", wanted.components, there),
        *_templates("index template", wanted.templates, used),
        *_indices(wanted, held(client, prefix), months),
    ]


def check(
    client: Elasticsearch,
    prefix: str,
    *,
    months: Iterable[str] = (),
    blueprint: Blueprint | None = None,
) -> list[str]:
    """What an operator should know, a sentence each; empty: all is as it should be."""
    return [one.sentence for one in diff(client, prefix, months=months, blueprint=blueprint)]


def changes_in_place(wanted: Blueprint, index: str, live: Body) -> tuple[bool, Body]:
    """Whether the mapping of an index must be put again, and the settings to put."""
    have, want = fields(live.get("mappings", {})), wanted.fields(index)
    settings, target = _settings(wanted, index, live)
    differing = [name for name in _changed(settings, target) if not name.startswith(FIXED)]
    again = "dynamic" in differing or any(have.get(name) != want[name] for name in want)
    return again, {name: target.get(name) for name in differing if name != "dynamic"}


def _templates(part: Part, wanted: Mapping[str, Body], there: Body) -> Iterator[Difference]:
    for name, body in wanted.items():
        live = there.get(name)
        if live is None:
            yield Difference(part=part, name=name, kind="missing")
        elif told(live) != told(body):
            ours = live.get("_meta", {}).get("checksum") == checksum(live)
            kind: Kind = "older" if ours else "by hand"
            yield Difference(part=part, name=name, kind=kind, lines=_lines(told(live), told(body)))


def _indices(wanted: Blueprint, live: Held, months: Iterable[str]) -> Iterator[Difference]:
    current = live.current
    for place in sorted({*places(months), *current}):
        alias = place.alias(wanted.prefix)
        if alias in live.indices or f"{wanted.prefix}-{place.index}" in live.indices:
            raise Misconfigured(
                f"An index stands where the alias {alias} or its like should: something wrote "
                "there before `leumund schema apply`; delete that index and publish again."
            )
        if place not in current:
            name = place.concrete(wanted.prefix, live.latest.get(place, 1))
            kind: Kind = "by hand" if place in live.latest else "missing"
            lines = (f"+alias: {alias}",) if place in live.latest else ()
            yield Difference(part="index", name=name, kind=kind, lines=lines)
        elif found := _index(wanted, place, current[place], live.indices[current[place]]):
            yield found
    for names in live.left_over().values():
        yield from (Difference(part="index", name=name, kind="left over") for name in names)


def _index(wanted: Blueprint, place: Place, name: str, live: Body) -> Difference | None:
    have, want = fields(live.get("mappings", {})), wanted.fields(place.index)
    settings, target = _settings(wanted, place.index, live)
    missing = sorted(place.aliases(wanted.prefix).keys() - live.get("aliases", {}).keys())
    lines = (
        *_lines(_table(have), _table(want)),
        *_lines(settings, target),
        *(f"+alias: {alias}" for alias in missing),
    )
    if not lines:
        return None
    kind = _kind(have, want, [*_changed(settings, target), *missing])
    copies = kind == "conflict" or bool(have.keys() - want.keys())
    return Difference(part="index", name=name, kind=kind, lines=lines, copies=copies)


def _settings(wanted: Blueprint, index: str, live: Body) -> tuple[Lines, Lines]:
    """What is set and what should be; what operators may choose is left out."""
    target = wanted.settings(index) | {"dynamic": "strict"}
    have = {
        name: value
        for name, value in flat(live.get("settings", {})).items()
        if name in target or name.startswith(FIXED[0]) or (name, value) == (BLOCK, "true")
    }
    have["dynamic"] = str(live.get("mappings", {}).get("dynamic", "true"))
    return _without(have), _without(target)


def _without(settings: Lines) -> Lines:
    return {name: value for name, value in settings.items() if name not in OPERATORS}


def _kind(have: Mapping[str, Lines], want: Mapping[str, Lines], settings: Sequence[str]) -> Kind:
    both = have.keys() & want.keys()
    changed = {param for name in both for param in _changed(have[name], want[name])}
    if changed - CHANGEABLE or any(name.startswith(FIXED) for name in settings):
        return "conflict"
    return "by hand" if settings or have.keys() - want.keys() else "older"


def _changed(have: Lines, want: Lines) -> list[str]:
    return sorted(key for key in have.keys() | want.keys() if have.get(key) != want.get(key))


def _table(all_fields: Mapping[str, Lines]) -> Lines:
    """Field → its type and parameters on one line."""
    return {
        name: ", ".join(f"{key} {value}" for key, value in sorted(lines.items()))
        for name, lines in all_fields.items()
    }


def _lines(have: Lines, want: Lines) -> tuple[str, ...]:
    """The lines that a unified diff marks."""
    marked = difflib.unified_diff(_text(have), _text(want), n=0, lineterm="")
    return tuple(line for line in marked if not line.startswith(("---", "+++", "@@")))


def _text(lines: Lines) -> list[str]:
    """Sorted lines; items of a list keep their order and lose their number."""
    rows = [(_NUMBER.sub("", path), value) for path, value in lines.items()]
    return [f"{path}: {value}" for path, value in sorted(rows, key=lambda row: row[0])]
