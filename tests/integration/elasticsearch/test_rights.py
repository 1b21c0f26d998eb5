"""Keys on a server with users: each may do its work and nothing else, and says so when it fails."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trustme
from elasticsearch import Elasticsearch
from integration.elasticsearch.server import Cluster

from leumund.errors import Misconfigured
from leumund.types import Change
from leumund.views import connection, generations, indices, roles
from leumund.views.differences import check
from leumund.views.elastic import Elastic
from leumund.views.places import Place

MONTHS = ["2026.11"]
CHANGES = [
    Change(
        object="a",
        revision=3,
        index="mentions",
        month="2026.11",
        id="a",
        body=b'{"message":"Zug","leumund.checksum":5}',
    ),
    Change(object="b", revision=4, index="mentions", month="2026.11", id="b", body=None),
    Change(object="c", revision=1, index="ledger", id="c", body=b'{"leumund.run.id":1}'),
]


@pytest.fixture
def boss(secured: Cluster, prefix: str) -> Iterator[Elasticsearch]:
    """An administrator; roles of the prefix are gone afterwards."""
    login = (secured.user, secured.password)
    with closing(connection.opened(secured.url, ca_file=str(secured.ca_file), login=login)) as one:
        yield one
        for name in one.security.get_role().body:
            if name.startswith(f"{prefix}-"):
                one.security.delete_role(name=name)


@contextmanager
def keyed(cluster: Cluster, key: str) -> Iterator[Elasticsearch]:
    with closing(
        connection.opened(cluster.url, ca_file=str(cluster.ca_file), api_key=key)
    ) as client:
        yield client


@pytest.fixture
def by_role(
    secured: Cluster, boss: Elasticsearch, prefix: str
) -> Iterator[Callable[[roles.Role], Elasticsearch]]:
    """Role → client with a new key of it; schemas are applied by the setup key."""
    roles.put_roles(boss, prefix)
    clients = {
        role: connection.opened(
            secured.url,
            ca_file=str(secured.ca_file),
            api_key=roles.create_key(boss, prefix, role, days=1).encoded,
        )
        for role in roles.ROLES
    }
    indices.apply(clients["setup"], prefix, months=MONTHS)
    yield clients.__getitem__
    for client in clients.values():
        client.close()


def published(client: Elasticsearch, prefix: str, changes: Sequence[Change] = CHANGES) -> list[str]:
    """The fates of changes that this client publishes."""
    view = Elastic(client, prefix=prefix, sleep=lambda _: None, random=lambda: 0.5)
    receipt = view.publish(changes)
    assert receipt.stopped == ""
    return [fate for fate, _ in receipt.fates]


def refused(client: Elasticsearch, act: Callable[[Elasticsearch], object]) -> str:
    """What is said when this client may not; one line without a secret."""
    with (
        pytest.raises(Misconfigured, match="may not do this") as told,
        connection.sorted_errors(connection.address(client)),
    ):
        act(client)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_the_writer_publishes_with_index_rights_only(
    by_role: Callable[[roles.Role], Elasticsearch], prefix: str
) -> None:
    writer = by_role("writer")
    assert connection.version(writer).startswith("9.")
    assert published(writer, prefix) == ["done", "done", "done"]
    by_role("setup").indices.refresh(index=f"{prefix}-*")
    counted = generations.counts_and_checksums(writer, prefix)
    assert counted[Place("mentions", "2026.11")] == (1, 5)


def test_the_writer_may_do_nothing_else(
    by_role: Callable[[roles.Role], Elasticsearch], prefix: str
) -> None:
    writer, month = by_role("writer"), f"{prefix}-mentions-2026.11"
    forbidden: list[Callable[[Elasticsearch], object]] = [
        lambda one: one.search(index=".security"),
        lambda one: one.search(index=".security-7"),
        lambda one: one.security.get_user(),
        lambda one: one.security.create_api_key(name=f"{prefix}-more"),
        lambda one: one.indices.delete(index=f"{month}-g1"),
        lambda one: one.indices.create(index=f"{prefix}-mentions-2030.01-g1"),
        lambda one: one.index(index=f"{prefix}-made", document={}),
        lambda one: one.indices.put_mapping(index=month, properties={"x": {"type": "long"}}),
        lambda one: one.indices.put_settings(index=month, settings={"refresh_interval": "9s"}),
        lambda one: one.indices.update_aliases(
            actions=[{"remove": {"index": f"{month}-g1", "alias": month}}]
        ),
        lambda one: one.indices.put_index_template(
            name=f"{prefix}-mentions", index_patterns=[f"{prefix}-mentions-*"]
        ),
        lambda one: one.cluster.put_component_template(name=f"{prefix}-settings", template={}),
        lambda one: one.indices.delete_index_template(name=f"{prefix}-mentions"),
        lambda one: one.index(index="elsewhere", document={}),
        lambda one: one.update_by_query(index=month, query={"match_all": {}}),
    ]
    for act in forbidden:
        refused(writer, act)
    assert check(by_role("setup"), prefix, months=MONTHS) == []


def test_the_reader_reads_and_no_more(
    by_role: Callable[[roles.Role], Elasticsearch], prefix: str
) -> None:
    reader = by_role("reader")
    assert published(by_role("writer"), prefix)[0] == "done"
    by_role("setup").indices.refresh(index=f"{prefix}-*")
    found = reader.search(index=f"{prefix}-mentions", query={"match": {"message": "Züge"}})
    assert found["hits"]["total"]["value"] == 1
    told = refused(reader, lambda one: one.index(index=f"{prefix}-ledger", document={}))
    assert "(indices:data/write/index)" in told
    refused(reader, lambda one: one.delete(index=f"{prefix}-ledger", id="c"))
    refused(reader, lambda one: one.search(index=".security"))
    refused(reader, lambda one: one.cluster.health())


def test_setup_keeps_to_its_prefix(
    by_role: Callable[[roles.Role], Elasticsearch], prefix: str
) -> None:
    setup = by_role("setup")
    refused(setup, lambda one: one.indices.create(index="elsewhere"))
    refused(setup, lambda one: one.search(index=".security"))
    refused(setup, lambda one: one.security.put_role(name=f"{prefix}-more"))
    nothing = {"cluster.routing.allocation.enable": None}
    refused(setup, lambda one: one.cluster.put_settings(persistent=nothing))


def test_setup_copies_an_index(by_role: Callable[[roles.Role], Elasticsearch], prefix: str) -> None:
    setup = by_role("setup")
    published(by_role("writer"), prefix)
    setup.indices.put_mapping(index=f"{prefix}-ledger", properties={"x": {"type": "long"}})
    done = generations.reindex(setup, prefix, months=MONTHS)
    assert done == [f"index {prefix}-ledger-g1 copied to {prefix}-ledger-g2"]
    assert published(by_role("writer"), prefix) == ["done", "done", "done"]


def test_what_is_printed_is_all_that_an_administrator_must_run(
    secured: Cluster, boss: Elasticsearch, prefix: str
) -> None:
    keys = {}
    for block in roles.printed(prefix, months=MONTHS, days=1).split("\n\n")[1:]:
        line, _, body = block.partition("\n")
        method, path = line.split(" ", 1)
        headers = {"accept": "application/json", "content-type": "application/json"}
        answer = boss.perform_request(method, f"/{path}", headers=headers, body=json.loads(body))
        if path == "_security/api_key":
            keys[answer.body["name"]] = answer.body["encoded"]
    with keyed(secured, keys[f"{prefix}-writer"]) as writer:
        assert published(writer, prefix) == ["done", "done", "done"]
    with keyed(secured, keys[f"{prefix}-setup"]) as setup:
        assert check(setup, prefix, months=MONTHS) == []


def test_a_new_key_ends_the_older_ones_of_its_role_only(
    secured: Cluster, boss: Elasticsearch, prefix: str
) -> None:
    reader = roles.create_key(boss, prefix, "reader", days=1)
    old, new = (roles.create_key(boss, prefix, "writer", days=1) for _ in range(2))
    assert roles.revoke_others(boss, new) == 1
    assert roles.revoke_others(boss, new) == 0
    with (
        keyed(secured, old.encoded) as client,
        pytest.raises(Misconfigured, match="key is unknown or wrong"),
    ):
        connection.version(client)
    for key in (new, reader):
        with keyed(secured, key.encoded) as client:
            assert client.security.authenticate()["api_key"]["name"] == key.name


def test_an_expired_or_wrong_key_is_said_in_one_sentence(
    secured: Cluster, boss: Elasticsearch, prefix: str
) -> None:
    expired = boss.security.create_api_key(name=f"{prefix}-old", expiration="1ms")
    boss.security.get_api_key(id=expired["id"])
    for key, said in ((expired["encoded"], "has expired"), ("bm86bm8=", "is unknown or wrong")):
        with keyed(secured, key) as client, pytest.raises(Misconfigured, match=said) as told:
            connection.version(client)
        text = "".join(traceback.format_exception(told.value))
        assert key not in text
        assert "leumund elastic setup" in str(told.value)


def test_a_certificate_of_somebody_else_is_said_in_one_sentence(
    secured: Cluster, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for ca_file, fingerprint, said in (
        (str(other), "", "authority that is not believed"),
        ("", "", "authority that is not believed"),
        ("", "0" * 64, "has another fingerprint"),
    ):
        client = connection.opened(
            secured.url, ca_file=ca_file, fingerprint=fingerprint, api_key="bm86bm8="
        )
        with closing(client), pytest.raises(Misconfigured, match=said) as told:
            connection.version(client)
        assert "bm86bm8=" not in "".join(traceback.format_exception(told.value))


def test_a_server_without_users_is_told_from_one_with(cluster: Cluster) -> None:
    with (
        closing(connection.opened(cluster.url)) as client,
        pytest.raises(Misconfigured, match="knows no keys"),
    ):
        roles.put_roles(client, "leumund")
