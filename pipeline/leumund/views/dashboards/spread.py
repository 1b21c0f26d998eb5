"""Draws how brands stand now, side by side in Kibana: tone, peers, map and three numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from leumund.types import TONES
from leumund.views.charts import BALANCE
from leumund.views.dashboards.live import (
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
from leumund.views.intervals import map_layers, peers_layers, tone_layers
from leumund.views.palette import (
    BRAND_COLOURS,
    BRAND_SHAPES,
    INK,
    MUTED,
    TONE_COLOURS,
    Spec,
    on,
)
from leumund.words import word

BY_NAME: list[Json] = [{"organization.name": "asc"}]
BEST_FIRST: list[Json] = [{"leumund.index.value": {"order": "desc", "missing": "_last"}}]
_WHOLE = "format({}, '.0f')"
_FINER = "format({0}, {0} < 10 ? '.1f' : '.0f')"
_FEW = "datum.brands <= 3"
"""Few brands have room for large numbers; more stand in lines."""

_LOOKS = computed(colour=picked(BRAND_COLOURS), shape=picked(BRAND_SHAPES))


def tone_spec(prefix: str) -> Spec:
    """Corrected shares of tone with their margins, for each brand."""
    parts = {
        part: f"datum._source['leumund.share.' + datum.tone + '.{part}']"
        for part in ("value", "low", "high")
    }
    names = _choice("datum.tone", {tone: word(tone) for tone in TONES})
    said = _span_text(f"{_WHOLE} + '\u00a0%'", _WHOLE)
    return live(
        [*tone_layers(limit=330, thick={"band": 0.6}), _note()],
        ask=asked(f"{prefix}-index", "status", period=False, sort=BY_NAME),
        steps=[
            *ranked(),
            *computed(**{tone: f"'{tone}'" for tone in TONES}),
            {"fold": list(TONES), "as": ["tone", "key"]},
            *computed(**parts),
            *kept("isValid(datum.value)"),
            *computed(
                colour=_choice("datum.tone", {tone: TONE_COLOURS[tone] for tone in TONES}),
                label=f"datum.brand + ({_FEW} ? '|' : ': ') + {names} + ' ' + {said}",
            ),
        ],
        feeds={"tones": [], "notes": _NOTE_STEPS},
        description=f"{word('tone')} der Marken, korrigiert, mit {word('margin')}.",
    )


def peers_spec(prefix: str) -> Spec:
    """The current level of each brand with its margin, highest first."""
    return live(
        peers_layers(alt.Scale(domain=[0, 100])),
        ask=_everyone(prefix, BEST_FIRST),
        steps=[
            *ranked(),
            *_with_peers(prefix),
            *triple("index"),
            *kept("isValid(datum.value)"),
            *_LOOKS,
            *computed(label=f"datum.brand + '|' + {_span_text(_WHOLE, _WHOLE)}"),
        ],
        feeds={"peers": []},
        fixed={"balance": BALANCE},
        description=f"{word('index')} im Vergleich, mit {word('margin')}.",
    )


def map_spec(prefix: str) -> Spec:
    """Reputation upwards, share of voice to the right, margins as a cross."""
    return live(
        map_layers(alt.Scale(zero=True, nice=True), alt.Scale(domain=[0, 100])),
        ask=_everyone(prefix, BY_NAME),
        steps=[
            *ranked(),
            *_with_peers(prefix),
            *triple("index"),
            *triple("visibility", ("x", "x_low", "x_high")),
            *kept("isValid(datum.value) && isValid(datum.x)"),
            *_LOOKS,
            {"joinaggregate": [{"op": "max", "field": "x_high", "as": "most"}]},
            *computed(label="datum.brand", left="datum.x > 0.7 * datum.most"),
        ],
        feeds={"map": []},
        description=f"{word('index')} und {word('visibility')} der Marken.",
    )


def numbers_spec(prefix: str) -> Spec:
    """Three numbers for each brand, each with its margin, from the status document."""
    columns = {
        word("index"): ("index", ""),
        word("slow"): ("base", ""),
        word("visibility"): ("visibility", "\u00a0%"),
    }
    fields = {title: f"leumund.{name}" for title, (name, _) in columns.items()}
    picks = {
        part: f"datum._source[{_choice('datum.column', fields)} + '.{part}']"
        for part in ("value", "low", "high")
    }
    unit = _choice("datum.column", {title: unit for title, (_, unit) in columns.items()})
    margin = f"'{word('margin')}'"
    ends = f"{_digits('low')} + ' bis ' + {_digits('high')} + datum.unit"
    return live(
        [*_number_layers(tuple(columns)), _note()],
        ask=asked(f"{prefix}-index", "status", period=False, sort=BY_NAME),
        steps=[
            *ranked(),
            *titled(f"' + ({_FEW} ? '|' : ' · ') + '"),
            *computed(**{f"column{place}": f"'{title}'" for place, title in enumerate(columns)}),
            {"fold": [f"column{place}" for place in range(len(columns))], "as": ["key", "column"]},
            *computed(
                **picks,
                unit=unit,
                number=f"isValid(datum.value) ? {_digits('value')} + datum.unit : '–'",
                span=f"isValid(datum.value) ? [{margin}, {ends}] : ['kein Wert']",
                line=f"isValid(datum.value) ? datum.number + '  (' + {ends} + ')' : 'kein Wert'",
            ),
        ],
        feeds={"numbers": kept(_FEW), "lines": kept(f"!({_FEW})"), "notes": _NOTE_STEPS},
        description="Drei Zahlen je Marke, mit Schwankungsbreite.",
    )


def _number_layers(columns: Sequence[str]) -> list[alt.Chart]:
    header = alt.Axis(
        orient="top", title=None, labelAngle=0, labelFontSize=14, domain=False, ticks=False
    )
    rows = alt.Axis(
        title=None,
        labelExpr="split(datum.label, '|')",
        labelFontSize=15,
        labelFontWeight=600,
        labelColor=INK,
        labelLimit=220,
        domain=False,
        ticks=False,
    )
    place = {
        "x": alt.X("column:N", sort=list(columns), axis=header),
        "y": alt.Y("title:N", sort=None, axis=rows),
    }
    base, lines = on("numbers").encode(**place), on("lines").encode(**place)
    number = base.mark_text(fontSize=30, fontWeight=700, color=INK, dy=-14)
    margin = base.mark_text(fontSize=12, color=MUTED, dy=12, lineHeight=15)
    line = lines.mark_text(fontSize=14, fontWeight=600, color=INK)
    return [
        number.encode(text="number:N"),
        margin.encode(text="span:N"),
        line.encode(text="line:N"),
    ]


def _note() -> alt.Chart:
    """What the reader has to know about the correction, below the plot."""
    text = on("notes").mark_text(align="left", fontSize=12, color=MUTED, baseline="top")
    place = {"x": alt.value(0), "y": alt.value(alt.expr("height + 24"))}
    return text.properties(name="notes").encode(text="note:N", **place)


_NOTE_STEPS: list[Json] = [
    *computed(note=field("leumund.correction")),
    *kept("isValid(datum.note)"),
    {"aggregate": [], "groupby": ["note"]},
    {"aggregate": [{"op": "values", "as": "notes"}], "groupby": []},
    *computed(note="join(pluck(datum.notes, 'note'), ' · ')"),
]


def _everyone(prefix: str, sort: Sequence[Json]) -> Json:
    """All brands, whichever is chosen: a comparison needs the others."""
    return asked(f"{prefix}-index", "status", period=False, brand=False, sort=sort)


def _with_peers(prefix: str) -> list[Json]:
    """Keeps the chosen brands and those that they are compared with; all if none is chosen."""
    chosen = asked(f"{prefix}-index", "status", period=False)
    lookup = {"data": chosen, "key": "_source['organization.name']", "fields": ["_source"]}
    own = field("leumund.peers")
    names = f"'|' + datum.brand + '|' + ({own} ? join({own}, '|') : '') + '|'"
    return [
        {"lookup": "brand", "from": lookup, "as": ["chosen"]},
        *computed(names=f"isValid(datum.chosen) ? {names} : ''"),
        {"joinaggregate": [{"op": "values", "field": "names", "as": "everyone"}]},
        *kept("indexof(join(pluck(datum.everyone, 'names'), ''), '|' + datum.brand + '|') >= 0"),
    ]


def _digits(part: str) -> str:
    return f"(datum.unit ? {_FINER.format('datum.' + part)} : {_WHOLE.format('datum.' + part)})"


def _span_text(first: str, form: str) -> str:
    """Value and margin as in `61 (57–65)`, the value in the form `first`."""
    value = first.format("datum.value")
    low, high = (form.format(f"datum.{part}") for part in ("low", "high"))
    return f"{value} + ' (' + {low} + '–' + {high} + ')'"


def _choice(key: str, options: Mapping[str, str]) -> str:
    """An expression that looks a text up in a small table."""
    entries = ", ".join(f"'{name}': '{value}'" for name, value in options.items())
    return f"({{{entries}}})[{key}]"
