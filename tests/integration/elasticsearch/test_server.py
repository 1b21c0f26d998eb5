"""The servers of our tests are what they claim to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from elasticsearch import AuthenticationException
from elasticsearch import ConnectionError as NoConnection
from integration.elasticsearch.conftest import wipe
from integration.elasticsearch.server import Cluster


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
