"""Draws values side by side: tone in three intervals, peers in order, reputation by visibility."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from leumund.types import TONES, Estimate
from leumund.views.charts import BALANCE
from leumund.views.facts import BrandFacts
from leumund.views.palette import (
    BRAND_COLOURS,
    BRAND_SHAPES,
    HAIRLINE,
    INK,
    MUTED,
    TONE_COLOURS,
    Spec,
    finished,
    on,
)
from leumund.words import listed, number, word

Brands = Sequence[BrandFacts]
_TWO_LINES = "split(datum.label, '|')"


def tone_chart(brand: BrandFacts) -> Spec | None:
    """Corrected shares in percent, one bar with its margin for each tone; None without shares."""
    if brand.latest.tone is None:
        return None
    rows = []
    for tone, share in zip(TONES, brand.latest.tone, strict=True):
        label = f"{word(tone)}|{number(share.value)}\u00a0% ({_span(share)})"
        rows.append({"label": label, "colour": TONE_COLOURS[tone], **_parts(share)})
    chart = alt.layer(*tone_layers())
    parts = [
        f"{word(tone)} {number(share.value)} Prozent ({_span(share)})"
        for tone, share in zip(TONES, brand.latest.tone, strict=True)
    ]
    summary = f"{word('tone')} von {brand.name}: {listed(parts)}."
    return finished(chart, {"tones": rows}, height=170, description=summary)


def tone_layers(*, limit: int = 220, thick: object = 22) -> list[alt.Chart]:
    """A bar from 0 to 100 percent with its margin for each row.

    `limit` is the room for a label in pixels, `thick` the bar's pixels or its part of the row.
    """
    axis = alt.Axis(title=None, labelExpr=_TWO_LINES, domain=False, ticks=False, labelLimit=limit)
    base = on("tones").encode(y=alt.Y("label:N", sort=None, axis=axis))
    percent = alt.Axis(
        title=None, tickCount=5, labelExpr="datum.value + '\u00a0%'", domain=False, ticks=False
    )
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, 100]), axis=percent)
    size = {"height": thick} if isinstance(thick, dict) else {"size": thick}
    bars = base.mark_bar(opacity=0.75, **size).properties(name="tones")
    return [bars.encode(x=x, color=alt.Color("colour:N", scale=None)), *_whiskers(base, percent)]


def peers_chart(group: Brands) -> Spec:
    """The current level of each brand with its margin, highest first."""
    shown = _with_index(group)
    rows = []
    for place, brand in sorted(shown, key=lambda pair: -_fast(pair[1]).value):
        fast = _fast(brand)
        label = f"{brand.name}|{number(fast.value)} ({_span(fast)})"
        rows.append({"label": label, **_looks(place), **_parts(fast)})
    scale = alt.Scale(domain=_span_of([_fast(brand) for _, brand in shown]), nice=False)
    chart = alt.layer(*peers_layers(scale))
    parts = [f"{b.name} {number(_fast(b).value)} ({_span(_fast(b))})" for _, b in shown]
    summary = f"{word('index')} im Vergleich: {listed(parts)}."
    return finished(
        chart, {"peers": rows, "balance": BALANCE}, height=40 + 56 * len(rows), description=summary
    )


def peers_layers(scale: alt.Scale) -> list[alt.Chart]:
    """A point with its margin for each row, and the line at 50."""
    axis = alt.Axis(title=None, labelExpr=_TWO_LINES, domain=False, ticks=False, labelLimit=200)
    base = on("peers").encode(y=alt.Y("label:N", sort=None, axis=axis))
    x = alt.Axis(title=None, tickCount=5, domain=False, ticks=False)
    points = base.mark_point(size=110, filled=True, opacity=1).properties(name="peers")
    balance = on("balance").mark_rule(color=MUTED).properties(name="balance")
    return [
        balance.encode(x=alt.X("at:Q", scale=scale, axis=x)),
        base.mark_rule(strokeWidth=3)
        .properties(name="margins")
        .encode(x=alt.X("low:Q", scale=scale, axis=x), x2="high:Q", color=_colour()),
        points.encode(x=alt.X("value:Q", scale=scale, axis=x), color=_colour(), shape=_shape()),
    ]


def peers_map(group: Brands) -> Spec | None:
    """Reputation upwards, visibility to the right, margins as a cross; None below two brands."""
    placed = [(p, b, b.latest.visibility) for p, b in _with_index(group)]
    seen = [(place, brand, share) for place, brand, share in placed if share]
    if len(seen) < 2:
        return None
    most = _tens([share.high for _, _, share in seen])[1]
    spots = {place: (share.value / most, _fast(brand).value / 100) for place, brand, share in seen}
    rows = [
        {
            "label": brand.name,
            "left": _leans_left(place, spots),
            **_looks(place),
            "x": share.value,
            "x_low": share.low,
            "x_high": share.high,
            **_parts(_fast(brand)),
        }
        for place, brand, share in seen
    ]
    levels = [_fast(brand) for _, brand, _ in seen]
    scales = (alt.Scale(domain=span, nice=False) for span in ([0, most], _span_of(levels)))
    chart = alt.layer(*map_layers(*scales))
    summary = f"{word('index')} und {word('visibility')}: {listed([b.name for _, b, _ in seen])}."
    return finished(chart, {"map": rows}, height=340, description=summary)


def map_layers(x_scale: alt.Scale, y_scale: alt.Scale) -> list[alt.Chart]:
    """A point with a cross of margins and a name for each row."""
    base = on("map").encode(color=_colour())
    percent = "datum.value + '\u00a0%'"
    x_axis = alt.Axis(title=word("visibility"), labelExpr=percent, tickCount=5, gridColor=HAIRLINE)
    y_axis = alt.Axis(title=word("index"), tickCount=5)
    x, y = alt.X("x:Q", scale=x_scale, axis=x_axis), alt.Y("value:Q", scale=y_scale, axis=y_axis)
    x_low = alt.X("x_low:Q", scale=x_scale, axis=x_axis)
    y_low = alt.Y("low:Q", scale=y_scale, axis=y_axis)
    rule = base.mark_rule(strokeWidth=2, opacity=0.45)
    point = base.mark_point(size=130, filled=True, opacity=1).properties(name="map")
    return [
        rule.encode(x=x_low, x2="x_high:Q", y=y).properties(name="across"),
        rule.encode(x=x, y=y_low, y2="high:Q").properties(name="upward"),
        point.encode(x=x, y=y, shape=_shape()),
        *(_names(side).encode(x=x, y=y, text="label:N") for side in ("left", "right")),
    ]


def _leans_left(place: int, spots: Mapping[int, tuple[float, float]]) -> bool:
    """Whether a name stands left of its point: away from the nearest other, within the frame.

    >>> spots = {0: (0.5, 0.4), 1: (0.6, 0.4), 2: (0.1, 0.9)}
    >>> [_leans_left(place, spots) for place in spots]
    [True, False, False]
    """
    x, y = spots[place]
    if not 0.2 <= x <= 0.8:
        return x > 0.8
    others = [spot for name, spot in spots.items() if name != place]
    return x <= min(others, key=lambda spot: (spot[0] - x) ** 2 + (spot[1] - y) ** 2)[0]


def _names(side: str) -> alt.Chart:
    """Names beside their points, on the side where there is room."""
    test = "datum.left" if side == "left" else "!datum.left"
    align, dx = ("right", -9) if side == "left" else ("left", 9)
    text = on("map").transform_filter(test)
    return text.mark_text(
        align=align, dx=dx, dy=-12, fontSize=13, fontWeight=600, color=INK
    ).properties(name=f"names-{side}")


def _whiskers(base: alt.Chart, axis: alt.Axis) -> list[alt.Chart]:
    """The margin as a line with two ends."""
    scale = alt.Scale(domain=[0, 100])
    line = base.mark_rule(color=INK, strokeWidth=2).properties(name="margins")
    end = base.mark_tick(color=INK, thickness=2, size=12)
    return [
        line.encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
        end.encode(x=alt.X("low:Q", scale=scale, axis=axis)),
        end.encode(x=alt.X("high:Q", scale=scale, axis=axis)),
    ]


def _with_index(group: Brands) -> list[tuple[int, BrandFacts]]:
    """Brands that have an index, with their place in the group: colour and shape stay theirs."""
    return [(place, brand) for place, brand in enumerate(group) if brand.latest.fast]


def _fast(brand: BrandFacts) -> Estimate:
    assert brand.latest.fast is not None
    return brand.latest.fast


def _looks(place: int) -> dict[str, str]:
    return {
        "colour": BRAND_COLOURS[place % len(BRAND_COLOURS)],
        "shape": BRAND_SHAPES[place % len(BRAND_SHAPES)],
    }


def _span_of(levels: Sequence[Estimate]) -> list[float]:
    """Whole tens around all margins and 50."""
    return _tens([50, *(x for level in levels for x in (level.low, level.high))])


def _tens(values: Sequence[float]) -> list[float]:
    """Whole tens around values of 0 to 100.

    >>> _tens([41.2, 58.0])
    [40, 60]
    """
    low, high = (min(values) // 10), -(-max(values) // 10)
    return [max(0, int(10 * low)), min(100, int(10 * high))]


def _parts(value: Estimate) -> dict[str, float]:
    return {"value": value.value, "low": value.low, "high": value.high}


def _span(value: Estimate) -> str:
    return f"{number(value.low)}–{number(value.high)}"


def _colour() -> alt.Color:
    return alt.Color("colour:N", scale=None)


def _shape() -> alt.Shape:
    return alt.Shape("shape:N", scale=None)
