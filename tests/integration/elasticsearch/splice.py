"""Takes items out of a bulk request and puts answers for them into the server's real answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

BUSY: Mapping[str, Any] = {
    "status": 429,
    "error": {
        "type": "es_rejected_execution_exception",
        "reason": "rejected execution of coordinating operation (by the proxy of the tests)",
    },
}
"""What a server answers for an item that it has no room for."""

FAILURE_STORE: Mapping[str, Any] = {"status": 201, "result": "created", "failure_store": "used"}
"""What a server answers for an item that it put aside: a success that is none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One action of a bulk request with its lines."""

    verb: str
    index: str
    id: str | None
    lines: bytes


def split(body: bytes, *, index: str = "") -> list[Item]:
    """The items of a bulk request; `index` is the one in its path.

    >>> [item.id for item in split(b'{"delete":{"_id":"1"}}\\n{"index":{"_id":"2"}}\\n{"a":1}\\n')]
    ['1', '2']
    """
    return list(_items(iter(body.split(b"\n")), index))


def _items(lines: Iterator[bytes], index: str) -> Iterator[Item]:
    for line in lines:
        if not line.strip():
            continue
        [(verb, meta)] = json.loads(line).items()
        rest = b"" if verb == "delete" else next(lines) + b"\n"
        yield Item(verb, meta.get("_index", index), meta.get("_id"), line + b"\n" + rest)


def splice(
    real: Mapping[str, Any],
    items: Sequence[Item],
    answers: Sequence[Mapping[str, Any] | None],
    *,
    filter_path: str = "",
) -> dict[str, Any]:
    """The whole answer: the real one, and in its gaps the answers for the items taken out.

    Args:
        real: what the server answered to the items whose answer is None; empty for none.
        items: all items of the request, in order.
        answers: for each item what to say instead of asking the server.
        filter_path: that of the request; it holds for what is put in, too.

    Raises:
        ValueError: the filter hides items, so that their places are unknown.
    """
    asked = list(real.get("items", ()))
    if len(asked) != answers.count(None):
        raise ValueError(f"filter_path={filter_path} hides items: their places are unknown")
    paths, said = _paths(filter_path), iter(asked)
    whole = [
        next(said) if answer is None else {item.verb: {**_names(item), **answer}}
        for item, answer in zip(items, answers, strict=True)
    ]
    errors = any(answer and "error" in answer for answer in answers)
    head = {"took": 0, **real, "errors": errors or bool(real.get("errors"))}
    return dict(selected({**head, "items": whole}, paths) or {})


def _names(item: Item) -> dict[str, Any]:
    return {"_index": item.index, "_id": item.id}


def _paths(filter_path: str) -> list[list[str]]:
    """Each path of a filter, taken apart at its points; an empty filter selects everything.

    Raises:
        ValueError: a filter that excludes, or that goes to any depth.
    """
    if "-" in filter_path or "**" in filter_path:
        raise ValueError(f"filter_path={filter_path}: the proxy knows neither - nor **")
    return [path.split(".") for path in filter_path.split(",")] if filter_path else [[]]


def selected(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    """What a server leaves of an answer under `filter_path`; None when nothing is left.

    >>> selected({"a": [{"b": 1, "c": 2}], "d": 3}, [["a", "b"]])
    {'a': [{'b': 1}]}
    """
    if any(not path for path in paths):
        return value
    if isinstance(value, Mapping):
        inner = {
            key: selected(one, [path[1:] for path in paths if fnmatchcase(key, path[0])])
            for key, one in value.items()
        }
        return {key: one for key, one in inner.items() if one is not None} or None
    if isinstance(value, list):
        return [one for one in (selected(one, paths) for one in value) if one is not None] or None
    return None
