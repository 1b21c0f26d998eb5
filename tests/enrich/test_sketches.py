"""A sketch recognises copies of a text after the text is gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leumund.enrich.candidates import alike
from leumund.enrich.sketches import Sketch, likeness, normalise, sketch

STORY = (
    "Musterbahn sperrt die Strecke zwischen Moosbach und Neuwasser für acht Monate. Grund sind "
    "Risse in einer Brücke aus dem Jahr 1911. Ersatzbusse fahren alle zwanzig Minuten."
)


def test_one_agency_report_under_one_title_is_compared_in_any_case() -> None:
    a = sketch(f"Moosbach (dpa) - {STORY}", title="Brücke rissig")
    b = sketch(f"(dpa/lno) {STORY} Der Landrat reagierte gelassen.", title="Brücke rissig")
    other = sketch(f"Moosbach (AFP) - {STORY}", title="Brücke rissig")
    assert a.bulletin == b.bulletin != b""
    assert other.bulletin != a.bulletin
    assert sketch(STORY, title="Brücke rissig").bulletin == b""
    assert len(list(alike([a, b], at_least=0.5))) == 1


def test_sketches_are_read_back_from_their_bytes() -> None:
    first = sketch(f"RT @blatt: {STORY}", title="Brücke rissig (dpa)")
    again = Sketch(first.data, first.words, first.digest)
    assert again.repost
    assert again.bulletin == first.bulletin
    assert likeness(first, again) == 1.0


@pytest.mark.parametrize("text", ["(dpa/lno) Moosbach", "Berlin (Reuters) - Der", "epd Moosbach"])
def test_agency_marks_are_seen(text: str) -> None:
    assert sketch(text, title="Titel").bulletin


def test_a_word_that_looks_like_an_agency_is_none() -> None:
    assert not sketch("Der SIDE-Kanal und die AP-Nummer", title="Titel").bulletin


@pytest.mark.parametrize(
    "copy",
    [
        STORY.upper(),
        f"RT @blatt: {STORY}",
        f"{STORY} via @blatt",
        f"{STORY} https://example.org/a?b=1",
        STORY.replace(". ", " … – "),
        STORY.replace("Brücke", "Bru\u0308cke"),
        STORY.replace("Strecke", "Stre\u00adcke"),
    ],
)
def test_what_reposting_adds_does_not_change_the_digest(copy: str) -> None:
    assert sketch(copy).digest == sketch(STORY).digest


def test_numbers_are_words_and_change_the_text() -> None:
    assert sketch("40 Minuten zu spät").digest != sketch("45 Minuten zu spät").digest


def test_likeness_is_the_jaccard_index_of_the_word_3_grams() -> None:
    a, b = STORY, STORY.replace("acht", "neun").replace("1911", "1913")
    grams = [
        {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
        for words in (normalise(a), normalise(b))
    ]
    expected = len(grams[0] & grams[1]) / len(grams[0] | grams[1])
    assert likeness(sketch(a), sketch(b)) == pytest.approx(expected)


def test_two_processes_agree_on_a_sketch() -> None:
    code = (
        "import sys; from leumund.enrich.sketches import sketch;"
        "print(sketch(sys.argv[1]).data.hex())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, STORY],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "99", "PYTHONUTF8": "1"},
    )
    assert shown.stdout.strip() == sketch(STORY).data.hex()
