"""Words come apart at their seams and nowhere else."""

from __future__ import annotations

import pytest

from leumund.views.blueprint import WORDS, folded, locate
from leumund.views.compounds import LONGEST, SHORTEST, parts


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("Zugverspätung", ["zug", "verspatung"]),
        ("ZUGVERSPAETUNGEN", ["zug", "verspatung"]),
        ("Regionalzüge", ["regional", "zug"]),
        ("Preiserhöhungen", ["preis", "erhohung"]),
        ("Kündigungsschutz", ["kundigung", "schutz"]),
        ("Hauptstrasse", []),
        ("Musterbahn", []),
        ("Xylophon", []),
        ("", []),
    ],
)
def test_a_compound_is_its_parts_where_all_are_known(word: str, pieces: list[str]) -> None:
    assert parts(word) == pieces


@pytest.mark.parametrize("word", ["streiken", "streikt", "gestreikt", "streikten", "Streiks"])
def test_a_verb_leads_to_its_root(word: str) -> None:
    assert parts(word) == ["streik"]


@pytest.mark.parametrize(
    ("word", "not_in_it"),
    [
        ("brauchen", "rauch"),
        ("Soldaten", "daten"),
        ("Sekunde", "kunde"),
        ("Bezug", "zug"),
        ("zugleich", "zug"),
        ("Fraktion", "aktion"),
        ("Ankündigung", "kundigung"),
        ("Erwartung", "wartung"),
        ("Austausch", "stau"),
        ("Redaktion", "aktion"),
        ("Alarm", "larm"),
        ("spannend", "panne"),
        ("Bahnhof", "bahn"),
    ],
)
def test_what_only_looks_like_a_part_is_none(word: str, not_in_it: str) -> None:
    assert not_in_it not in parts(word)


def test_the_word_list_is_fit_to_be_extended_by_hand() -> None:
    listed = (locate() / WORDS).read_text("utf-8").splitlines()
    assert len(listed) >= 1500
    assert listed == sorted(set(listed))
    for word in listed:
        assert word == word.lower()
        assert word.isalpha()
        assert SHORTEST <= len(folded(word)) <= LONGEST
