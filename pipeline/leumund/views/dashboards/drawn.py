"""Draws brands over time in Kibana: the index with its margin, and the share of voice."""

from __future__ import annotations

import altair as alt

from leumund.views.charts import (
    Upward,
    hover,
    index_layers,
    index_tips,
    level_layers,
    percent_upward,
    visibility_tips,
)
from leumund.views.dashboards.live import (
    NAME_STYLE,
    asked,
    computed,
    field,
    kept,
    live,
    picked,
    ranked,
    titled,
    triple,
)
from leumund.views.dashboards.objects import Json
from leumund.views.palette import BLUE, BRAND_COLOURS, HAIRLINE, VERMILLION, Spec, on
from leumund.views.timeline import MARKERS, days, disturbance_shade
from leumund.words import word

PITCH = 125
"""Each brand has a lane of 100 points and a margin for its name and its signals above."""

NEWEST: list[Json] = [{"@timestamp": "desc"}]
_HALF = 13 * 3_600_000
"""A little more than half a day, so that days in a row leave no seam."""

_RAW = ("fast", "slow", "day_value", "low", "high")
_IS_DAY = "datum.document == 'day'"
_DISTURBED = [
    *kept(f"{_IS_DAY} && {field('leumund.healthy')} === false"),
    *computed(
        **{
            "from": f"datum.day - {_HALF}",
            "to": f"datum.day + {_HALF}",
            "label": f"'{word('collection_failure')}'",
        }
    ),
]


def index_spec(prefix: str) -> Spec:
    """The report's index chart, one lane for each brand, with signals as markers."""
    ticks = f"sequence(0, domain('y')[1] + 1, {PITCH // 5})"
    label = f"(datum.value % {PITCH}) % 50 == 0 ? datum.value % {PITCH} : ''"
    axis = alt.Axis(
        title=None, values=alt.expr(ticks), labelExpr=label, domain=False, ticks=False, grid=False
    )
    scale = alt.Scale(nice=False, zero=True)
    up = Upward(scale=scale, axis=axis, top=alt.Y("header:Q", scale=scale, axis=axis))
    base = on("days").encode(x=days(None), detail="brand:N")
    tips = [alt.Tooltip("brand:N", title="Marke"), *index_tips(before="said_")]
    drawn = index_layers(base, up, None, tips=tips)
    return live(
        [*_lanes(up), *drawn, _names(up)],
        ask=asked(f"{prefix}-index,{prefix}-signals", "day", "signal", sort=NEWEST),
        steps=_index_steps(),
        feeds={
            "days": kept(_IS_DAY),
            "lanes": _lane_steps(),
            "balance": [*_lane_steps(), *computed(at="datum.floor + 50")],
            "disturbed": _DISTURBED,
            "signals": _signal_steps(),
        },
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
    """The report's share of voice; brands in one plot, told apart by colour and name."""
    up = percent_upward()
    base = on("days").encode(
        x=days(None), detail="brand:N", color=alt.Color("colour:N", scale=None)
    )
    tips = [alt.Tooltip("brand:N", title="Marke"), *visibility_tips()]
    name = on("ends").mark_text(align="left", dx=6, clip=False, **NAME_STYLE)
    return live(
        [
            disturbance_shade(None),
            *level_layers(base, up, field="value"),
            hover(base, None, tips),
            name.encode(x=days(None), y=up("value"), text="brand:N"),
        ],
        ask=asked(f"{prefix}-index", "day", sort=NEWEST),
        steps=[
            *ranked(),
            *computed(
                document=field("leumund.document"),
                day=f"toDate({field('@timestamp')})",
                colour=picked(BRAND_COLOURS),
            ),
            *triple("visibility"),
        ],
        feeds={"days": kept("isValid(datum.value)"), "disturbed": _DISTURBED, "ends": _END_STEPS},
        description=f"{word('share_of_voice')} der Marken im Zeitverlauf, mit {word('margin')}.",
    )


_END_STEPS: list[Json] = [
    *kept("isValid(datum.value)"),
    {
        "joinaggregate": [{"op": "max", "field": "day", "as": "last"}],
        "groupby": ["brand"],
    },
    *kept("datum.day == datum.last"),
]


def _index_steps() -> list[Json]:
    """Raw numbers become `said_…`; what is drawn is lifted into the lane of its brand."""
    raw = [f"said_{name}" for name in _RAW]
    lifted = {
        name: f"isValid(datum.said_{name}) ? datum.said_{name} + datum.lift : null" for name in _RAW
    }
    return [
        *ranked(),
        *titled(" · "),
        *computed(
            document=field("leumund.document"),
            day=f"toDate({field('@timestamp')})",
            lift=f"(datum.brands - datum.rank) * {PITCH}",
            header=f"datum.lift + {PITCH - 15}",
            floor="datum.lift",
            ceiling="datum.lift + 100",
            posts=field("leumund.posts"),
        ),
        *triple("index", (raw[0], raw[3], raw[4])),
        *computed(
            said_slow=field("leumund.base.value"),
            said_day_value=field("leumund.day_value.value"),
            **lifted,
        ),
    ]


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


def _lane_steps() -> list[Json]:
    return [
        *kept(_IS_DAY),
        {"aggregate": [], "groupby": ["title", "floor", "ceiling", "header"]},
    ]


def _lanes(up: Upward) -> list[alt.Chart]:
    """The fields from 0 to 100 in which the curves run."""
    lane = on("lanes").mark_rect(fill="#fafbfc", stroke=HAIRLINE).properties(name="lanes")
    return [lane.encode(y=up("floor"), y2="ceiling:Q")]


def _names(up: Upward) -> alt.Chart:
    assert up.top is not None
    name = on("lanes").mark_text(align="left", **NAME_STYLE).properties(name="names")
    return name.encode(x=alt.value(2), y=up.top, text="title:N")
