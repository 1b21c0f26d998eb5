"""Puts what Kibana stores into envelopes: kind, id, attributes, references and format versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Object = dict[str, object]
Json = Mapping[str, object]

CORE = "8.8.0"
VERSIONS = {
    "index-pattern": "8.0.0",
    "lens": "8.9.0",
    "dashboard": "8.9.0",
    "search": "8.0.0",
    "tag": "8.0.0",
    "visualization": "8.5.0",
}
"""Formats that Kibana 8.12 reads; a newer Kibana brings them up to its own."""


class Reference(NamedTuple):
    """What an object points at: the kind and id of another, and the name it uses for it."""

    kind: str
    id: str
    name: str


def stored(kind: str, name: str, attributes: Json, references: Sequence[Reference] = ()) -> Object:
    """An object as Kibana imports it."""
    return {
        "type": kind,
        "id": name,
        "attributes": dict(attributes),
        "references": [{"type": r.kind, "id": r.id, "name": r.name} for r in references],
        "coreMigrationVersion": CORE,
        "typeMigrationVersion": VERSIONS[kind],
    }


def packed(value: object) -> str:
    """JSON in a string, as Kibana nests it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kuery(text: str) -> Json:
    """A query in Kibana's own language."""
    return {"query": text, "language": "kuery"}


def unfiltered() -> Json:
    """The search source of an object that adds no query of its own."""
    return {"searchSourceJSON": packed({"query": kuery(""), "filter": []})}


def tag() -> Object:
    """The tag by which people find our dashboards."""
    return stored(
        "tag",
        TAG,
        {
            "name": "Leumund",
            "description": "Wird von Leumund gepflegt; Änderungen gehen beim nächsten Einrichten "
            "verloren. Eigene Fassungen bitte unter anderem Namen speichern.",
            "color": "#0072b2",
        },
    )


TAG = "leumund"
