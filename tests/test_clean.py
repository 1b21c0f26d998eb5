"""What may be stored: text without markup, hidden signs, other people's names or lost letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund import clean
from leumund.errors import Unreadable


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Der Zug f&auml;hrt.</p><p>Punkt.</p>", "Der Zug fährt.\n\nPunkt."),
        ("Zug<br>Bus<br/>Bahn", "Zug\nBus\nBahn"),
        ("Guten Tag<script>alert('x')</script>!", "Guten Tag!"),
        ("vor <img src=x onerror=alert(1)> nach", "vor nach"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;ruhig", "ruhig"),
        ("&amp;lt;b&amp;gt;fett&amp;lt;/b&amp;gt;", "fett"),
        ("<!-- nie --><b>doch</b>", "doch"),
        ("5 < 6 und 7 > 3, ich <3 das", "5 < 6 und 7 > 3, ich <3 das"),
        ("Guten Tag, <Name> hier", "Guten Tag, <Name> hier"),
        ("a <b und c", "a <b und c"),
        ("Muster\u00adbahn\u200b\u202e am\ufeff Gleis", "Musterbahn am Gleis"),
        ("NUL\x00 und \x1b[31mrot\x07", "NUL und [31mrot"),
        ("halb \ud83d ganz \ud83d\ude00", "halb ganz 😀"),
        ("GrÃ¶ÃŸe und MÃ¼ller", "Größe und Müller"),
        ("„Danke“, sagte sie – ‚ja‘", "„Danke“, sagte sie – ‚ja‘"),
        ("Gru\u0308ße", "Grüße"),
        ("a\r\nb\rc\u2028d\n\n\n\ne", "a\nb\nc\nd\n\ne"),
        ("Preis\u00a0 5\u202f€", "Preis 5 €"),
        ("R&D-Abteilung &copy 2026", "R&D-Abteilung &copy 2026"),
        ("👨‍👩‍👧 fährt mit", "👨‍👩‍👧 fährt mit"),
    ],
)
def test_text_keeps_what_people_wrote_and_drops_the_rest(raw: str, expected: str) -> None:
    assert clean.text(raw) == expected


def test_a_text_of_more_than_a_million_signs_is_unreadable() -> None:
    assert clean.text("ä" * 1_000_000) == "ä" * 20_000
    with pytest.raises(Unreadable, match="1000001"):
        clean.text("ä" * 1_000_001)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.characters(), max_size=200) | st.text("<>&;/pb#x0 \n\"'=-!", max_size=60)
)
def test_cleaned_text_is_storable_and_cleaning_it_again_changes_nothing(raw: str) -> None:
    once = clean.text(raw)
    assert once.encode("utf-8").decode() == once
    assert "\0" not in once
    assert clean.text(once) == once


def test_a_title_is_one_short_line() -> None:
    assert clean.title("Zug\n\n fällt <i>aus</i>") == "Zug fällt aus"
    assert len(clean.title("Wort " * 400)) <= 500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hallo @lena_k und @MUSTERBAHN!", "Hallo @… und @MUSTERBAHN!"),
        ("Die @Musterbahn-Chefin spricht", "Die @Musterbahn-Chefin spricht"),
        ("@musterbahnfan99 war da", "@… war da"),
        ("@kai@social.example schreibt", "@… schreibt"),
        ("Mail an lena.k@example.org.", "Mail an [E-Mail]."),
        ("Ruf an: 0171 2345678, danke", "Ruf an: [Telefon], danke"),
        ("+49 (0)40 / 123-456 ist besetzt", "[Telefon] ist besetzt"),
        ("um 12:30 am 01.02.2026, Gleis 3", "um 12:30 am 01.02.2026, Gleis 3"),
        ("2025/2026 stieg der Umsatz auf 1.000.000 Euro", None),
        ("0,5 Prozent, RB 11, 10 000 Fahrgäste", None),
    ],
)
def test_other_people_cannot_be_found_by_a_stored_text(text: str, expected: str | None) -> None:
    assert clean.mask_handles(text, {"@Musterbahn"}) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "https://Zeitung.example/a?utm_source=rss&id=7&wt_mc=x#oben",
            "https://zeitung.example/a?id=7",
        ),
        ("https://zeitung.example/a?b=2&a=1", "https://zeitung.example/a?b=2&a=1"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://user:pw@zeitung.example/", ""),
        ("https://zeitung.example/\u202egnp", ""),
        ("http://[kaputt", ""),
        ("https://zeitung.example/" + "a" * 3000, ""),
    ],
)
def test_links_are_web_addresses_without_tracking(raw: str, expected: str) -> None:
    assert clean.link(raw) == expected
    assert clean.link(expected) == expected


SENTENCE = "Die Größe der Züge ist für uns wichtig, sagte Frau Müller zu den Verspätungen."


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850"]
)
@pytest.mark.parametrize("declared", ["", "iso-8859-1", "quatsch", "zip"])
def test_bytes_become_the_text_that_was_meant_whatever_the_header_says(
    charset: str, declared: str
) -> None:
    if charset == "cp850" and declared == "iso-8859-1":
        declared = "cp850"  # here a wrong header cannot be told from a right one
    assert clean.decode(SENTENCE.encode(charset), declared) == (SENTENCE, False)


def test_an_xml_declaration_names_the_charset() -> None:
    document = '<?xml version="1.0" encoding="iso-8859-15"?><a>5 €</a>'
    assert clean.decode(document.encode("iso-8859-15")) == (document, False)


def test_lost_signs_are_reported() -> None:
    text, lossy = clean.decode(b"abc \x81\x8d\x8f\x90\x9d")
    assert lossy
    assert text.startswith("abc ")
