"""The commands on a server with users: set up once, then publish and search with keys of a role."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from integration.elasticsearch.house import CLOCK, House, built, configured, held, wanted, whole
from integration.elasticsearch.server import Cluster

from leumund import flows

TEXTS = 20


@pytest.fixture
def house(secured: Cluster, prefix: str, tmp_path: Path) -> House:
    """A house with a few texts, before a TLS server that it has no keys for yet."""
    folder = tmp_path / "house"
    built(folder).drop("eins.jsonl", TEXTS)
    more = f'ca_file = "{secured.ca_file}"'
    return configured(folder, url=secured.url, prefix=prefix, more=more)


def test_set_up_publish_search_and_a_key_that_was_ended(
    house: House, secured: Cluster, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = house.leumund("run", "--clock", "2026-11-24T09:00+00:00")
    assert refused.returncode == 0, refused.stderr
    assert "elastic setup" in refused.stderr
    assert "Bericht:" in refused.stdout

    monkeypatch.setenv("LEUMUND_ELASTICSEARCH_PASSWORD", secured.password)
    done = house.leumund("elastic", "setup")
    assert done.returncode == 0, done.stderr
    keys = sorted((house.home / "keys").glob("elasticsearch-*"))
    assert [key.name for key in keys] == [
        f"elasticsearch-{role}" for role in ("reader", "setup", "writer")
    ]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    monkeypatch.delenv("LEUMUND_ELASTICSEARCH_PASSWORD")

    ran = house.leumund("run", "--clock", "2026-11-24T09:20+00:00")
    assert ran.returncode == 0, ran.stderr
    for key in keys:
        secret = key.read_text()
        said = done.stdout + done.stderr + ran.stdout + ran.stderr
        assert secret not in said
        assert secured.password not in said
    with secured.client() as client:
        assert held(client, prefix).keys() == wanted(house.parts())
    whole(house.parts())
    found = house.leumund("search", "Warteschleife", "--limit", "3")
    assert "Sparquell" in found.stdout, found.stderr
    assert house.leumund("schema", "check").returncode == 0

    again = _keyless(house, secured, monkeypatch)
    assert "ended" in again
    (house.home / "keys" / "elasticsearch-writer").write_text("bm9ib2R5OndyaXRlcg==")
    (sink,) = flows.publish(house.parts(CLOCK + timedelta(hours=1))).sinks
    assert "key" in sink.stopped
    assert "bm9ib2R5" not in sink.stopped


def _keyless(house: House, secured: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LEUMUND_ELASTICSEARCH_PASSWORD", secured.password)
    return house.leumund("elastic", "setup").stdout


def test_what_an_administrator_pastes_names_every_part(house: House, prefix: str) -> None:
    printed = house.leumund("elastic", "setup", "--print").stdout
    for part in ("_component_template", "_index_template", "_security/role", "_security/api_key"):
        assert part in printed
    assert f"PUT {prefix}-mentions-2026.11-g1" in printed


def test_a_wrong_authority_ends_in_one_sentence(
    house: House, secured: Cluster, prefix: str, tmp_path: Path
) -> None:
    import trustme

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    configured(house.folder, url=secured.url, prefix=prefix, more=f'ca_file = "{other}"')
    said = house.leumund("schema", "check")
    assert said.returncode == 2
    assert "certificate" in said.stderr
    assert "Traceback" not in said.stderr
