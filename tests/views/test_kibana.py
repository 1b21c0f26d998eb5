"""Kibana gets our space and objects, keeps what is not ours, and its errors end in a sentence."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from jsonschema import Draft202012Validator
from views.kibana_contract import document
from views.kibana_server import Kibana, refused, serving
from views.panels import FILE

from leumund.errors import Misconfigured, Unavailable
from leumund.views.dashboards import objects
from leumund.views.dashboards.objects import Object
from leumund.views.kibana import Port, apply, diff, opened

VERSIONS = ("8.12.2", "9.4.7", "9.5.4")
OURS = objects()


@dataclass
class World:
    """A server and a port to it."""

    kibana: Kibana
    url: str
    port: Port


@pytest.fixture(params=VERSIONS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    yield from _world(request.param)


@pytest.fixture
def newest() -> Iterator[World]:
    yield from _world(VERSIONS[-1])


def _world(version: str) -> Iterator[World]:
    kibana = Kibana(version)
    with serving(kibana) as url:
        yield World(kibana, url, opened(url, api_key=kibana.key))
    assert not kibana.broken


def test_our_document_is_openapi_with_schemas_that_hold() -> None:
    found = document()
    assert found["openapi"].startswith("3.1.")
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_a_first_time_makes_the_space_and_writes_everything(world: World) -> None:
    done = apply(world.port, OURS)
    assert (done.version, done.space_created) == (world.kibana.version, True)
    assert done.written == len(OURS) == len(done.difference.new)
    space = world.kibana.spaces["leumund"]
    assert space["name"] == "Leumund"
    assert "Reputationsmonitor" in space["description"]
    assert {name for name, _, _ in world.kibana.objects} == {"leumund"}


def test_a_second_time_writes_nothing(world: World) -> None:
    apply(world.port, OURS)
    world.kibana.asked.clear()
    done = apply(world.port, OURS)
    assert (done.space_created, done.written, done.difference.none) == (False, 0, True)
    assert len(done.difference.same) == len(OURS)
    assert set(world.kibana.asked) == {"status", "space", "export"}


def test_the_difference_tells_new_from_changed_and_writes_nothing(world: World) -> None:
    assert len(diff(world.port, OURS).new) == len(OURS)
    apply(world.port, OURS)
    del world.kibana.objects["leumund", "search", "leumund-stories"]
    page = world.kibana.objects["leumund", "dashboard", "leumund-executive"]
    page["attributes"]["title"] = "Vorstand"
    world.kibana.asked.clear()
    found = diff(world.port, OURS)
    assert found.new == ("search: Meldungen der letzten 28 Tage",)
    assert found.changed == ("dashboard: Geschäftsleitung",)
    assert "import" not in world.kibana.asked
    assert "createSpace" not in world.kibana.asked


def test_a_panel_moved_by_hand_is_a_change(world: World) -> None:
    apply(world.port, OURS)
    page = world.kibana.objects["leumund", "dashboard", "leumund-system"]
    panels = json.loads(page["attributes"]["panelsJSON"])
    panels[0]["gridData"]["h"] += 1
    page["attributes"]["panelsJSON"] = json.dumps(panels)
    assert diff(world.port, OURS).changed == ("dashboard: Systemstatus",)


def test_what_a_team_added_beside_ours_stays(world: World) -> None:
    apply(world.port, OURS)
    theirs = {"type": "dashboard", "id": "presse", "attributes": {"title": "Presse"}}
    world.kibana.objects["leumund", "dashboard", "presse"] = theirs
    world.kibana.spaces["leumund"]["color"] = "#123456"
    del world.kibana.objects["leumund", "tag", "leumund"]
    apply(world.port, OURS)
    assert world.kibana.objects["leumund", "dashboard", "presse"] is theirs
    assert world.kibana.spaces["leumund"]["color"] == "#123456"
    assert ("leumund", "tag", "leumund") in world.kibana.objects


def test_an_export_gives_back_what_was_written(world: World) -> None:
    apply(world.port, OURS)
    found = world.port.export_objects([("tag", "leumund"), ("lens", "nobody")])
    assert [one["id"] for one in found] == ["leumund"]
    assert world.port.export_objects([("lens", "nobody")]) == []


def test_the_shipped_file_is_taken_too(newest: World) -> None:
    lines: list[Object] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    assert newest.port.put_space()
    assert newest.port.import_objects(lines) == len(OURS)
    assert diff(newest.port, OURS).none


def test_half_a_success_is_a_failure_that_names_the_objects(newest: World) -> None:
    with pytest.raises(Misconfigured, match=r"index-pattern|missing_references") as caught:
        apply(newest.port, [one for one in OURS if one["type"] != "index-pattern"])
    assert "did not take all objects" in str(caught.value)
    assert "lens leumund-basis: missing_references" in str(caught.value)


def test_the_link_leads_to_the_page_for_the_board(newest: World) -> None:
    tail = "/s/leumund/app/dashboards#/view/leumund-executive"
    assert newest.port.link() == newest.url + tail
    assert newest.port.link(public_url="https://kibana.example/") == "https://kibana.example" + tail


@pytest.mark.parametrize(
    ("operation", "answer", "told"),
    [
        ("space", refused(403, "Forbidden", "Forbidden"), "may not do this"),
        ("import", refused(403, "Forbidden", "Unable to bulk_create lens"), "may not do this"),
        ("import", refused(400, "Bad Request", "Unable to create index-pattern"), "may not do"),
        ("import", refused(400, "Bad Request", "Unexpected token"), "refused the request"),
        ("import", refused(422, "Unprocessable", "belongs to a newer version"), "too new"),
    ],
)
def test_a_refusal_says_what_to_do(
    newest: World, operation: str, answer: tuple[int, Any], told: str
) -> None:
    newest.kibana.refuse[operation] = answer
    with pytest.raises(Misconfigured, match=told):
        apply(newest.port, OURS)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_kibana_is_asked_again(newest: World, status: int) -> None:
    newest.kibana.refuse["import"] = refused(status, "Busy", "Kibana is not ready yet")
    with pytest.raises(Unavailable, match="busy or starting"):
        apply(newest.port, OURS)


@pytest.mark.parametrize("number", ["8.11.4", "7.17.9", "8.9.0"])
def test_an_old_kibana_is_named(number: str) -> None:
    kibana = Kibana(number)
    with serving(kibana) as url, pytest.raises(Misconfigured, match="dashboards need 8") as caught:
        apply(opened(url, api_key=kibana.key), OURS)
    assert number in str(caught.value)


def test_a_wrong_key_is_named_and_never_shown(
    newest: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Z2VoZWltOnNlaHJnZWhlaW0="
    with pytest.raises(Misconfigured, match="does not know the key") as caught:
        apply(opened(newest.url, api_key=secret), OURS)
    with pytest.raises(Misconfigured, match="does not know the key"):
        opened(newest.url, api_key=secret).has_space()
    assert secret not in str(caught.value) + caplog.text


def test_a_key_may_be_written_as_id_and_secret(newest: World) -> None:
    assert opened(newest.url, api_key="id:geheim").version() == newest.kibana.version


def test_a_kibana_that_is_away_is_named() -> None:
    with serving(Kibana("9.5.4")) as url:
        port = opened(url)
    with pytest.raises(Unavailable, match=f"No Kibana answers at {url}"):
        apply(port, OURS)


def test_something_else_at_the_address_is_named(newest: World) -> None:
    told = {"name": "node", "cluster_name": "es", "version": {"number": "9.4.3"}}
    for answer in (told, "it works", ["x"]):
        newest.kibana.refuse["status"] = (201, answer)
        with pytest.raises(Misconfigured, match="no Kibana"):
            newest.port.version()


@pytest.mark.parametrize("url", ["localhost:5601", "ftp://x", "", "http://"])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(Misconfigured, match="must read http"):
        opened(url)


def test_an_address_holds_no_password() -> None:
    with pytest.raises(Misconfigured, match="must not hold") as caught:
        opened("https://elastic:geheim@kibana.example:5601")
    assert "geheim" not in str(caught.value)


def test_a_missing_authority_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="certificate authority"):
        opened("https://kibana.example:5601", ca_file=str(tmp_path / "ca.pem"))


def test_a_certificate_that_nobody_knows_is_named(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    with serving(Kibana("9.5.4"), certificate=trustme.CA().issue_cert("localhost")) as url:
        port = opened(url, ca_file=str(tmp_path / "other.pem"))
        with pytest.raises(Misconfigured, match="certificate"):
            port.version()


def test_a_certificate_of_the_named_authority_is_believed(tmp_path: Path) -> None:
    authority, kibana = trustme.CA(), Kibana("9.5.4")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(kibana, certificate=authority.issue_cert("localhost")) as url:
        port = opened(url, ca_file=str(tmp_path / "ca.pem"), api_key=kibana.key)
        assert port.version() == "9.5.4"


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kibana", None)
    with pytest.raises(Misconfigured, match="pip install 'leumund"):
        opened("http://localhost:5601")
