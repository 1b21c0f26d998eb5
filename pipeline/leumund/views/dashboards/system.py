"""Lays out the page for operators: sources, gaps, deliveries, models and runs."""

from __future__ import annotations

from leumund.views.dashboards.fields import LEDGER, LEDGER_NOW
from leumund.views.dashboards.lens import (
    count,
    identified,
    metric,
    number_panel,
    table_panel,
    terms,
)
from leumund.views.dashboards.objects import Object
from leumund.views.dashboards.opening import HEIGHT, PAGES, opening
from leumund.views.dashboards.page import Choice, Panel, dashboard, row
from leumund.views.dashboards.texts import listing

PAGE = "leumund-system"
_GUIDE = (
    "Jeder erfasste Eintrag hat einen Verbleib: ausgewertet, aussortiert, doppelt, gelöscht, "
    "unlesbar oder noch offen. **Unzustellbar** heißt: hat sein Ziel nicht erreicht; "
    "`leumund outbox` zeigt den Grund und stellt erneut zu."
)
_TERMS = ("read", "filtered", "duplicate", "deleted", "dead_lettered", "pending")


def system(prefix: str, *, brand: str = "") -> tuple[Object, list[Panel]]:
    """The dashboard and its panels; the brands do not matter to the machinery."""
    del prefix, brand
    y = HEIGHT
    panels = [
        *opening(PAGE, _GUIDE),
        *row(y, 6, *((12, one) for one in _figures())),
        *row(y + 6, 13, (24, _sources()), (24, _gaps())),
        *row(y + 19, 13, (48, _whereabouts())),
        *row(y + 32, 10, (20, _sinks()), (14, _runs()), (14, _models())),
    ]
    page = dashboard(
        PAGE,
        PAGES[PAGE],
        help_text="Ob alle Quellen erreichbar sind, nichts liegen bleibt und womit gerechnet wird.",
        panels=panels,
        choices=[Choice(id="source", title="Quelle", view=LEDGER_NOW, field="event.dataset")],
    )
    return page, panels


def _figures() -> tuple[Object, ...]:
    return (
        number_panel(
            "leumund-system-disturbed",
            "Gestörte Quellen",
            view=LEDGER_NOW,
            help_text="zurzeit nicht erreichbar",
            value=count("disturbed", "gestört", only="leumund.source.state: disturbed"),
            whole=True,
        ),
        number_panel(
            "leumund-system-pending",
            "Noch zuzustellen",
            view=LEDGER_NOW,
            help_text="Einträge, die auf ihr Ziel warten",
            value=metric("sum", LEDGER_NOW, "leumund.sink.pending"),
            whole=True,
        ),
        number_panel(
            "leumund-system-lag",
            "Größter Rückstand in Sekunden",
            view=LEDGER_NOW,
            help_text="Alter des ältesten wartenden Eintrags",
            value=metric("max", LEDGER_NOW, "leumund.sink.lag_seconds"),
            whole=True,
        ),
        number_panel(
            "leumund-system-dead",
            "Unzustellbar",
            view=LEDGER_NOW,
            help_text="Einträge, die ein Ziel abgelehnt hat",
            value=metric("sum", LEDGER_NOW, "leumund.sink.dead"),
            whole=True,
        ),
    )


def _sources() -> Object:
    return listing(
        "leumund-system-sources",
        "Zustand der Quellen",
        view=LEDGER_NOW,
        help_text="Gestörte zuerst; heutiger Stand, gleich welcher Zeitraum gewählt ist.",
        columns={
            "event.dataset": 150,
            "leumund.source.state": 130,
            "leumund.source.last_success": 140,
            "leumund.source.reason": 0,
        },
        query="leumund.document: source",
        sort=[("leumund.source.state", "asc"), ("event.dataset", "asc")],
    )


def _gaps() -> Object:
    return listing(
        "leumund-system-gaps",
        "Lücken der Erfassung",
        view=LEDGER,
        help_text="Zeiten, in denen eine Quelle nicht befragt werden konnte, im gewählten "
        "Zeitraum. Eine Lücke heißt nicht, dass niemand sprach.",
        columns={
            "event.dataset": 140,
            "leumund.gap.start": 140,
            "leumund.gap.end": 140,
            "leumund.gap.reason": 0,
        },
        query="leumund.document: gap",
        sort=[("@timestamp", "desc")],
    )


def _whereabouts() -> Object:
    return table_panel(
        "leumund-system-ledger",
        "Was mit jedem Beitrag geschah",
        view=LEDGER_NOW,
        help_text="Über alle Läufe, je Quelle. Heutiger Stand, gleich welcher Zeitraum gewählt "
        "ist.",
        query="leumund.document: source",
        columns=[
            terms(LEDGER_NOW, "event.dataset", size=100, width=180),
            metric("sum", LEDGER_NOW, "leumund.count.fetched"),
            *(metric("sum", LEDGER_NOW, f"leumund.count.{term}") for term in _TERMS),
        ],
    )


def _sinks() -> Object:
    return table_panel(
        "leumund-system-sinks",
        "Zustellung je Ziel",
        view=LEDGER_NOW,
        help_text="Was an Elasticsearch und die Empfänger der Meldungen ging. Heutiger Stand.",
        whole=True,
        columns=[
            terms(LEDGER_NOW, "leumund.sink.name", size=50),
            metric("sum", LEDGER_NOW, "leumund.sink.pending"),
            metric("sum", LEDGER_NOW, "leumund.sink.done"),
            metric("sum", LEDGER_NOW, "leumund.sink.dead"),
            metric("max", LEDGER_NOW, "leumund.sink.lag_seconds"),
        ],
    )


def _runs() -> Object:
    return table_panel(
        "leumund-system-runs",
        "Läufe",
        view=LEDGER,
        help_text="Wie oft jeder Schritt im gewählten Zeitraum lief, und wie oft nicht bis zum "
        "Ende.",
        whole=True,
        columns=[
            terms(LEDGER, "leumund.run.kind", by=identified("max", "@timestamp"), size=20),
            count("runs", "Läufe"),
            count("failed", "offen oder gescheitert", only="not leumund.run.outcome: ok"),
            metric("max", LEDGER, "@timestamp", text="Zuletzt", width=140),
        ],
    )


def _models() -> Object:
    return table_panel(
        "leumund-system-models",
        "Modell und Methode",
        view=LEDGER_NOW,
        help_text="Womit eingestuft und gerechnet wird. Heutiger Stand.",
        whole=True,
        columns=[
            terms(LEDGER_NOW, "leumund.model.name"),
            terms(LEDGER_NOW, "leumund.model.method"),
            metric("max", LEDGER, "@timestamp", text="Stand", width=140),
        ],
    )
