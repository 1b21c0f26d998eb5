"""Draws what all charts over time share: the axis of days, gaps in collection, alarm markers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

import altair as alt

from leumund.types import IndexPoint, Signal
from leumund.views.facts import GapSpan
from leumund.views.palette import BLUE, INK, SHADE, STRIP, VERMILLION, Rows, on
from leumund.words import word

MARKERS = {"drop": "triangle-down", "rise": "triangle-up", "all_clear": "circle"}
DAY = timedelta(days=1)
NUMBERS = "numbers"
_ABOVE = alt.YValue(-9)
_EPOCH = date(1970, 1, 1)
_SHORT, _MIDDLE, _LONG = 45, 200, 500
_DATES = alt.Axis(
    labelExpr="[utcFormat(datum.value, '%-d. %b'), utcFormat(datum.value, '%Y')]",
    tickCount=6,
    grid=False,
    labelOverlap=True,
)
Points = Sequence[IndexPoint]
Span = tuple[date, date]
"""First and last day of a chart; charts that ask a server take None and follow their data."""


def noon(moment: date) -> str:
    """Noon in UTC: every time zone of a reader shows the same day, and bars and dots align.

    >>> noon(date(2026, 10, 3))
    '2026-10-03T12:00Z'
    """
    return f"{moment.isoformat()}T12:00Z"


def span_of(points: Points) -> Span:
    """First and last day of a history."""
    return points[0].day, points[-1].day


def days(span: Span | None, *, field: str = "day", unit: str = "", labelled: bool = True) -> alt.X:
    """The time axis: the same span in all charts of a brand, with German months.

    `unit` "utcyearmonthdate" gives each day its full width.
    """
    scale, axis = alt.Scale(type="utc", nice=False), _DATES
    if span:
        ends = [1000 * (moment - _EPOCH).days * 86_400 for moment in (span[0], span[1] + DAY)]
        scale.domain = ends
        axis = _axis((span[1] + DAY - span[0]).days)
    return alt.X(
        f"{field}:T",
        scale=scale,
        axis=axis if labelled else None,
        timeUnit=unit or alt.Undefined,
        title=None,
    )


def when() -> alt.Tooltip:
    """The day as the first line of a tooltip."""
    return alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%d.%m.%Y", title="Tag")


def disturbed(points: Points) -> list[tuple[date, date]]:
    """First and last day of each run of days on which the frame was not healthy."""
    runs = groupby(points, key=lambda point: point.healthy)
    spans = [[point.day for point in run] for healthy, run in runs if not healthy]
    return [(span[0], span[-1]) for span in spans]


def disturbance_rows(points: Points, gaps: Sequence[GapSpan]) -> dict[str, Rows]:
    """What `disturbance_shade` and `gap_strip` draw."""
    first, last = points[0].day, points[-1].day
    whole = [
        {"from": _edge(start), "to": _edge(end + DAY), "label": word("collection_failure")}
        for start, end in disturbed(points)
    ]
    single = [
        {
            "from": _edge(max(gap.first, first)),
            "to": _edge(min(gap.last, last) + DAY),
            "label": f"{word('collection_failure')}: {gap.source}",
        }
        for gap in gaps
        if gap.last >= first and gap.first <= last
    ]
    return {"disturbed": whole, "gaps": single}


def disturbance_shade(span: Span | None) -> alt.Chart:
    """Days of a disturbed frame as a shade over the full height."""
    marks = on("disturbed").mark_rect(color=SHADE).properties(name="disturbed")
    return marks.encode(x=_from(span), x2="to:T", tooltip=alt.Tooltip("label:N", title="Lücke"))


def gap_strip(span: Span | None) -> alt.Chart:
    """Gaps of single sources as a strip at the bottom."""
    marks = on("gaps").mark_rect(color=STRIP).properties(name="gaps")
    return marks.encode(
        x=_from(span),
        x2="to:T",
        y=alt.value(alt.expr("height - 5")),
        y2=alt.value(alt.expr("height")),
        tooltip=alt.Tooltip("label:N", title="Lücke"),
    )


def _from(span: Span | None) -> alt.X:
    x = days(span, field="from")
    x.scale = alt.Scale(type="utc")  # Vega-Lite reads a second span on a layer with x2 as another
    return x


def marker_rows(signals: Sequence[Signal]) -> dict[str, Rows]:
    """What `markers` draws; the numbers are those of the list below the chart."""
    rows = [
        {
            "day": noon(signal.day),
            "number": str(place),
            "shape": MARKERS[signal.kind],
            "colour": _colour(signal),
            "fill": "white" if signal.retrospective else _colour(signal),
        }
        for place, signal in enumerate(signals, start=1)
    ]
    return {"signals": rows}


def markers(span: Span | None, *, top: alt.Y | None = None) -> list[alt.Chart]:
    """A numbered marker above the day that decided and a line down; hollow in retrospect.

    With `top`, markers stand there, and their lines end at the field `floor`.
    """
    base, y = on("signals").encode(x=days(span)), top or _ABOVE
    symbols = base.mark_point(size=90, filled=True, strokeWidth=1.6, opacity=1).properties(
        name="signals"
    )
    numbers = base.mark_text(dx=12, fontSize=13, fontWeight=600, color=INK).properties(name=NUMBERS)
    rule = base.mark_rule(color=INK, strokeWidth=1, strokeDash=[2, 2], opacity=0.6)
    if top is not None:
        rule = rule.encode(y=top, y2="floor:Q")
    return [
        rule.properties(name="decided"),
        symbols.encode(
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("colour:N", scale=None),
        ),
        numbers.encode(y=y, text="number:N"),
    ]


def _colour(signal: Signal) -> str:
    return VERMILLION if signal.kind == "drop" else BLUE


def _edge(moment: date) -> str:
    return f"{moment.isoformat()}T00:00Z"


def _axis(length: int) -> alt.Axis:
    if length <= _SHORT:
        return alt.Axis(format="%-d. %b", tickCount="week", grid=False, labelOverlap=True)
    step = 1 if length <= _MIDDLE else 2 if length <= _LONG else 3
    months = alt.TimeIntervalStep(interval="month", step=step)
    return alt.Axis(format="%b %Y", tickCount=months, grid=False, labelOverlap=True)
