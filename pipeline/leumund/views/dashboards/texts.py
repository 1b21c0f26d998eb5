"""Builds panels of words: explanations, and lists of documents as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leumund.views.dashboards.objects import Object, Reference, kuery, packed, stored, unfiltered

_INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


def markdown(name: str, title: str, *, help_text: str, text: str) -> Object:
    """A text with links and bold words."""
    params = {"fontSize": 12, "openLinksInNewTab": False, "markdown": text}
    state = {"title": title, "type": "markdown", "aggs": [], "params": params}
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


def listing(
    name: str,
    title: str,
    *,
    view: str,
    help_text: str,
    columns: Mapping[str, int],
    query: str,
    sort: Sequence[tuple[str, str]],
) -> Object:
    """Documents one by one: fields with their widths in pixels (0: what is left)."""
    source = {
        "query": kuery(query),
        "filter": [],
        "highlightAll": True,
        "version": True,
        "indexRefName": _INDEX_REFERENCE,
    }
    widths = {field: {"width": width} for field, width in columns.items() if width}
    return stored(
        "search",
        name,
        {
            "title": title,
            "description": help_text,
            "columns": list(columns),
            "sort": [list(order) for order in sort],
            "grid": {"columns": widths} if widths else {},
            "hideChart": True,
            "isTextBasedQuery": False,
            "timeRestore": False,
            "rowHeight": -1,
            "kibanaSavedObjectMeta": {"searchSourceJSON": packed(source)},
        },
        [Reference("index-pattern", view, _INDEX_REFERENCE)],
    )
