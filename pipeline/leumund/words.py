"""The words that people read: one table, German first, for messages, report and dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from leumund.types import BERLIN

Language = Literal["de", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "product": ("Leumund – Reputationsmonitor", "Leumund – reputation monitor"),
    "index": ("Reputationsindex", "Reputation index"),
    "balanced": ("50 = ausgeglichen", "50 = balanced"),
    "day_value": ("Tageswert", "Day value"),
    "fast": ("Aktueller Stand", "Current level"),
    "fast_help": ("vor allem die letzten zwei Wochen", "mostly the last two weeks"),
    "slow": ("Grundniveau", "Base level"),
    "slow_help": ("vor allem das letzte halbe Jahr", "mostly the last half year"),
    "margin": ("Schwankungsbreite", "Margin of error"),
    "mentions": ("Beiträge", "Mentions"),
    "story": ("Meldung", "Story"),
    "stories": ("Meldungen", "Stories"),
    "tone": ("Tonalität", "Tone"),
    "negative": ("kritisch", "critical"),
    "neutral": ("neutral", "neutral"),
    "positive": ("wohlwollend", "favourable"),
    "better": ("besser", "better"),
    "worse": ("schlechter", "worse"),
    "stable": ("stabil", "stable"),
    "open": ("Veränderung nicht gesichert", "Change not certain"),
    "longer_window": (
        "Bei Ihrer Menge rechnen wir in Quartalen",
        "At your volume we compare quarters",
    ),
    "half_years": (
        "Bei Ihrer Menge rechnen wir in Halbjahren",
        "At your volume we compare half-years",
    ),
    "years": ("Bei Ihrer Menge rechnen wir in Jahren", "At your volume we compare years"),
    "estimated": (
        "Korrektur geschätzt, noch nicht an Ihren Beiträgen geprüft",
        "Correction estimated, not yet checked on your posts",
    ),
    "uncorrected": ("unkorrigiert", "uncorrected"),
    "provisional": ("vorläufig", "provisional"),
    "vanishing": ("Marke kaum noch erwähnt", "Brand hardly mentioned"),
    "collection_failure": ("Erfassung gestört", "Collection disturbed"),
    "notice": ("Hinweis", "Notice"),
    "unusual": ("Auffällig", "Unusual"),
    "urgent": ("Dringend", "Urgent"),
    "trend_alarm": ("Trendalarm", "Trend alarm"),
    "all_clear": ("Entwarnung", "All clear"),
    "retrospective": ("rückblickend", "in retrospect"),
    "visibility": ("Sichtbarkeit", "Visibility"),
    "share_of_voice": ("Gesprächsanteil", "Share of voice"),
    "peers": ("Vergleichsunternehmen", "Peers"),
    "method_page": ("So wird gerechnet", "How it is computed"),
    "single_posts": (
        "Einstufung einzelner Beiträge, unkorrigiert",
        "Reading of single posts, uncorrected",
    ),
    "example": ("Beispieldaten", "Example data"),
    "basis": ("Grundlage", "Basis"),
    "sources": ("Quellen", "Sources"),
    "gaps": ("Lücken der Erfassung", "Gaps in collection"),
    "impact": ("Wirkung, nicht in Euro", "Impact, not in euros"),
    "owner": ("Zuständig", "In charge"),
    "rise": ("mehr Zuspruch", "more approval"),
    "drop": ("mehr Kritik", "more criticism"),
}

REASONS: dict[str, tuple[str, str]] = {
    "too_few": (
        "{n} Beiträge, so aussagekräftig wie {n_eff} unabhängige; nötig sind {needed}",
        "{n} posts, worth {n_eff} independent ones; {needed} are needed",
    ),
    "too_wide": ("Schwankungsbreite zu groß", "Margin of error too large"),
    "no_history": (
        "Noch kein zweiter gleich langer Zeitraum zum Vergleichen",
        "No second period of equal length to compare with yet",
    ),
    "method_changed": ("Methode geändert am {day}", "Method changed on {day}"),
    "sources_changed": (
        "Quellen haben gewechselt; zu wenig bleibt vergleichbar",
        "Sources changed; too little remains comparable",
    ),
    "uncorrected": (
        "Das Modell ist für eine Korrektur zu unsicher",
        "The model is too uncertain for a correction",
    ),
    "no_mentions": ("Keine Beiträge im Zeitraum", "No posts in the period"),
    "unhealthy": ("Erfassung gestört", "Collection disturbed"),
}


def word(key: str, language: Language = "de") -> str:
    """The label of `key`.

    >>> word("fast"), word("fast", "en")
    ('Aktueller Stand', 'Current level')
    """
    return WORDS[key][language == "en"]


def reason(key: str, language: Language = "de", **values: object) -> str:
    """Why there is no statement, with its figures.

    >>> reason("too_few", n="84", n_eff="12", needed="30")
    '84 Beiträge, so aussagekräftig wie 12 unabhängige; nötig sind 30'
    """
    return REASONS[key][language == "en"].format(**values)


def number(value: float, digits: int = 0, language: Language = "de") -> str:
    """A number as people of that language write it.

    >>> number(1234.56, 1), number(1234.56, 1, "en")
    ('1.234,6', '1,234.6')
    """
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=language)


def percent(share: float, digits: int = 0, language: Language = "de") -> str:
    """A share in [0, 1] as percent.

    >>> percent(0.123, 1)
    '12,3\\xa0%'
    """
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    text = format_percent(share, format=pattern, locale=language)
    return text.replace("%", "\u00a0%") if language == "de" and "\u00a0" not in text else text


def day(moment: date, language: Language = "de") -> str:
    """A date.

    >>> from datetime import date
    >>> day(date(2026, 11, 21)), day(date(2026, 11, 21), "en")
    ('21.11.2026', '21 November 2026')
    """
    return format_date(
        moment, format="dd.MM.yyyy" if language == "de" else "d MMMM yyyy", locale=language
    )


def clock(moment: datetime, language: Language = "de") -> str:
    """Date and time in Berlin.

    >>> from datetime import datetime, UTC
    >>> clock(datetime(2026, 11, 21, 13, 5, tzinfo=UTC))
    '21.11.2026, 14:05 Uhr'
    """
    local = moment.astimezone(BERLIN)
    if language == "de":
        return format_datetime(local, "dd.MM.yyyy, HH:mm", locale="de") + " Uhr"
    return format_datetime(local, "d MMMM yyyy, HH:mm", locale="en") + " (Berlin)"


def counted(count: int, singular: str, plural: str, language: Language = "de") -> str:
    """A number with its noun.

    >>> counted(1, "Meldung", "Meldungen"), counted(40, "Übernahme", "Übernahmen")
    ('1 Meldung', '40 Übernahmen')
    """
    return f"{number(count, 0, language)} {singular if count == 1 else plural}"


def listed(items: Sequence[str], language: Language = "de") -> str:
    """Items joined as in a sentence.

    >>> listed(["A", "B", "C"])
    'A, B und C'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'und' if language == 'de' else 'and'} {items[-1]}"
