"""Lays out the page for the board: where the brand stands, whether that changed, among whom."""

from __future__ import annotations

from leumund.views.dashboards.drawn import index_spec
from leumund.views.dashboards.fields import NOW
from leumund.views.dashboards.lens import metric, table_panel, terms
from leumund.views.dashboards.live import vega
from leumund.views.dashboards.objects import Object
from leumund.views.dashboards.opening import HEIGHT, PAGES, brand_choice, opening
from leumund.views.dashboards.page import Panel, dashboard, row
from leumund.views.dashboards.spread import map_spec, numbers_spec
from leumund.words import word

PAGE = "leumund-executive"
_GUIDE = (
    "Der **Reputationsindex** reicht von 0 bis 100; **50 = ausgeglichen**. "
    "Die **Schwankungsbreite** sagt, wie genau der Wert ist, wie bei Umfragen. "
    "„Besser“ oder „schlechter“ steht nur da, wo die Veränderung gesichert ist."
)


def executive(prefix: str, *, brand: str = "") -> tuple[Object, list[Panel]]:
    """The dashboard and its panels."""
    panels = [
        *opening(PAGE, _GUIDE),
        *row(HEIGHT, 12, (24, _numbers(prefix)), (24, _verdict())),
        *row(HEIGHT + 12, 18, (30, index_panel(prefix)), (18, map_panel(prefix))),
    ]
    page = dashboard(
        PAGE,
        PAGES[PAGE],
        help_text="Wo die Marke steht, ob sich das geändert hat, und im Vergleich mit wem.",
        panels=panels,
        choices=[brand_choice(brand)],
    )
    return page, panels


def index_panel(prefix: str) -> Object:
    """The index with its margin and the signals."""
    return vega(
        "leumund-index-chart",
        f"{word('index')} mit {word('margin')}",
        help_text="Aktueller Stand (vor allem die letzten zwei Wochen) als Linie, seine "
        "Schwankungsbreite als Band, Grundniveau (vor allem das letzte halbe Jahr) gestrichelt. "
        "Jede Marke hat ihre eigene Zeile; 50 = ausgeglichen.",
        spec=index_spec(prefix),
    )


def map_panel(prefix: str) -> Object:
    """Reputation against share of voice."""
    return vega(
        "leumund-map",
        f"Landkarte: Reputation und {word('visibility')}",
        help_text="Nach oben: Reputationsindex. Nach rechts: Anteil an allen Meldungen über die "
        "Marke und ihre Vergleichsunternehmen in den letzten 7 Tagen. Die Kreuze sind die "
        "Schwankungsbreiten. Zeigt die gewählte Marke mit ihren Vergleichsunternehmen, ohne Wahl "
        "alle Marken.",
        spec=map_spec(prefix),
    )


def _numbers(prefix: str) -> Object:
    return vega(
        "leumund-numbers",
        "Stand jetzt in drei Zahlen",
        help_text="Aktueller Stand, Grundniveau und Sichtbarkeit mit ihrer Schwankungsbreite; "
        "heutiger Stand, gleich welcher Zeitraum gewählt ist.",
        spec=numbers_spec(prefix),
    )


def _verdict() -> Object:
    return table_panel(
        "leumund-verdict",
        "Urteil",
        view=NOW,
        help_text="Ob sich die Reputation verändert hat. Wo nichts gesichert ist, steht der Grund. "
        "Heutiger Stand, gleich welcher Zeitraum gewählt ist.",
        query="leumund.document: status",
        columns=[
            terms(NOW, "organization.name", width=130),
            terms(NOW, "leumund.statement", size=1),
            terms(NOW, "leumund.support", size=1),
            metric("max", NOW, "@timestamp", text="Gerechnet bis", width=130),
        ],
    )
