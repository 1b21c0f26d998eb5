"""A real Elasticsearch for every test here, found or started once, with a prefix for each test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch import distribution, server
from integration.elasticsearch.house import TEXTS, built
from integration.elasticsearch.proxy import Proxy
from integration.elasticsearch.server import Cluster

from leumund import flows

GIVEN = "LEUMUND_TEST_ELASTICSEARCH"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Without security: the one that LEUMUND_TEST_ELASTICSEARCH names, else one of our own."""
    if url := os.environ.get(GIVEN):
        yield Cluster(url)
        return
    needs_server()
    with server.running() as running:
        yield running


@pytest.fixture(scope="session")
def secured() -> Iterator[Cluster]:
    """With TLS and users, always one of our own."""
    needs_server()
    with server.running(security=True) as running:
        yield running


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that has collected, read and scored its texts, and knows no Elasticsearch yet."""
    folder = tmp_path_factory.mktemp("read") / "house"
    house = built(folder)
    house.drop("eins.jsonl", TEXTS)
    parts = house.parts()
    flows.collect(parts)
    flows.enrich(parts)
    flows.score(parts)
    parts.record.close()
    return folder


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    """A proxy before `cluster` that spoils bulk requests as a test plans it."""
    with Proxy(cluster.url) as proxy:
        yield proxy


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    """A name that nobody else uses; whatever begins with it is deleted after the test."""
    wanted = [name for name in ("cluster", "secured") if name in request.fixturenames]
    clusters: list[Cluster] = [request.getfixturevalue(name) for name in wanted]
    name = f"t{secrets.token_hex(4)}"
    yield name
    for one in clusters:
        with one.client() as client:
            wipe(client, name)


def wipe(client: Elasticsearch, prefix: str) -> None:
    """Deletes the indices and templates that begin with `prefix-`, and nothing else."""
    mine, client = f"{prefix}-*", client.options(ignore_status=404)
    for index in client.indices.get(index=mine, expand_wildcards="all"):
        client.indices.delete(index=index)
    found = client.indices.get_index_template(name=mine)
    for template in found.get("index_templates", ()):
        client.indices.delete_index_template(name=template["name"])
    parts = client.cluster.get_component_template(name=mine)
    for part in parts.get("component_templates", ()):
        client.cluster.delete_component_template(name=part["name"])


def needs_server() -> None:
    """Skips by name where a server cannot be had, but not in CI on a machine with the tools."""
    try:
        distribution.unpacked()
    except distribution.Missing as missing:
        if os.environ.get("CI") and distribution.equipped():
            raise
        pytest.skip(f"needs a real Elasticsearch: {missing}")
