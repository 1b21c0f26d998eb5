"""German sentences end where they end, and the window around a mention stays in its budget."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.enrich.sentences import around, sentences


def cut(text: str) -> list[str]:
    return [text[words[0][0] : words[-1][1]] for words in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Das kostet z. B. 5 Euro, d. h. mehr als bei Dr. Meier.",
        "Gleis Nr. 5 ist ca. 300 m lang.",
        "Am 3. Mai kommt Prof. Dr. h. c. Lang vom St. Josef e. V. nach Moosbach.",
        "Vgl. S. 12 bzw. Abs. 3 der Verordnung.",
        "Es waren 4,5 Mio. Fahrgäste in 15.30 Std. unterwegs.",
        "Das dauert 10 Min. länger als sonst.",
        "Die Talbahn AG u. a. in der Hauptstr. 7 sagt ggf. mehr.",
        "@mb_bahn antwortet 😡 auf www.beispiel.example/a.b nicht!",
    ],
)
def test_an_abbreviation_or_ordinal_ends_no_sentence(sentence: str) -> None:
    assert cut(f"Vorher war Ruhe. {sentence} Danach auch!") == [
        "Vorher war Ruhe.",
        sentence,
        "Danach auch!",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bahn kommt nicht. warum? keine ahnung!!!", 3),
        ("Titel ohne Punkt\nText beginnt hier.", 2),
        ("Das war 2019. Es geht besser.", 2),
        ("Er rief: „Halt!“ „Nein“, sagte sie. (Ende.) Aus.", 4),
        ("Sie sagte: \"So ist das.\" \"Gut\", meinte er.", 2),
        ("Wirklich?! Ja.  Doch.", 3),
        ("", 0),
        (" \n\n ", 0),
    ],
)  # fmt: skip
def test_sentences_end_at_their_marks_and_at_line_ends(text: str, expected: int) -> None:
    assert len(cut(text)) == expected


def test_opening_marks_belong_to_the_sentence_they_open() -> None:
    assert cut("Das war alles. „Wirklich“, fragte er. (Niemand lachte.)") == [
        "Das war alles.",
        "„Wirklich“, fragte er.",
        "(Niemand lachte.)",
    ]


def window(text: str, word: str, budget: int) -> str:
    places = [(i, i + len(word)) for i in range(len(text)) if text.startswith(word, i)]
    return around(text, places, budget=budget)


TEXT = "Eins ist fern. Zwei ist nah. Drei nennt HIER. Vier ist nah. Fünf ist fern."


def test_the_sentence_of_the_mention_comes_first_then_the_next_then_the_one_before() -> None:
    assert window(TEXT, "HIER", 4) == "Drei nennt HIER."
    assert window(TEXT, "HIER", 8) == "Drei nennt HIER. Vier ist nah."
    assert window(TEXT, "HIER", 99) == "Zwei ist nah. Drei nennt HIER. Vier ist nah."


def test_all_mentions_come_before_their_neighbours_and_keep_the_order_of_the_text() -> None:
    text = f"HIER beginnt es. {TEXT}"
    assert window(text, "HIER", 8) == "HIER beginnt es. Drei nennt HIER."
    assert window(text, "HIER", 12) == "HIER beginnt es. Eins ist fern. Drei nennt HIER."


def test_a_sentence_beyond_the_budget_is_cut_around_the_mention() -> None:
    text = " ".join(f"wort{i}" for i in range(200)) + " HIER " + "ende " * 50
    kept = window(text, "HIER", 20).split()
    assert len(kept) == 20
    assert "HIER" in kept


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["HIER", "ja", "z. B.", "3.", "\n", ". ", "! ", "„", "“", "(", " "]))
    .map(" ".join),
    st.integers(1, 30),
)  # fmt: skip
def test_the_budget_holds_and_a_mention_is_never_lost(text: str, budget: int) -> None:
    kept = window(text, "HIER", budget)
    assert ("HIER" in kept) == ("HIER" in text)
    assert sum(len(words) for words in sentences(kept)) <= budget or "HIER" not in text
