"""A document holds what its fields promise: nothing empty, no text that may not be shown."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime

import orjson
from record.makers import BRAND, driver, point, signal

from leumund.types import Shown
from leumund.views import documents
from leumund.views.documents import Origin

AT = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
OPEN = Origin(platform="forum", tier="other", reach=900.0, example=False, show_text=True)
CLOSED = replace(OPEN, show_text=False)


def row(**values: object) -> Shown:
    defaults: dict[str, object] = {
        "id": "a" * 32,
        "brand": BRAND,
        "negative": 0.61,
        "neutral": 0.29,
        "positive": 0.1,
        "story": None,
        "source": "forum",
        "native_id": "1",
        "published_at": int(AT.timestamp() * 1e6),
        "collected_at": int(AT.timestamp() * 1e6),
        "day": "2026-11-20",
        "kind": "post",
        "title": "",
        "text": "Die Musterbahn fiel heute wieder aus.",
        "url": "https://forum.example/1",
        "outlet": "",
        "reach": None,
        "tier": None,
        "region": "",
        "likes": 0,
        "shares": None,
        "comments": None,
        "rating": None,
        "owned": 0,
        "label": "",
        "signature": "rules:model",
        "extra": "{}",
    }
    return Shown(**defaults | values)  # type: ignore[arg-type]


def test_a_mention_says_what_it_says_about_one_brand() -> None:
    document = documents.mention(row(), OPEN, answered=False)
    assert document["@timestamp"] == AT
    assert document["organization.name"] == BRAND
    assert document["leumund.tone.class"] == "negative"
    assert document["url.domain"] == "forum.example"
    assert document["leumund.reach"] == 900.0
    assert document["leumund.likes"] == 0
    assert document["leumund.reply.state"] == "open"
    assert not {"leumund.shares", "leumund.extra", "leumund.title"} & document.keys()


def test_a_text_that_may_not_be_shown_is_nowhere_in_the_document() -> None:
    hidden = documents.mention(row(), CLOSED, answered=False)
    assert "Musterbahn fiel" not in orjson.dumps(hidden).decode()
    titled = documents.mention(row(title="Ausfall bei der Musterbahn"), CLOSED, answered=False)
    assert titled["leumund.headline"] == "Ausfall bei der Musterbahn"


def test_only_what_can_be_answered_is_open() -> None:
    assert documents.mention(row(), OPEN, answered=True)["leumund.reply.state"] == "answered"
    for other in (row(kind="article"), row(owned=1)):
        assert documents.mention(other, OPEN, answered=False)["leumund.reply.state"] == "none"


def test_a_copy_of_a_story_is_a_pickup_and_its_first_text_is_none() -> None:
    first = documents.mention(row(story="a" * 32), OPEN, answered=False)
    copy = documents.mention(row(story="b" * 32), OPEN, answered=False)
    assert (first["leumund.story.pickup"], copy["leumund.story.pickup"]) == (False, True)


def test_revision_and_checksum_stand_beside_the_body_that_they_describe() -> None:
    document = documents.mention(row(), OPEN, answered=False)
    body = documents.encoded(document, 7)
    held = orjson.loads(body)
    plain = {name: value for name, value in held.items() if name in document}
    assert held["leumund.revision"] == 7
    assert held["leumund.checksum"] == documents.checksum(body) == zlib.crc32(orjson.dumps(plain))
    assert documents.encoded(document, 8) != body
    assert held["@timestamp"] == "2026-11-20T12:30:00Z"


def test_a_point_without_a_value_leaves_the_field_out() -> None:
    document = documents.point(point(1), example=True)
    assert document["leumund.index.value"] == 48.0
    assert (document["leumund.index.low"], document["leumund.index.high"]) == (44.5, 51.5)
    assert "leumund.base.value" not in document
    assert document["leumund.share.negative.value"] == 50.0


def test_a_status_is_the_newest_day_with_its_sentences() -> None:
    said = documents.Sentences(statement="stabil", support="84 Beiträge", basis="", correction="")
    document = documents.status(point(1), said, peers=("Talbahn",), example=False)
    assert document["leumund.document"] == "status"
    assert document["leumund.statement"] == "stabil"
    assert document["leumund.index.value"] == 48.0
    assert "leumund.basis" not in document


def test_a_signal_names_its_first_headline_and_whom_it_was_told() -> None:
    one = signal(driver(1))
    document = documents.signal(one, subject="Auffällig", targets=2, state="done", example=False)
    assert document["leumund.signal.headline"] == one.drivers[0].headline
    assert document["leumund.signal.targets"] == 2
    assert document["leumund.signal.retrospective"] is False
