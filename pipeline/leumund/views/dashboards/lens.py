"""Builds Lens panels: numbers, bars and tables over a data view, by aggregations any server has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leumund.views.dashboards.fields import label
from leumund.views.dashboards.objects import Json, Object, Reference, kuery, stored
from leumund.views.palette import BLUE

LAYER = "layer"
RECORDS = "___records___"
_DATES = ("@timestamp", "leumund.source.last_success", "leumund.gap.end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of an aggregation: its Lens state, and its width where a table shows it.

    Its id has no dots: a chart would read them as a path.
    """

    id: str
    state: Json
    width: int = 0


def count(name: str, text: str, *, only: str = "") -> Column:
    """How many documents there are; `only` is a query that they must fit."""
    params = {"emptyAsNull": False, "format": {"id": "number", "params": {"decimals": 0}}}
    return _metric(name, text, "count", RECORDS, only=only, params=params)


def metric(
    operation: str, view: str, field: str, *, text: str = "", only: str = "", width: int = 0
) -> Column:
    """A sum, minimum, maximum or number of distinct values of a field, in the field's own form."""
    params = {"emptyAsNull": operation != "sum"}
    told = text or label(view, field)
    name = identified(operation, field)
    return _metric(name, told, operation, field, only=only, params=params, width=width)


def identified(operation: str, field: str) -> str:
    """The id of a column.

    >>> identified("max", "leumund.sink.dead"), identified("terms", "@timestamp")
    ('max_leumund_sink_dead', 'terms_timestamp')
    """
    return f"{operation}_{field.replace('.', '_').replace('@', '')}"


def terms(view: str, field: str, *, by: str = "", size: int = 10, width: int = 0) -> Column:
    """Documents by the values of a field; `by` is the column that orders them, else its name."""
    order: Json = (
        {"type": "column", "columnId": by} if by else {"type": "alphabetical", "fallback": False}
    )
    state = {
        "label": label(view, field),
        "customLabel": True,
        "dataType": "string",
        "operationType": "terms",
        "scale": "ordinal",
        "sourceField": field,
        "isBucketed": True,
        "params": {
            "size": size,
            "orderBy": order,
            "orderDirection": "desc" if by else "asc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    }
    return Column(id=identified("terms", field), state=state, width=width)


def over_days(text: str = "Tag") -> Column:
    """Documents by time, in steps that suit the period."""
    state = {
        "label": text,
        "customLabel": True,
        "dataType": "date",
        "operationType": "date_histogram",
        "scale": "interval",
        "sourceField": "@timestamp",
        "isBucketed": True,
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }
    return Column(id="time", state=state)


def number_panel(
    name: str,
    title: str,
    *,
    view: str,
    help_text: str,
    value: Column,
    query: str = "",
    whole: bool = False,
) -> Object:
    """One big number with a line below it that says what it counts.

    `whole` numbers and tables do not follow the lists above the page. Kibana then drops `query`
    too, so their fields alone must say which documents are meant.
    """
    visual = {
        "layerId": LAYER,
        "layerType": "data",
        "metricAccessor": value.id,
        "subtitle": help_text,
        "showBar": False,
    }
    return _lens(name, title, "lnsMetric", view, help_text, [value], visual, query, whole=whole)


def table_panel(
    name: str,
    title: str,
    *,
    view: str,
    help_text: str,
    columns: Sequence[Column],
    query: str = "",
    whole: bool = False,
) -> Object:
    """A table; long texts wrap."""
    visual = {
        "layerId": LAYER,
        "layerType": "data",
        "columns": [
            {"columnId": column.id, **({"width": column.width} if column.width else {})}
            for column in columns
        ],
        "rowHeight": "auto",
        "headerRowHeight": "auto",
        "paging": {"size": 20, "enabled": len(columns) > 3},
    }
    return _lens(name, title, "lnsDatatable", view, help_text, columns, visual, query, whole=whole)


def bar_panel(
    name: str,
    title: str,
    *,
    view: str,
    help_text: str,
    across: Column,
    bars: Mapping[str, Column],
    query: str = "",
    lying: bool = False,
) -> Object:
    """Bars for each value of `across`; `bars` are stacked, each in its colour."""
    kind = "bar_horizontal_stacked" if lying else "bar_stacked"
    shown = {"x": True, "yLeft": True, "yRight": True}
    visual = {
        "preferredSeriesType": kind,
        "layers": [
            {
                "layerId": LAYER,
                "layerType": "data",
                "seriesType": kind,
                "xAccessor": across.id,
                "accessors": [column.id for column in bars.values()],
                "yConfig": [
                    {"forAccessor": column.id, "color": colour, "axisMode": "left"}
                    for colour, column in bars.items()
                ],
                "position": "top",
                "showGridlines": False,
            }
        ],
        "legend": {"isVisible": len(bars) > 1, "position": "top", "showSingleSeries": False},
        "title": "Empty XY chart",
        "valueLabels": "show" if lying else "hide",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "tickLabelsVisibilitySettings": shown,
        "gridlinesVisibilitySettings": {"x": False, "yLeft": not lying, "yRight": False},
        "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
        "fittingFunction": "None",
    }
    return _lens(
        name, title, "lnsXY", view, help_text, [across, *bars.values()], visual, query, whole=False
    )


def one_colour(column: Column) -> Mapping[str, Column]:
    """Bars of a single kind."""
    return {BLUE: column}


def _metric(
    name: str, text: str, operation: str, field: str, *, only: str, params: Json, width: int = 0
) -> Column:
    state: dict[str, object] = {
        "label": text,
        "customLabel": True,
        "dataType": "date" if field in _DATES and operation in ("max", "min") else "number",
        "operationType": operation,
        "scale": "ratio",
        "sourceField": field,
        "isBucketed": False,
        "params": params,
    }
    if only:
        state["filter"] = kuery(only)
    return Column(id=name, state=state, width=width)


def _lens(
    name: str,
    title: str,
    kind: str,
    view: str,
    help_text: str,
    columns: Sequence[Column],
    visual: Json,
    query: str,
    *,
    whole: bool,
) -> Object:
    ordered = sorted(columns, key=lambda column: not column.state["isBucketed"])
    layer = {
        "columns": {column.id: column.state for column in columns},
        "columnOrder": [column.id for column in ordered],
        "incompleteColumns": {},
        "sampling": 1,
        "ignoreGlobalFilters": whole,
    }
    state = {
        "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
        "visualization": visual,
        "query": kuery(query),
        "filters": [],
        "internalReferences": [],
        "adHocDataViews": {},
    }
    attributes = {
        "title": title,
        "description": help_text,
        "visualizationType": kind,
        "state": state,
    }
    return stored(
        "lens",
        name,
        attributes,
        [Reference("index-pattern", view, f"indexpattern-datasource-layer-{LAYER}")],
    )
