"""Draws a brand over time: index with its margin, visibility, and how much was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import altair as alt

from leumund.types import Estimate, IndexPoint
from leumund.views.facts import BrandFacts
from leumund.views.marking import finer, shown
from leumund.views.palette import BLUE, GREY, INK, MUTED, SKY, Rows, Spec, finished, on
from leumund.views.timeline import (
    Points,
    Span,
    days,
    disturbance_rows,
    disturbance_shade,
    gap_strip,
    marker_rows,
    markers,
    noon,
    span_of,
    when,
)
from leumund.words import day, number, word

SPARK_DAYS = 90
BALANCE: Rows = [{"at": 50}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upward:
    """The vertical direction of a chart: its scale and its axis.

    A chart with a lane for each brand says where markers stand (`top`); its rows have the fields
    `floor` and `ceiling`, the ends of their lane.
    """

    scale: alt.Scale
    axis: alt.Axis | None
    top: alt.Y | None = None

    def __call__(self, field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=self.scale, axis=self.axis)


def index_chart(brand: BrandFacts, *, verdict: Sequence[str]) -> Spec:
    """The index over the whole history: margin as band, day values as dots, both levels, signals.

    `verdict` are the lines of the label above the plot.
    """
    points = brand.points
    up = Upward(
        scale=alt.Scale(domain=index_domain(points), nice=False),
        axis=alt.Axis(title=None, tickCount=5, domain=False, ticks=False),
    )
    base = on("days").encode(x=days(span_of(points)))
    layers = index_layers(base, up, span_of(points), tips=index_tips())
    chart = alt.layer(*layers).properties(title=list(verdict))
    period = f"{day(points[0].day)} bis {day(points[-1].day)}"
    summary = f"{word('index')} von {brand.name}, {period}. {spoken(points[-1].fast)}"
    rows = {
        "days": list(_index_rows(points)),
        "balance": BALANCE,
        **disturbance_rows(points, brand.gaps),
        **marker_rows(brand.signals),
    }
    return finished(chart, rows, height=320, description=summary)


def index_layers(
    base: alt.Chart, up: Upward, span: Span | None, *, tips: Sequence[alt.Tooltip]
) -> list[alt.Chart]:
    """What the index chart draws, from the back to the front; `base` holds the days."""
    dots = base.mark_point(size=20, color=GREY, filled=True, opacity=0.75).properties(name="dots")
    slow = base.mark_line(color=INK, strokeDash=[6, 4], strokeWidth=1.6).properties(name="slow")
    return [
        shade_layer(up, span),
        _balance(up),
        *level_layers(base, up, field="fast"),
        slow.encode(y=up("slow")),
        dots.encode(y=up("day_value")),
        gap_strip(span),
        *markers(span, top=up.top),
        hover(base, span, tips),
    ]


def shade_layer(up: Upward, span: Span | None) -> alt.Chart:
    """Disturbed days as a shade, over the full height or that of a lane."""
    shade = disturbance_shade(span)
    return shade if up.top is None else shade.encode(y=up("floor"), y2="ceiling:Q")


def index_tips(before: str = "") -> list[alt.Tooltip]:
    """The numbers of a day as people read them, from fields that may bear a prefix."""
    return [
        when(),
        tip(f"{before}fast", word("fast")),
        *margin_tips(before=before),
        tip(f"{before}slow", word("slow")),
        tip(f"{before}day_value", word("day_value")),
        tip("posts", word("mentions")),
    ]


def sparkline(brand: BrandFacts, *, domain: Sequence[float]) -> Spec:
    """The current level with its margin over the last 90 days, without axes.

    `domain` is shared by all brands, so that the eye may compare them.
    """
    points = brand.points[-SPARK_DAYS:]
    base = on("days").encode(x=days(span_of(points), labelled=False))
    up = Upward(scale=alt.Scale(domain=list(domain), nice=False), axis=None)
    chart = alt.layer(_balance(up), *level_layers(base, up, field="fast"))
    summary = f"{word('fast')} von {brand.name} in den letzten {len(points)} Tagen"
    rows = {"days": list(_index_rows(points)), "balance": BALANCE}
    return finished(chart, rows, height=64, description=f"{summary}. {spoken(points[-1].fast)}")


def visibility_chart(brand: BrandFacts) -> Spec | None:
    """Share of voice among the peers in percent, with its margin as a band; None without values."""
    points = brand.points
    if not any(point.visibility for point in points):
        return None
    rows = [{"day": noon(p.day), **_fields(p.visibility, "value")} for p in points]
    form = finer(points[-1].visibility)
    span = span_of(points)
    base = on("days").encode(x=days(span))
    percent = "format(datum.value, '~f') + '\u00a0%'"
    axis = alt.Axis(title=None, tickCount=4, domain=False, ticks=False, labelExpr=percent)
    up = Upward(scale=alt.Scale(zero=True), axis=axis)
    chart = alt.layer(
        disturbance_shade(span),
        *level_layers(base, up, field="value"),
        gap_strip(span),
        hover(base, span, visibility_tips()),
    )
    summary = (
        f"{word('visibility')} von {brand.name}. {spoken(points[-1].visibility, 'Prozent', form)}"
    )
    return finished(
        chart,
        {"days": rows, **disturbance_rows(points, brand.gaps)},
        height=180,
        description=summary,
    )


def visibility_tips(before: str = "") -> list[alt.Tooltip]:
    """Day, share of voice and its margin, in percent, from fields that may bear a prefix."""
    share = tip(f"{before}value", f"{word('visibility')} in %", ".1f")
    return [when(), share, *margin_tips(".1f", before=before)]


def volume_chart(brand: BrandFacts) -> Spec:
    """Posts a day as light bars, the stories among them as dark ones in front."""
    rows = [{"day": noon(v.day), "posts": v.posts, "stories": v.stories} for v in brand.volume]
    span = span_of(brand.points)
    base = on("days").encode(
        x=days(span, unit="utcyearmonthdate"),
        tooltip=[when(), tip("posts", word("mentions")), tip("stories", word("stories"))],
    )
    axis = alt.Axis(title=None, tickMinStep=1, format=",.0f", domain=False, ticks=False)
    chart = alt.layer(
        disturbance_shade(span),
        base.mark_bar(binSpacing=0.5, color=SKY)
        .properties(name="posts")
        .encode(y=alt.Y("posts:Q", axis=axis)),
        base.mark_bar(binSpacing=0.5, color=BLUE)
        .properties(name="stories")
        .encode(y=alt.Y("stories:Q", axis=axis)),
        gap_strip(span),
    )
    total = number(sum(v.posts for v in brand.volume))
    summary = f"{word('mentions')} je Tag über {brand.name}, zusammen {total}."
    return finished(
        chart,
        {"days": rows, **disturbance_rows(brand.points, brand.gaps)},
        height=180,
        description=summary,
    )


def spoken(value: Estimate | None, unit: str = "", form: str = "0") -> str:
    """A value with its margin as a sentence.

    >>> spoken(Estimate(value=61.2, low=57.1, high=65.4))
    'Zuletzt 61, Schwankungsbreite 57 bis 65.'
    """
    if value is None:
        return "Zuletzt kein Wert."
    tail = f" {unit}" if unit else ""
    span = f"{shown(value.low, form)} bis {shown(value.high, form)}{tail}"
    return f"Zuletzt {shown(value.value, form)}{tail}, {word('margin')} {span}."


def index_domain(points: Iterable[IndexPoint]) -> list[float]:
    """Whole tens around everything that is drawn, 50 included, within 0 to 100."""
    drawn = [50.0]
    for point in points:
        drawn += [point.day_value.value] if point.day_value else []
        drawn += [point.fast.low, point.fast.high] if point.fast else []
        drawn += [point.slow.value] if point.slow else []
    return [max(0, 10 * (min(drawn) // 10)), min(100, -10 * (-max(drawn) // 10))]


def common_domain(brands: Iterable[BrandFacts]) -> list[float]:
    """One scale for the sparklines of all brands."""
    levels = [point.fast for brand in brands for point in brand.points[-SPARK_DAYS:] if point.fast]
    low = min((level.low for level in levels), default=40.0)
    high = max((level.high for level in levels), default=60.0)
    return [max(0, min(low, 50)), min(100, max(high, 50))]


def _index_rows(points: Points) -> Iterator[dict[str, object]]:
    for point in points:
        yield {
            "day": noon(point.day),
            "day_value": round(point.day_value.value, 3) if point.day_value else None,
            **_fields(point.fast, "fast"),
            "slow": round(point.slow.value, 3) if point.slow else None,
            "posts": point.documents,
        }


def _fields(value: Estimate | None, name: str) -> dict[str, float | None]:
    """An estimate as fields; None leaves a gap in the line."""
    parts = (value.value, value.low, value.high) if value else (None, None, None)
    rounded = (None if part is None else round(part, 3) for part in parts)
    return dict(zip((name, "low", "high"), rounded, strict=True))


def level_layers(base: alt.Chart, up: Upward, *, field: str) -> list[alt.Chart]:
    """A line with its margin as a band behind it."""
    band = base.mark_area(color=BLUE, opacity=0.18).properties(name="band")
    line = base.mark_line(color=BLUE, strokeWidth=2.6).properties(name=field)
    return [band.encode(y=up("low"), y2="high:Q"), line.encode(y=up(field))]


def hover(base: alt.Chart, span: Span | None, tips: Sequence[alt.Tooltip]) -> alt.Chart:
    """An unseen column for each day that shows its numbers."""
    column = base.mark_rect(opacity=0).properties(name="hover")
    return column.encode(x=days(span, unit="utcyearmonthdate"), tooltip=list(tips))


def tip(field: str, title: str, form: str = ",.0f") -> alt.Tooltip:
    """A number as a line of a tooltip."""
    return alt.Tooltip(f"{field}:Q", format=form, title=title)


def margin_tips(form: str = ",.0f", *, before: str = "") -> list[alt.Tooltip]:
    """Both ends of a margin as lines of a tooltip."""
    ends = (("low", "von"), ("high", "bis"))
    return [tip(f"{before}{field}", f"{word('margin')} {end}", form) for field, end in ends]


def _balance(up: Upward) -> alt.Chart:
    """The line at 50."""
    line = on("balance").mark_rule(color=MUTED, strokeWidth=1, opacity=0.7)
    return line.properties(name="balance").encode(y=up("at"))
