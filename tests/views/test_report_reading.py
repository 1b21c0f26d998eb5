"""Whether people can read the report: on a desk, on a phone, on paper, by ear, without colours."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page
from views import synthetic
from views.conftest import Show

REPORT = synthetic.report()
WIDE, PHONE, PAPER = 1440, 390, 688  # paper: A4 less the margins of the page
CONTRASTS = """() => {
  const colour = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const { rgb, alpha } = colour(getComputedStyle(e).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, style = getComputedStyle(element);
    if (!walk.currentNode.textContent.trim() || element.closest("script")) continue;
    const ink = colour(element.closest("svg") ? style.fill : style.color);
    const [high, low] = [light(ink.rgb), light(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const text = walk.currentNode.textContent.trim().slice(0, 40);
    found.push([text, (high + 0.05) / (low + 0.05), size >= 24 || (bold && size >= 18.66)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page(show: Show) -> Page:
    return show(REPORT, width=PHONE).page


@pytest.mark.parametrize("width", [PHONE, PAPER, WIDE])
def test_nothing_reaches_beyond_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.wait_for_function("innerWidth === document.documentElement.scrollWidth")
    charts = page.eval_on_selector_all(
        "[data-chart] svg",
        "all => all.map((s) => [s.getBoundingClientRect().right, s.parentElement.clientWidth])",
    )
    assert len(charts) == 5 * len(REPORT.brands) + 2
    assert all(0 < right <= width and inner > 0.25 * min(width, 1000) for right, inner in charts)


def test_texts_stand_out_from_their_ground(page: Page) -> None:
    found = page.evaluate(CONTRASTS)
    assert len(found) > 500
    faint = [(text, ratio) for text, ratio, large in found if ratio < (3 if large else 4.5)]
    assert faint == []


def test_headings_descend_without_a_leap(page: Page) -> None:
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.map((e) => Number(e.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_each_chart_speaks_and_has_its_numbers_as_a_table(page: Page) -> None:
    charts = page.query_selector_all("figure [data-chart]")
    assert len(charts) == 4 * len(REPORT.brands) + 2
    for chart in charts:
        label = chart.evaluate("e => e.closest('[role=img]').getAttribute('aria-label')")
        assert re.search(r"[.]$", label)
        table = "(e, around) => !!e.closest(around).querySelector('table tbody tr')"
        assert chart.evaluate(table, "figure") or chart.evaluate(table, ".compare"), label


def test_the_first_key_leads_past_the_navigation(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#inhalt"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"


def test_every_link_within_the_page_arrives(page: Page) -> None:
    lost = page.eval_on_selector_all(
        "a[href^='#']", "all => all.filter((a) => !document.querySelector(a.hash)).length"
    )
    assert lost == 0


def test_colours_never_stand_alone(page: Page) -> None:
    """Verdicts carry a symbol, peers a shape of their own, tones their name."""
    verdicts = page.eval_on_selector_all(".verdict", "all => all.map((e) => e.innerText)")
    assert verdicts
    assert all(text[0] in "▲▼■◇" for text in verdicts)
    rows = "name => document.querySelector('[data-chart=peers-1]').view.data(name)"
    shapes = [row["shape"] for row in page.evaluate(rows, "peers")]
    assert len(set(shapes)) == len(shapes) == len(REPORT.brands)
    texts = page.eval_on_selector_all("[data-chart=tone-1] text", "a => a.map(t => t.textContent)")
    assert {"kritisch", "neutral", "wohlwollend"} <= set(re.findall(r"[a-z]+", " ".join(texts)))


def test_it_prints_on_a4_with_each_brand_on_a_page_of_its_own(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.emulate_media(media="print")
    breaks = page.eval_on_selector_all(
        ".brand", "all => all.map((e) => getComputedStyle(e).breakBefore)"
    )
    assert breaks == ["page"] * len(REPORT.brands)
    figures = page.eval_on_selector_all(
        "figure", "all => all.map((e) => [getComputedStyle(e).breakInside, e.offsetHeight])"
    )
    assert all(inside == "avoid" and height < 900 for inside, height in figures)
    printed = tmp_path / "bericht.pdf"
    page.pdf(path=printed, prefer_css_page_size=True, print_background=True)
    raw = printed.read_bytes()
    assert raw.startswith(b"%PDF-")
    sizes = {tuple(map(float, box)) for box in re.findall(rb"MediaBox \[0 0 (\S+) (\S+)\]", raw)}
    assert {(round(w / 72 * 25.4), round(h / 72 * 25.4)) for w, h in sizes} == {(210, 297)}
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", raw))
    assert len(REPORT.brands) + 4 <= pages <= 3 * len(REPORT.brands) + 6
