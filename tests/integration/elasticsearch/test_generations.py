"""An index built anew takes the place of the old one, and no reader notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch.server import Cluster

from leumund.errors import Misconfigured, Unavailable
from leumund.views import blueprint, connection, generations, indices
from leumund.views.blueprint import Blueprint
from leumund.views.differences import check, diff
from leumund.views.places import Place

MONTHS = ["2026.10", "2026.11"]
EACH = 400
BIG = 2**32 - 1


class Reader(threading.Thread):
    """Asks an alias without a pause, and keeps what it saw: numbers, indices, errors."""

    def __init__(self, url: str, alias: str) -> None:
        super().__init__(daemon=True)
        self._client, self._alias = connection.opened(url), alias
        self.numbers: set[int] = set()
        self.indices: set[str] = set()
        self.errors: list[str] = []
        self._done = threading.Event()
        self._saw = threading.Condition()

    def run(self) -> None:
        with closing(self._client):
            while not self._done.is_set():
                try:
                    self._read()
                except Exception as error:
                    self.errors.append(repr(error))

    def _read(self) -> None:
        found = self._client.search(
            index=self._alias,
            size=EACH * len(MONTHS),
            source=False,
            track_total_hits=True,
            allow_partial_search_results=False,
        )
        with self._saw:
            self.numbers.add(found["hits"]["total"]["value"])
            self.numbers.add(len(found["hits"]["hits"]))
            self.indices |= {hit["_index"] for hit in found["hits"]["hits"]}
            self._saw.notify_all()

    def wait_for(self, *names: str) -> None:
        """Until it has read all of these indices."""
        with self._saw:
            assert self._saw.wait_for(lambda: self.indices >= {*names}, timeout=30)

    def end(self) -> None:
        self._done.set()
        self.join(timeout=30)
        assert not self.is_alive()


@contextmanager
def reading(cluster: Cluster, alias: str) -> Iterator[Reader]:
    reader = Reader(cluster.url, alias)
    reader.start()
    try:
        yield reader
    finally:
        reader.end()


@pytest.fixture
def filled(cluster: Cluster, prefix: str) -> Iterator[Elasticsearch]:
    """Two months with documents of revision 7."""
    with closing(connection.opened(cluster.url)) as client:
        indices.apply(client, prefix, months=MONTHS)
        for month in MONTHS:
            _write(client, f"{prefix}-mentions-{month}", revision=7)
        yield client


def _write(client: Elasticsearch, target: str, *, revision: int, number: int = EACH) -> None:
    operations: list[dict[str, object]] = []
    for one in range(number):
        head = {"_index": target, "_id": str(one), "version": revision}
        operations.append({"index": {**head, "version_type": "external_gte"}})
        operations.append({"message": f"Zugverspätung {one}", "leumund.checksum": BIG - one})
    answer = client.bulk(operations=operations, refresh=True)
    assert not answer["errors"], answer


def _other_words(prefix: str) -> Blueprint:
    """Schemas that no month can take over in place."""
    wanted = blueprint.load(prefix)
    part = wanted.components[f"{prefix}-mentions-fields"]
    analysis = part["template"]["settings"]["index"]["analysis"]
    analysis["filter"]["de_decomp"]["word_list"].append("zwiebelturm")
    part["_meta"]["checksum"] = blueprint.checksum(part)
    return wanted


def test_a_reindex_loses_no_read_and_keeps_versions(
    cluster: Cluster, filled: Elasticsearch, prefix: str
) -> None:
    wanted = _other_words(prefix)
    before = generations.counts_and_checksums(filled, prefix)
    old, new = ([f"{prefix}-mentions-{month}-g{n}" for month in MONTHS] for n in (1, 2))
    with reading(cluster, f"{prefix}-mentions") as reader:
        reader.wait_for(*old)
        done = generations.reindex(filled, prefix, months=MONTHS, blueprint=wanted)
        reader.wait_for(*new)
    assert reader.errors == []
    assert reader.numbers == {EACH * len(MONTHS)}
    assert [line for line in done if "copied" in line] == [
        f"index {a} copied to {b}" for a, b in zip(old, new, strict=True)
    ]
    assert generations.counts_and_checksums(filled, prefix) == before
    assert diff(filled, prefix, months=MONTHS, blueprint=wanted) == []
    assert not any(filled.indices.exists(index=name) for name in old)
    assert filled.get(index=f"{prefix}-mentions-2026.11", id="3")["_version"] == 7
    _write(filled, f"{prefix}-mentions-2026.11", revision=8, number=1)


def test_a_rebuild_is_written_beside_and_then_takes_the_place(
    cluster: Cluster, filled: Elasticsearch, prefix: str
) -> None:
    months = [*MONTHS, "2026.12"]
    fresh = generations.new_generation(filled, prefix, "mentions", months[2:])
    assert [place.month for place in fresh.names] == months
    empty = generations.counts_and_checksums(filled, prefix, generation=fresh)
    assert set(empty.values()) == {(0, 0)}
    with reading(cluster, f"{prefix}-mentions") as reader:
        reader.wait_for(*fresh.old.values())
        for place, name in fresh.names.items():
            if place.month in MONTHS:
                _write(filled, name, revision=9)
        written = generations.counts_and_checksums(filled, prefix, generation=fresh)
        generations.swap(filled, fresh)
        generations.drop(filled, fresh)
        reader.wait_for(*(name for place, name in fresh.names.items() if place.month in MONTHS))
    assert reader.errors == []
    assert reader.numbers == {EACH * len(MONTHS)}
    assert written[Place("mentions", "2026.11")] == (EACH, sum(BIG - one for one in range(EACH)))
    now = generations.counts_and_checksums(filled, prefix)
    assert written.items() <= now.items()
    assert check(filled, prefix, months=months) == []


def test_an_interrupted_rebuild_is_named_and_cleared_by_the_next(
    filled: Elasticsearch, prefix: str
) -> None:
    left = generations.new_generation(filled, prefix, "index")
    (told,) = check(filled, prefix, months=MONTHS)
    assert f"{prefix}-index-g2 is left over" in told
    fresh = generations.new_generation(filled, prefix, "index")
    assert not filled.indices.exists(index=left.names[Place("index")])
    assert fresh.names == {Place("index"): f"{prefix}-index-g3"}
    generations.abandon(filled, fresh)
    assert check(filled, prefix, months=MONTHS) == []
    assert filled.indices.exists_alias(name=f"{prefix}-index")


def test_a_copy_that_was_killed_is_named_and_done_again(filled: Elasticsearch, prefix: str) -> None:
    old, wanted = f"{prefix}-mentions-2026.11-g1", _other_words(prefix)
    filled.indices.add_block(index=old, block="write")
    filled.indices.create(index=f"{prefix}-mentions-2026.11-g2")
    before = generations.counts_and_checksums(filled, prefix)
    told = " ".join(check(filled, prefix, months=MONTHS))
    assert f"{old} was changed by hand (-index.blocks.write: true)" in told
    assert f"{prefix}-mentions-2026.11-g2 is left over" in told
    generations.reindex(filled, prefix, months=MONTHS, blueprint=wanted)
    assert diff(filled, prefix, months=MONTHS, blueprint=wanted) == []
    assert generations.counts_and_checksums(filled, prefix) == before
    _write(filled, f"{prefix}-mentions-2026.11", revision=8, number=1)


def test_a_document_that_does_not_fit_leaves_everything_as_it_was(
    filled: Elasticsearch, prefix: str
) -> None:
    target, state = f"{prefix}-signals", "leumund.signal.state"
    filled.index(index=target, id="1", document={state: "word"}, refresh=True)
    wanted = blueprint.load(prefix)
    part = wanted.components[f"{prefix}-signals-fields"]["template"]["mappings"]["properties"]
    part[state] = {"type": "long"}
    with pytest.raises(Misconfigured, match=r"do not fit the new mapping .*publish --rebuild"):
        generations.reindex(filled, prefix, months=MONTHS, blueprint=wanted)
    assert not filled.indices.exists(index=f"{target}-g2")
    filled.index(index=target, id="2", document={state: "word"}, require_alias=True)
    assert filled.get(index=target, id="1")["_source"] == {state: "word"}


def test_a_field_added_by_hand_is_named_and_gone_after_a_reindex(
    filled: Elasticsearch, prefix: str
) -> None:
    filled.indices.put_mapping(index=f"{prefix}-index", properties={"extra": {"type": "long"}})
    (told,) = check(filled, prefix, months=MONTHS)
    assert f"{prefix}-index-g1 was changed by hand (-extra: type long)" in told
    assert indices.apply(filled, prefix, months=MONTHS) == []
    generations.reindex(filled, prefix, months=MONTHS)
    assert check(filled, prefix, months=MONTHS) == []


def test_no_write_slips_in_while_an_index_is_copied(filled: Elasticsearch, prefix: str) -> None:
    old, refused = f"{prefix}-mentions-2026.10-g1", []

    def write(_seconds: float) -> None:
        with (
            pytest.raises(Unavailable, match="takes no writes while it is copied") as told,
            connection.sorted_errors(connection.address(filled)),
        ):
            filled.index(index=old, id="late", document={"leumund.checksum": 1})
        refused.append(told.value)

    wanted = _other_words(prefix)
    generations.reindex(filled, prefix, months=MONTHS, blueprint=wanted, pause=write)
    assert refused
    now = generations.counts_and_checksums(filled, prefix)
    assert now[Place("mentions", "2026.10")][0] == EACH
