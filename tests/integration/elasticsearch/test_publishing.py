"""What is published is in Elasticsearch once and at its newest, whatever goes wrong on the way."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import orjson
import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch.faults import Answer, Cut, Fault, Hold, Refuse, Withhold
from integration.elasticsearch.proxy import Proxy
from integration.elasticsearch.server import Cluster
from integration.elasticsearch.splice import FAILURE_STORE

from leumund.types import Change, Receipt
from leumund.views import connection
from leumund.views.elastic import Elastic, Pace

NOVEMBER, DECEMBER = "2026.11", "2026.12"
SECRET = "Ein Gast schreibt, was nicht in ein Protokoll gehört"
MAPPING = {
    "dynamic": "strict",
    "properties": {
        "leumund.reach": {"type": "float"},
        "leumund.headline": {"type": "keyword"},
        "message": {"type": "text"},
    },
}
FAST = Pace(timeout=30)


@pytest.fixture
def client(cluster: Cluster) -> Iterator[Elasticsearch]:
    with cluster.client() as opened:
        yield opened


@pytest.fixture
def november(client: Elasticsearch, prefix: str) -> str:
    """The index behind the alias of a month; December is missing."""
    return month(client, prefix, NOVEMBER)


@pytest.fixture
def proxy(cluster: Cluster, november: str) -> Iterator[Proxy]:
    with Proxy(cluster.url, seed=5) as between:
        yield between


def month(client: Elasticsearch, prefix: str, name: str) -> str:
    alias = f"{prefix}-mentions-{name}"
    client.indices.create(
        index=f"{alias}-g1",
        aliases={alias: {"is_write_index": True}, f"{prefix}-mentions": {}},
        mappings=MAPPING,
        settings={"number_of_shards": 1, "number_of_replicas": 0, "gc_deletes": "1h"},
    )
    return f"{alias}-g1"


def no_sleep(seconds: float) -> None:
    """Retries follow at once."""


def view(
    url: str,
    prefix: str,
    *,
    pace: Pace = FAST,
    sleep: Callable[[float], None] = no_sleep,
    names: Mapping[str, str] | None = None,
) -> Elastic:
    return Elastic(
        connection.opened(url),
        prefix=prefix,
        sleep=sleep,
        random=random.Random(3).random,
        names=names,
        pace=pace,
    )


def change(
    name: str,
    revision: int = 1,
    *,
    in_month: str = NOVEMBER,
    body: Mapping[str, object] | None = None,
    gone: bool = False,
) -> Change:
    told = None if gone else orjson.dumps(body or {"leumund.reach": revision})
    return Change(
        object=name, revision=revision, index="mentions", id=name, month=in_month, body=told
    )


def many(count: int, revision: int = 1) -> list[Change]:
    return [change(f"m{at:05}", revision) for at in range(count)]


def held(client: Elasticsearch, index: str) -> dict[str, int]:
    """Id → version of all that is in an index, none of them twice."""
    client.indices.refresh(index=index)
    hits = client.search(index=index, size=10_000, version=True)["hits"]["hits"]
    found = {hit["_id"]: int(hit["_version"]) for hit in hits}
    assert len(found) == len(hits)
    return found


def fates(receipt: Receipt) -> Counter[str]:
    return Counter(fate for fate, _ in receipt.fates)


def wanted(changes: Sequence[Change]) -> dict[str, int]:
    return {one.id: one.revision for one in changes}


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_the_newest_revision_stays_in_whatever_order_they_come(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str, order: tuple[int, ...]
) -> None:
    writer = view(cluster.url, prefix)
    told = [writer.publish([change("a", revision)]) for revision in order]
    overtaken = sum(revision < max(order[: at + 1]) for at, revision in enumerate(order))
    assert sum(map(fates, told), Counter()) == Counter(
        {"done": 3 - overtaken, "superseded": overtaken}
    )
    assert held(client, november) == {"a": 3}


def test_three_revisions_in_one_request_leave_the_newest(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    told = view(cluster.url, prefix).publish([change("a", revision) for revision in (2, 3, 1)])
    assert [fate for fate, _ in told.fates] == ["done", "done", "superseded"]
    assert held(client, november) == {"a": 3}


def test_a_replay_is_harmless(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    writer, changes = view(cluster.url, prefix), many(300, 4)
    assert fates(writer.publish(changes)) == {"done": 300}
    assert fates(writer.publish(changes)) == {"done": 300}
    assert held(client, november) == wanted(changes)


def test_a_deletion_is_not_undone_by_what_is_older(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    writer = view(cluster.url, prefix)
    writer.publish([change("a", 1), change("b", 1)])
    told = writer.publish([change("a", 6, gone=True), change("a", 5), change("c", 2, gone=True)])
    assert [fate for fate, _ in told.fates] == ["done", "superseded", "done"]
    assert fates(writer.publish([change("a", 5)])) == {"superseded": 1}
    assert held(client, november) == {"b": 1}


def test_what_cannot_be_read_is_dead_and_its_neighbours_live(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    changes = many(50)
    changes[10] = change("unknown", body={"leumund.nonsense": SECRET})
    changes[20] = change("wrong", body={"leumund.reach": SECRET})
    changes[30] = change("endless", body={"leumund.headline": SECRET * 900})
    changes[40] = change("n" * 600)
    told = view(cluster.url, prefix).publish(changes)
    assert fates(told) == {"done": 46, "dead": 4}
    assert told.stopped == told.notice == ""
    reasons = [why for fate, why in told.fates if fate == "dead"]
    assert reasons == [
        "strict_dynamic_mapping_exception, field nonsense",
        "document_parsing_exception, field leumund.reach",
        "document_parsing_exception, field leumund.headline",
        "action_request_validation_exception",
    ]
    left = [one for at, one in enumerate(changes) if at not in (10, 20, 30, 40)]
    assert held(client, november) == wanted(left)


def test_a_month_that_is_missing_waits_and_the_rest_goes_on(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    writer, late = view(cluster.url, prefix), [change("d", in_month=DECEMBER)]
    told = writer.publish([*many(20), *late])
    assert fates(told) == {"done": 20, "retry": 1}
    assert told.stopped == ""
    assert f"{prefix}-mentions-{DECEMBER}" in told.notice
    assert "leumund schema apply" in told.notice
    assert "leumund schema apply" in told.fates[-1][1]
    assert list(client.indices.get(index=f"{prefix}-*")) == [november]
    created = month(client, prefix, DECEMBER)
    assert fates(writer.publish(late)) == {"done": 1}
    assert held(client, created) == {"d": 1}


def test_a_deletion_in_a_month_that_never_was_is_done_and_creates_nothing(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    told = view(cluster.url, prefix).publish([change("d", 2, in_month=DECEMBER, gone=True)])
    assert fates(told) == {"done": 1}
    assert list(client.indices.get(index=f"{prefix}-*")) == [november]


def test_a_deletion_waits_while_its_alias_is_missing(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    writer, gone = view(cluster.url, prefix), [change("a", 2, gone=True)]
    writer.publish([change("a")])
    alias = f"{prefix}-mentions-{NOVEMBER}"
    client.indices.delete_alias(index=november, name=alias)
    told = writer.publish(gone)
    assert fates(told) == {"retry": 1}
    assert alias in told.notice
    client.indices.put_alias(index=november, name=alias)
    assert fates(writer.publish(gone)) == {"done": 1}
    assert held(client, november) == {}


@pytest.mark.parametrize(
    "harm",
    [
        lambda client, index, alias: client.indices.close(index=index),
        lambda client, index, alias: client.indices.put_alias(
            index=index, name=alias, is_write_index=False
        ),
    ],
    ids=["closed", "no write index"],
)
def test_an_index_that_takes_nothing_by_mistake_kills_no_document(
    cluster: Cluster,
    client: Elasticsearch,
    prefix: str,
    november: str,
    harm: Callable[[Elasticsearch, str, str], object],
) -> None:
    harm(client, november, f"{prefix}-mentions-{NOVEMBER}")
    assert fates(view(cluster.url, prefix).publish(many(5))) == {"retry": 5}


def test_a_rebuild_writes_to_the_indices_it_names_and_nowhere_else(
    cluster: Cluster, client: Elasticsearch, prefix: str, november: str
) -> None:
    fresh = f"{prefix}-mentions-{NOVEMBER}-g2"
    client.indices.create(index=fresh, mappings=MAPPING)
    month(client, prefix, DECEMBER)
    names = {f"{prefix}-mentions-{NOVEMBER}": fresh}
    writer = view(cluster.url, prefix, names=names)
    told = writer.publish([*many(10), change("d", in_month=DECEMBER)])
    assert fates(told) == {"done": 10, "retry": 1}
    assert held(client, fresh) == wanted(many(10))
    assert held(client, f"{prefix}-mentions") == {}


@pytest.mark.parametrize(
    ("block", "remedy"),
    [("read_only_allow_delete", "disk"), ("write", "block is lifted"), ("read_only", "lifted")],
)
def test_a_block_stops_with_a_sentence_and_loses_nothing(
    cluster: Cluster,
    client: Elasticsearch,
    prefix: str,
    november: str,
    block: str,
    remedy: str,
) -> None:
    slept: list[float] = []
    writer = view(cluster.url, prefix, pace=Pace(documents=10), sleep=slept.append)
    changes = many(40)
    client.indices.put_settings(index=november, settings={f"index.blocks.{block}": True})
    told = writer.publish(changes)
    assert fates(told) == {"retry": 40}
    assert Counter(why for _, why in told.fates)["not sent"] == 30
    assert remedy in told.stopped
    assert slept == []
    client.indices.put_settings(index=november, settings={f"index.blocks.{block}": None})
    assert fates(writer.publish(changes)) == {"done": 40}
    assert held(client, november) == wanted(changes)


def test_what_is_too_large_is_halved_until_the_culprit_is_alone(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    proxy.largest = 20_000
    changes = [change(f"m{at:03}", body={"message": "Wort " * 200}) for at in range(100)]
    changes[37] = change("giant", body={"message": "Wort " * 5_000})
    told = view(proxy.url, prefix).publish(changes)
    assert fates(told) == {"done": 99, "dead": 1}
    assert told.fates[37][1].endswith("bytes: more than the server takes in one request")
    assert held(client, november) == wanted([one for one in changes if one.id != "giant"])
    assert max(proxy.tries.values()) == 1


def test_a_fifth_of_the_items_refused_as_busy_is_sent_again_and_only_that(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    slept: list[float] = []
    proxy.always = Withhold(0.2)
    changes = many(2_000)
    pace = Pace(documents=500, attempts=12)
    told = view(proxy.url, prefix, pace=pace, sleep=slept.append).publish(changes)
    assert fates(told) == {"done": 2_000}
    assert held(client, november) == wanted(changes)
    assert 400 < proxy.withheld < 600
    assert sum(proxy.tries.values()) == 2_000 + proxy.withheld
    assert len(slept) == max(proxy.tries.values()) - 1
    full = [min(30.0, 2.0**at) for at in range(len(slept))]
    assert all(most / 2 <= one <= most for one, most in zip(slept, full, strict=True))
    assert len(set(slept)) == len(slept)


def test_a_server_that_stays_busy_is_asked_a_bounded_number_of_times(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    slept: list[float] = []
    proxy.always = Withhold()
    told = view(proxy.url, prefix, pace=Pace(attempts=4), sleep=slept.append).publish(many(10))
    assert fates(told) == {"retry": 10}
    assert {why for _, why in told.fates} == {"429 es_rejected_execution_exception"}
    assert (proxy.requests, len(slept)) == (4, 3)
    proxy.always = None
    assert fates(view(proxy.url, prefix).publish(many(10))) == {"done": 10}
    assert held(client, november) == wanted(many(10))


def test_an_acknowledgement_that_comes_too_late_doubles_nothing(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    proxy.plan(Hold(), None, Hold())
    changes = many(200)
    told = view(proxy.url, prefix, pace=Pace(documents=100, timeout=1.5)).publish(changes)
    assert fates(told) == {"done": 200}
    assert max(proxy.tries.values()) >= 2
    proxy.wait_until_idle()
    assert held(client, november) == wanted(changes)


@pytest.mark.parametrize(
    "fault",
    [Cut("request"), Cut("answer"), Refuse(), *map(Answer, (429, 500, 502, 503, 504))],
    ids=str,
)
def test_a_request_that_fails_as_a_whole_is_repeated(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy, fault: Fault
) -> None:
    proxy.plan(fault, None, fault)
    changes = many(30)
    told = view(proxy.url, prefix, pace=Pace(documents=10)).publish(changes)
    assert fates(told) == {"done": 30}
    assert told.stopped == ""
    proxy.wait_until_idle()
    assert held(client, november) == wanted(changes)


def test_a_server_that_is_away_stops_the_view_and_nothing_is_lost(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    slept: list[float] = []
    writer = view(proxy.url, prefix, sleep=slept.append)
    with proxy.away():
        told = writer.publish(many(30))
    assert fates(told) == {"retry": 30}
    assert proxy.url in told.stopped
    assert len(slept) == 4
    assert fates(writer.publish(many(30))) == {"done": 30}
    assert held(client, november) == wanted(many(30))


def test_a_server_that_comes_back_in_the_middle_gets_the_rest(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    gone, slept = ExitStack(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            gone.enter_context(proxy.away())
        elif len(slept) == 4:
            gone.close()

    proxy.plan(None, Answer(503))
    changes = many(40)
    told = view(proxy.url, prefix, pace=Pace(documents=10), sleep=sleep).publish(changes)
    assert fates(told) == {"done": 40}
    assert told.stopped == ""
    assert held(client, november) == wanted(changes)


def test_a_failure_store_is_no_success(
    client: Elasticsearch, prefix: str, november: str, proxy: Proxy
) -> None:
    proxy.plan(Withhold(0.5, FAILURE_STORE))
    changes = many(20)
    told = view(proxy.url, prefix).publish(changes)
    assert fates(told)["dead"] == proxy.withheld
    taken = [one for one, (fate, _) in zip(changes, told.fates, strict=True) if fate == "done"]
    assert held(client, november) == wanted(taken)
    assert 0 < len(taken) < 20


def test_a_key_that_is_wrong_or_may_not_write_stops_the_view(secured: Cluster, prefix: str) -> None:
    with secured.client() as client:
        index = month(client, prefix, NOVEMBER)
        rights = [{"names": [f"{prefix}-*"], "privileges": ["read", "view_index_metadata"]}]
        made = client.security.create_api_key(
            name=prefix, role_descriptors={"reader": {"indices": rights}}
        )
        for key in (made["encoded"], "d3Jvbmc6d3Jvbmc="):
            opened = connection.opened(secured.url, ca_file=str(secured.ca_file), api_key=key)
            writer = Elastic(opened, prefix=prefix, sleep=no_sleep, random=random.Random(3).random)
            told = writer.publish([*many(3), change("a", 2, gone=True)])
            assert fates(told) == {"retry": 4}
            assert "leumund elastic setup" in told.stopped
            assert key not in str(told)
        assert held(client, index) == {}
