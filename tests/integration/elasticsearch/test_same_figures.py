"""Each figure is the same in the record, on the report and in what Kibana's panels ask."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from integration.elasticsearch.board import Board
from integration.elasticsearch.conftest import wipe
from integration.elasticsearch.house import configured
from integration.elasticsearch.server import Cluster
from views.translated import Context

from leumund import flows
from leumund.record import Record, index, ledger
from leumund.types import TONES
from leumund.views import facts
from leumund.views.dashboards import objects
from leumund.words import word

PREFIX = "tsamefigures"
EVER = Context(start="2026-01-01T00:00:00Z", end="2026-12-31T00:00:00Z", chosen={})


class Told(NamedTuple):
    """The same state, three times."""

    record: Record
    report: facts.Report
    page: str
    board: Board


@pytest.fixture(scope="module")
def told(cluster: Cluster, read: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = Path(shutil.copytree(read, tmp_path_factory.mktemp("same") / "house"))
    parts = configured(folder, url=cluster.url, prefix=PREFIX).parts()
    with cluster.client() as client:
        try:
            published = flows.publish(parts)
            client.indices.refresh(index=f"{PREFIX}-*")
            shows = {str(one["id"]): dict(one) for one in objects(prefix=PREFIX)}
            page = published.report.read_text("utf-8")
            yield Told(parts.record, flows.gather(parts), page, Board(client, shows, {}))
        finally:
            wipe(client, PREFIX)


def test_the_numbers_of_now(told: Told) -> None:
    shown = {
        hit["_source"]["organization.name"]: hit["_source"]
        for hit in told.board.vega("leumund-numbers", EVER)
    }
    assert shown.keys() == {brand.name for brand in told.report.brands}
    for brand in told.report.brands:
        latest = index.load(told.record, brand.name)[-1]
        assert latest == brand.latest
        for field, value in (
            ("index", latest.fast),
            ("base", latest.slow),
            ("visibility", latest.visibility),
        ):
            for part in ("value", "low", "high"):
                have = shown[brand.name].get(f"leumund.{field}.{part}")
                want = None if value is None else getattr(value, part)
                assert have == (None if want is None else pytest.approx(want, abs=0.0006))
        for tone, share in zip(TONES, latest.tone or (), strict=True):
            assert shown[brand.name][f"leumund.share.{tone}.value"] == pytest.approx(
                share.value, abs=0.0006
            )


def test_the_index_day_by_day(told: Told) -> None:
    drawn = {
        (hit["_source"]["organization.name"], hit["_source"]["leumund.day"]): hit["_source"]
        for hit in told.board.vega("leumund-index-chart", EVER)
        if hit["_source"]["leumund.document"] == "day"
    }
    points = {
        (point.brand, point.day.isoformat()): point
        for brand in told.report.brands
        for point in index.load(told.record, brand.name)
    }
    assert drawn.keys() == points.keys()
    for key, point in points.items():
        if point.fast:
            assert drawn[key]["leumund.index.low"] == pytest.approx(point.fast.low, abs=0.0006)
            assert drawn[key]["leumund.index.high"] == pytest.approx(point.fast.high, abs=0.0006)


def test_posts_by_brand_and_day(told: Told) -> None:
    counted = {
        row["Marke"]: row[word("mentions")]
        for row in told.board.lens("leumund-volume-brands", EVER)
    }
    days: Counter[str] = Counter()
    for brand in told.report.brands:
        posts = sum(day.posts for day in brand.volume)
        assert counted[brand.name] == posts == sum(p.documents for p in brand.points)
        days.update({day.day.isoformat(): day.posts for day in brand.volume})
    rows = told.board.lens("leumund-volume", EVER)
    bars = {row["Tag"][:10]: row["Meldungen"] + row["Übernahmen"] for row in rows}
    assert {day: n for day, n in bars.items() if n} == {day: n for day, n in days.items() if n}


def test_stories_grundlage_and_verdict(told: Told) -> None:
    listed = told.board.listed("leumund-stories", EVER)
    stories = [(b.name, s.headline, s.posts) for b in told.report.brands for s in b.stories]
    assert sorted(
        (one["organization.name"], one["leumund.story.headline"], one["leumund.story.posts"])
        for one in listed
    ) == sorted(stories)
    spoken = " ".join(re.sub(r"<[^>]+>", "", told.page).split())
    (basis,) = {row[word("basis")] for row in told.board.lens("leumund-basis", EVER)}
    assert basis in spoken
    for row in told.board.lens("leumund-verdict", EVER):
        assert row["Gestützt auf"] in spoken


def test_the_ledger_of_each_source(told: Told) -> None:
    rows = {row["Quelle"]: row for row in told.board.lens("leumund-system-ledger", EVER)}
    for source, terms in ledger.summary(told.record).items():
        assert rows[source]["Erfasst"] == terms["fetched"]
        assert rows[source]["Ausgewertet"] == terms["read"]
    assert told.board.lens("leumund-system-pending", EVER) == [{"Noch zuzustellen": 0}]
    assert told.board.lens("leumund-system-dead", EVER) == [{"Unzustellbar": 0}]
