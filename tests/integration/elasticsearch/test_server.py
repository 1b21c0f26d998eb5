"""The servers of our tests are what they claim to be."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from elasticsearch import AuthenticationException, Elasticsearch
from elasticsearch import ConnectionError as NoConnection
from integration.elasticsearch.conftest import needs_server, wipe
from integration.elasticsearch.server import Cluster

import leumund
from leumund.testing.airflow import until


def test_the_server_is_a_real_elasticsearch_nine(cluster: Cluster) -> None:
    with cluster.client() as client:
        assert client.info()["version"]["number"].startswith("9.")


def test_the_secured_server_lets_its_user_in(secured: Cluster) -> None:
    with secured.client() as client:
        assert client.info()["version"]["number"] == "9.4.3"
        assert client.security.authenticate()["username"] == "elastic"


def test_the_secured_server_refuses_who_has_no_key(secured: Cluster) -> None:
    with secured.client(basic_auth=None) as client, pytest.raises(AuthenticationException):
        client.info()


def test_a_certificate_of_another_authority_is_not_believed(
    secured: Cluster, tmp_path: Path
) -> None:
    other = tmp_path / "other.crt"
    trustme.CA().cert_pem.write_to_path(str(other))
    with (
        secured.client(ca_certs=str(other)) as client,
        pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.info()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One in which a server that has stepped down may clear up; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


def test_a_test_run_that_is_killed_leaves_nothing(open_folder: Path) -> None:
    needs_server()
    code = "from integration.elasticsearch import server\n"
    code += "with server.running() as it: print(it.url, flush=True); input()"
    paths = [Path(__file__).parents[2], Path(leumund.__file__).parents[1]]
    run = subprocess.Popen(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "TMPDIR": str(open_folder),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout and run.stdin
    url = run.stdout.readline().strip()
    with Elasticsearch(url, max_retries=0) as client:
        assert client.ping()
        run.kill()
        run.wait()
        until(lambda: not client.ping(), within=60, what="end of the server")
    until(lambda: not list(open_folder.iterdir()), within=60, what="end of its files")


def test_wiping_a_prefix_leaves_its_neighbours(cluster: Cluster, prefix: str) -> None:
    gone, kept = f"{prefix}-a", f"{prefix}x-a"
    with cluster.client() as client:
        try:
            for name in (gone, kept):
                client.indices.create(index=name)
                client.cluster.put_component_template(name=name, template={"settings": {}})
                client.indices.put_index_template(
                    name=name, index_patterns=[f"{name}-nothing"], composed_of=[name]
                )
            wipe(client, prefix)
            assert not client.indices.exists(index=gone)
            assert not client.indices.exists_index_template(name=gone)
            assert not client.cluster.exists_component_template(name=gone)
            assert client.indices.exists(index=kept)
            assert client.indices.exists_index_template(name=kept)
            assert client.cluster.exists_component_template(name=kept)
        finally:
            wipe(client, f"{prefix}x")
