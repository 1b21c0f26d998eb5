"""German stays, other languages go, and very short texts are never guessed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from enrich.readings import reading

from leumund.enrich.language import LanguageReader

READER = LanguageReader({"forum": "de", "wire": "en"})

GERMAN = [
    "Der Zug nach Moosbach war heute wieder voll, ich musste stehen.",
    "hab die app jetzt zum dritten mal installiert und sie stürzt immer noch ab",
    "Kann mir jemand sagen, ob das Ticket auch im Bus gilt?",
    "Support antwortet nicht auf Mails",
    "Service war top 👍",
    "Ticket App crasht immer",
    "Musterbahn down again oder was",
]
FOREIGN = [
    ("The train was late again today and nobody told us why.", "en"),
    ("Why does the app not work since the update?", "en"),
    ("Le train est encore en retard et personne ne sait pourquoi.", "fr"),
    ("El tren llega tarde otra vez y nadie nos dice nada.", "es"),
    ("Il treno è di nuovo in ritardo e nessuno sa perché.", "it"),
    ("De trein is weer te laat en niemand weet waarom.", "nl"),
    ("Pociąg znowu się spóźnił i nikt nie wie dlaczego.", "pl"),
    ("Tren yine geç kaldı ve kimse nedenini bilmiyor.", "tr"),
    ("Toget er forsinket igen, og ingen ved hvorfor det sker.", "da"),
]


@pytest.mark.parametrize("text", GERMAN)
def test_german_is_kept(text: str) -> None:
    (read,) = READER([reading(text)])
    assert (read.language, read.filtered) == ("de", "")


@pytest.mark.parametrize(("text", "language"), FOREIGN)
def test_other_languages_are_named_and_filtered(text: str, language: str) -> None:
    (read,) = READER([reading(text)])
    assert (read.language, read.filtered) == (language, "language")
    assert read.language_confidence > 0.5


@pytest.mark.parametrize(
    "text",
    ["Nice!", "so not cool", "", "👍👍", "@mb_bahn https://example.org/the-train-was-late ok"],
)
def test_a_text_under_four_words_inherits_the_language_of_its_source(text: str) -> None:
    forum, wire = READER([reading(text), reading(text, source="wire")])
    assert (forum.language, forum.language_confidence, forum.filtered) == ("de", 0.0, "")
    assert (wire.language, wire.filtered) == ("en", "language")


def test_the_language_that_the_source_declares_for_a_text_comes_first() -> None:
    (read,) = READER([reading("so not cool", declared="en-GB")])
    assert (read.language, read.filtered) == ("en", "language")


def test_the_title_counts_as_text() -> None:
    (read,) = READER([reading("nobody knows", title="The train was late again and")])
    assert read.language == "en"


def test_what_another_step_filtered_stays_as_it_is() -> None:
    before = reading("The train was late again today", filtered="spam")
    assert READER([before]) == [before]


def test_the_signature_changes_with_the_languages_of_the_sources() -> None:
    assert READER.signature == LanguageReader({"wire": "en", "forum": "de"}).signature
    assert READER.signature != LanguageReader({"forum": "de"}).signature


def test_two_processes_agree_on_the_signature() -> None:
    code = (
        "from leumund.enrich.language import LanguageReader;"
        "print(LanguageReader({'forum': 'de', 'wire': 'en'}).signature)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "77"},
    )
    assert shown.stdout.strip() == READER.signature
