"""The chain with Elasticsearch: what the record holds is what people find, whatever happened."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch.house import (
    CLOCK,
    TEXTS,
    House,
    configured,
    held,
    wanted,
    whole,
)
from integration.elasticsearch.proxy import Proxy
from integration.elasticsearch.server import Cluster

from leumund import flows
from leumund.record import index, outbox


@pytest.fixture
def client(cluster: Cluster) -> Elasticsearch:
    return cluster.client()


@pytest.fixture
def house(read: Path, cluster: Cluster, prefix: str, tmp_path: Path) -> House:
    """A copy of it that publishes to the cluster."""
    return copied(read, tmp_path, url=cluster.url, prefix=prefix)


def copied(read: Path, there: Path, *, url: str, prefix: str) -> House:
    folder = Path(shutil.copytree(read, there / "house"))
    return configured(folder, url=url, prefix=prefix)


def publish(house: House) -> flows.Published:
    (sink,) = flows.publish(house.parts()).sinks
    return sink


def test_a_sink_that_is_new_is_filled_from_the_record(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    told = publish(house)
    parts = house.parts()
    assert (told.dead, told.waiting, told.stopped, told.notice) == (0, 0, "", "")
    assert held(client, prefix).keys() == wanted(parts)
    assert len(held(client, prefix)) == TEXTS
    days = sum(len(index.load(parts.record, brand)) for brand in ("Nordwindbank", "Sparquell"))
    documents = client.search(index=f"{prefix}-index", query={"term": {"leumund.document": "day"}})
    assert documents["hits"]["total"]["value"] == days
    whole(parts)
    assert flows.compare(parts) == {}


def test_publishing_twice_changes_no_document(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    publish(house)
    before = held(client, prefix)
    told = publish(house)
    assert held(client, prefix) == before
    assert told.done < 20, "only how the machinery does is told again"


def test_an_edit_and_a_removal_arrive(house: House, client: Elasticsearch, prefix: str) -> None:
    publish(house)
    before = held(client, prefix)
    house.drop("zwei.jsonl", 4, likes=17)
    parts = house.parts()
    flows.collect(parts)
    gone = sorted(wanted(parts))[0].partition("-")[0]
    flows.erase_mention(parts, gone)
    publish(house)
    after = held(client, prefix)
    assert len(after) == TEXTS - 1
    assert not any(name.startswith(gone) for name in after)
    assert sum(before[name] != after[name] for name in after) in (3, 4)
    whole(house.parts())


def test_a_rebuild_ends_with_equal_counts_and_checksums(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    publish(house)
    before = held(client, prefix)
    client.delete_by_query(index=f"{prefix}-mentions", query={"match_all": {}}, refresh=True)
    assert held(client, prefix) == {}
    done = house.leumund("publish", "--rebuild", "--clock", CLOCK.isoformat())
    assert done.returncode == 0, done.stderr
    assert "Record and indices are equal." in done.stdout
    assert held(client, prefix) == before
    whole(house.parts())


def test_an_index_deleted_by_hand_is_told_and_comes_back(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    publish(house)
    before = held(client, prefix)
    gone = client.indices.get_alias(index=f"{prefix}-mentions-2026.11")
    client.indices.delete(index=next(iter(gone)))
    parts = house.parts()
    flows.apply_schema(parts)
    assert flows.compare(parts)
    flows.rebuild(parts)
    assert held(client, prefix) == before


@pytest.mark.parametrize(
    "point",
    ["publish.after_send", "publish.before_mark", "outbox.after_claim", "publish.after_mark"],
)
def test_a_kill_loses_nothing_and_doubles_nothing(
    house: House, client: Elasticsearch, prefix: str, point: str
) -> None:
    killed = house.leumund("publish", "--clock", CLOCK.isoformat(), at=point)
    assert killed.returncode == -9
    later = CLOCK + timedelta(minutes=11)
    again = house.leumund("publish", "--clock", later.isoformat())
    assert again.returncode == 0, again.stderr
    assert held(client, prefix).keys() == wanted(house.parts())
    whole(house.parts())


def test_a_server_that_is_away_costs_nothing_but_time(
    read: Path, cluster: Cluster, prefix: str, tmp_path: Path, client: Elasticsearch
) -> None:
    with Proxy(cluster.url) as proxy:
        house = copied(read, tmp_path, url=proxy.url, prefix=prefix)
        with proxy.away():
            told = publish(house)
        assert told.done == 0
        assert "answers" in told.stopped
        waiting = outbox.queue(house.parts().record, "elasticsearch").pending
        assert waiting > TEXTS
        (sink,) = flows.publish(house.parts(CLOCK + timedelta(minutes=6))).sinks
    assert sink.stopped == ""
    assert held(client, prefix).keys() == wanted(house.parts())
    whole(house.parts(CLOCK + timedelta(minutes=6)))


def test_without_the_setup_key_one_sentence_names_the_command(
    house: House, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEUMUND_ELASTICSEARCH_KEY", "id:writer")
    told = publish(house)
    assert told.waiting > TEXTS
    assert "leumund schema apply" in told.notice + told.stopped
    assert client.indices.get(index=f"{prefix}-*") == {}
    monkeypatch.delenv("LEUMUND_ELASTICSEARCH_KEY")
    (sink,) = flows.publish(house.parts(CLOCK + timedelta(minutes=6))).sinks
    assert sink.waiting == 0


def everything(client: Elasticsearch, prefix: str) -> str:
    """All that stands in any index."""
    client.indices.refresh(index=f"{prefix}-*")
    hits = client.search(index=f"{prefix}-*", size=10_000)["hits"]["hits"]
    return json.dumps([hit["_source"] for hit in hits], ensure_ascii=False)


def test_what_was_erased_is_in_no_index_after_the_command(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    publish(house)
    client.indices.refresh(index=f"{prefix}-*")
    listed = client.search(
        index=f"{prefix}-index", query={"term": {"leumund.document": "story"}}, size=1
    )
    line = listed["hits"]["hits"][0]["_source"]["leumund.story.headline"].removesuffix(" …")
    assert line in everything(client, prefix)
    found = client.search(index=f"{prefix}-mentions", query={"match_phrase": {"message": line}})
    (gone,) = {hit["_source"]["event.id"] for hit in found["hits"]["hits"]}
    erased = house.leumund("erase", "--mention", gone, "--clock", CLOCK.isoformat())
    assert erased.returncode == 0, erased.stderr
    assert line not in everything(client, prefix)
    assert gone not in everything(client, prefix)
    whole(house.parts())


def test_text_that_may_not_be_shown_is_in_no_index(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    settings = house.folder / "leumund.toml"
    settings.write_text(settings.read_text("utf-8").replace("show_text = true", ""), "utf-8")
    publish(house)
    assert len(held(client, prefix)) == TEXTS
    said = everything(client, prefix)
    assert "Beitrag bei netz" in said
    for words in ("Warteschleife", "sofort geholfen", "geöffnet hat", "verlegt ihre Filiale"):
        assert words not in said


def test_a_month_that_is_empty_in_the_record_goes_and_stays_away(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    house.drop("alt.jsonl", 3, first=300)
    parts = house.parts()
    flows.collect(parts)
    flows.enrich(parts)
    publish(house)
    first = f"{prefix}-mentions-2026.08"
    assert client.indices.exists_alias(name=first)
    client.indices.refresh(index=f"{prefix}-*")
    since = "2026-09-01T00:00:00Z"
    older = {"range": {"@timestamp": {"lt": since}}}
    old = client.search(index=f"{prefix}-mentions", query=older)["hits"]["hits"]
    assert len(old) == 3
    for hit in old:
        flows.erase_mention(house.parts(), hit["_source"]["event.id"])
    publish(house)
    assert flows.tend(house.parts()).differs == {}
    publish(house)
    assert not client.indices.exists_alias(name=first)
    assert len(held(client, prefix)) == TEXTS


def test_what_was_given_up_is_no_difference(
    house: House, client: Elasticsearch, prefix: str
) -> None:
    publish(house)
    house.drop("zwei.jsonl", 2, likes=5)
    parts = house.parts()
    flows.collect(parts)
    parcels = outbox.claim(
        parts.record, "elasticsearch", now=CLOCK, owner="t", lease=timedelta(minutes=1)
    )
    refused = next(parcel for parcel in parcels if parcel.object.startswith("mention:"))
    outbox.bury(parts.record, refused, reason="refused", run=1)
    client.delete(index=f"{prefix}-mentions-2026.11", id=refused.object.removeprefix("mention:"))
    client.indices.refresh(index=f"{prefix}-*")
    assert flows.compare(parts) == {}
