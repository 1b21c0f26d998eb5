"""Reads from schemas/elasticsearch what Elasticsearch should hold, under the wanted prefix."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leumund.errors import Misconfigured

Body = dict[str, Any]
Lines = dict[str, str]
"""Path → value as text, the form in which two bodies are compared."""

OWN = "leumund"
INDICES = ("mentions", "index", "signals", "ledger")
WORDS = "words.txt"
_SPELLED_OUT = re.compile(r"([ao]|(?<![aeiouqyäöü])u)e")
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Component and index templates by name, as they are put."""

    prefix: str
    components: Mapping[str, Body]
    templates: Mapping[str, Body]

    def fields(self, index: str) -> dict[str, Lines]:
        """Field → its parameters, of mentions, index, signals or ledger."""
        found: dict[str, Lines] = {}
        for part in self._parts(index):
            found |= fields(part.get("mappings", {}))
        return found

    def mappings(self, index: str) -> Body:
        """The mapping of an index, its parts put together."""
        whole: Body = {"properties": {}}
        for part in self._parts(index):
            mappings = dict(part.get("mappings", {}))
            whole["properties"] |= mappings.pop("properties", {})
            whole |= mappings
        return whole

    def settings(self, index: str) -> Lines:
        """The settings of an index."""
        found: Lines = {}
        for part in self._parts(index):
            found |= flat(part.get("settings", {}))
        return found

    def _parts(self, index: str) -> Iterator[Body]:
        for name in self.templates[f"{self.prefix}-{index}"]["composed_of"]:
            yield self.components[name]["template"]


def load(prefix: str = OWN, folder: Path | None = None) -> Blueprint:
    """What Elasticsearch should hold under a prefix.

    Args:
        prefix: first part of every name; the files say `leumund`.
        folder: default: `schemas/elasticsearch` of the checkout or of the installed package.
    """
    folder = folder or locate()
    components = dict(_bodies(folder / "components", prefix))
    words = [folded(word) for word in (folder / WORDS).read_text("utf-8").split()]
    for body in components.values():
        analysis = body["template"].get("settings", {}).get("index", {}).get("analysis", {})
        for rule in analysis.get("filter", {}).values():
            if rule.get("word_list") == WORDS:
                rule["word_list"] = sorted(set(words))
    templates = dict(_bodies(folder / "templates", prefix))
    for body in (*components.values(), *templates.values()):
        body["_meta"]["checksum"] = checksum(body)
    return Blueprint(prefix=prefix, components=components, templates=templates)


def locate() -> Path:
    """Where the templates lie.

    Raises:
        Misconfigured: the installation is incomplete.
    """
    package = Path(__file__).parents[1]
    for folder in (package.parents[1] / "schemas", package / "_data" / "schemas"):
        if (folder / "elasticsearch").is_dir():
            return folder / "elasticsearch"
    raise Misconfigured("The templates of Elasticsearch are not installed: install leumund anew.")


def folded(word: str) -> str:
    """A word as the token filter `german_normalization` of Lucene leaves it.

    >>> [folded(word) for word in ("straße", "verspätung", "verspaetung", "steuer", "aktuell")]
    ['strasse', 'verspatung', 'verspatung', 'steuer', 'aktull']
    """
    return _SPELLED_OUT.sub(r"\1", word).translate(_PLAIN)


def checksum(body: Body) -> str:
    """12 hex digits that tell whether somebody changed a template by hand.

    >>> a, b = {"priority": 501, "_meta": {"checksum": "x"}}, {"priority": "501"}
    >>> checksum(a) == checksum(b), checksum(a) == checksum({"priority": 1})
    (True, False)
    """
    lines = sorted(f"{path}={value}" for path, value in told(body).items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def told(body: Body) -> Lines:
    """What of a template counts: its text without checksum and what the server adds."""
    added = ("_meta.checksum", "created_date", "modified_date")
    return {path: value for path, value in flat(body).items() if not path.startswith(added)}


def flat(body: object, at: str = "") -> Lines:
    """Nested JSON as path → text; list items are numbered.

    >>> flat({"index": {"codec": "x", "list": [1, True]}})
    {'index.codec': 'x', 'index.list.0': '1', 'index.list.1': 'true'}
    """
    if isinstance(body, dict):
        inner = {f"{at}.{key}" if at else key: value for key, value in body.items()}
    elif isinstance(body, list):
        inner = {f"{at}.{number}": value for number, value in enumerate(body)}
    else:
        return {at: body if isinstance(body, str) else json.dumps(body)}
    return {path: text for key, value in inner.items() for path, text in flat(value, key).items()}


def fields(mappings: Body, at: str = "") -> dict[str, Lines]:
    """Field → its parameters; fields within objects and sub-fields by their full name.

    >>> fields({"properties": {"a": {"properties": {"b": {"type": "date"}}}}})
    {'a.b': {'type': 'date'}}
    """
    found: dict[str, Lines] = {}
    for name, given in mappings.get("properties", {}).items():
        path, body = f"{at}{name}", dict(given)
        children = {"properties": body.pop("properties", {})}
        subs = {"properties": body.pop("fields", {})}
        if body.get("type", "object") != "object":
            found[path] = flat(body)
        found |= fields(children, f"{path}.") | fields(subs, f"{path}.")
    return found


def _bodies(folder: Path, prefix: str) -> Iterator[tuple[str, Body]]:
    """Name → body of each file; names in it begin with the prefix."""
    for path in sorted(folder.glob("*.json")):
        body: Body = json.loads(path.read_text("utf-8"))
        for key in ("index_patterns", "composed_of"):
            if key in body:
                body[key] = [_renamed(name, prefix) for name in body[key]]
        yield _renamed(path.stem, prefix), body


def _renamed(name: str, prefix: str) -> str:
    return prefix + name.removeprefix(OWN)
