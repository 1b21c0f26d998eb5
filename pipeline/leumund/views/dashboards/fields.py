"""Names the fields in German, and says how their values are written: codes, numbers, dates, links.

Each entry is a field, its label and its form. What people read stands here once for all panels.
"""

from __future__ import annotations

from collections.abc import Mapping

from leumund.types import TONES
from leumund.views.dashboards.objects import Json, Object, packed, stored
from leumund.views.phrases import SIGNAL_NAMES
from leumund.words import word

Fields = Mapping[str, tuple[str, Json | None]]

MENTIONS, INDEX, SIGNALS, LEDGER = (
    f"leumund-{name}" for name in ("mentions", "index", "signals", "ledger")
)
NOW, LEDGER_NOW = f"{INDEX}-now", f"{LEDGER}-now"
"""Ids of the data views; two have no time, for what holds now whatever the period."""


def lookup(**values: str) -> Json:
    """Words for codes; a code without a word is shown as it is."""
    entries = [{"key": key, "value": value} for key, value in values.items()]
    return {"id": "static_lookup", "params": {"lookupEntries": entries, "unknownKeyValue": None}}


def link(label: str) -> Json:
    """An address as a link, by the same words in every row."""
    return {
        "id": "url",
        "params": {"type": "a", "labelTemplate": label, "openLinkInCurrentTab": False},
    }


def _number(pattern: str) -> Json:
    return {"id": "number", "params": {"pattern": pattern}}


def _date(pattern: str, zone: str = "Europe/Berlin") -> Json:
    return {"id": "date", "params": {"pattern": pattern, "timezone": zone}}


WHOLE, ONE, TWO = _number("0,0"), _number("0,0.0"), _number("0,0.00")
SHARE: Json = {"id": "percent", "params": {"pattern": "0%"}}
CLOCK, DAY = _date("DD.MM.YYYY, HH:mm"), _date("DD.MM.YYYY", "UTC")
YES_NO = lookup(true="ja", false="nein")
TONE = lookup(**{tone: word(tone) for tone in TONES})
ORIGINAL = link("Original öffnen")

_ALL: Fields = {
    "organization.name": ("Marke", None),
    "leumund.document": ("Art des Eintrags", None),
    "leumund.example": (word("example"), YES_NO),
}

_MENTIONS: Fields = {
    **_ALL,
    "@timestamp": ("Veröffentlicht", CLOCK),
    "event.created": ("Erfasst", CLOCK),
    "event.dataset": ("Quelle", None),
    "event.id": ("Kennung des Beitrags", None),
    "url.full": ("Original", ORIGINAL),
    "url.domain": ("Website", None),
    "message": ("Text", None),
    "leumund.title": ("Titel", None),
    "leumund.headline": ("Überschrift", None),
    "leumund.day": ("Tag", DAY),
    "leumund.kind": (
        "Art",
        lookup(
            post="Post",
            article="Artikel",
            review="Bewertung",
            comment="Kommentar",
            reply="Antwort",
        ),
    ),
    "leumund.outlet": ("Medium", None),
    "leumund.platform": ("Plattform", None),
    "leumund.tier": (
        "Rang des Mediums",
        lookup(national="überregional", trade="Fachpresse", regional="regional", other="sonstige"),
    ),
    "leumund.region": ("Region", None),
    "leumund.tone.class": ("Einstufung, unkorrigiert", TONE),
    "leumund.tone.negative": ("Wahrscheinlichkeit kritisch", SHARE),
    "leumund.tone.neutral": ("Wahrscheinlichkeit neutral", SHARE),
    "leumund.tone.positive": ("Wahrscheinlichkeit wohlwollend", SHARE),
    "leumund.story.id": ("Kennung der Meldung", None),
    "leumund.story.pickup": ("Übernahme", YES_NO),
    "leumund.reach": ("Reichweite (Personen im Monat)", WHOLE),
    "leumund.likes": ("Gefällt mir", WHOLE),
    "leumund.shares": ("Geteilt", WHOLE),
    "leumund.comments": ("Kommentare", WHOLE),
    "leumund.rating": ("Sterne (1 bis 5)", ONE),
    "leumund.owned": ("Eigener Beitrag", YES_NO),
    "leumund.reply.state": (
        "Antwort",
        lookup(answered="beantwortet", open="offen", reply="ist Antwort", none="nicht vorgesehen"),
    ),
    "leumund.label": ("Einstufung des Lieferanten", None),
    "leumund.signature": ("Stand der Modelle", None),
}

_TRIPLES = {
    "index": word("index"),
    "base": word("slow"),
    "day_value": word("day_value"),
    "visibility": f"{word('visibility')} in %",
    "change": "Veränderung in Punkten",
    **{f"share.{tone}": f"Anteil {word(tone)} in %" for tone in TONES},
}
_INDEX: Fields = {
    **_ALL,
    "@timestamp": ("Tag", DAY),
    "leumund.day": ("Kalendertag", DAY),
    **{
        f"leumund.{name}.{part}": (f"{label}{tail}", ONE)
        for name, label in _TRIPLES.items()
        for part, tail in (
            ("value", ""),
            ("low", f", {word('margin')} von"),
            ("high", f", {word('margin')} bis"),
        )
    },
    "leumund.verdict": (
        "Urteil",
        lookup(
            **{key: word(key) for key in ("better", "worse", "stable", "open")},
            none="Begründung siehe Text",
        ),
    ),
    "leumund.window": ("Zeitraum des Urteils in Tagen", WHOLE),
    "leumund.posts": (word("mentions"), WHOLE),
    "leumund.stories": (word("stories"), WHOLE),
    "leumund.n_eff": ("So aussagekräftig wie … unabhängige", WHOLE),
    "leumund.healthy": ("Erfassung vollständig", YES_NO),
    "leumund.method": ("Stand der Methode", None),
    "leumund.statement": ("Urteil in Worten", None),
    "leumund.support": ("Gestützt auf", None),
    "leumund.basis": (word("basis"), None),
    "leumund.correction": ("Hinweis zur Korrektur", None),
    "leumund.peers": (word("peers"), None),
    "leumund.story.rank": ("Rang", WHOLE),
    "leumund.story.headline": (word("story"), None),
    "leumund.story.url": ("Erste Fundstelle", ORIGINAL),
    "leumund.story.source": ("Zuerst bei", None),
    "leumund.story.first_seen": ("Zuerst gesehen", CLOCK),
    "leumund.story.posts": (word("mentions"), WHOLE),
    "leumund.story.pickups": ("Übernahmen", WHOLE),
    "leumund.story.pickup_text": ("Verbreitung", None),
    "leumund.story.share": ("Anteil am Gewicht", SHARE),
    "leumund.tone.class": ("Einstufung, unkorrigiert", TONE),
}

_SIGNALS: Fields = {
    **_ALL,
    "@timestamp": ("Tag der Entscheidung", DAY),
    "leumund.signal.kind": ("Signal", lookup(**SIGNAL_NAMES)),
    "leumund.signal.level": (
        "Stufe",
        lookup(**{level: word(level) for level in ("notice", "unusual", "urgent")}),
    ),
    "leumund.signal.start": ("Beginn", DAY),
    "leumund.signal.day": ("Entschieden am", DAY),
    "leumund.signal.probability": ("Wahrscheinlichkeit", SHARE),
    "leumund.signal.size": ("Änderung in Punkten", ONE),
    "leumund.signal.low": (f"{word('margin')} von", ONE),
    "leumund.signal.high": (f"{word('margin')} bis", ONE),
    "leumund.signal.posts": ("Kritische Beiträge seit Beginn", WHOLE),
    "leumund.signal.usual": ("Üblich im gleichen Zeitraum", WHOLE),
    "leumund.signal.headline": ("Stärkste Meldung", None),
    "leumund.signal.subject": ("Betreff", None),
    "leumund.signal.retrospective": (word("retrospective"), YES_NO),
    "leumund.signal.provisional": (word("provisional"), YES_NO),
    "leumund.signal.targets": ("Empfänger", WHOLE),
    "leumund.signal.state": (
        "Zustellung",
        lookup(done="zugestellt", pending="steht aus", dead="unzustellbar"),
    ),
    "leumund.method": ("Stand der Methode", None),
}

_LEDGER: Fields = {
    "@timestamp": ("Stand", CLOCK),
    "leumund.document": ("Art des Eintrags", None),
    "event.dataset": ("Quelle", None),
    "leumund.example": (word("example"), YES_NO),
    "leumund.run.id": ("Lauf", WHOLE),
    "leumund.run.kind": (
        "Schritt",
        lookup(
            collect="Erfassen",
            **{"import": "Einlesen"},
            enrich="Lesen und einstufen",
            score="Index rechnen",
            alert="Signale melden",
            publish="Veröffentlichen",
            erase="Löschen",
            retention="Aufbewahrung",
            subscribe="Ziel aufnehmen",
            change="Änderung",
            rebuild="Neu aufbauen",
            redrive="Erneut zustellen",
        ),
    ),
    "leumund.run.outcome": ("Ergebnis", lookup(ok="in Ordnung")),
    "leumund.run.finished": ("Beendet", CLOCK),
    "leumund.source.state": (
        "Zustand",
        lookup(ok="in Ordnung", disturbed=word("collection_failure"), never="noch nie erreicht"),
    ),
    "leumund.source.kind": ("Zugang", None),
    "leumund.source.last_success": ("Zuletzt erreicht", CLOCK),
    "leumund.source.reason": ("Grund", None),
    "leumund.count.fetched": ("Erfasst", WHOLE),
    "leumund.count.read": ("Ausgewertet", WHOLE),
    "leumund.count.filtered": ("Aussortiert", WHOLE),
    "leumund.count.duplicate": ("Doppelt", WHOLE),
    "leumund.count.deleted": ("Gelöscht", WHOLE),
    "leumund.count.dead_lettered": ("Unlesbar", WHOLE),
    "leumund.count.pending": ("Noch offen", WHOLE),
    "leumund.sink.name": ("Ziel", None),
    "leumund.sink.pending": ("Noch zuzustellen", WHOLE),
    "leumund.sink.done": ("Zugestellt", WHOLE),
    "leumund.sink.dead": ("Unzustellbar", WHOLE),
    "leumund.sink.lag_seconds": ("Rückstand in Sekunden", WHOLE),
    "leumund.model.name": ("Modell", None),
    "leumund.model.signature": ("Fassung", None),
    "leumund.model.method": ("Stand der Methode", None),
    "leumund.gap.start": ("Lücke von", CLOCK),
    "leumund.gap.end": ("Lücke bis", CLOCK),
    "leumund.gap.reason": ("Ursache", None),
}

FIELDS: Mapping[str, Fields] = {
    MENTIONS: _MENTIONS,
    INDEX: _INDEX,
    SIGNALS: _SIGNALS,
    LEDGER: _LEDGER,
    NOW: _INDEX,
    LEDGER_NOW: _LEDGER,
}


def patterns(prefix: str) -> dict[str, str]:
    """The read alias behind each data view."""
    return {view: view.removesuffix("-now").replace("leumund", prefix, 1) for view in FIELDS}


def label(view: str, field: str) -> str:
    """What people call a field.

    >>> label(MENTIONS, "leumund.reply.state")
    'Antwort'
    """
    return FIELDS[view][field][0]


def data_views(prefix: str) -> list[Object]:
    """The data views with labels and forms; each name is unique, as Kibana wants it."""
    names = {
        MENTIONS: f"Leumund: {word('mentions')}",
        INDEX: "Leumund: Index, Tage und Meldungen",
        SIGNALS: "Leumund: Signale",
        LEDGER: "Leumund: Betriebsbuch",
        NOW: "Leumund: Stand der Marken (ohne Zeitraum)",
        LEDGER_NOW: "Leumund: Stand des Betriebs (ohne Zeitraum)",
    }
    return [_data_view(view, names[view], pattern) for view, pattern in patterns(prefix).items()]


def _data_view(view: str, name: str, pattern: str) -> Object:
    fields = FIELDS[view]
    attributes: dict[str, object] = {
        "title": pattern,
        "name": name,
        "fields": "[]",
        "fieldAttrs": packed({field: {"customLabel": text} for field, (text, _) in fields.items()}),
        "fieldFormatMap": packed({field: form for field, (_, form) in fields.items() if form}),
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "typeMeta": "{}",
    }
    if view not in (NOW, LEDGER_NOW):
        attributes["timeFieldName"] = "@timestamp"
    return stored("index-pattern", view, attributes)
