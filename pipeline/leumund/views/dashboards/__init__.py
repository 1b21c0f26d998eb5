"""Holds the dashboards of Kibana as readable sources, and writes them as one file to import."""

from __future__ import annotations

import json
from pathlib import Path

from leumund.views.dashboards.communication import communication
from leumund.views.dashboards.executive import executive
from leumund.views.dashboards.fields import data_views
from leumund.views.dashboards.objects import Object, tag
from leumund.views.dashboards.posts import posts
from leumund.views.dashboards.system import system

FILE = "leumund.ndjson"


def objects(*, prefix: str = "leumund", brand: str = "") -> list[Object]:
    """Everything that Kibana needs, once each, what is pointed at before what points.

    Args:
        prefix: how the indices in Elasticsearch begin.
        brand: chosen in the brand list when a page opens; empty: all brands side by side.
    """
    pages, found = [], {}
    for build in (executive, communication, posts, system):
        page, panels = build(prefix, brand=brand)
        pages.append(page)
        found.update({(str(p.shows["type"]), str(p.shows["id"])): p.shows for p in panels})
    return [tag(), *data_views(prefix), *found.values(), *pages]


def ndjson(found: list[Object]) -> str:
    """The objects as a file: one line each."""
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in found)


def write(folder: Path) -> Path:
    """Write the file that stands in schemas/kibana."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(ndjson(objects()), encoding="utf-8")
    return path
