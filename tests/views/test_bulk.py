"""What Elasticsearch answers to a bulk request becomes the right fate of each document."""

from __future__ import annotations

from typing import Any

import pytest

from leumund.types import Change
from leumund.views import outcomes
from leumund.views.bulk import Answers, Batch

SECRET = "Das steht nur im Beitrag"


def batch(bodies: list[bytes | None]) -> Batch:
    changes = [
        Change(object=str(at), revision=at, index="mentions", id=str(at), month="2026.11", body=one)
        for at, one in enumerate(bodies)
    ]
    return Batch(changes, lambda index, month: f"leumund-{index}-{month}")


def test_an_answer_without_errors_is_counted() -> None:
    data = b'{"errors":false,"items":[{"index":{"status":201}},{"delete":{"status":404}}]}'
    assert Answers().loads(data) == {"taken": 2}


@pytest.mark.parametrize(
    "data",
    [
        b'{"errors":false,"items":[{"index":{"status":201,"failure_store":"used"}}]}',
        b'{"errors":true,"items":[{"index":{"status":429,"error":{"type":"busy"}}}]}',
        b'{"errors":false,"took":3,"items":[{"index":{"_id":"1","status":201}}]}',
        b'{"hits":{"total":{"value":2}}}',
    ],
)
def test_every_other_answer_is_parsed(data: bytes) -> None:
    assert "taken" not in Answers().loads(data)


def test_a_request_is_laid_out_in_the_order_of_the_changes() -> None:
    assert batch([b'{"a":1}', None]).payload([0, 1]).decode().splitlines() == [
        '{"index":{"_index":"leumund-mentions-2026.11","_id":"0","version":0,'
        '"version_type":"external_gte"}}',
        '{"a":1}',
        '{"delete":{"_index":"leumund-mentions-2026.11","_id":"1","version":1,'
        '"version_type":"external_gte"}}',
    ]


@pytest.mark.parametrize(
    ("size", "documents", "lengths"),
    [(10_000, 100, [7]), (10_000, 3, [3, 3, 1]), (1_200, 100, [2, 2, 2, 1]), (10, 100, [1] * 7)],
)
def test_parts_keep_to_bytes_and_number(size: int, documents: int, lengths: list[int]) -> None:
    parts = list(batch([b"x" * 340] * 7).parts(size, documents))
    assert [len(part) for part in parts] == lengths
    assert [position for part in parts for position in part] == list(range(7))


def test_nothing_is_no_part() -> None:
    assert list(batch([]).parts(1_000, 10)) == []


@pytest.mark.parametrize("answer", [None, "<html>", {}, {"taken": 1}, {"items": []}])
def test_an_answer_that_leaves_out_documents_is_none(answer: object) -> None:
    tried = batch([b"{}", b"{}"])
    assert not tried.answered([0, 1], answer)
    assert tried.open() == [0, 1]


def error(status: int, kind: str, reason: str = "") -> dict[str, Any]:
    return {"status": status, "error": {"type": kind, "reason": reason}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 201}, "done"),
        ({"status": 404}, "done"),
        ({"status": 201, "failure_store": "not_enabled"}, "done"),
        ({"status": 201, "failure_store": "used"}, "dead"),
        (error(409, "version_conflict_engine_exception"), "superseded"),
        (error(400, "document_parsing_exception"), "dead"),
        (error(404, "index_not_found_exception"), "unplaced"),
        (error(400, "index_closed_exception"), "unplaced"),
        (error(429, "es_rejected_execution_exception"), "again"),
        (error(429, "cluster_block_exception", "flood-stage watermark"), "stop"),
        (error(403, "cluster_block_exception", "index write (api)"), "stop"),
        (error(503, "cluster_block_exception", "no master"), "again"),
        (error(503, "unavailable_shards_exception"), "again"),
        (error(500, "engine_failed_exception"), "again"),
        (error(403, "security_exception"), "stop"),
    ],
)
def test_each_item_has_its_fate(answer: dict[str, Any], kind: str) -> None:
    assert outcomes.of_item(answer).kind == kind


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        (
            "[1:9] failed to parse field [leumund.reach] of type [float] in document with id 'a'. "
            f"Preview of field's value: '{SECRET}'",
            "leumund.reach",
        ),
        ('Document contains at least one immense term in field="leumund.headline" …', "headline"),
        ("mapping set to strict, dynamic introduction of [oops] within [_doc]", "oops"),
        (f"something about {SECRET}", ""),
    ],
)
def test_a_reason_names_the_field_and_quotes_no_document(reason: str, field: str) -> None:
    told = outcomes.of_item(error(400, "document_parsing_exception", reason)).reason
    assert told.endswith(field or "document_parsing_exception")
    assert SECRET not in told
