"""The DAGs publish to a real Elasticsearch and look after it at night."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from dags.conftest import environment
from elasticsearch import Elasticsearch
from integration.elasticsearch.house import CLOCK, House, built, configured, held, wanted, whole
from integration.elasticsearch.server import Cluster

from leumund import flows

IN_ORDER = Path(__file__).parents[2] / "dags" / "in_order.py"
DAGS = Path(__file__).parents[3] / "dags"
TEXTS = 30


@pytest.mark.skipif(find_spec("airflow") is None, reason="the extra `airflow` is not installed")
def test_six_dags_publish_and_the_nightly_one_compares(
    cluster: Cluster, prefix: str, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    built(folder).drop("eins.jsonl", TEXTS)
    house = configured(folder, url=cluster.url, prefix=prefix)
    _run(house, tmp_path / "one")
    client = cluster.client()
    assert held(client, prefix).keys() == wanted(house.parts())
    assert len(held(client, prefix)) == TEXTS
    whole(house.parts())
    assert flows.tend(house.parts()).differs == {}
    _spoil(client, prefix)
    assert flows.tend(house.parts()).differs != {}
    failed = _run(house, tmp_path / "two", check=False)
    assert "publish --rebuild" in failed


def _spoil(client: Elasticsearch, prefix: str) -> None:
    client.delete_by_query(index=f"{prefix}-mentions", query={"match_all": {}}, max_docs=3)
    client.indices.refresh(index=f"{prefix}-*")


def _run(house: House, home: Path, *, check: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, str(IN_ORDER), str(DAGS)],
        env=environment(home) | house.environment | {"LEUMUND_CLOCK": CLOCK.isoformat()},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == check, said[-3000:]
    return said
