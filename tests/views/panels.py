"""Reads the shipped file of Kibana's objects as a test needs it: opened, and drawn on rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import vl_convert

ROOT = Path(__file__).parents[2]
FILE = ROOT / "schemas" / "kibana" / "leumund.ndjson"
Shipped = dict[tuple[str, str], dict[str, Any]]
Hits = list[dict[str, Any]]


def shipped() -> Shipped:
    """Kind and id → object, as the file has it."""
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return {(line["type"], line["id"]): line for line in lines}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for (found, _), one in shipped().items() if found == kind]


def mapped() -> dict[str, set[str]]:
    """Data view → fields that the mappings of its indices have."""
    folder = ROOT / "schemas" / "elasticsearch" / "components"
    parts = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["template"]
        .get("mappings", {})
        .get("properties", {})
        for path in folder.glob("*.json")
    }
    shared = set(_names(parts["leumund-fields"]))
    found = {
        view: shared | set(_names(parts[f"{view}-fields"]))
        for view in ("leumund-mentions", "leumund-index", "leumund-signals", "leumund-ledger")
    }
    return found | {f"{view}-now": found[view] for view in ("leumund-index", "leumund-ledger")}


def _names(properties: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, field in properties.items():
        yield before + name
        yield from _names(field.get("properties", {}) | field.get("fields", {}), f"{before}{name}.")


def vega_spec(one: dict[str, Any]) -> dict[str, Any] | None:
    """The specification of a Vega panel, or None for other kinds of panels."""
    state = json.loads(one["attributes"].get("visState", "{}"))
    return json.loads(state["params"]["spec"]) if state.get("type") == "vega" else None


def asked_of(spec: Any) -> list[dict[str, Any]]:
    """Every request in a specification."""
    return [data["url"] for data in _requests(spec)]


def _requests(spec: Any) -> Iterator[dict[str, Any]]:
    """Every `data` with a request, found as Kibana finds them."""
    if isinstance(spec, dict):
        if isinstance(spec.get("url"), dict):
            yield spec
        for value in list(spec.values()):
            yield from _requests(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _requests(value)


def answered(spec: dict[str, Any], answer: Callable[[dict[str, Any]], Hits]) -> dict[str, Any]:
    """The specification with rows where it had a request; what is Kibana's own is gone."""
    filled = deepcopy(spec)
    filled["config"].pop("kibana")
    for data in _requests(filled):
        url = data.pop("url")
        data |= {"values": answer(url)}
        del data["format"]
    return filled


def drawn(spec: dict[str, Any], *, version: str = "6.4", width: int = 700) -> str:
    """The picture as SVG, in the size that a panel gives it."""
    return str(
        vl_convert.vegalite_to_svg({**spec, "width": width, "height": 360}, vl_version=version)
    )


def hits(documents: Iterable[dict[str, Any]]) -> Hits:
    return [{"_source": document} for document in documents]
