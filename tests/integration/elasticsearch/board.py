"""Our dashboards over indices of a real server: asks what a panel asks, as Kibana would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch
from views.kept_documents import Documents
from views.panels import answered, drawn, vega_spec
from views.translated import Body, Context, Row, lens_body, lens_rows, list_body, vega_body

ALL = Context(start="2025-12-01T00:00:00Z", end="2026-04-30T00:00:00Z", chosen={})
"""All days of the synthetic report, all brands."""


@dataclass(frozen=True)
class Board:
    """The dashboards over indices that hold the synthetic report."""

    client: Elasticsearch
    shows: dict[str, Body]
    documents: Documents

    def lens(self, name: str, context: Context = ALL) -> list[Row]:
        one, view = self._with_view(name)
        return lens_rows(one, self._asked(view, lens_body(one, view, context)))

    def listed(self, name: str, context: Context = ALL) -> list[dict[str, Any]]:
        one, view = self._with_view(name)
        found = self._asked(view, list_body(one, view, context))
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def vega(self, name: str, context: Context = ALL) -> list[dict[str, Any]]:
        return self.answer(self.spec(name)["data"]["url"], context)

    def answer(self, request: Body, context: Context = ALL) -> list[dict[str, Any]]:
        """What a request of a Vega panel brings."""
        found = self._search(request["index"], vega_body(request, context))
        return [{"_source": hit["_source"]} for hit in found["hits"]["hits"]]

    def picture(self, name: str, context: Context = ALL) -> str:
        """A Vega panel as SVG."""
        return drawn(answered(self.spec(name), lambda request: self.answer(request, context)))

    def spec(self, name: str) -> dict[str, Any]:
        spec = vega_spec(self.shows[name])
        assert spec
        return spec

    def _with_view(self, name: str) -> tuple[Body, Body]:
        one = self.shows[name]
        return one, self.shows[one["references"][0]["id"]]

    def _asked(self, view: Body, body: Body) -> Body:
        return self._search(view["attributes"]["title"], body)

    def _search(self, index: str, body: Body) -> Body:
        found = self.client.search(index=index, body=body)
        assert found["_shards"]["failed"] == 0
        return dict(found)
