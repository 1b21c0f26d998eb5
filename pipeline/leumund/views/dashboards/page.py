"""Lays panels on a dashboard, with controls for brand and period above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leumund.views.dashboards.objects import (
    TAG,
    Json,
    Object,
    Reference,
    packed,
    stored,
    unfiltered,
)

COLUMNS = 48
FORMAT = "8.12.0"
PERIOD = "now-180d/d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """An object on the page: `x` of 48 columns, `y` and `h` in rows of about 20 pixels."""

    shows: Object
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A list of values above the page by which people narrow it; `chosen` are picked at first."""

    id: str
    title: str
    view: str
    field: str
    chosen: tuple[str, ...] = ()


def row(y: int, h: int, *shows: tuple[int, Object]) -> list[Panel]:
    """Panels side by side from the left, each with its width."""
    panels, x = [], 0
    for width, one in shows:
        panels.append(Panel(shows=one, x=x, y=y, w=width, h=h))
        x += width
    return panels


def dashboard(
    name: str,
    title: str,
    *,
    help_text: str,
    panels: Sequence[Panel],
    choices: Sequence[Choice],
) -> Object:
    """The page; its panels are objects of their own, to which it points."""
    placed = [_placed(number, panel) for number, panel in enumerate(panels, start=1)]
    references = [
        Reference(str(panel.shows["type"]), str(panel.shows["id"]), f"{number}:panel_{number}")
        for number, panel in enumerate(panels, start=1)
    ]
    references += [
        Reference("index-pattern", c.view, f"controlGroup_{c.id}:optionsListDataView")
        for c in choices
    ]
    options = {
        "useMargins": True,
        "syncColors": False,
        "syncCursor": True,
        "syncTooltips": False,
        "hidePanelTitles": False,
    }
    return stored(
        "dashboard",
        name,
        {
            "title": title,
            "description": help_text,
            "timeRestore": True,
            "timeFrom": PERIOD,
            "timeTo": "now",
            "refreshInterval": {"pause": True, "value": 0},
            "optionsJSON": packed(options),
            "panelsJSON": packed(placed),
            "controlGroupInput": _controls(choices),
            "kibanaSavedObjectMeta": unfiltered(),
            "version": 1,
        },
        [*references, Reference("tag", TAG, f"tag-ref-{TAG}")],
    )


def _placed(number: int, panel: Panel) -> Json:
    own = str(number)
    attributes = panel.shows["attributes"]
    assert isinstance(attributes, dict)
    words = {"title": attributes["title"], "description": attributes["description"]}
    return {
        "version": FORMAT,
        "type": panel.shows["type"],
        "gridData": {"x": panel.x, "y": panel.y, "w": panel.w, "h": panel.h, "i": own},
        "panelIndex": own,
        "embeddableConfig": {**words, "enhancements": {}},
        "title": attributes["title"],
        "panelRefName": f"panel_{own}",
    }


def _controls(choices: Sequence[Choice]) -> Json:
    lists = {
        choice.id: {
            "type": "optionsListControl",
            "order": order,
            "width": "medium",
            "grow": False,
            "explicitInput": {
                "id": choice.id,
                "fieldName": choice.field,
                "title": choice.title,
                "selectedOptions": list(choice.chosen),
                "singleSelect": False,
                "searchTechnique": "wildcard",
                "sort": {"by": "_key", "direction": "asc"},
                "enhancements": {},
            },
        }
        for order, choice in enumerate(choices)
    }
    period = {
        "type": "timeSlider",
        "order": len(choices),
        "width": "large",
        "grow": True,
        "explicitInput": {"id": "period", "title": "Zeitraum", "enhancements": {}},
    }
    parent = {"ignoreFilters": False, "ignoreQuery": False, "ignoreTimerange": False}
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "ignoreParentSettingsJSON": packed({**parent, "ignoreValidations": False}),
        "panelsJSON": packed({**lists, "period": period}),
    }
