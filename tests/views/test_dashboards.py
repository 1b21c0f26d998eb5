"""The shipped dashboards are whole: they parse, point at what is there, and ask for real fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from views.panels import (
    FILE,
    asked_of,
    mapped,
    of_kind,
    shipped,
    vega_spec,
)

from leumund.views.dashboards import ndjson, objects
from leumund.views.dashboards.objects import CORE, VERSIONS
from leumund.views.dashboards.opening import PAGES
from leumund.words import word

NOW_ONLY = re.compile(r"leumund\.(index|base|day_value|visibility|change|share)\.")
FIELD = re.compile(r"_source\['([^']+)'\]")
QUERIED = re.compile(r"([\w.@]+):")
DASHBOARDS = of_kind("dashboard")
VEGA = {one["id"]: spec for one in of_kind("visualization") if (spec := vega_spec(one))}
LENS = {one["id"]: one for one in of_kind("lens")}


def test_the_shipped_file_is_what_the_sources_say() -> None:
    assert FILE.read_text(encoding="utf-8") == ndjson(objects())


def test_another_prefix_and_brand_reach_every_request() -> None:
    text = ndjson(objects(prefix="bahn", brand="Lindwerk"))
    titles = {
        one["attributes"]["title"]
        for one in map(json.loads, text.splitlines())
        if one["type"] == "index-pattern"
    }
    assert titles == {"bahn-mentions", "bahn-index", "bahn-signals", "bahn-ledger"}
    asked = re.findall(r'"index\\+":\\+"([^"\\]+)', text)
    assert asked and all(name.startswith("bahn-") for part in asked for name in part.split(","))
    assert text.count('\\"selectedOptions\\":[\\"Lindwerk\\"]') == 3


def test_every_object_carries_the_versions_that_kibana_8_12_reads() -> None:
    for (kind, name), one in shipped().items():
        found = (one["coreMigrationVersion"], one["typeMigrationVersion"])
        assert found == (CORE, VERSIONS[kind]), name


def test_ids_are_unique_even_across_kinds() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert len({name for _, name in shipped()}) == len(lines)


def test_every_nested_json_parses() -> None:
    nested = 0
    for one in shipped().values():
        for name, value in _leaves(one["attributes"]):
            if name.endswith(("JSON", "visState", "spec", "Map", "Attrs")) or name == "fields":
                json.loads(value)
                nested += 1
    assert nested > 4 * len(DASHBOARDS)


def test_every_reference_leads_to_a_shipped_object_under_a_name_of_its_own() -> None:
    known = shipped()
    for one in known.values():
        names = [reference["name"] for reference in one["references"]]
        assert len(names) == len(set(names)), one["id"]
        for reference in one["references"]:
            assert (reference["type"], reference["id"]) in known, (one["id"], reference)


@pytest.mark.parametrize("page", DASHBOARDS, ids=lambda page: str(page["id"]))
def test_every_panel_and_control_resolves(page: dict[str, Any]) -> None:
    names = {reference["name"]: reference for reference in page["references"]}
    used = {f"tag-ref-{one['id']}" for one in of_kind("tag")}
    for panel in _panels(page):
        reference = names[f"{panel['panelIndex']}:{panel['panelRefName']}"]
        assert reference["type"] == panel["type"]
        used.add(reference["name"])
    for name, control in _controls(page).items():
        assert control["explicitInput"]["id"] == name
        if control["type"] == "optionsListControl":
            reference = names[f"controlGroup_{name}:optionsListDataView"]
            assert control["explicitInput"]["fieldName"] in mapped()[reference["id"]]
            used.add(reference["name"])
    assert used == set(names)


@pytest.mark.parametrize("page", DASHBOARDS, ids=lambda page: str(page["id"]))
def test_panels_lie_side_by_side_within_the_page(page: dict[str, Any]) -> None:
    places = [panel["gridData"] for panel in _panels(page)]
    assert len(places) <= 100
    assert all(p["x"] >= 0 and p["x"] + p["w"] <= 48 and p["h"] > 0 for p in places)
    for a, b in combinations(places, 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        below = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert beside or below, (a, b)


@pytest.mark.parametrize("page", DASHBOARDS, ids=lambda page: str(page["id"]))
def test_every_panel_has_a_title_and_a_help_text(page: dict[str, Any]) -> None:
    titles = []
    for panel in _panels(page):
        own = panel["embeddableConfig"]
        assert len(own["description"]) > 15, own["title"]
        titles.append(own["title"])
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("page", DASHBOARDS, ids=lambda page: str(page["id"]))
def test_the_grundlage_comes_first_and_leads_to_all_pages(page: dict[str, Any]) -> None:
    first, second = _panels(page)[:2]
    assert first["embeddableConfig"]["title"] == word("basis")
    assert (first["gridData"]["x"], first["gridData"]["y"]) == (0, 0)
    names = {reference["name"]: reference["id"] for reference in page["references"]}
    guide = shipped()["visualization", names[f"{second['panelIndex']}:{second['panelRefName']}"]]
    others = set(PAGES) - {page["id"]}
    links = re.findall(r"#/view/([\w-]+)", guide["attributes"]["visState"])
    assert set(links) == others


def test_the_four_pages_have_their_names_and_their_controls() -> None:
    assert {page["attributes"]["title"] for page in DASHBOARDS} == set(PAGES.values())
    for page in DASHBOARDS:
        controls = _controls(page)
        assert controls["period"]["type"] == "timeSlider"
        assert "brand" in controls or page["id"] == "leumund-system"


@pytest.mark.parametrize("name", LENS)
def test_lens_asks_for_real_fields_by_plain_aggregations(name: str) -> None:
    one = LENS[name]
    view, state = one["references"][0]["id"], one["attributes"]["state"]
    assert one["references"][0]["name"] == "indexpattern-datasource-layer-layer"
    layer = state["datasourceStates"]["formBased"]["layers"]["layer"]
    assert sorted(layer["columns"]) == sorted(layer["columnOrder"])
    bucketed = [layer["columns"][column]["isBucketed"] for column in layer["columnOrder"]]
    assert bucketed == sorted(bucketed, reverse=True)
    assert _accessors(state["visualization"]) <= set(layer["columns"])
    for column in layer["columns"].values():
        kind, field = column["operationType"], column["sourceField"]
        assert kind in {"count", "sum", "max", "unique_count", "terms", "date_histogram"}
        assert field in mapped()[view] | {"___records___"}
        assert not NOW_ONLY.match(field), "index, low and high are never aggregated"
        order = column.get("params", {}).get("orderBy", {})
        assert order.get("columnId", layer["columnOrder"][0]) in layer["columns"]
        assert _queried(column.get("filter", {})) <= mapped()[view]
    assert _queried(state["query"]) <= mapped()[view]
    assert not (layer["ignoreGlobalFilters"] and state["query"]["query"])


@pytest.mark.parametrize("one", of_kind("search"), ids=lambda one: str(one["id"]))
def test_lists_show_and_sort_real_fields(one: dict[str, Any]) -> None:
    source = json.loads(one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    names = {reference["name"]: reference["id"] for reference in one["references"]}
    known = mapped()[names[source["indexRefName"]]]
    assert set(one["attributes"]["columns"]) <= known
    assert set(one["attributes"]["grid"]["columns"]) <= set(one["attributes"]["columns"])
    assert {field for field, _ in one["attributes"]["sort"]} <= known
    assert _queried(source["query"]) <= known


@pytest.mark.parametrize("name", VEGA)
def test_vega_asks_for_real_fields(name: str) -> None:
    spec = VEGA[name]
    requests = asked_of(spec)
    indices = {index for request in requests for index in request["index"].split(",")}
    known = set().union(*(mapped()[index] for index in indices))
    assert known.issuperset(FIELD.findall(json.dumps(spec)))
    for request in requests:
        assert known.issuperset(field for order in request["body"]["sort"] for field in order)
    stems = re.findall(r"_source\['([^']+)' \+", json.dumps(spec))
    assert all(any(field.startswith(stem) for field in known) for stem in stems)


def test_data_views_name_and_form_real_fields() -> None:
    for one in of_kind("index-pattern"):
        attributes = one["attributes"]
        known = mapped()[one["id"]] | {"@timestamp"}
        assert set(json.loads(attributes["fieldAttrs"])) <= known
        assert set(json.loads(attributes["fieldFormatMap"])) <= known
        assert attributes["sourceFilters"] == "[]"
    names = [one["attributes"]["name"] for one in of_kind("index-pattern")]
    assert len(names) == len(set(names))


def test_single_posts_are_said_to_be_uncorrected_wherever_their_tone_is_counted() -> None:
    for one in (*of_kind("lens"), *of_kind("search")):
        if "leumund.tone.class" in json.dumps(one["attributes"]):
            assert word("single_posts") in one["attributes"]["description"], one["id"]


def _panels(page: dict[str, Any]) -> list[dict[str, Any]]:
    return list(json.loads(page["attributes"]["panelsJSON"]))


def _controls(page: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(page["attributes"]["controlGroupInput"]["panelsJSON"]))


def _queried(query: dict[str, Any]) -> set[str]:
    return set(QUERIED.findall(query.get("query", "")))


def _accessors(visual: Any) -> set[str]:
    """The columns that a visualization uses."""
    found = set()
    for name, value in _leaves(visual):
        if name in ("columnId", "metricAccessor", "xAccessor", "forAccessor", "accessors"):
            found.add(value)
    return found


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value
