"""Reads docker-compose.yml as Compose would and says which of our own rules it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
Document = Mapping[str, Any]

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?+])([^}]*))?\}|(\w+))")
_SECRET = re.compile(r"(PASSWORD|SECRET|TOKEN|_KEY)$")
_LOGIN_IN_ADDRESS = re.compile(r"://[^/@:]*:([^@]*)@")
_PINNED = re.compile(r":\d+\.\d+[\w.-]*$")


@dataclass(frozen=True, slots=True)
class Variable:
    """One `${NAME:?text}`: `rule` is `:?`, `:-`, another one of Compose's, or empty."""

    name: str
    rule: str
    text: str

    @property
    def safe(self) -> bool:
        """Whether somebody has to set it, or it may stay empty."""
        return (self.rule == ":?" and bool(self.text)) or (self.rule == ":-" and not self.text)


def variables(value: str) -> list[Variable]:
    """Those of a value; `$$` is an ordinary dollar.

    >>> variables("a ${B:-c} $$D ${E:?why}")
    [Variable(name='B', rule=':-', text='c'), Variable(name='E', rule=':?', text='why')]
    """
    return [
        Variable(found[2] or found[5], found[3] or "", found[4] or "")
        for found in _VARIABLE.finditer(value)
        if not found[1]
    ]


def texts(node: Any) -> Iterator[str]:
    """Every string value below a node."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for inner in node.values():
            yield from texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from texts(inner)


def filled_in(node: Any, values: Mapping[str, str]) -> Any:
    """The document with every variable replaced.

    Raises:
        KeyError: one with `:?` is not set; carries the name and the sentence.
    """
    if isinstance(node, str):
        return _VARIABLE.sub(lambda found: _value(found, values), node)
    if isinstance(node, Mapping):
        return {key: filled_in(inner, values) for key, inner in node.items()}
    if isinstance(node, list):
        return [filled_in(inner, values) for inner in node]
    return node


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    if found[1]:
        return "$"
    given = values.get(found[2] or found[5], "")
    if not given and found[3] == ":?":
        raise KeyError(found[2], found[4])
    return given or (found[4] if found[3] == ":-" else "")


def broken_rules(text: str) -> list[str]:
    """One sentence for each of our rules that a compose file breaks."""
    document: Document = yaml.safe_load(text)
    services: Mapping[str, Document] = document["services"]
    problems = [*_variables(document), *_volumes(document)]
    for name, service in services.items():
        found = (
            *_image(service),
            *_secrets(service),
            *_ports(service),
            *_mounts(service, document.get("volumes", {})),
            *_dependencies(service, services),
            *_limits(service),
        )
        problems += [f"{name}: {problem}" for problem in found]
    return problems


def _image(service: Document) -> Iterator[str]:
    image = service["image"]
    if "build" in service:
        if image != f"leumund:{service['build']['target']}":
            yield f"image {image} is not named after its target"
    elif not _PINNED.search(image):
        yield f"image {image} is not pinned to a version"


def _variables(document: Document) -> Iterator[str]:
    for variable in (one for value in texts(document) for one in variables(value)):
        if variable.rule not in (":?", ":-"):
            yield f"${variable.name}: neither a default nor a sentence that says what to do"
        elif _SECRET.search(variable.name) and not variable.safe:
            yield f"${variable.name}: a secret with a default"


def _secrets(service: Document) -> Iterator[str]:
    for name, value in service.get("environment", {}).items():
        login = _LOGIN_IN_ADDRESS.search(str(value))
        secret = login[1] if login else value if _SECRET.search(name) else None
        if secret is not None and not (
            re.fullmatch(r"\$\{[^}]*\}", str(secret)) and variables(secret)[0].safe
        ):
            yield f"{name} is written into the file"


def _ports(service: Document) -> Iterator[str]:
    for port in service.get("ports", ()):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to other machines"
    if service.get("network_mode") == "host" or service.get("privileged"):
        yield "has the rights of the host"


def _mounts(service: Document, volumes: Mapping[str, Any]) -> Iterator[str]:
    for mount in service.get("volumes", ()):
        source, _, rest = mount.partition(":")
        if source.startswith("."):
            if not (ROOT / source).exists():
                yield f"{source} does not exist"
            if not rest.endswith(":ro"):
                yield f"{source} may be written"
        elif source not in volumes:
            yield f"volume {source} is not declared"


def _volumes(document: Document) -> Iterator[str]:
    used = {
        mount.partition(":")[0]
        for service in document["services"].values()
        for mount in service.get("volumes", ())
    }
    yield from (f"volume {name} is not used" for name in document["volumes"] if name not in used)


def _dependencies(service: Document, services: Mapping[str, Document]) -> Iterator[str]:
    for name, how in service.get("depends_on", {}).items():
        other = services.get(name)
        if other is None:
            yield f"waits for {name}, which does not exist"
            continue
        if how["condition"] == "service_healthy" and "healthcheck" not in other:
            yield f"waits for the health of {name}, which has no check"
        if how["condition"] == "service_completed_successfully" and other.get("restart") != "no":
            yield f"waits for the end of {name}, which is restarted"
        if not _starts_with(service, other):
            yield f"waits for {name}, which its profile does not start"


def _starts_with(service: Document, other: Document) -> bool:
    """Whether the other one runs in every profile in which this one runs."""
    if "profiles" not in other:
        return True
    return "profiles" in service and set(service["profiles"]) <= set(other["profiles"])


def _limits(service: Document) -> Iterator[str]:
    if "mem_limit" not in service:
        yield "may take all the memory"
    if service.get("restart") != "no" and "healthcheck" not in service:
        yield "nobody asks whether it lives"
