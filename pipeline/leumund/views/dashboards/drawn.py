"""Draws brands over time in Kibana: the index with its margin, and the share of voice."""

from __future__ import annotations

from leumund.views.charts import (
    hover,
    index_layers,
    index_tips,
    level_layers,
    shade_layer,
    visibility_tips,
)
from leumund.views.dashboards.lanes import (
    NEWEST,
    days_by_brand,
    in_lanes,
    lane_feeds,
    lane_steps,
    lane_upward,
    tips_of_brand,
)
from leumund.views.dashboards.live import asked, computed, field, kept, live
from leumund.views.dashboards.objects import Json
from leumund.views.palette import BLUE, VERMILLION, Spec
from leumund.views.timeline import MARKERS
from leumund.words import word

INDEX_FIELDS = {
    "fast": "leumund.index.value",
    "low": "leumund.index.low",
    "high": "leumund.index.high",
    "slow": "leumund.base.value",
    "day_value": "leumund.day_value.value",
}
SHARE_FIELDS = {
    "value": "leumund.visibility.value",
    "low": "leumund.visibility.low",
    "high": "leumund.visibility.high",
}


def index_spec(prefix: str) -> Spec:
    """The report's index chart, one lane for each brand, with signals as markers."""
    base, up = days_by_brand(), lane_upward()
    tips = tips_of_brand(index_tips(before="said_"))
    return live(
        in_lanes(up, index_layers(base, up, None, tips=tips)),
        ask=asked(f"{prefix}-index,{prefix}-signals", "day", "signal", sort=NEWEST),
        steps=[*lane_steps(INDEX_FIELDS), *computed(posts=field("leumund.posts"))],
        feeds={**lane_feeds(), "signals": _signal_steps()},
        legend=[
            f"Blaue Linie mit Band: {word('fast')} mit {word('margin')}",
            f"gestrichelt: {word('slow')}  ·  Punkte: {word('day_value')}e  ·  "
            f"Linie: {word('balanced')}",
            f"▼ {word('trend_alarm')}  ▲ mehr Zuspruch  ● {word('all_clear')}  ·  "
            f"beige: {word('collection_failure')}",
        ],
        description=f"{word('index')} der Marken im Zeitverlauf, mit {word('margin')}.",
    )


def visibility_spec(prefix: str) -> Spec:
    """The report's share of voice, one lane for each brand."""
    base, up = days_by_brand(), lane_upward("\u00a0%")
    tips = tips_of_brand(visibility_tips(before="said_"))
    layers = [
        shade_layer(up, None),
        *level_layers(base, up, field="value"),
        hover(base, None, tips),
    ]
    return live(
        in_lanes(up, layers),
        ask=asked(f"{prefix}-index", "day", sort=NEWEST),
        steps=lane_steps(SHARE_FIELDS),
        feeds=lane_feeds(),
        legend=[
            f"Linie mit Band: {word('share_of_voice')} mit {word('margin')}  ·  "
            f"beige: {word('collection_failure')}"
        ],
        description=f"{word('share_of_voice')} der Marken im Zeitverlauf, mit {word('margin')}.",
    )


def _signal_steps() -> list[Json]:
    kind = field("leumund.signal.kind")
    shapes = ", ".join(f"'{name}': '{shape}'" for name, shape in MARKERS.items())
    return [
        *kept("datum.document == 'signal'"),
        *computed(
            shape=f"({{{shapes}}})[{kind}]",
            colour=f"{kind} == 'drop' ? '{VERMILLION}' : '{BLUE}'",
            fill=f"{field('leumund.signal.retrospective')} ? 'white' : datum.colour",
            subject=field("leumund.signal.subject"),
        ),
    ]
