"""The model reads what is said about a brand, and never which brand it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from enrich.readings import reading
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.config import Brand
from leumund.enrich.brands import BrandReader
from leumund.enrich.sentiment import SentimentReader, frame, softmax
from leumund.enrich.signatures import joined, model_of, rules_of
from leumund.inference.batching import BatchedScorer
from leumund.types import Reading

NAMES = ("Musterbahn", "Talbus", "E.Plus", "Dr. Wohl", "Yay!", "Reiss", "Nord 24 Express")
BRANDS = BrandReader([Brand(name=name, sources=("forum",)) for name in NAMES])


def framed(text: str, brand: str, **more: int) -> str:
    return frame(text, BRANDS.find(text), brand, **more)


def test_the_brand_in_question_and_the_others_are_masked() -> None:
    text = "Musterbahns Chefin lobt Talbus. Die Musterbahn-App hängt, bei @Talbus nicht."
    assert framed(text, "Musterbahn") == (
        "[MARKE] Chefin lobt [ANDERE]. Die [MARKE]-App hängt, bei [ANDERE] nicht."
    )
    assert framed(text, "Talbus") == (
        "[ANDERE] Chefin lobt [MARKE]. Die [ANDERE]-App hängt, bei [MARKE] nicht."
    )


def test_links_and_handles_are_one_word_each_unless_they_name_a_brand() -> None:
    text = "@jo_1: Musterbahn steht https://x.example/a?b=1 www.talbus.example @die_musterbahn"
    assert framed(text, "Musterbahn") == "@…: [MARKE] steht http [ANDERE] [MARKE]"


def test_title_and_text_are_read_together() -> None:
    read = reading("Züge fallen aus.", title="Musterbahn streikt")
    assert framed(read.body, "Musterbahn") == "[MARKE] streikt Züge fallen aus."


def test_only_the_sentences_around_the_mentions_are_read() -> None:
    text = "Ganz fern. Davor. Musterbahn kam. Danach. Sehr fern."
    assert framed(text, "Musterbahn") == "Davor. [MARKE] kam. Danach."
    assert framed(text, "Musterbahn", budget=3) == "[MARKE] kam."


def test_brackets_that_a_user_wrote_are_no_mention() -> None:
    text = "[MARKE] ist toll. Weiter nichts. Und sonst. Nur Talbus war da."
    assert framed(text, "Talbus") == "Und sonst. Nur [MARKE] war da."


def test_one_name_of_two_brands_is_the_brand_for_both() -> None:
    assert frame("Kranich fliegt", [("a", 0, 7), ("b", 0, 7)], "b") == "[MARKE] fliegt"
    assert frame("Kranich fliegt", [("b", 0, 7), ("a", 0, 7)], "b") == "[MARKE] fliegt"


TEMPLATES = [
    "{0} kam zu spät. Das war 2019. {0} hat sich entschuldigt, z. B. bei mir!",
    "Anders als {1} ist {0} pünktlich. {1}? Nie.",
    "@{1}: Wo bleibt {0}-Zug 4? {0}’s App sagt nichts",
    "Ich fahre mit {0}.\nNicht mit {1}. Danke, {0}.",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TEMPLATES), st.permutations(NAMES))
def test_the_same_text_about_another_brand_is_the_same_for_the_model(
    template: str, names: list[str]
) -> None:
    one = template.format(names[0], names[1])
    assert framed(one, names[0]) == framed(template.format("Musterbahn", "Talbus"), "Musterbahn")


def test_the_same_text_about_another_brand_gets_the_same_tone(scorer: BatchedScorer) -> None:
    texts = [f"Die Hotline von {name} war wieder nicht da, was will man mehr?" for name in NAMES]
    tones = {read.opinions[0].tone for read in enriched(scorer, texts)}
    assert len(tones) == 1


def enriched(scorer: BatchedScorer, texts: list[str]) -> list[Reading]:
    return list(SentimentReader(scorer)(BRANDS([reading(text) for text in texts])))


def test_each_brand_has_one_opinion_in_order_of_first_mention(scorer: BatchedScorer) -> None:
    (read,) = enriched(scorer, ["Talbus kam, Musterbahn nicht, Talbus schon"])
    assert [(o.brand, o.span) for o in read.opinions] == [
        ("Talbus", (0, 6)),
        ("Musterbahn", (12, 22)),
    ]
    for opinion in read.opinions:
        assert sum(opinion.tone) == pytest.approx(1)


def test_the_batch_and_its_order_do_not_change_an_opinion(scorer: BatchedScorer) -> None:
    texts = [f"Talbus {'kam pünktlich und ' * i} danke dafür" for i in range(30)]
    together = enriched(scorer, texts)
    for text, read in zip(texts[::-1], together[::-1], strict=True):
        (alone,) = enriched(scorer, [text])
        assert alone.opinions[0].tone == pytest.approx(read.opinions[0].tone, abs=1e-4)


def test_a_filtered_reading_is_not_scored(scorer: BatchedScorer) -> None:
    before = scorer.tokens
    (read,) = enriched(scorer, ["Autobahn"])
    assert (read.opinions, read.filtered, scorer.tokens) == ((), "brand", before)


def test_the_temperature_of_the_manifest_flattens_the_tone(scorer: BatchedScorer) -> None:
    batch = BRANDS([reading("Musterbahn kam")])
    (plain,), (flat,) = (SentimentReader(scorer, temperature=t)(batch) for t in (1.0, 8.0))
    assert max(flat.opinions[0].tone) < max(plain.opinions[0].tone)
    assert flat.opinions[0].hard == plain.opinions[0].hard


def test_a_pair_that_this_model_has_read_is_not_scored_again(scorer: BatchedScorer) -> None:
    reader = SentimentReader(scorer)
    (once,) = reader(BRANDS([reading("Musterbahn kam, Talbus nicht")]))
    kept = replace(once, signature=joined([BRANDS], reader))
    before = scorer.tokens
    assert reader(BRANDS([kept]))[0] == kept
    assert scorer.tokens == before


def test_a_new_brand_in_the_text_is_scored_with_what_it_changed(scorer: BatchedScorer) -> None:
    reader = SentimentReader(scorer)
    narrow = BrandReader([Brand(name="Musterbahn", sources=("forum",))])
    (once,) = reader(narrow([reading("Musterbahn kam, Talbus nicht")]))
    known = replace(once, signature=joined([narrow], reader))
    (again,) = reader(BRANDS([known]))
    (fresh,) = reader(BRANDS([reading("Musterbahn kam, Talbus nicht")]))
    assert [o.brand for o in again.opinions] == ["Musterbahn", "Talbus"]
    assert again.opinions == fresh.opinions


def test_another_model_reads_every_pair_again(scorer: BatchedScorer) -> None:
    (once,) = SentimentReader(scorer)(BRANDS([reading("Musterbahn kam")]))
    old = replace(once, signature=joined([BRANDS], SentimentReader(scorer)))
    before = scorer.tokens
    SentimentReader(scorer, temperature=2.0)([old])
    assert scorer.tokens > before
    SentimentReader(scorer)([replace(once, signature="")])
    assert scorer.tokens > before + 1


def test_the_signature_says_model_temperature_and_frame(scorer: BatchedScorer) -> None:
    plain = SentimentReader(scorer)
    assert plain.signature.startswith(scorer.signature)
    others = [
        SentimentReader(scorer, temperature=1.2),
        SentimentReader(scorer, budget=64),
        SentimentReader(scorer, words=("die Firma", "eine andere")),
    ]
    assert len({plain.signature, *(other.signature for other in others)}) == 4
    assert model_of(joined([BRANDS], plain)) == plain.signature
    assert joined([BRANDS], plain).startswith(rules_of([BRANDS]) + ":")


@given(st.lists(st.tuples(*[st.floats(-80, 80, width=32)] * 3), min_size=1))
def test_probabilities_sum_to_one_and_keep_the_order(rows: list[tuple[float, ...]]) -> None:
    logits = np.array(rows, dtype=np.float32)
    shares = softmax(logits, temperature=1.7)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert (np.take_along_axis(shares, logits.argmax(1)[:, None], 1)[:, 0] == shares.max(1)).all()
