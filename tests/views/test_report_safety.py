"""Texts of strangers on the page stay texts, and half a report never replaces a whole one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from views import synthetic
from views.conftest import Show

from leumund.views.facts import Report
from leumund.views.report import GAPS, render, write

EVIL = (
    "</script><script>window.hit=1</script><!--<img src=x onerror=window.hit=2>"
    "\u2028\u202e\x00<svg onload=window.hit=3>'\"`${window.hit=4}{{7*7}}"
)
ADDRESSES = (
    "javascript:window.hit=5",
    "data:text/html,<script>window.hit=6</script>",
    " https://leer.example",
    "https://a.example/\"onmouseover=window.hit=7 x='",
    "//nirgends.example/x",
    "vbscript:x",
    "https:\\\\a.example",
    "https://gut.example/artikel?a=1&b=2",
)


def hostile() -> Report:
    """A report in which everything that strangers or operators write is an attack."""
    calm = synthetic.report(names=(EVIL, "Hafenkontor"), days=60)
    brands = []
    for brand in calm.brands:
        stories = tuple(
            replace(brand.stories[0], headline=f"{place} {EVIL}", url=url, source=EVIL)
            for place, url in enumerate(ADDRESSES)
        )
        drivers = tuple(
            replace(driver, headline=EVIL, url=ADDRESSES[0], source=EVIL)
            for signal in brand.signals
            for driver in signal.drivers
        )
        signals = tuple(replace(signal, drivers=drivers) for signal in brand.signals)
        sources = tuple(replace(source, name=EVIL, gap=EVIL) for source in brand.sources)
        gaps = tuple(replace(gap, source=EVIL, reason=EVIL) for gap in brand.gaps)
        brands.append(replace(brand, stories=stories, signals=signals, sources=sources, gaps=gaps))
    return replace(
        calm,
        brands=tuple(brands),
        absent=tuple(replace(brand, name=EVIL, reason=EVIL) for brand in calm.absent),
        ledger=tuple(replace(row, source=EVIL) for row in calm.ledger),
        basis=replace(
            calm.basis,
            sources=tuple(replace(source, name=EVIL) for source in calm.basis.sources),
            not_included=(EVIL,),
        ),
        method=replace(calm.method, model=EVIL, licence=EVIL),
    )


def test_foreign_texts_and_addresses_do_nothing(show: Show) -> None:
    sight = show(hostile())
    page = sight.page
    assert sight.spoken == []
    assert len(sight.requests) == 1
    page.hover(".stories a")
    assert page.evaluate("window.hit === undefined")
    assert page.eval_on_selector_all("script", "all => all.length") == 4
    assert (
        page.eval_on_selector_all("body img, body [onload], body [onerror]", "a => a.length") == 0
    )
    links = page.eval_on_selector_all(
        "a:not([href^='#'])", "all => all.map((a) => [a.href, a.rel])"
    )
    assert {href for href, _ in links} == {ADDRESSES[-1]}
    assert {rel for _, rel in links} == {"noopener noreferrer"}
    titles = page.eval_on_selector_all(".stories .title", "all => all.map((e) => e.innerText)")
    assert titles == [str(place) for place in range(len(ADDRESSES))] * 2
    assert page.inner_text(".drivers bdi") == "Ohne Text"


@pytest.fixture
def report() -> Report:
    return synthetic.report(days=50)


def test_the_page_names_no_address_that_a_browser_would_load(report: Report) -> None:
    html = render(report)
    head = html[: html.index('id="charts"')]
    for attribute in ("src=", "@import", "url(", '<link rel="stylesheet"'):
        assert attribute not in head


def test_the_same_facts_give_the_same_page(report: Report) -> None:
    assert render(report) == render(report)


def test_a_page_of_120_days_and_three_brands_stays_small() -> None:
    assert len(render(synthetic.report()).encode()) < 2_500_000


def test_a_failed_write_leaves_the_old_report_and_no_scraps(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "bericht.html"
    path.write_text("alt", encoding="utf-8")
    wrong = replace(report.brands[0].latest, verdict="none", reason="no such reason")
    brand = replace(report.brands[0], points=(*report.brands[0].points[:-1], wrong))
    with pytest.raises(KeyError):
        write(replace(report, brands=(brand,)), path)
    assert [file.name for file in tmp_path.iterdir()] == ["bericht.html"]
    assert path.read_text(encoding="utf-8") == "alt"


def test_a_report_is_written_where_no_folder_was(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "neu" / "bericht.html"
    write(report, path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(list(path.parent.iterdir())) == 1


def _thin() -> Iterator[tuple[str, Report]]:
    whole = synthetic.report(days=50)
    brand = whole.brands[0]
    bare = replace(
        brand.latest,
        day_value=None,
        fast=None,
        slow=None,
        visibility=None,
        tone=None,
        verdict="none",
        reason="no_history",
        window=0,
        change=None,
        healthy=False,
    )
    newborn = replace(
        brand, points=(bare,), volume=brand.volume[-1:], stories=(), sources=(), signals=(), gaps=()
    )
    yield "no brand", replace(whole, brands=(), absent=(), ledger=(), gaps=())
    yield "one day without a value", replace(whole, brands=(newborn,))
    yield "two newborns", replace(whole, brands=(newborn, replace(newborn, name="Hafenkontor")))
    many = tuple(
        replace(gap, start=gap.start.replace(minute=minute))
        for gap in whole.gaps
        for minute in range(GAPS + 3)
    )
    yield "many gaps", replace(whole, gaps=many)
    yield (
        "uncorrected",
        replace(whole, brands=(replace(brand, points=(replace(brand.latest, step="count"),)),)),
    )


@pytest.mark.parametrize(("case", "report"), list(_thin()), ids=[case for case, _ in _thin()])
def test_a_page_with_little_to_say_still_stands(show: Show, case: str, report: Report) -> None:
    sight = show(report, width=390)
    assert sight.spoken == [], case
    assert sight.page.title() == "Leumund – Reputationsmonitor"
    if case == "many gaps":
        assert sight.page.inner_text(".ledger .gaps li:last-child") == "und 3 ältere"
    if case == "uncorrected":
        assert "unkorrigiert" in sight.page.inner_text(".tile .notes")
