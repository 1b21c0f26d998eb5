"""The report in a real browser: silent, alone, and every number and mark as the facts say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page
from views import expected, synthetic
from views.conftest import Show, Sight

from leumund.types import Estimate
from leumund.views.facts import BrandFacts
from leumund.words import day, number

REPORT = synthetic.report()
BRANDS = list(enumerate(REPORT.brands, start=1))
STATIC = (  # figures that belong to our own sentences
    "50 = ausgeglichen",
    "50 + 50 ×",
    "0 hieße nur Kritik, 100 nur Zuspruch, 50 ist ausgeglichen",
    "0 hieße, das Modell",
    "95-%-Konfidenzintervall",
    "Meldungen der letzten 28 Tage",
    "1 Meldung",
    REPORT.method.version,
    REPORT.method.licence,
    *(figure.data for figure in REPORT.method.figures),
    *(figure.name for figure in REPORT.method.figures),
)
LOOSE_TEXTS = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
  const marked = "[data-fact], [data-v], [data-foreign], time, svg, script";
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    if (text && !walk.currentNode.parentElement.closest(marked)) texts.push(text);
  }
  return texts;
}"""
TABLE = """([brand, name]) => {
  const scope = brand ? document.querySelector(`[data-brand="${CSS.escape(brand)}"]`) : document;
  return [...scope.querySelectorAll(`[data-table=${name}] tbody tr`)].map((row) => [
    row.querySelector("time")?.textContent ?? row.cells[0].textContent,
    [...row.querySelectorAll("td")].map((c) => [c.dataset.v ?? null, c.textContent.trim()]),
  ]);
}"""
MARKS = """(name) => Object.fromEntries(
  [...document.querySelectorAll(`[data-chart=${name}] g.role-mark`)].map((g) => [
    [...g.classList].find((c) => c.endsWith("_marks")).slice(0, -6),
    g.querySelectorAll("path, text, line").length]))"""
ROWS = "([chart, name]) => document.querySelector(`[data-chart=${chart}]`).view.data(name)"


@pytest.fixture(scope="module")
def sight(show: Show) -> Sight:
    return show(REPORT)


@pytest.fixture(scope="module")
def page(sight: Sight) -> Page:
    return sight.page


def test_the_browser_has_nothing_to_say_and_asks_for_nothing_but_the_file(sight: Sight) -> None:
    assert sight.spoken == []
    assert len(sight.requests) == 1
    assert sight.requests[0].startswith("file:///")


def test_every_marked_number_is_the_fact_it_names(page: Page) -> None:
    facts = expected.numbers(REPORT)
    marks = page.eval_on_selector_all(
        "[data-fact]", "all => all.map((e) => [{...e.dataset}, e.textContent])"
    )
    for mark, text in marks:
        value = facts[mark["fact"]]
        assert float(mark["value"]) == value, mark
        assert text == expected.text(value, mark["form"]), mark
    assert {mark["fact"] for mark, _ in marks} == set(facts)


def test_no_number_stands_outside_of_a_mark(page: Page) -> None:
    for said in page.evaluate(LOOSE_TEXTS):
        text = said
        for known in STATIC:
            text = text.replace(known, "")
        assert not re.search(r"\d", text), text


@pytest.mark.parametrize(("place", "brand"), BRANDS, ids=[brand.name for _, brand in BRANDS])
def test_the_tables_behind_the_charts_hold_every_day(
    page: Page, place: int, brand: BrandFacts
) -> None:
    del place
    points = brand.points[::-1]
    history = page.evaluate(TABLE, [brand.name, "history"])
    assert [row[0] for row in history] == [day(point.day) for point in points]
    for (_, cells), point in zip(history, points, strict=True):
        values = [*_parts(point.day_value), *_parts(point.fast), *_parts(point.slow)]
        _same(cells, [*values, point.documents, point.n_eff])
    for (_, cells), point in zip(
        page.evaluate(TABLE, [brand.name, "visibility"]), points, strict=True
    ):
        small = point.visibility is not None and point.visibility.value < 10
        _same(cells, _parts(point.visibility), digits=int(small))
    volume = page.evaluate(TABLE, [brand.name, "volume"])
    for (_, cells), one in zip(volume, brand.volume[::-1], strict=True):
        _same(cells, [one.posts, one.stories])
    for (_, cells), share in zip(
        page.evaluate(TABLE, [brand.name, "tone"]), brand.latest.tone or (), strict=True
    ):
        _same(cells, _parts(share))


@pytest.mark.parametrize(("place", "brand"), BRANDS, ids=[brand.name for _, brand in BRANDS])
def test_each_chart_draws_one_mark_for_each_fact(page: Page, place: int, brand: BrandFacts) -> None:
    marks = page.evaluate(MARKS, f"index-{place}")
    assert marks["dots"] == sum(point.day_value is not None for point in brand.points)
    assert marks["hover"] == len(brand.points)
    assert marks["signals"] == marks["numbers"] == len(brand.signals)
    assert marks["gaps"] == len(brand.gaps)
    assert marks["disturbed"] == (1 if any(not p.healthy for p in brand.points) else 0)
    assert marks["band"] == marks["fast"] == marks["slow"] == 1
    volume = page.evaluate(MARKS, f"volume-{place}")
    assert volume["posts"] == volume["stories"] == len(brand.volume)
    tone = page.evaluate(MARKS, f"tone-{place}")
    assert tone["tones"] == tone["margins"] == 3
    assert page.evaluate(MARKS, f"visibility-{place}")["band"] == 1


@pytest.mark.parametrize(("place", "brand"), BRANDS, ids=[brand.name for _, brand in BRANDS])
def test_each_chart_draws_the_values_of_the_facts(
    page: Page, place: int, brand: BrandFacts
) -> None:
    rows = page.evaluate(ROWS, [f"index-{place}", "days"])
    for row, point in zip(rows, brand.points, strict=True):
        drawn = [row["day_value"], row["fast"], row["low"], row["high"], row["slow"]]
        tile, slow = point.day_value, point.slow
        facts = [tile and tile.value, *_parts(point.fast), slow and slow.value]
        assert drawn == [None if x is None else pytest.approx(x, abs=5e-4) for x in facts]
    rows = page.evaluate(ROWS, [f"volume-{place}", "days"])
    assert [(r["posts"], r["stories"]) for r in rows] == [
        (v.posts, v.stories) for v in brand.volume
    ]
    rows = page.evaluate(ROWS, [f"tone-{place}", "tones"])
    assert brand.latest.tone
    assert [[r["value"], r["low"], r["high"]] for r in rows] == [
        _parts(share) for share in brand.latest.tone
    ]


def test_the_comparison_shows_each_peer_with_its_margin(page: Page) -> None:
    marks = page.evaluate(MARKS, "peers-1")
    assert marks["peers"] == marks["margins"] == len(REPORT.brands)
    rows = {r["label"].split("|")[0]: r for r in page.evaluate(ROWS, ["peers-1", "peers"])}
    for brand in REPORT.brands:
        row = rows[brand.name]
        assert [row["value"], row["low"], row["high"]] == _parts(brand.latest.fast)
    places = page.evaluate(MARKS, "map-1")
    assert places["map"] == places["across"] == places["upward"] == len(REPORT.brands)
    assert places["names_left"] + places["names_right"] == len(REPORT.brands)


def test_brands_without_any_share_are_listed_with_their_reason(page: Page) -> None:
    items = page.eval_on_selector_all(".absent li", "all => all.map((e) => e.innerText)")
    assert len(items) == len(REPORT.absent)
    for item, brand in zip(items, REPORT.absent, strict=True):
        assert item.startswith(brand.name)
        assert item.endswith(brand.reason)
        assert ("Beispieldaten" in item) == brand.example


def test_example_brands_carry_their_badge_wherever_they_are_titled(page: Page) -> None:
    for title in page.query_selector_all(".tile h3, .brand h2, [data-table=peers] tbody th"):
        text = title.inner_text()
        brand = next(b for b in REPORT.brands if text.startswith(b.name))
        assert ("Beispieldaten" in text) == brand.example


def test_words_say_what_the_figures_rest_on(page: Page) -> None:
    text = page.inner_text("body")
    assert "Grundlage: 3 frei zugängliche Quellen und 1 Quelle mit Beispieldaten." in text
    assert "Nicht enthalten: geschlossene Gruppen, Bezahlschranken und Bewegtbild." in text
    assert "1 Meldung, 40 Übernahmen" in text
    assert "▼ schlechter" in text
    assert "Veränderung nicht gesichert" in text
    assert "rückblickend" in text
    assert "Korrektur geschätzt, noch nicht an Ihren Beiträgen geprüft" in text
    notes = page.eval_on_selector_all(".notes", "all => all.map((e) => e.innerText)")
    worth = [note for note in notes if re.search(r"Beiträge, so aussagekräftig wie \d", note)]
    assert len(worth) == 4 * len(REPORT.brands)  # tile, history, visibility, tone


def test_axes_are_german_in_every_time_zone(show: Show, page: Page) -> None:
    labels = "all => all.map((e) => e.textContent)"
    spring = page.eval_on_selector_all("[data-chart] text", labels)
    assert "Mrz 2026" in spring
    assert any(re.fullmatch(r"\d,\d\u00a0%", text) for text in spring)
    drawn = (
        "all => all.map((e) => [e.textContent, e.getAttribute('transform'), e.getAttribute('d')])"
    )
    far = show(synthetic.report(), zone="America/Los_Angeles").page
    marks = "[data-chart] text, [data-chart] .mark-symbol path, [data-chart] .mark-rect path"
    assert far.eval_on_selector_all(marks, drawn) == page.eval_on_selector_all(marks, drawn)
    autumn = show(synthetic.report(last=date(2026, 11, 20))).page
    assert "Okt 2026" in autumn.eval_on_selector_all("[data-chart] text", labels)


def _parts(value: Estimate | None) -> list[float | None]:
    return [value.value, value.low, value.high] if value else [None] * 3


def _same(cells: list[list[str | None]], values: list[float | None], *, digits: int = 0) -> None:
    assert len(cells) == len(values)
    for (raw, text), value in zip(cells, values, strict=True):
        if value is None:
            assert (raw, text) == (None, "–")
        else:
            assert raw is not None
            assert (float(raw), text) == (value, number(value, digits))
