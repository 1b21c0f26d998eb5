"""Every panel's query runs on the real server, and shows what was put in."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch.helpers import bulk
from integration.elasticsearch.board import ALL, Board
from integration.elasticsearch.conftest import wipe
from integration.elasticsearch.server import Cluster
from views import synthetic
from views.kept_documents import Documents, held
from views.panels import vega_spec
from views.translated import Context, Row, kql

from leumund.types import TONES
from leumund.views import indices
from leumund.views.dashboards import objects
from leumund.views.marking import shown
from leumund.words import word

MARCH = Context(start="2026-03-01T00:00:00Z", end="2026-03-31T23:59:59Z", chosen={})
ONE = Context(start=ALL.start, end=ALL.end, chosen={"organization.name": "Lindwerk"})
MONTHS = ("2025.12", "2026.01", "2026.02", "2026.03", "2026.04")
REPORT = synthetic.report()
NAMES = sorted(brand.name for brand in REPORT.brands)
IDS = {kind: [o["id"] for o in objects() if o["type"] == kind] for kind in ("lens", "search")}
VEGA = [str(o["id"]) for o in objects() if vega_spec(o)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def board(cluster: Cluster) -> Iterator[Board]:
    prefix = f"t{secrets.token_hex(4)}"
    documents = held(REPORT)
    with cluster.client() as client:
        try:
            indices.apply(client, prefix, months=MONTHS)
            bulk(client, _actions(prefix, documents), refresh=True)
            shows = {str(one["id"]): dict(one) for one in objects(prefix=prefix)}
            yield Board(client, shows, documents)
        finally:
            wipe(client, prefix)


def _actions(prefix: str, documents: Documents) -> Iterator[dict[str, Any]]:
    for index, found in documents.items():
        for document in found:
            month = document["@timestamp"][:7].replace("-", ".")
            place = f"{prefix}-{index}-{month}" if index == "mentions" else f"{prefix}-{index}"
            yield {"_index": place, "_source": document}


@pytest.mark.parametrize("name", IDS["lens"])
def test_every_lens_panel_shows_something(board: Board, name: str) -> None:
    assert board.lens(name)


@pytest.mark.parametrize("name", IDS["search"])
def test_every_list_shows_documents_with_its_columns(board: Board, name: str) -> None:
    found = board.listed(name)
    columns = board.shows[name]["attributes"]["columns"]
    assert found
    assert set(columns) <= {field for document in found for field in document}


@pytest.mark.parametrize("name", VEGA)
def test_every_vega_panel_draws_what_was_put_in(board: Board, name: str) -> None:
    spec, found = board.spec(name), board.vega(name)
    kinds = spec["data"]["url"]["body"]["query"]["bool"]["filter"][0]["terms"]["leumund.document"]
    put_in = [
        document
        for index in ("index", "signals")
        for document in board.documents[index]
        if document["leumund.document"] in kinds
    ]
    assert _sorted(hit["_source"] for hit in found) == _sorted(put_in)
    assert "undefined" not in board.picture(name)


@pytest.mark.parametrize("name", ["leumund-index-chart", "leumund-share-of-voice"])
def test_charts_over_time_follow_period_and_brand(board: Board, name: str) -> None:
    days = {hit["_source"]["@timestamp"][:7] for hit in board.vega(name, MARCH)}
    assert days == {"2026-03"}
    brands = {hit["_source"]["organization.name"] for hit in board.vega(name, ONE)}
    assert brands == {"Lindwerk"}


@pytest.mark.parametrize(
    "name", ["leumund-numbers", "leumund-tone", "leumund-peers", "leumund-map"]
)
def test_what_holds_now_comes_from_the_status_whatever_the_period(board: Board, name: str) -> None:
    early = Context(start="2020-01-01T00:00:00Z", end="2020-01-02T00:00:00Z", chosen={})
    found = [hit["_source"] for hit in board.vega(name, early)]
    assert sorted(one["organization.name"] for one in found) == NAMES
    assert {one["leumund.document"] for one in found} == {"status"}
    for brand in REPORT.brands:
        (one,) = (o for o in found if o["organization.name"] == brand.name)
        assert brand.latest.fast
        assert one["leumund.index.value"] == pytest.approx(brand.latest.fast.value, abs=0.0006)


def test_a_chosen_brand_stands_beside_its_peers_and_nobody_else(board: Board) -> None:
    for name in ("leumund-peers", "leumund-map"):
        assert all(f">{brand.split()[0]}" in board.picture(name) for brand in NAMES)
        chosen = board.picture(name, ONE)
        assert all(f">{brand.split()[0]}" in chosen for brand in NAMES)
        strangers = Context(start=ALL.start, end=ALL.end, chosen={"organization.name": "Niemand"})
        assert not any(brand in board.picture(name, strangers) for brand in NAMES)
    assert len(board.vega("leumund-numbers", ONE)) == 1


def test_the_numbers_read_as_in_the_report(board: Board) -> None:
    picture = board.picture("leumund-numbers")
    for brand in REPORT.brands:
        assert brand.latest.fast
        assert f">{shown(brand.latest.fast.value)}<" in picture


def test_the_grundlage_is_the_sentence_of_the_status(board: Board) -> None:
    statuses = [d for d in board.documents["index"] if d["leumund.document"] == "status"]
    expected = {
        word("basis"): statuses[0]["leumund.basis"],
        "Marken": 3,
        "Gerechnet bis": statuses[0]["@timestamp"],
    }
    chosen = Context(start=ALL.start, end=ALL.end, chosen={"event.dataset": "Netzforum"})
    for context in (ALL, MARCH, chosen):
        assert _timeless(board.lens("leumund-basis", context)) == _timeless([expected])


def test_the_verdict_stands_in_words_for_each_brand(board: Board) -> None:
    rows = board.lens("leumund-verdict")
    statuses = [d for d in board.documents["index"] if d["leumund.document"] == "status"]
    expected = {d["organization.name"]: d for d in statuses}
    assert [row["Marke"] for row in rows] == NAMES
    for row in rows:
        status = expected[row["Marke"]]
        assert row["Urteil in Worten"] == status["leumund.statement"]
        assert row["Gestützt auf"] == status["leumund.support"]


@pytest.mark.parametrize("context", [ALL, MARCH, ONE], ids=["all", "march", "one brand"])
def test_counts_of_posts_are_those_that_were_put_in(board: Board, context: Context) -> None:
    posts = _within(board.documents["mentions"], context)
    tones = Counter(post["leumund.tone.class"] for post in posts)
    opened = sum(post["leumund.reply.state"] == "open" for post in posts)
    assert board.lens("leumund-posts-count", context) == [{word("mentions"): len(posts)}]
    assert board.lens("leumund-posts-critical", context) == [{"kritisch": tones["negative"]}]
    assert board.lens("leumund-posts-open", context) == [{"ohne Antwort": opened}]
    for name, field, key in (
        ("leumund-posts-source", "event.dataset", "Quelle"),
        ("leumund-posts-tone", "leumund.tone.class", "Einstufung, unkorrigiert"),
        ("leumund-volume-brands", "organization.name", "Marke"),
    ):
        rows = board.lens(name, context)
        counted = {row[key]: row[word("mentions")] for row in rows}
        assert counted == Counter(post[field] for post in posts)


def test_bars_over_time_add_up_day_by_day(board: Board) -> None:
    expected = {brand.name: brand.volume for brand in REPORT.brands}
    rows = {row["Tag"][:10]: row for row in board.lens("leumund-volume", ONE)}
    for day in expected["Lindwerk"]:
        row = rows.get(day.day.isoformat(), {"Meldungen": 0, "Übernahmen": 0})
        assert row["Meldungen"] + row["Übernahmen"] == day.posts
        assert row["Meldungen"] == min(day.stories, day.posts)
    by_tone = board.lens("leumund-posts-time", ONE)
    total = sum(row[word(tone)] for row in by_tone for tone in TONES)
    assert total == sum(day.posts for day in expected["Lindwerk"])


def test_kinds_are_split_by_tone(board: Board) -> None:
    posts = _within(board.documents["mentions"], ALL)
    expected = Counter((post["leumund.kind"], post["leumund.tone.class"]) for post in posts)
    for row in board.lens("leumund-posts-kind"):
        for tone in TONES:
            assert row[word(tone)] == expected[row["Art"], tone]


def test_the_list_of_posts_is_the_youngest_first_and_leads_to_the_original(board: Board) -> None:
    found = board.listed("leumund-posts-list", ONE)
    times = [post["@timestamp"] for post in found]
    assert times == sorted(times, reverse=True)
    assert all(post["url.full"].startswith("https://") for post in found)
    assert {post["organization.name"] for post in found} == {"Lindwerk"}


def test_stories_and_signals_are_those_of_the_report(board: Board) -> None:
    stories = board.listed("leumund-stories", MARCH)
    assert len(stories) == sum(len(brand.stories) for brand in REPORT.brands)
    copies = [story["leumund.story.posts"] for story in stories]
    assert copies == sorted(copies, reverse=True)
    signals = board.listed("leumund-signals-list")
    assert len(signals) == sum(len(brand.signals) for brand in REPORT.brands)


def test_the_ledger_shows_where_every_item_went(board: Board) -> None:
    rows = {row["Quelle"]: row for row in board.lens("leumund-system-ledger")}
    for source in REPORT.ledger:
        row = rows[source.source]
        assert row["Erfasst"] == source.seen
        ends = ("Ausgewertet", "Aussortiert", "Doppelt", "Gelöscht", "Unlesbar", "Noch offen")
        shown_ends = [row[end] for end in ends]
        assert shown_ends == [
            source.read,
            source.filtered,
            source.duplicate,
            source.deleted,
            source.unreadable,
            source.pending,
        ]


def test_the_operators_see_sinks_gaps_and_disturbed_sources(board: Board) -> None:
    assert board.lens("leumund-system-dead") == [{"Unzustellbar": 2}]
    assert board.lens("leumund-system-pending") == [{"Noch zuzustellen": 12}]
    assert board.lens("leumund-system-lag") == [{"Rückstand in Sekunden": 7}]
    disturbed = sum(bool(row.unreadable) for row in REPORT.ledger)
    assert board.lens("leumund-system-disturbed") == [{"gestört": disturbed}]
    states = [one["leumund.source.state"] for one in board.listed("leumund-system-sources")]
    assert states == sorted(states)
    assert len(states) == len(REPORT.ledger)
    assert len(board.listed("leumund-system-gaps")) == len(REPORT.gaps)
    assert {row["Schritt"] for row in board.lens("leumund-system-runs")} == {
        "collect",
        "enrich",
        "score",
    }
    assert [row["Modell"] for row in board.lens("leumund-system-models")] == [REPORT.method.model]


def test_the_small_part_of_kql_is_read_as_it_is_meant() -> None:
    assert kql("a.b: c and not d: e") == {
        "bool": {"filter": [{"term": {"a.b": "c"}}], "must_not": [{"term": {"d": "e"}}]}
    }


def _within(documents: list[dict[str, Any]], context: Context) -> list[dict[str, Any]]:
    return [
        one
        for one in documents
        if context.start <= one["@timestamp"] <= context.end
        and all(one.get(field) == value for field, value in context.chosen.items())
    ]


def _sorted(documents: Any) -> list[str]:
    return sorted(json.dumps(document, sort_keys=True) for document in documents)


def _timeless(rows: list[Row]) -> list[Row]:
    """Rows with times as days, whatever their fractions look like."""
    return [
        {name: str(value)[:10] if name == "Gerechnet bis" else value for name, value in row.items()}
        for row in rows
    ]
