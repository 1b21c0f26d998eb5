"""Keeps the colours and the shared looks of all charts, safe for colour-blind readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from leumund.types import Tone

Spec = Mapping[str, object]
Rows = Sequence[Mapping[str, object]]

INK, MUTED, HAIRLINE = "#1c2430", "#56606d", "#dfe3e8"
SHADE, STRIP = "#e9e5da", "#a88f4f"
BLUE, SKY, VERMILLION, ORANGE = "#0072b2", "#8cc3e6", "#d55e00", "#e69f00"
GREEN, PURPLE, GREY = "#009e73", "#a8557f", "#8a929c"
"""Okabe and Ito's palette; blue and vermillion differ for every kind of colour blindness."""

TONE_COLOURS: dict[Tone, str] = {"negative": VERMILLION, "neutral": GREY, "positive": BLUE}
BRAND_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, INK)
BRAND_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_CONFIG: Spec = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": HAIRLINE,
        "domainColor": "#b6bdc6",
        "tickColor": "#b6bdc6",
        "labelPadding": 6,
    },
    "title": {"anchor": "start", "color": INK, "fontSize": 14, "fontWeight": 600, "offset": 12},
    "mark": {"aria": False},
    "aria": False,
}


def on(name: str) -> alt.Chart:
    """A chart on the rows of that name, which `finished` adds once for all layers."""
    return alt.Chart(alt.NamedData(name=name))


def configured() -> Spec:
    """The looks that all charts share, as a configuration of Vega-Lite."""
    return dict(_CONFIG)


def finished(
    chart: alt.LayerChart, rows: Mapping[str, Rows], *, height: int, description: str
) -> Spec:
    """The chart as Vega-Lite that fills its container, with a description for screen readers."""
    sized = chart.properties(
        width="container",
        height=height,
        description=description,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
    spec: Spec = sized.to_dict()
    return {**spec, "config": _CONFIG, "datasets": rows}
