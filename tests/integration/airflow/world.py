"""A small world for the DAGs: two invented banks, a forum, a newspaper, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

SETTINGS = """
[[brand]]
name = "Nordwindbank"
aliases = ["@Nordwindbank"]
peers = ["Alpenkasse"]
sources = ["forum", "blatt"]

[[brand]]
name = "Alpenkasse"
peers = ["Nordwindbank"]
sources = ["forum", "blatt"]

[[source]]
name = "forum"
type = "files"
path = "forum"
kind = "post"

[[source]]
name = "blatt"
type = "files"
path = "blatt"
kind = "article"
reach = 90000

[[alert]]
name = "Presse"
"""

BROKEN = """
[[source]]
name = "verlegt"
type = "files"
path = "gibt-es-nicht"
"""

AWAY = """
[[source]]
name = "fern"
type = "rss"
urls = ["https://zeitung.invalid/feed.xml"]
"""

POSTS = (
    "Die Nordwindbank hat mir heute am Telefon sofort geholfen, so geht Service.",
    "Seit drei Tagen komme ich nicht in die App der Nordwindbank, und niemand antwortet.",
    "Die Nordwindbank öffnet am Samstag von neun bis zwölf Uhr.",
    "Bei der Alpenkasse dauert die Überweisung wieder eine Woche. Unverschämt.",
    "Ich bin von der Nordwindbank zur Alpenkasse gewechselt und sehr zufrieden.",
    "Schon wieder höhere Gebühren bei der Nordwindbank, das reicht mir jetzt endgültig.",
    "Kennt jemand die neue Karte der Alpenkasse?",
    "Danke, Alpenkasse, für die freundliche Beratung in der Filiale am Markt!",
)
ARTICLES = (
    ("Nordwindbank schließt acht Filialen", "Die Kunden auf dem Land ärgern sich über den Abbau."),
    ("Alpenkasse meldet Gewinn", "Das Institut verdiente im Sommer mehr als im Vorjahr."),
    ("Störung bei der Nordwindbank", "Am Montag fielen die Automaten für mehrere Stunden aus."),
    ("Test der Girokonten", "Die Alpenkasse schneidet gut ab, die Nordwindbank mittelmäßig."),
)


def build(folder: Path, *, more: str = "") -> Path:
    """The leumund.toml of that world, its texts beside it; `more` is added to the settings."""
    for name in ("forum", "blatt"):
        (folder / name).mkdir(parents=True)
    posts = [
        {
            "id": f"p{number}",
            "published_at": f"2026-11-0{5 + number % 3}T{8 + number:02}:15:00+01:00",
            "text": text,
            "author": f"kundin{number % 5}",
            "likes": number,
        }
        for number, text in enumerate(POSTS)
    ]
    articles = [
        {
            "id": f"a{number}",
            "published_at": f"2026-11-0{5 + number % 3}T06:{10 + number}:00+01:00",
            "title": title,
            "text": text,
        }
        for number, (title, text) in enumerate(ARTICLES)
    ]
    write(folder / "forum" / "export.jsonl", posts)
    write(folder / "blatt" / "export.jsonl", articles)
    path = folder / "leumund.toml"
    path.write_text(SETTINGS + more, encoding="utf-8")
    return path


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """The rows as JSON Lines."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
