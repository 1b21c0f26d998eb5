"""Says in German why a stream could not be asked, for everybody who looks at a gap."""

from __future__ import annotations

from leumund.errors import LeumundError, Unavailable

_WORDS = {
    "unresolved": "Kein Netz, oder der Name der Quelle ist unbekannt",
    "unreachable": "Die Quelle nimmt keine Verbindung an",
    "timeout": "Die Quelle nimmt keine Verbindung an (Zeit abgelaufen)",
    "tls": "Das Zertifikat der Quelle ist nicht gültig",
    "slow": "Die Quelle antwortete nicht rechtzeitig",
    "broken": "Die Antwort brach ab",
    "busy": "Die Quelle bittet, später zu fragen",
    "waiting": "Die Quelle bat, später zu fragen; noch nicht gefragt",
    "server": "Die Quelle meldet einen Fehler",
    "missing": "Die Adresse gibt es nicht (404)",
    "gone": "Die Quelle hat die Adresse endgültig entfernt (410)",
    "denied": "Die Quelle verweigert den Zugang",
    "robots": "robots.txt der Quelle untersagt den Abruf",
    "robots_away": "robots.txt der Quelle ist nicht lesbar; darum wird nicht abgerufen",
    "address": "Die Adresse ist keine erlaubte Webadresse",
    "unsafe": "Die Adresse führt nicht ins öffentliche Internet; abgelehnt",
    "redirects": "Zu viele Weiterleitungen",
    "too_big": "Die Antwort ist größer als erlaubt",
    "encoding": "Die Kompression der Antwort ist nicht lesbar",
    "empty_body": "Leere Antwort (0 Bytes)",
    "html": "HTML-Seite statt eines Feeds",
    "no_feed": "Die Antwort ist kein Feed",
    "entities": "Der Feed enthält eine DTD oder Entitäten; abgelehnt",
    "xml": "Der Feed ist fehlerhaft geschrieben",
    "no_entries": "Der Feed hat keine Einträge, zuvor hatte er welche",
}


def reason(error: LeumundError) -> str:
    """A German sentence for an error that carries a `key`; the error's own words otherwise.

    >>> from leumund.answers import Away
    >>> reason(Away("busy", "example.org answered 429", retry_after=120))
    'Die Quelle bittet, später zu fragen; frühestens in 120 s'
    """
    words = _WORDS.get(getattr(error, "key", ""), str(error))
    if isinstance(error, Unavailable) and error.retry_after:
        words += f"; frühestens in {error.retry_after:.0f} s"
    return words
