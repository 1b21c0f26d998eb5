"""A brand is found where a careful look-around expression finds it, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest
from enrich.readings import brand, reading

from leumund.config import Brand
from leumund.enrich.brands import BrandReader
from leumund.errors import Misconfigured
from leumund.types import Opinion


def places(text: str, *brands: Brand) -> list[tuple[str, str]]:
    return [(name, text[start:end]) for name, start, end in BrandReader(brands).find(text)]


def words(text: str, *brands: Brand) -> list[str]:
    return [word for _, word in places(text, *brands)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Musterbahn fährt.", "Musterbahn"),
        ("MUSTERBAHN!!!", "MUSTERBAHN"),
        ("Die Zahlen Musterbahns überzeugen", "Musterbahns"),
        ("Musterbahn's App", "Musterbahn's"),
        ("Musterbahn’s App", "Musterbahn’s"),
        ("des Musterbahnes Gleis", "Musterbahnes"),
        ("die Musterbahn-Chefin", "Musterbahn"),
        ("eine Nicht-Musterbahn-Kundin", "Musterbahn"),
        ("„Musterbahn“", "Musterbahn"),
        ("(musterbahn)", "musterbahn"),
        ("@Musterbahn antwortet", "@Musterbahn"),
        ("@team_musterbahn_hilft", "musterbahn"),
        ("#Musterbahn", "#Musterbahn"),
        ("info@musterbahn.example", "musterbahn"),
        ("https://musterbahn.example/x", "musterbahn"),
        ("Muster\u00adbahn fährt", "Muster\u00adbahn"),
        ("❤️Musterbahn❤️", "Musterbahn"),
        ("Musterbahn/Talbus", "Musterbahn"),
        ("Musterbahn…", "Musterbahn"),
    ],
)
def test_german_forms_of_a_name_are_found(text: str, found: str) -> None:
    assert words(text, brand("Musterbahn")) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Musterbahnhof",
        "Neumusterbahn",
        "Musterbahnen",
        "Musterbahn2",
        "2Musterbahn",
        "#DankeMusterbahn",
        "Musterbahn\u0301",
        "Mu\u0308sterbahn",
        "Musterb ahn",
        "Musterbahnsteig",
        "",
    ],
)
def test_other_words_that_contain_the_name_are_not(text: str) -> None:
    assert words(text, brand("Musterbahn")) == []


def test_closed_compounds_are_other_words() -> None:
    text = "Am Bahnübergang der Autobahn steht der Bahn-Chef und wartet auf die S-Bahn."
    assert words(text, brand("Bahn", exclude=("S-Bahn",))) == ["Bahn"]


def test_names_that_hiss_take_an_apostrophe_and_no_s() -> None:
    firm = brand("Reiss")
    assert words("Reiss’ Werk, Reiss' Chef, Reisses Bilanz", firm) == [
        "Reiss’",
        "Reiss'",
        "Reisses",
    ]
    assert words("Reisss", firm) == []


def test_short_names_take_no_es_which_would_make_an_adjective() -> None:
    assert words("ein reales Angebot von Real", brand("real")) == ["Real"]


def test_sharp_s_and_ss_are_one_name_in_capitals_and_in_swiss_texts() -> None:
    firm = brand("Weißbräu")
    assert words("WEISSBRÄU, Weissbräu und Weißbräu", firm) == [
        "WEISSBRÄU",
        "Weissbräu",
        "Weißbräu",
    ]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_offsets_belong_to_the_original_text(form: str) -> None:
    text = unicodedata.normalize(form, "İzmir grüßt: ﬁn Müllers Ährenbräu’s Öl, ÄHRENBRÄU")
    for name in ("Ährenbräu", unicodedata.normalize("NFD", "Ährenbräu")):
        found = words(text, brand(name))
        assert [unicodedata.normalize("NFC", w) for w in found] == ["Ährenbräu’s", "ÄHRENBRÄU"]


def test_turkish_capitals_do_not_shift_the_offsets() -> None:
    assert words("İİİ Musterbahn", brand("Musterbahn")) == ["Musterbahn"]
    assert words("İlke und ILKE", brand("Ilke")) == ["İlke", "ILKE"]


def test_odd_blanks_and_hyphens_are_plain_ones() -> None:
    assert words("Rhein‑Tal\u00a0Bahn kommt", brand("Rhein-Tal Bahn")) == ["Rhein‑Tal\u00a0Bahn"]


def test_title_and_text_are_two_lines_that_no_name_spans() -> None:
    assert words("Neues von Muster\nBahn fährt", brand("Muster Bahn")) == []


def test_the_longest_name_wins_where_several_start() -> None:
    firm = brand("Musterbahn Fracht")
    assert places("Musterbahn Fracht und Musterbahn", brand("Musterbahn"), firm) == [
        ("Musterbahn Fracht", "Musterbahn Fracht"),
        ("Musterbahn", "Musterbahn"),
    ]


def test_a_longer_name_that_is_no_whole_word_does_not_hide_a_shorter_one() -> None:
    longer = brand("Tal Bahn", "Tal Bahn Ost")
    assert words("Die Tal Bahn Ostern", longer) == ["Tal Bahn"]
    assert words("Bahn Card Nova", brand("Bahn", "Bahn Card"), brand("Card Nova")) == ["Bahn Card"]


def test_one_name_of_two_brands_is_found_for_both() -> None:
    text = "Der Kranich fliegt"
    assert places(text, brand("Luftig", "Kranich"), brand("Kranich Verlag", "Kranich")) == [
        ("Luftig", "Kranich"),
        ("Kranich Verlag", "Kranich"),
    ]


def test_an_exclusion_masks_its_phrase_only_and_only_for_its_brand() -> None:
    otto = brand("Otto", exclude=("Otto Normalverbraucher", "Otto-Motor"))
    book = brand("Normalverlag", "Otto")
    text = "Otto Normalverbrauchers Otto-Motor kam von Otto, meint Otto Normal."
    assert [text.index("von") + 4, text.index("meint") + 6] == [
        start for name, start, _ in BrandReader([otto, book]).find(text) if name == "Otto"
    ]
    assert len([name for name, _ in places(text, otto, book) if name == "Normalverlag"]) == 4


def test_an_alias_longer_than_the_exclusion_is_still_found() -> None:
    firm = brand("Musterbahn", "Bahn frei Reisen", exclude=("Bahn frei",))
    assert words("Bahn frei! Bahn frei Reisen öffnet", firm) == ["Bahn frei Reisen"]


def test_required_words_must_stand_in_the_text_as_words() -> None:
    firm = brand("Otto", require=("bestellt", "Versand"))
    assert words("Otto ist mein Onkel", firm) == []
    assert words("Otto hat den Versandhandel erfunden", firm) == []
    assert words("Beim Versand-Haus Otto", firm) == ["Otto"]
    assert words("Otto: gestern BESTELLT, heute da", firm) == ["Otto"]


def test_handles_and_tags_are_names_of_their_own() -> None:
    firm = brand("Musterbahn", "@mb", "#mbnews")
    assert words("@mb: mb? x@mb #MBNews @mbler", firm) == ["@mb", "#MBNews"]


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(Misconfigured, match="no letter to look for"):
        BrandReader([brand("Musterbahn", "!?")])


def test_a_mention_without_a_brand_is_filtered_and_its_neighbours_are_not() -> None:
    reader = BrandReader([brand("Musterbahn")])
    with_one, without = reader([reading("zu spät", title="Musterbahn"), reading("Autobahn")])
    assert (with_one.found, with_one.filtered) == ((("Musterbahn", 0, 10),), "")
    assert (without.found, without.filtered) == ((), "brand")


def test_what_the_language_filtered_stays_as_it_is() -> None:
    before = reading("Musterbahn is late", filtered="language")
    assert BrandReader([brand("Musterbahn")])([before]) == [before]


def test_opinions_stay_only_where_the_places_are_the_same() -> None:
    firm = brand("Musterbahn")
    (once,) = BrandReader([firm])([reading("Musterbahn und Talbus")])
    said = replace(
        once, opinions=(Opinion(brand="Musterbahn", tone=(0.2, 0.5, 0.3), span=(0, 10)),)
    )
    assert BrandReader([brand("Musterbahn", "Muba")])([said])[0].opinions == said.opinions
    assert BrandReader([firm, brand("Talbus")])([said])[0].opinions == ()


def test_the_signature_changes_exactly_with_the_rules() -> None:
    base = brand("Musterbahn", "Muba", exclude=("Muba Messe",))
    same = BrandReader([base]).signature
    assert BrandReader([base.model_copy(update={"peers": ("x",)})]).signature == same
    changed = [
        brand("Musterbahn", "Mubah", exclude=("Muba Messe",)),
        brand("Musterbahn", "Muba"),
        brand("Musterbahn", "Muba", exclude=("Muba Messe",), require=("Zug",)),
        brand("Musterbahn", "Muba", "Muba Messe"),
    ]
    assert len({same, *(BrandReader([one]).signature for one in changed)}) == 5


def test_two_processes_agree_on_the_signature() -> None:
    code = (
        "from leumund.config import Brand; from leumund.enrich.brands import BrandReader;"
        "print(BrandReader([Brand(name='Musterbahn', sources=('forum',))]).signature)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "4711"},
    )
    assert shown.stdout.strip() == BrandReader([brand("Musterbahn")]).signature
