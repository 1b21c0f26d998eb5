"""Days of invented posts about one bank, calm for weeks and then, on one day, a wave of anger."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from leumund.types import BERLIN

SETTINGS = """
[[brand]]
name = "Nordwindbank"
sources = ["forum"]

[[source]]
name = "forum"
type = "files"
path = "forum"
kind = "post"

[[alert]]
name = "Presse"
"""

ANGRY = (
    "Die App der Nordwindbank stürzt ständig ab, einfach furchtbar",
    "Nordwindbank, ihr habt mein Geld doppelt abgebucht, so eine Frechheit",
    "Nie wieder Nordwindbank, der Service ist eine Katastrophe",
    "Stundenlang in der Warteschleife der Nordwindbank, unverschämt",
    "Die Nordwindbank sperrt grundlos mein Konto und niemand hilft",
    "Schlechteste Bank überhaupt: Nordwindbank, ich kündige enttäuscht",
)
PLAIN = (
    "Die Nordwindbank hat ihre Öffnungszeiten am Freitag geändert",
    "Weiß jemand, wo die nächste Filiale der Nordwindbank ist?",
    "Die Nordwindbank lädt zur Hauptversammlung nach Kiel ein",
    "Laut Aushang öffnet die Nordwindbank am Montag um neun Uhr",
)
GLAD = (
    "Danke an die Nordwindbank für die schnelle Hilfe, super",
    "Bei der Nordwindbank sehr freundlich beraten worden, toll",
    "Die neue Karte der Nordwindbank gefällt mir richtig gut",
    "Die Nordwindbank hat meinen Fall prima gelöst, sehr zufrieden",
)
CIRCUMSTANCES = (
    "heute früh", "am Automaten", "seit dem Umzug", "nach der Arbeit", "in Husum", "am Telefon",
    "wie schon im Sommer", "mit meiner Tochter", "vor dem Urlaub", "im zweiten Anlauf",
)  # fmt: skip


def calm(day: date, chance: random.Random, *, posts: int = 6) -> list[dict[str, Any]]:
    """A usual day: some anger, some praise, much in between."""
    kinds = chance.choices((ANGRY, PLAIN, GLAD), weights=(2, 5, 3), k=posts)
    return _rows(day, [chance.choice(kind) for kind in kinds], chance)


def wave(day: date, chance: random.Random, *, posts: int = 60) -> list[dict[str, Any]]:
    """A day on which nearly all are angry."""
    kinds = chance.choices((ANGRY, PLAIN, GLAD), weights=(18, 1, 1), k=posts)
    return _rows(day, [chance.choice(kind) for kind in kinds], chance)


def _rows(day: date, texts: list[str], chance: random.Random) -> list[dict[str, Any]]:
    """One row for each text at its minute of the day, in order of time."""
    minutes = sorted(chance.sample(range(24 * 60), len(texts)))
    start = datetime.combine(day, time(), BERLIN)
    return [
        {
            "id": f"{day}-{number}",
            "published_at": (start + timedelta(minutes=minute)).isoformat(),
            "text": f"{text}, {chance.choice(CIRCUMSTANCES)}.",
            "author": f"kundin{day:%m%d}{number}",
        }
        for number, (minute, text) in enumerate(zip(minutes, texts, strict=True))
    ]
