"""The Vega panels of Kibana draw what the report draws, in German, from documents as they are."""

from __future__ import annotations

from typing import Any

import pytest
from views import synthetic
from views.kept_documents import Documents, held
from views.panels import answered, drawn, hits, of_kind, vega_spec

from leumund.types import TONES, Estimate
from leumund.views.marking import finer, shown
from leumund.views.palette import BLUE, TONE_COLOURS
from leumund.words import word

VEGA = {one["id"]: spec for one in of_kind("visualization") if (spec := vega_spec(one))}


@pytest.mark.parametrize("version", ["5.8", "6.4"])
@pytest.mark.parametrize("name", VEGA)
def test_vega_draws_in_german_in_old_and_new_vega_lite(name: str, version: str) -> None:
    picture = drawn(_with_documents(name), version=version)
    assert "undefined" not in picture
    assert "NaN" not in picture
    assert "Hafenkontor" in picture


def test_the_three_numbers_are_those_of_the_status() -> None:
    picture = drawn(_with_documents("leumund-numbers"))
    for brand in synthetic.report().brands:
        latest = brand.latest
        for value, form, unit in (
            (latest.fast, "0", ""),
            (latest.slow, "0", ""),
            (latest.visibility, finer(latest.visibility), " %"),
        ):
            assert isinstance(value, Estimate)
            assert f">{shown(value.value, form)}{unit}<" in picture


def test_tone_is_shown_with_its_margin_in_the_colours_of_the_report() -> None:
    picture = drawn(_with_documents("leumund-tone"))
    for brand in synthetic.report().brands:
        assert brand.latest.tone
        for tone, share in zip(TONES, brand.latest.tone, strict=True):
            span = f"({shown(share.low)}–{shown(share.high)})"
            assert f"{word(tone)} {shown(share.value)}\u00a0% {span}" in picture
            assert TONE_COLOURS[tone] in picture


def test_example_data_are_named_as_such() -> None:
    for name in ("leumund-numbers", "leumund-index-chart"):
        examples = sum(brand.example for brand in synthetic.report().brands)
        assert drawn(_with_documents(name)).count(word("example")) == examples == 2


def test_the_index_chart_marks_signals_and_disturbed_days() -> None:
    picture = drawn(_with_documents("leumund-index-chart"))
    assert picture.count(BLUE) > 3
    assert word("collection_failure") in picture
    assert "Mrz" in picture


def test_a_brand_without_a_level_says_so_instead_of_a_number() -> None:
    documents = held()
    for one in documents["index"]:
        for field in [name for name in one if name.startswith(("leumund.index.", "leumund.base."))]:
            if one["organization.name"] == "Hafenkontor":
                del one[field]
    for name in VEGA:
        picture = drawn(_with_documents(name, documents))
        assert "NaN" not in picture
        assert "undefined" not in picture
    assert drawn(_with_documents("leumund-numbers", documents)).count("kein Wert") == 2


def test_a_chosen_brand_stands_beside_its_peers_alone() -> None:
    documents = held()
    for one in documents["index"]:
        if one["leumund.document"] == "status":
            pair = {"Lindwerk": ["Hafenkontor"], "Hafenkontor": ["Lindwerk"]}
            one["leumund.peers"] = pair.get(one["organization.name"], [])
    for name in ("leumund-map", "leumund-peers"):
        picture = drawn(_with_documents(name, documents, brand="Lindwerk"))
        assert "Lindwerk" in picture
        assert "Hafenkontor" in picture
        assert "Kiesel" not in picture


def test_many_brands_stand_in_lines_that_hold_each_number_with_its_margin() -> None:
    documents = held()
    more = [
        {**one, "organization.name": f"{one['organization.name']} {number}"}
        for one in documents["index"]
        if one["leumund.document"] == "status"
        for number in range(3)
    ]
    picture = drawn(_with_documents("leumund-numbers", {"index": more, "signals": []}))
    tones = drawn(_with_documents("leumund-tone", {"index": more, "signals": []}))
    for brand in synthetic.report().brands:
        level = brand.latest.fast
        assert level
        said = f"{shown(level.value)} ({shown(level.low)} bis {shown(level.high)})"
        assert " ".join(picture.split()).count(f">{said}<") >= 3
        assert tones.count(f"{brand.name} 2: ".replace("&", "&amp;")) == 3


def test_nothing_is_drawn_from_nothing_without_an_error() -> None:
    for name in VEGA:
        assert "NaN" not in drawn(_with_documents(name, {"index": [], "signals": []}))


def _with_documents(
    name: str, documents: Documents | None = None, *, brand: str = ""
) -> dict[str, Any]:
    known = documents or held()

    def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
        filters = request["body"]["query"]["bool"]["filter"]
        kinds = filters[0]["terms"]["leumund.document"]
        chosen = brand if "%dashboard_context-filter_clause%" in filters else ""
        names = [index.partition("-")[2] for index in request["index"].split(",")]
        found = [one for index in names for one in known[index]]
        return hits(
            one
            for one in found
            if one["leumund.document"] in kinds and chosen in ("", one["organization.name"])
        )

    return answered(VEGA[name], answer)
