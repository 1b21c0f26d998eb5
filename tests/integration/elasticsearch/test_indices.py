"""Templates and indices on a real server: applied once or ten times, by hand or by us."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch.server import Cluster

from leumund.errors import Misconfigured
from leumund.views import blueprint, connection, indices, places
from leumund.views.blueprint import Blueprint
from leumund.views.differences import check, diff

MONTHS = ["2026.10", "2026.11"]


@pytest.fixture
def client(cluster: Cluster, prefix: str) -> Iterator[Elasticsearch]:
    assert prefix
    with closing(connection.opened(cluster.url)) as opened:
        yield opened


@pytest.fixture
def applied(client: Elasticsearch, prefix: str) -> Elasticsearch:
    indices.apply(client, prefix, months=MONTHS)
    return client


def retyped(prefix: str, field: str, kind: str, *, index: str = "signals") -> Blueprint:
    """Schemas in which one field is of another type, or new."""
    wanted = blueprint.load(prefix)
    part = wanted.components[f"{prefix}-{index}-fields"]
    part["template"]["mappings"]["properties"][field] = {"type": kind}
    part["_meta"]["checksum"] = blueprint.checksum(part)
    return wanted


def test_schemas_are_applied_once_and_then_nothing_is_left_to_do(
    client: Elasticsearch, prefix: str
) -> None:
    found = diff(client, prefix, months=MONTHS)
    assert {one.kind for one in found} == {"missing"}
    done = indices.apply(client, prefix, months=MONTHS)
    assert len(done) == len(found)
    assert indices.apply(client, prefix, months=MONTHS) == []
    assert diff(client, prefix, months=MONTHS) == []
    assert check(client, prefix, months=MONTHS) == []


def test_every_place_is_written_and_read_through_aliases(
    applied: Elasticsearch, prefix: str
) -> None:
    for place in places.places(MONTHS):
        for alias in place.aliases(prefix):
            assert applied.indices.exists_alias(name=alias)
        applied.index(
            index=place.alias(prefix),
            id="1",
            document={"@timestamp": "2026-11-01T10:00:00Z", "leumund.checksum": 1},
            require_alias=True,
        )
    applied.indices.refresh(index=f"{prefix}-*")
    assert applied.count(index=f"{prefix}-mentions")["count"] == len(MONTHS)


def test_two_who_apply_at_once_do_not_disturb_each_other(
    client: Elasticsearch, prefix: str
) -> None:
    with ThreadPoolExecutor(2) as both:
        jobs = [both.submit(indices.apply, client, prefix, months=MONTHS) for _ in range(2)]
        for job in jobs:
            job.result()
    assert diff(client, prefix, months=MONTHS) == []


def test_a_template_changed_by_hand_is_named_and_put_right(
    applied: Elasticsearch, prefix: str
) -> None:
    live = applied.indices.get_index_template(name=f"{prefix}-index")
    body = live["index_templates"][0]["index_template"]
    applied.indices.put_index_template(
        name=f"{prefix}-index",
        index_patterns=body["index_patterns"],
        composed_of=body["composed_of"],
        priority=777,
        meta=body["_meta"],
    )
    (told,) = check(applied, prefix, months=MONTHS)
    assert f"index template {prefix}-index was changed by hand" in told
    assert "-priority: 777; +priority: 501" in told
    indices.apply(applied, prefix, months=MONTHS)
    assert check(applied, prefix, months=MONTHS) == []


def test_a_new_field_reaches_templates_and_indices_and_keeps_documents(
    applied: Elasticsearch, prefix: str
) -> None:
    document = {"@timestamp": "2026-11-01T10:00:00Z", "leumund.signal.posts": 3}
    applied.index(index=f"{prefix}-signals", id="1", document=document)
    newer = retyped(prefix, "leumund.signal.echo", "long")
    assert {one.kind for one in diff(applied, prefix, blueprint=newer)} == {"older"}
    indices.apply(applied, prefix, months=MONTHS, blueprint=newer)
    assert diff(applied, prefix, months=MONTHS, blueprint=newer) == []
    applied.index(index=f"{prefix}-signals", id="2", document={"leumund.signal.echo": 9})
    assert applied.get(index=f"{prefix}-signals", id="1")["_source"] == document


def test_a_conflict_is_refused_before_anything_is_changed(
    applied: Elasticsearch, prefix: str
) -> None:
    other = retyped(prefix, "leumund.signal.state", "long")
    with pytest.raises(Misconfigured) as refused:
        indices.apply(applied, prefix, months=MONTHS, blueprint=other)
    told = str(refused.value)
    assert f"{prefix}-signals-g1 cannot be changed in place" in told
    assert "-leumund.signal.state: type keyword; +leumund.signal.state: type long" in told
    assert "leumund schema apply --reindex" in told
    assert diff(applied, prefix, months=MONTHS) == []


def test_another_word_list_cannot_be_put_in_place(applied: Elasticsearch, prefix: str) -> None:
    other = blueprint.load(prefix)
    part = other.components[f"{prefix}-mentions-fields"]["template"]["settings"]["index"]
    part["analysis"]["filter"]["de_decomp"]["word_list"].append("zwiebelturm")
    found = {one.name: one for one in diff(applied, prefix, blueprint=other) if one.copies}
    assert set(found) == {f"{prefix}-mentions-{month}-g1" for month in MONTHS}
    for one in found.values():
        assert one.lines == ("+index.analysis.filter.de_decomp.word_list: zwiebelturm",)


def test_an_index_or_alias_deleted_by_hand_is_named_and_restored(
    applied: Elasticsearch, prefix: str
) -> None:
    applied.indices.delete(index=f"{prefix}-ledger-g1")
    applied.indices.delete_alias(index=f"{prefix}-signals-g1", name=f"{prefix}-signals")
    applied.indices.delete_alias(index=f"{prefix}-mentions-2026.10-g1", name=f"{prefix}-mentions")
    missing, month, signals = sorted(check(applied, prefix, months=MONTHS))
    assert f"{prefix}-ledger-g1 is missing" in missing
    assert f"{prefix}-mentions-2026.10-g1 was changed by hand (+alias" in month
    assert f"{prefix}-signals-g1 was changed by hand (+alias" in signals
    indices.apply(applied, prefix, months=MONTHS)
    assert check(applied, prefix, months=MONTHS) == []


def test_settings_changed_by_hand_are_put_right_except_replicas(
    applied: Elasticsearch, prefix: str
) -> None:
    settings = {"refresh_interval": "-1", "auto_expand_replicas": "false", "blocks.write": "true"}
    applied.indices.put_settings(index=f"{prefix}-index", settings=settings)
    (found,) = diff(applied, prefix, months=MONTHS)
    assert found.lines == (
        "-index.blocks.write: true",
        "-index.refresh_interval: -1",
        "+index.refresh_interval: 1s",
    )
    indices.apply(applied, prefix, months=MONTHS)
    assert diff(applied, prefix, months=MONTHS) == []
    left = applied.indices.get_settings(index=f"{prefix}-index", flat_settings=True)
    kept = left[f"{prefix}-index-g1"]["settings"]
    assert kept["index.auto_expand_replicas"] == "false"


def test_an_index_in_the_place_of_an_alias_is_named(client: Elasticsearch, prefix: str) -> None:
    client.indices.create(index=f"{prefix}-index")
    with pytest.raises(Misconfigured, match=f"An index stands where the alias {prefix}-index"):
        indices.apply(client, prefix, months=MONTHS)


def test_retention_deletes_whole_months_and_no_other(applied: Elasticsearch, prefix: str) -> None:
    gone = f"{prefix}-mentions-2026.10-g1"
    assert indices.expire(applied, prefix, before="2026.11") == [gone]
    assert not applied.indices.exists(index=gone)
    assert indices.expire(applied, prefix, before="2026.11") == []
    assert diff(applied, prefix, months=MONTHS[1:]) == []


def test_words_are_folded_as_the_server_folds_them(applied: Elasticsearch, prefix: str) -> None:
    words = (blueprint.locate() / blueprint.WORDS).read_text("utf-8").split()
    words += ["verspaetung", "aktuell", "oel", "bauer", "neue", "quelle", "israel", "duelle"]
    found = applied.indices.analyze(
        index=f"{prefix}-mentions-2026.11", analyzer="de_exact", text=words
    )
    assert [one["token"] for one in found["tokens"]] == [blueprint.folded(one) for one in words]


def test_an_unknown_field_is_refused(applied: Elasticsearch, prefix: str) -> None:
    with (
        pytest.raises(Misconfigured, match="strict_dynamic_mapping_exception"),
        connection.sorted_errors(connection.address(applied)),
    ):
        applied.index(index=f"{prefix}-index", document={"leumund.unheard": 1})
