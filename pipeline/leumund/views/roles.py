"""Three roles with no more rights than their work needs, and the API keys that carry them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from leumund.views.blueprint import Blueprint, Body, load
from leumund.views.connection import address, sorted_errors
from leumund.views.places import places

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Role = Literal["setup", "writer", "reader", "kibana"]
ROLES: tuple[Role, ...] = ("setup", "writer", "reader")
"""Roles that people may hold, too. `kibana` is a key only: it brings the dashboards there."""
_CLUSTER: Mapping[Role, tuple[str, ...]] = {
    "setup": ("manage_index_templates", "monitor"),
    "writer": ("monitor",),
    "reader": (),
    "kibana": (),
}
_INDICES: Mapping[Role, tuple[str, ...]] = {
    "setup": ("manage", "read", "write"),
    # The privilege "index" would let the writer add fields to a mapping as well.
    "writer": (
        "indices:data/write/index*",
        "indices:data/write/bulk*",
        "indices:data/write/delete*",
        "read",
        "view_index_metadata",
    ),
    "reader": ("read", "view_index_metadata"),
    "kibana": ("read", "view_index_metadata"),
}
_APPLICATIONS: Mapping[Role, list[Body]] = {
    "kibana": [{"application": "kibana-.kibana", "privileges": ["all"], "resources": ["*"]}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key as it was created; `encoded` is the secret and stays out of every log."""

    role: Role
    id: str
    name: str
    expires: datetime | None
    encoded: str = field(repr=False)


def rights(prefix: str, role: Role) -> Body:
    """What a role may do, as Elasticsearch describes it.

    Setup copies indices (`write`, and `monitor` to follow the copy); the writer creates no index.
    Only somebody with all rights in Kibana may create a space, hence those of `kibana`.

    >>> rights("leumund", "reader")["indices"][0]["privileges"]
    ['read', 'view_index_metadata']
    """
    return {
        "cluster": list(_CLUSTER[role]),
        "indices": [{"names": [f"{prefix}-*"], "privileges": list(_INDICES[role])}],
        "applications": _APPLICATIONS.get(role, []),
        "metadata": {"owner": "leumund"},
    }


def put_roles(client: Elasticsearch, prefix: str) -> list[str]:
    """Creates or renews the roles, for people who log in by name; returns their names.

    Raises:
        Misconfigured: the login may not, or the server knows no users.
        Unavailable: Elasticsearch is away.
    """
    names = [f"{prefix}-{role}" for role in ROLES]
    with sorted_errors(address(client)):
        for role, name in zip(ROLES, names, strict=True):
            given = rights(prefix, role)
            client.security.put_role(
                name=name,
                cluster=given["cluster"],
                indices=given["indices"],
                metadata=given["metadata"],
            )
    return names


def create_key(client: Elasticsearch, prefix: str, role: Role, *, days: int = 365) -> Key:
    """A new key of a role, valid for so many days; older ones stay valid.

    Args:
        client: an administrator who logged in by name and password.
        prefix: first part of every name.
        role: setup, writer or reader.
        days: until it expires.
    """
    name = f"{prefix}-{role}"
    with sorted_errors(address(client)):
        made = client.security.create_api_key(
            name=name,
            expiration=f"{days}d",
            role_descriptors={name: rights(prefix, role)},
            metadata={"owner": "leumund"},
        )
    moment = made.get("expiration")
    expires = datetime.fromtimestamp(moment / 1000, UTC) if moment else None
    return Key(role=role, id=made["id"], name=name, expires=expires, encoded=made["encoded"])


def revoke_others(client: Elasticsearch, key: Key) -> int:
    """Ends all other keys of the same name, once the new one is where it is read; how many."""
    with sorted_errors(address(client)):
        found = client.security.get_api_key(name=key.name, active_only=True)
        others = [one["id"] for one in found["api_keys"] if one["id"] != key.id]
        if others:
            client.security.invalidate_api_key(ids=others)
    return len(others)


def printed(
    prefix: str,
    *,
    months: Iterable[str] = (),
    days: int = 365,
    keys: Iterable[Role] = ROLES,
    blueprint: Blueprint | None = None,
) -> str:
    """Everything an administrator runs in Kibana's Dev Tools, so that we need index rights only.

    Args:
        prefix: first part of every name.
        months: those of mentions to create.
        days: until the keys expire.
        keys: to create.
        blueprint: default: the schemas that ship.
    """
    wanted = blueprint or load(prefix)
    asked = [
        *_templates(wanted),
        *_indices(wanted, months),
        *((f"PUT _security/role/{prefix}-{role}", rights(prefix, role)) for role in ROLES),
        *_keys(prefix, days, keys),
    ]
    head = "# Leumund: templates, indices, roles, keys. Each key is its answer's `encoded`."
    return "\n\n".join((head, *(f"{line}\n{_text(body)}" for line, body in asked))) + "\n"


def _templates(wanted: Blueprint) -> Iterator[tuple[str, Body]]:
    for name, body in wanted.components.items():
        yield f"PUT _component_template/{name}", body
    for name, body in wanted.templates.items():
        yield f"PUT _index_template/{name}", body


def _indices(wanted: Blueprint, months: Iterable[str]) -> Iterator[tuple[str, Body]]:
    for place in places(months):
        name = place.concrete(wanted.prefix, 1)
        yield f"PUT {name}", {"aliases": place.aliases(wanted.prefix)}


def _keys(prefix: str, days: int, keys: Iterable[Role]) -> Iterator[tuple[str, Body]]:
    for role in keys:
        name = f"{prefix}-{role}"
        yield (
            "POST _security/api_key",
            {
                "name": name,
                "expiration": f"{days}d",
                "role_descriptors": {name: rights(prefix, role)},
                "metadata": {"owner": "leumund"},
            },
        )


def _text(body: Body) -> str:
    """Short bodies in lines, long ones (the word list) in one."""
    spread = json.dumps(body, indent=2, ensure_ascii=False)
    return spread if len(spread) < 4000 else json.dumps(body, ensure_ascii=False)
