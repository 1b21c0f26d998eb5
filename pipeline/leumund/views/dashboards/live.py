"""Lets a chart of the report ask Elasticsearch inside Kibana: same layers, other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import altair as alt
import vl_convert

from leumund.views.dashboards.objects import Json, Object, packed, stored, unfiltered
from leumund.views.palette import INK, MUTED, Rows, Spec, configured
from leumund.views.timeline import NUMBERS
from leumund.words import word

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
"""The format that every supported Kibana draws."""

MOST = 10_000
Steps = Sequence[Json]


def asked(
    index: str,
    *kinds: str,
    period: bool = True,
    brand: bool = True,
    sort: Sequence[Json] = (),
) -> Json:
    """A request for documents of these kinds, within the dashboard's brand filter and period."""
    filters: list[object] = [{"terms": {"leumund.document": list(kinds)}}]
    if period:
        filters.append({"range": {"@timestamp": {"%timefilter%": True}}})
    query: dict[str, list[object]] = {"filter": filters}
    if brand:
        filters.append("%dashboard_context-filter_clause%")
        query["must"] = ["%dashboard_context-must_clause%"]
        query["must_not"] = ["%dashboard_context-must_not_clause%"]
    body = {"size": MOST, "sort": list(sort), "query": {"bool": query}}
    return {"url": {"index": index, "body": body}, "format": {"property": "hits.hits"}}


def live(
    layers: Sequence[alt.Chart],
    *,
    ask: Json,
    steps: Steps,
    feeds: Mapping[str, Steps],
    fixed: Mapping[str, Rows] = MappingProxyType({}),
    legend: Sequence[str] = (),
    description: str,
) -> Spec:
    """The layers on the answer to `ask`; `steps` turn hits into the fields that the layers draw.

    `feeds` says by which further steps each named data set comes out of them; layers on data sets
    without a feed are left out, and so are the numbers that belong to a
    list. `fixed` are rows that no server has. `legend` stands above the plot.
    """
    spec = alt.layer(*layers).to_dict()
    common = spec.get("data")
    drawn = []
    for layer in spec["layer"]:
        name = (layer.pop("data", None) or common)["name"]
        if name in fixed:
            drawn.append({**layer, "data": {"values": list(fixed[name])}})
        elif name in feeds and layer.get("name") != NUMBERS:
            drawn.append({**layer, "transform": [*feeds[name], *layer.get("transform", ())]})
    title = {"text": list(legend), "fontSize": 12, "fontWeight": "normal", "color": MUTED}
    return {
        "$schema": SCHEMA,
        "description": description,
        **({"title": title} if legend else {}),
        "data": ask,
        "transform": list(steps),
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": drawn,
        "config": {
            **configured(),
            "background": "#ffffff",
            "locale": {
                "number": vl_convert.get_format_locale("de-DE"),
                "time": vl_convert.get_time_format_locale("de-DE"),
            },
            "kibana": {"hideWarnings": True, "renderer": "svg"},
        },
    }


def vega(name: str, title: str, *, help_text: str, spec: Spec) -> Object:
    """The chart as an object of Kibana."""
    state = {"title": title, "type": "vega", "aggs": [], "params": {"spec": packed(spec)}}
    return stored(
        "visualization",
        name,
        {
            "title": title,
            "description": help_text,
            "visState": packed(state),
            "uiStateJSON": "{}",
            "version": 1,
            "kibanaSavedObjectMeta": unfiltered(),
        },
    )


def field(name: str) -> str:
    """A field of the document as an expression; names are flat and have dots in them."""
    return f"datum._source['{name}']"


def computed(**expressions: str) -> list[Json]:
    """New fields, in this order; a later one may use an earlier one."""
    return [{"calculate": text, "as": name} for name, text in expressions.items()]


def triple(name: str, into: tuple[str, str, str] = ("value", "low", "high")) -> list[Json]:
    """Value and margin of an estimate as three fields."""
    parts = ("value", "low", "high")
    return computed(
        **{new: field(f"leumund.{name}.{part}") for new, part in zip(into, parts, strict=True)}
    )


def kept(test: str) -> list[Json]:
    """Only the rows for which the expression holds."""
    return [{"filter": test}]


def ranked() -> list[Json]:
    """`rank` counts brands from 1 by their name, `brands` says how many there are."""
    return [
        *computed(brand=field("organization.name")),
        {"joinaggregate": [{"op": "distinct", "field": "brand", "as": "brands"}]},
        {"window": [{"op": "dense_rank", "as": "rank"}], "sort": [{"field": "brand"}]},
    ]


def titled(joint: str) -> list[Json]:
    """`title` is the name of the brand, with a note where its data are examples."""
    brand, example = field("organization.name"), field("leumund.example")
    return computed(title=f"{brand} + ({example} ? '{joint}{word('example')}' : '')")


def picked(choices: Sequence[str]) -> str:
    """One of the choices for each brand, the same in all charts that show the same brands."""
    options = ", ".join(f"'{choice}'" for choice in choices)
    return f"[{options}][(datum.rank - 1) % {len(choices)}]"


NAME_STYLE: Mapping[str, object] = {"fontSize": 13, "fontWeight": 600, "color": INK}
