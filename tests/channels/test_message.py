from dataclasses import replace
from datetime import UTC, date, datetime

from leumund.channels.message import compose
from leumund.types import Driver, Estimate, Signal

DRIVER = Driver(
    headline="Musterbahn streicht Halte in Kaltenbrück",
    url="https://beispiel.example/1",
    source="Märkische Post",
    published_at=datetime(2026, 11, 14, 7, 42, tzinfo=UTC),
    posts=12,
    sources=12,
    share=0.3,
)
DROP = Signal(
    brand="Musterbahn",
    kind="drop",
    day=date(2026, 11, 16),
    start=date(2026, 11, 14),
    decided_at=datetime(2026, 11, 17, 5, 30, tzinfo=UTC),
    size=Estimate(value=-14.2, low=-19.6, high=-8.4),
    probability=0.993,
    level="unusual",
    severity=6,
    posts=84,
    usual=30.2,
    drivers=(DRIVER,),
    sources=(("Kurznachrichten", 41), ("Pendlerforum", 20)),
    provisional=False,
    retrospective=False,
    method="abc",
)


def test_the_subject_says_what_happened_and_no_index_value() -> None:
    subject = compose(DROP).subject
    expected = "Auffällig: Musterbahn – seit 14.11. deutlich mehr Kritik, 84 Beiträge (üblich 30)"
    assert subject == expected


def test_the_first_line_is_the_headline_of_the_strongest_story() -> None:
    lines = compose(DROP, owner="Pressebereitschaft").text.splitlines()
    assert lines[0] == "Musterbahn streicht Halte in Kaltenbrück"
    assert lines[1] == (
        "Zuerst: Märkische Post, 14.11., 8:42 Uhr. Übernommen von 11 weiteren Quellen."
    )
    assert "14 Punkte unter dem Grundniveau (Schwankungsbreite: 8 bis 20)" in lines[2]
    assert "Zuständig: Pressebereitschaft." in lines


def test_no_probability_is_rounded_up_to_certainty() -> None:
    assert "Wahrscheinlichkeit von über 99\u00a0%." in compose(replace(DROP, probability=1.0)).text
    assert "Wahrscheinlichkeit von 97\u00a0%." in compose(replace(DROP, probability=0.97)).text
    english = compose(replace(DROP, probability=0.999), language="en").text
    assert "probability of more than 99%." in english


def test_sentences_without_data_are_left_out() -> None:
    bare = replace(DROP, drivers=(), sources=())
    text = compose(bare).text
    assert text.startswith("Der Reputationsindex liegt seitdem")
    for absent in ("Zuerst", "Übernommen", "Zuständig", "Beispiele", "None"):
        assert absent not in text
    lone = compose(replace(DROP, drivers=(replace(DRIVER, sources=1),))).text
    assert "Übernommen" not in lone


def test_english_is_english_throughout() -> None:
    message = compose(DROP, language="en", owner="press desk")
    assert message.subject == (
        "Unusual: Musterbahn – much more criticism since 14 November, 84 posts (usual 30)"
    )
    for german in ("Beiträge", "Zuerst", "Punkte", "Schwankungsbreite", "Uhr"):
        assert german not in message.text


def test_foreign_text_cannot_become_markup_or_a_script_link() -> None:
    evil = replace(DRIVER, headline="<script>x</script>", url="javascript:alert(1)")
    html = compose(replace(DROP, drivers=(evil,))).html
    assert "<script>" not in html
    assert "javascript:" not in html


def test_an_all_clear_and_example_data_say_so() -> None:
    message = compose(replace(DROP, kind="all_clear"), example=True)
    assert message.subject == (
        "[Beispieldaten] Entwarnung: Musterbahn – Kritik wieder im üblichen Maß"
    )
    assert "Wahrscheinlichkeit" not in message.text
