"""Composes invented news articles, and edits copies of them as newsrooms do."""

from __future__ import annotations

import random

WHO = [
    "der Aufsichtsrat von Musterbahn",
    "eine Sprecherin des Verkehrsministeriums",
    "der Fahrgastverband Auental",
    "die Bürgermeisterin von Moosbach",
    "ein Gutachter der Kammer",
    "die Gewerkschaft der Lokführer",
    "der Betriebsrat in Neuwasser",
    "das Landgericht Steinfurtheim",
    "ein Bündnis aus elf Gemeinden",
    "die Chefin des Verkehrsverbunds",
    "der Landesrechnungshof",
    "eine Anwohnerinitiative",
    "der Hersteller der neuen Triebzüge",
    "die Feuerwehr Kaltenbrück",
]
DOES = [
    "hat angekündigt",
    "weist zurück",
    "fordert seit Wochen",
    "bestätigte am Vormittag",
    "bezweifelt",
    "rechnet damit",
    "erklärte vor Journalisten",
    "verteidigt den Plan",
    "verlangt mehr Auskunft darüber",
    "hält es für ausgemacht",
    "will bis zum Sommer prüfen",
    "schließt nicht aus",
    "warnt davor",
]
WHAT = [
    "dass die Strecke ins Seental für acht Monate gesperrt wird",
    "dass künftig jede halbe Stunde ein Bus über die Dörfer fährt",
    "dass die Fahrpreise um durchschnittlich vier Prozent steigen",
    "dass 120 Lehrlinge eine feste Stelle erhalten",
    "dass der Tunnel erst nach 2031 fertig wird",
    "dass das alte Stellwerk durch ein digitales ersetzt wird",
    "dass die Toiletten an sieben Bahnhöfen geschlossen bleiben",
    "dass Fahrräder im Berufsverkehr nicht mehr mitgenommen werden",
    "dass ein Teil der Flotte wegen rissiger Achsen in die Werkstatt muss",
    "dass ein Nachtzug an die Küste geplant ist",
    "dass die Leitstelle nach Ravensfelde umzieht",
]
HOW = [
    "Die Kosten trägt zur Hälfte das Land.",
    "Zahlen nannte niemand.",
    "Das Echo im Ort ist geteilt.",
    "Ein Termin steht noch nicht fest.",
    "Betroffen sind täglich rund 9.000 Pendler.",
    "Im Stadtrat kam es darüber zum Streit.",
    "Vergleichbare Pläne waren vor Jahren gescheitert.",
    "Die Unterlagen liegen der Redaktion vor.",
    "Am Abend soll es ein Gespräch geben.",
    "Zuerst hatte eine Lokalzeitung berichtet.",
    "Kritik kam umgehend aus den Nachbarkreisen.",
]


def article(rng: random.Random) -> str:
    """Four to seven sentences that hardly ever come twice in this order."""
    facts = [f"{rng.choice(WHO)} {rng.choice(DOES)}, {rng.choice(WHAT)}." for _ in range(5)]
    asides = rng.sample(HOW, rng.randint(1, 3))
    place, number = rng.choice(["Altenmark", "Tannhausen", "Seebrück"]), rng.randint(100, 99_999)
    sentences = [f"{place}: Vorgang {number}.", *facts, *asides]
    rng.shuffle(sentences)
    return " ".join(s[0].upper() + s[1:] for s in sentences)


def edited(text: str, rng: random.Random) -> str:
    """A copy with an own opening, one sentence cut or added, and a few words exchanged."""
    sentences = text.split(". ")
    if rng.random() < 0.5:
        sentences.pop(rng.randrange(len(sentences)))
    else:
        sentences.insert(rng.randrange(len(sentences)), rng.choice(HOW).rstrip("."))
    words = ". ".join(sentences).split()
    for _ in range(rng.randint(0, 3)):
        words[rng.randrange(len(words))] = rng.choice(
            ["nun", "demnach", "offenbar", "laut Bericht"]
        )
    opening = rng.choice(["", "(dpa/lno) ", "MOOSBACH – ", "Wie diese Zeitung erfuhr: "])
    return opening + " ".join(words)
