"""What an administrator is given to run: complete, valid JSON, no more rights than needed."""

from __future__ import annotations

import json

from leumund.views import blueprint, roles


def _requests(text: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for block in text.split("\n\n")[1:]:
        line, _, body = block.partition("\n")
        found.setdefault(line, []).append(json.loads(body))
    return found


def test_the_printed_text_holds_all_that_a_cluster_needs() -> None:
    asked = _requests(roles.printed("acme", months=["2026.11"], days=30))
    wanted = blueprint.load("acme")
    for name, body in wanted.components.items():
        assert asked[f"PUT _component_template/{name}"] == [body]
    for name, body in wanted.templates.items():
        assert asked[f"PUT _index_template/{name}"] == [body]
    (month,) = asked["PUT acme-mentions-2026.11-g1"]
    assert month["aliases"] == {
        "acme-mentions-2026.11": {"is_write_index": True},
        "acme-mentions": {},
    }
    for role in roles.ROLES:
        assert asked[f"PUT _security/role/acme-{role}"] == [roles.rights("acme", role)]
    keys = asked["POST _security/api_key"]
    assert [key["name"] for key in keys] == ["acme-setup", "acme-writer", "acme-reader"]
    assert {key["expiration"] for key in keys} == {"30d"}


def test_no_role_reaches_beyond_its_prefix_or_manages_users() -> None:
    for role in roles.ROLES:
        given = roles.rights("acme", role)
        assert [one["names"] for one in given["indices"]] == [["acme-*"]]
        assert not {"all", "manage", "manage_security", "manage_api_key"} & {*given["cluster"]}


def test_the_secret_of_a_key_is_not_in_its_text() -> None:
    key = roles.Key(role="reader", id="a", name="acme-reader", expires=None, encoded="c2VjcmV0")
    assert "c2VjcmV0" not in repr(key)


def test_a_key_for_kibana_is_printed_only_where_it_is_wanted() -> None:
    assert "kibana-.kibana" not in roles.printed("leumund")
    told = roles.printed("leumund", keys=(*roles.ROLES, "kibana"))
    assert '"application": "kibana-.kibana"' in told
    assert "PUT _security/role/leumund-kibana" not in told
