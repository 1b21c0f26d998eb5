"""Compares our objects with those that Kibana holds; what a server adds does not count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leumund.views.dashboards.objects import Object

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How ours stand in Kibana: not there yet, there with other contents, or as they should be."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]

    @property
    def none(self) -> bool:
        return not self.new and not self.changed


def compared(ours: Sequence[Object], theirs: Sequence[Object]) -> Difference:
    """How our objects stand among those of the server; its other objects do not matter."""
    there = {key(one): one for one in theirs}
    held = [one for one in ours if key(one) in there]
    fits = [_holds(_plain(there[key(one)]), _plain(one)) for one in held]
    return Difference(
        new=tuple(title(one) for one in ours if key(one) not in there),
        changed=tuple(title(one) for one, fit in zip(held, fits, strict=True) if not fit),
        same=tuple(title(one) for one, fit in zip(held, fits, strict=True) if fit),
    )


def key(one: Object) -> Key:
    """Kind and id of an object."""
    return str(one["type"]), str(one["id"])


def title(one: Object) -> str:
    """Kind and name of an object, for people."""
    attributes = one["attributes"]
    assert isinstance(attributes, dict)
    return f"{one['type']}: {attributes.get('name') or attributes.get('title')}"


def _plain(one: Object) -> Mapping[str, Any]:
    """What counts of an object: its attributes with nested JSON opened, and where it points."""
    references = one.get("references")
    assert isinstance(references, list)
    return {
        "attributes": _unpacked(one["attributes"]),
        "references": {r["name"]: (r["type"], r["id"]) for r in references},
    }


def _unpacked(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _unpacked(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        return {name: _unpacked(inner) for name, inner in value.items()}
    return [_unpacked(inner) for inner in value] if isinstance(value, list) else value


def _holds(theirs: Any, ours: Any) -> bool:
    """Whether theirs says all that ours does; a newer Kibana adds keys when it migrates.

    >>> _holds({"a": 1, "b": [2]}, {"a": 1}), _holds({"b": [2, 3]}, {"b": [2]})
    (True, False)
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(name in theirs and _holds(theirs[name], ours[name]) for name in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_holds, theirs, ours))
    return bool(theirs == ours)
