"""Asks a server what a panel asks it through Kibana, and reads the answer as the panel would.

Only the part of Lens, KQL and Vega is known that our dashboards use; anything else fails loudly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Body = dict[str, Any]
CLAUSE = re.compile(r"(not )?([\w.@]+): (\w+)")
METRICS = {"sum": "sum", "max": "max", "unique_count": "cardinality"}


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a reader chose above the page: a period, and perhaps values of fields."""

    start: str
    end: str
    chosen: dict[str, str]

    @property
    def period(self) -> Body:
        return {"range": {"@timestamp": {"gte": self.start, "lte": self.end}}}

    @property
    def filters(self) -> list[Body]:
        return [{"match_phrase": {field: value}} for field, value in self.chosen.items()]


def kql(text: str) -> Body:
    """`field: value`, with `not` before and `and` between."""
    clauses: dict[str, list[Body]] = {"filter": [], "must_not": []}
    for part in filter(None, text.split(" and ")):
        found = CLAUSE.fullmatch(part)
        assert found, f"no translation of {part!r}"
        clauses["must_not" if found[1] else "filter"].append({"term": {found[2]: found[3]}})
    return {"bool": clauses}


def vega_body(request: Body, context: Context) -> Body:
    """The request of a Vega panel, with Kibana's placeholders replaced as Kibana replaces them."""
    body = deepcopy(request["body"])
    clauses = body["query"]["bool"]
    given = {"filter": context.filters, "must": [], "must_not": []}
    for name, items in clauses.items():
        filled: list[Body] = []
        for item in items:
            if isinstance(item, str):
                assert item == f"%dashboard_context-{name}_clause%"
                filled += given[name]
            elif "range" in item:
                assert item == {"range": {"@timestamp": {"%timefilter%": True}}}
                filled.append(context.period)
            else:
                filled.append(item)
        clauses[name] = filled
    assert "%" not in json.dumps(body)
    return dict(body)


def list_body(one: Body, view: Body, context: Context) -> Body:
    """The request of a saved search."""
    attributes = one["attributes"]
    source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return {
        "size": 500,
        "query": _query(source["query"]["query"], view, context),
        "sort": [{field: order} for field, order in attributes["sort"]],
    }


def lens_body(one: Body, view: Body, context: Context) -> Body:
    """The request of a Lens panel: buckets within buckets, metrics in the innermost."""
    state = one["attributes"]["state"]
    layer = _layer(one)
    if layer["ignoreGlobalFilters"]:
        context = Context(start=context.start, end=context.end, chosen={})
    columns = [(name, layer["columns"][name]) for name in layer["columnOrder"]]
    aggs = {name: _metric(c) for name, c in columns if not c["isBucketed"]}
    for name, column in reversed([pair for pair in columns if pair[1]["isBucketed"]]):
        aggs = {name: {**_bucket(column), "aggs": aggs}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": _query(state["query"]["query"], view, context),
        "aggs": aggs,
    }


def lens_rows(one: Body, answer: Body) -> list[Row]:
    """The rows of a Lens panel, by the labels that people read."""
    layer = _layer(one)
    return list(_rows(layer["columns"], layer["columnOrder"], answer["aggregations"], {}))


def _rows(columns: Body, order: list[str], found: Body, row: Row) -> Iterator[Row]:
    name = order[0]
    column = columns[name]
    if not column["isBucketed"]:
        values = {columns[one]["label"]: _value(columns[one], found[one]) for one in order}
        yield {**row, **values}
        return
    for bucket in found[name]["buckets"]:
        key = bucket.get("key_as_string", bucket["key"])
        yield from _rows(columns, order[1:], bucket, {**row, column["label"]: key})


def _value(column: Body, found: Body) -> Any:
    if column["operationType"] == "count":
        return found["doc_count"]
    inner = found["only"] if "filter" in column else found
    return inner.get("value_as_string", inner["value"])


def _metric(column: Body) -> Body:
    only = kql(column["filter"]["query"]) if "filter" in column else {"match_all": {}}
    kind = column["operationType"]
    if kind == "count":
        return {"filter": only}
    agg = {METRICS[kind]: {"field": column["sourceField"]}}
    return {"filter": only, "aggs": {"only": agg}} if "filter" in column else agg


def _bucket(column: Body) -> Body:
    params, field = column["params"], column["sourceField"]
    if column["operationType"] == "date_histogram":
        zone = "Europe/Berlin"
        by_day = {"field": field, "calendar_interval": "1d", "time_zone": zone, "min_doc_count": 1}
        return {"date_histogram": by_day}
    by = params["orderBy"]
    key = "_key" if by["type"] == "alphabetical" else by["columnId"]
    if key in ("posts", "runs"):
        key = "_count"
    order = {key: params["orderDirection"]}
    return {"terms": {"field": field, "size": params["size"], "order": order}}


def _query(text: str, view: Body, context: Context) -> Body:
    timed = [context.period] if view["attributes"].get("timeFieldName") else []
    return {"bool": {"filter": [kql(text), *context.filters, *timed]}}


def _layer(one: Body) -> Body:
    return dict(one["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["layer"])
