"""The proxy spoils exactly what it is told to, and the rest is the real server's answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import ApiError, BadRequestError, ConnectionTimeout, Elasticsearch
from elasticsearch import ConnectionError as NoConnection
from integration.elasticsearch.faults import Answer, Cut, Fault, Hold, Refuse, Withhold
from integration.elasticsearch.proxy import Proxy
from integration.elasticsearch.server import Cluster
from integration.elasticsearch.splice import FAILURE_STORE, splice, split


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Elasticsearch]:
    """Tries once, and has nothing to do with the server but through the proxy."""
    with Elasticsearch(proxy.url, max_retries=0, request_timeout=60) as one:
        yield one


@pytest.fixture
def index(cluster: Cluster, prefix: str) -> Iterator[str]:
    with cluster.client() as direct:
        direct.indices.create(index=f"{prefix}-bulk", settings={"number_of_replicas": 0})
    yield f"{prefix}-bulk"


def operations(index: str, count: int = 20, *, version: int = 1) -> list[dict[str, Any]]:
    meta = {"_index": index, "version": version, "version_type": "external_gte"}
    lines: list[dict[str, Any]] = []
    for n in range(count):
        lines += [{"index": {**meta, "_id": str(n)}}, {"n": n}]
    return lines


def stored(cluster: Cluster, index: str) -> set[str]:
    with cluster.client() as direct:
        direct.indices.refresh(index=index)
        found = direct.search(index=index, size=1000, source=False)
    return {hit["_id"] for hit in found["hits"]["hits"]}


def statuses(answer: Any) -> list[int]:
    return [item["index"]["status"] for item in answer["items"]]


def test_nothing_planned_changes_nothing(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    assert client.info()["version"]["number"].startswith("9.")
    assert client.indices.exists(index=index)
    assert not client.indices.exists(index=f"{index}-none")
    assert statuses(client.bulk(operations=operations(index))) == [201] * 20
    assert len(stored(cluster, index)) == 20
    assert (proxy.requests, proxy.withheld, proxy.statuses) == (1, 0, {200: 1})


def test_withheld_items_are_429_in_their_places_and_not_stored(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.always = Withhold(0.4)
    answer = client.bulk(operations=operations(index))
    assert answer["errors"] is True
    assert [item["index"]["_id"] for item in answer["items"]] == [str(n) for n in range(20)]
    done = {str(n) for n, status in enumerate(statuses(answer)) if status == 201}
    assert stored(cluster, index) == done
    assert 0 < proxy.withheld == statuses(answer).count(429) == 20 - len(done)
    refused = next(i["index"] for i in answer["items"] if i["index"]["status"] == 429)
    assert refused["error"]["type"] == "es_rejected_execution_exception"


def test_items_sent_again_are_drawn_again_until_all_are_stored(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.always = Withhold(0.2)
    left = operations(index, 50)
    while left:
        items = client.bulk(operations=left)["items"]
        open_ = [n for n, item in enumerate(items) if item["index"]["status"] == 429]
        left = [line for n in open_ for line in left[2 * n : 2 * n + 2]]
    assert len(stored(cluster, index)) == 50
    assert sum(proxy.tries.values()) == 50 + proxy.withheld
    assert max(proxy.tries.values()) > 1


def test_the_same_seed_withholds_the_same_items(cluster: Cluster, index: str) -> None:
    def drawn(seed: int) -> list[int]:
        with Proxy(cluster.url, seed=seed) as proxy, Elasticsearch(proxy.url) as client:
            proxy.always = Withhold(0.5)
            answer = client.bulk(operations=operations(index))
        return [n for n, status in enumerate(statuses(answer)) if status == 429]

    assert drawn(1) == drawn(1) != drawn(2)


def test_all_items_withheld_asks_the_server_nothing(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.plan(Withhold())
    assert statuses(client.bulk(operations=operations(index))) == [429] * 20
    assert stored(cluster, index) == set()


def test_a_filtered_answer_is_filtered_in_the_spliced_items_too(
    client: Elasticsearch, index: str, proxy: Proxy
) -> None:
    proxy.plan(Withhold(0.5))
    answer = client.bulk(
        operations=operations(index), filter_path="errors,items.*.status,items.*.error.type"
    )
    assert set(answer) == {"errors", "items"}
    kinds = {frozenset(item["index"]) for item in answer["items"]}
    assert kinds == {frozenset({"status"}), frozenset({"status", "error"})}
    assert len(answer["items"]) == 20


def test_our_filter_leaves_what_the_servers_own_filter_leaves(cluster: Cluster, index: str) -> None:
    wanted = "items.*.status,items.*.error.type,items.index._id"
    sent = operations(index, 3) + operations(index, 2, version=0)
    with cluster.client() as direct:
        filtered = direct.bulk(operations=sent, filter_path=wanted).body
        whole = direct.bulk(operations=sent).body
    items = split("\n".join(map(json.dumps, sent)).encode())
    ours = splice(whole, items, [None] * 5, filter_path=wanted)
    assert [s for s in statuses(ours) if s != 200] == [s for s in statuses(filtered) if s != 201]
    assert [set(i["index"]) for i in ours["items"]] == [set(i["index"]) for i in filtered["items"]]


def test_compressed_requests_are_understood(proxy: Proxy, cluster: Cluster, index: str) -> None:
    proxy.plan(Withhold(0.4))
    with Elasticsearch(proxy.url, http_compress=True) as client:
        answer = client.bulk(operations=operations(index))
    assert len(stored(cluster, index)) == statuses(answer).count(201) == 20 - proxy.withheld


def test_an_item_in_the_failure_store_looks_like_a_success(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.plan(Withhold(0.5, FAILURE_STORE))
    answer = client.bulk(operations=operations(index))
    assert answer["errors"] is False
    used = [i["index"]["_id"] for i in answer["items"] if "failure_store" in i["index"]]
    assert len(used) == proxy.withheld > 0
    assert stored(cluster, index).isdisjoint(used)


def test_a_held_answer_times_out_though_the_request_was_applied(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.plan(Hold())
    with pytest.raises(ConnectionTimeout):
        client.options(request_timeout=0.2).bulk(operations=operations(index))
    proxy.wait_until_idle()
    assert len(stored(cluster, index)) == 20
    assert statuses(client.bulk(operations=operations(index))) == [200] * 20


@pytest.mark.parametrize(
    ("fault", "applied"), [(Cut("request"), 0), (Cut("answer"), 20), (Refuse(), 0)]
)
def test_a_broken_line_is_an_error_whether_or_not_the_request_was_applied(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy, fault: Fault, applied: int
) -> None:
    proxy.plan(fault)
    with pytest.raises(NoConnection):
        client.bulk(operations=operations(index))
    proxy.wait_until_idle()
    assert len(stored(cluster, index)) == applied
    client.bulk(operations=operations(index))
    assert len(stored(cluster, index)) == 20


def test_the_server_is_away_and_comes_back_at_the_same_address(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    client.bulk(operations=operations(index, 3))
    with proxy.away(), pytest.raises(NoConnection):
        client.info()
    with proxy.away(), pytest.raises(NoConnection):
        client.bulk(operations=operations(index))
    assert len(stored(cluster, index)) == 3
    assert statuses(client.bulk(operations=operations(index))) == [200] * 3 + [201] * 17


def test_planned_statuses_come_one_by_one(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.plan(Answer(503), None, Answer(502))
    seen = []
    for _ in range(4):
        try:
            seen.append(client.bulk(operations=operations(index, 1)).meta.status)
        except ApiError as error:
            seen.append(error.meta.status)
    assert seen == [503, 200, 502, 200]
    assert proxy.statuses == {200: 2, 502: 1, 503: 1}


def test_a_body_over_the_limit_is_413_and_one_below_passes(
    client: Elasticsearch, cluster: Cluster, index: str, proxy: Proxy
) -> None:
    proxy.largest = 1000
    with pytest.raises(ApiError) as refused:
        client.bulk(operations=operations(index, 20))
    assert refused.value.meta.status == 413
    client.bulk(operations=operations(index, 2))
    assert len(stored(cluster, index)) == 2


@pytest.mark.parametrize("wanted", ["items.*.error", "**.status", "-took"])
def test_a_filter_that_the_proxy_cannot_follow_is_said_and_not_guessed(
    client: Elasticsearch, index: str, proxy: Proxy, wanted: str
) -> None:
    proxy.plan(Withhold(0.5))
    with pytest.raises(BadRequestError, match="filter_path"):
        client.bulk(operations=operations(index), filter_path=wanted)
