"""Hits are shown in German, and foreign text stays text."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from leumund.views.search import Hit, lines

HIT = Hit(
    headline="Zugverspätung: Pendler warten [bold]zwei[/bold] Stunden",
    url="https://example.org/zug",
    source="presse",
    outlet="Märkischer Bote",
    published=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    brands=(("Musterbahn", "negative"), ("Nordbus", "positive")),
    score=202.0,
    highlights=("Auf Gleis 3 war der Zug schon voll.",),
    found=("Zugverspätung", "Zug"),
)


def _printed(*hits: Hit) -> str:
    console = Console(width=140, file=StringIO())
    with console.capture() as captured:
        console.print(lines(hits))
    return captured.get()


def test_hits_are_a_german_table() -> None:
    text = _printed(HIT)
    headings, first, second, *_ = text.splitlines()
    assert headings.split() == ["Datum", "Medium", "Marke", "Tonalität", "Beitrag"]
    assert first.startswith("22.11.2026  Märkischer Bote  Musterbahn  kritisch")
    assert second.split()[:2] == ["Nordbus", "wohlwollend"]
    assert "Auf Gleis 3 war der Zug schon voll." in text
    assert "https://example.org/zug" in text


def test_brackets_in_a_headline_are_no_markup() -> None:
    assert "[bold]zwei[/bold]" in _printed(HIT)


def test_no_hits_are_one_sentence() -> None:
    assert _printed().strip() == "Keine Beiträge gefunden."
