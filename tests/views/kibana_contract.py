"""Checks a request against our OpenAPI document, so that a test server answers only what fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).with_name("kibana_openapi.json")
Headers = Mapping[str, str]


class Broken(Exception):
    """A request that Kibana would not take, and why."""


class Asked:
    """A request that fits: which operation, its path values, and its body as JSON values."""

    def __init__(self, method: str, target: str, headers: Headers, raw: bytes) -> None:
        parts = urlsplit(target)
        template, self.path = _matched(parts.path)
        found = document()["paths"][template].get(method.lower())
        if found is None:
            raise Broken(f"{method} is no method of {template}")
        self.operation: str = found["operationId"]
        self.query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        _check_parameters(found, {"path": self.path, "query": self.query, "header": headers})
        self.body: Any = _checked_body(found.get("requestBody"), headers, raw)


@cache
def document() -> dict[str, Any]:
    return dict(json.loads(DOCUMENT.read_text(encoding="utf-8")))


def check_answer(operation: str, status: int, body: Any) -> None:
    """Raise when an answer of ours is none that the document knows."""
    found = next(
        one
        for path in document()["paths"].values()
        for one in path.values()
        if one["operationId"] == operation
    )
    described = found["responses"].get(str(status))
    if described is None:
        return
    for media, content in _resolved(described)["content"].items():
        if media == "application/json":
            _validate(body, content["schema"], f"answer of {operation}")


def _matched(path: str) -> tuple[str, dict[str, str]]:
    for template in document()["paths"]:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        if found := re.fullmatch(pattern, path):
            return template, found.groupdict()
    raise Broken(f"nothing of ours lies at {path}")


def _check_parameters(operation: Mapping[str, Any], given: Mapping[str, Headers]) -> None:
    known: dict[str, set[str]] = {"path": set(), "query": set()}
    for parameter in map(_resolved, operation["parameters"]):
        place, name = parameter["in"], parameter["name"]
        known.setdefault(place, set()).add(name)
        value = given[place].get(name)
        if value is not None:
            _validate(value, parameter["schema"], name)
        elif parameter.get("required"):
            raise Broken(f"{place} {name} is missing")
    if extra := set(given["query"]) - known["query"]:
        raise Broken(f"query {sorted(extra)} is not known")


def _checked_body(described: Mapping[str, Any] | None, headers: Headers, raw: bytes) -> Any:
    if described is None:
        if raw:
            raise Broken("there is a body where none belongs")
        return None
    sent = headers.get("Content-Type", "")
    for media, content in described["content"].items():
        if sent.partition(";")[0] == media:
            value = _multipart(sent, raw, content) if media.startswith("multipart") else _json(raw)
            _validate(value, content["schema"], "body")
            return value
    raise Broken(f"content type {sent!r} is not known")


def _multipart(sent: str, raw: bytes, content: Mapping[str, Any]) -> dict[str, list[Any]]:
    message = message_from_bytes(b"Content-Type: " + sent.encode() + b"\r\n\r\n" + raw)
    if not message.is_multipart():
        raise Broken("the body has no parts")
    return {name: _lines(part, content["encoding"][name]) for name, part in _parts(message)}


def _parts(message: Message) -> Iterator[tuple[str, Message]]:
    payload = message.get_payload()
    assert isinstance(payload, list)
    for part in payload:
        assert isinstance(part, Message)
        yield str(part.get_param("name", header="Content-Disposition")), part


def _lines(part: Message, encoding: Mapping[str, Any]) -> list[Any]:
    if part.get_content_type() != encoding["contentType"]:
        raise Broken(f"a part is {part.get_content_type()}")
    for name, header in encoding["headers"].items():
        _validate(part.get(name, ""), header["schema"], name)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return [_json(line) for line in payload.splitlines() if line.strip()]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as wrong:
        raise Broken(f"this is no JSON: {raw[:80]!r}") from wrong


def _validate(value: Any, schema: Mapping[str, Any], place: str) -> None:
    whole = {**schema, "components": document()["components"]}
    for error in Draft202012Validator(whole).iter_errors(value):
        raise Broken(f"{place}: {error.message}")


def _resolved(described: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in described:
        return described
    found: Any = document()
    for step in described["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
