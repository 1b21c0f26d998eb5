"""Gives each brand a lane of its own in a chart over time, so that no margin covers another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from leumund.views.charts import Upward
from leumund.views.dashboards.live import NAME_STYLE, computed, field, kept, ranked, titled
from leumund.views.dashboards.objects import Json
from leumund.views.palette import HAIRLINE, on
from leumund.views.timeline import days
from leumund.words import word

PITCH = 125
"""A lane has 100 points, and above it room for the name and the signals of its brand."""

NEWEST: list[Json] = [{"@timestamp": "desc"}]
IS_DAY = "datum.document == 'day'"
_HALF = 13 * 3_600_000
"""A little more than half a day, so that days in a row leave no seam."""


def lane_upward(unit: str = "") -> Upward:
    """The vertical direction: 0, 50 and 100 in each lane."""
    inside = f"datum.value % {PITCH}"
    axis = alt.Axis(
        title=None,
        values=alt.expr(f"sequence(0, domain('y')[1] + 1, {PITCH // 5})"),
        labelExpr=f"({inside}) % 50 == 0 ? ({inside}) + '{unit}' : ''",
        domain=False,
        ticks=False,
        grid=False,
    )
    scale = alt.Scale(nice=False, zero=True)
    return Upward(scale=scale, axis=axis, top=alt.Y("header:Q", scale=scale, axis=axis))


def days_by_brand() -> alt.Chart:
    """The base of what is drawn day by day."""
    return on("days").encode(x=days(None), detail="brand:N")


def tips_of_brand(tips: Sequence[alt.Tooltip]) -> list[alt.Tooltip]:
    """The lines of a tooltip, the brand first."""
    return [alt.Tooltip("brand:N", title="Marke"), *tips]


def lane_steps(said: Mapping[str, str]) -> list[Json]:
    """Fields of a lane; of each field in `said`, `said_…` is its number, the field its height."""
    return [
        *ranked(),
        *titled(" · "),
        *computed(
            document=field("leumund.document"),
            day=f"toDate({field('@timestamp')})",
            floor=f"(datum.brands - datum.rank) * {PITCH}",
            ceiling="datum.floor + 100",
            header=f"datum.floor + {PITCH - 15}",
        ),
        *computed(**{f"said_{name}": field(origin) for name, origin in said.items()}),
        *computed(**{name: _lifted(f"datum.said_{name}") for name in said}),
    ]


def lane_feeds() -> dict[str, list[Json]]:
    """The rows of lanes, days and disturbed days."""
    lanes: list[Json] = [
        *kept(IS_DAY),
        {"aggregate": [], "groupby": ["title", "floor", "ceiling", "header"]},
    ]
    ends = {"from": f"datum.day - {_HALF}", "to": f"datum.day + {_HALF}"}
    label = {"label": f"'{word('collection_failure')}'"}
    return {
        "days": kept(IS_DAY),
        "lanes": lanes,
        "balance": [*lanes, *computed(at="datum.floor + 50")],
        "disturbed": [
            *kept(f"{IS_DAY} && {field('leumund.healthy')} === false"),
            *computed(**ends, **label),
        ],
    }


def in_lanes(up: Upward, drawn: Sequence[alt.Chart]) -> list[alt.Chart]:
    """The layers before the fields of the lanes, with the names above."""
    assert up.top is not None
    lane = on("lanes").mark_rect(fill="#fafbfc", stroke=HAIRLINE).properties(name="lanes")
    name = on("lanes").mark_text(align="left", **NAME_STYLE).properties(name="names")
    return [
        lane.encode(y=up("floor"), y2="ceiling:Q"),
        *drawn,
        name.encode(x=alt.value(2), y=up.top, text="title:N"),
    ]


def _lifted(value: str) -> str:
    return f"isValid({value}) ? {value} + datum.floor : null"
