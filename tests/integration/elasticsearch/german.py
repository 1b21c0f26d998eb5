"""Invented headlines and posts, and what a press officer expects to find among them."""

from __future__ import annotations

from dataclasses import dataclass

TEXTS: dict[str, tuple[str, str]] = {
    "züge": ("Züge der Musterbahn fahren wieder", "Im Norden rollt der Verkehr seit Montag."),
    "zugverspätung": ("Zugverspätung: Pendler warten zwei Stunden", "Auf Gleis 3 war kein Platz."),
    "verspätungen": ("Wieder Verspätungen im Berufsverkehr", "Ein Signal war defekt."),
    "verspätet": ("", "Mein Zug kam heute verspätet an, die Durchsage war kaum zu verstehen."),
    "regionalzüge": ("Regionalzüge fallen aus", "Eine Störung an der Oberleitung ist schuld."),
    "alarm": ("Verspätungsalarm im Netz der Musterbahn", "Jede vierte Fahrt begann zu spät."),
    "bezug": ("Kritik am Bezug von Kurzarbeitergeld", "Die Regeln gelten seit dem Frühjahr."),
    "zugleich": ("Gewinn steigt, zugleich schrumpft die Belegschaft", "Anleger sind zufrieden."),
    "übergang": ("Schranke am Bahnübergang defekt", "Radfahrer standen eine Stunde lang davor."),
    "bahn": ("Bahn baut neue Strecke nach Süden", "Die Arbeiten dauern sechs Jahre."),
    "bahnhof": ("Bahnhof bekommt längere Treppen", "Der Aufzug bleibt außer Betrieb."),
    "s-bahn": ("S-Bahn-Chaos am Morgen", "Erst gegen Mittag lief alles wieder nach Plan."),
    "bahnen": ("Schwimmer ziehen ihre Bahnen", "Das Becken hat acht davon."),
    "trasse": ("Neue, umstrittene Strecke im Moor", "Naturschützer wollen dagegen klagen."),
    "müller": ("Bürgermeister Müller lobt den Umbau", "Im Rathaus war man zunächst skeptisch."),
    "mueller": ("Mueller kritisiert höhere Tarife", "Die Opposition stimmt zu."),
    "muller": ("Muller zieht nach Lyon", "Der Vorstand verliert seinen dienstältesten Kopf."),
    "müllers": ("Müllers Plan für das alte Werk", "Wohnungen statt Maschinen."),
    "müll": ("Müllabfuhr kommt seltener", "Die Tonnen quellen über."),
    "straßen": ("Straßen voller Schlaglöcher", "Der Frost hat Spuren hinterlassen."),
    "hauptstraße": ("Hauptstraße bis Mai gesperrt", "Die Umleitung führt über das Dorf."),
    "strasse": ("Neuer Belag für die Bahnhofstrasse in Zürich", "Läden fürchten um Umsatz."),
    "straßburg": ("Gericht in Straßburg entscheidet", "Das Urteil ist endgültig."),
    "warnstreik": ("Warnstreik legt Busse lahm", "Schüler kamen zu Fuß."),
    "streiken": ("Lokführer streiken ab Montag", "Ein Notplan gilt."),
    "gestreikt": ("", "Bei uns im Lager wurde gestern zum ersten Mal gestreikt."),
    "streik": ("Gewerkschaft ruft zum Streik auf", "Sie fordert sechs Prozent."),
    "streikt": ("Wer morgen streikt, verliert keinen Lohn", "Das sagt ein Fachanwalt."),
    "streit": ("Streit um Sitzplätze", "Zwei Reisende gerieten aneinander."),
    "kündigt": ("Versicherer kündigt tausend Verträge", "Betroffen sind Hausbesitzer."),
    "welle": ("Kündigungswelle beim Versorger Lumes", "Wer kann, der wechselt."),
    "gekündigt": ("", "Nach zwölf Jahren wurde mir gekündigt, per Brief, ohne ein Gespräch."),
    "ankündigung": ("Ankündigung einer neuen App", "Sie soll im Herbst erscheinen."),
    "erhöhung": ("Preiserhöhung beim Strom", "Acht Prozent mehr ab Januar."),
    "strompreise": ("Strompreise steigen erneut", "Schuld seien die Netze, heißt es."),
    "preise": ("Erhöhung der Preise trifft Familien", "Energie kostet so viel wie nie."),
    "kundendienst": ("Kundendienst antwortet nicht", "Eine Stunde in der Warteschleife."),
    "kunden": ("Kunden loben den neuen Laden", "Vor allem die Beratung gefällt."),
    "urkunde": ("Urkunde für den Betrieb", "Die Kammer ehrt hundert Jahre Handwerk."),
    "sekunden": ("Sekunden entscheiden im Finale", "Das Publikum stand auf den Bänken."),
    "leck": ("Datenleck bei der Krankenkasse", "Adressen lagen offen im Netz."),
    "daten": ("Daten von Patienten im Netz", "Der Vorfall wurde gemeldet."),
    "soldaten": ("Soldaten helfen gegen das Hochwasser", "Deiche wurden verstärkt."),
    "rauch": ("Rauch im Speisewagen", "Der Zug hielt auf freier Strecke."),
    "rauchmelder": ("Rauchmelder weckt Hotelgäste", "Niemand wurde verletzt."),
    "brauchen": ("Wir brauchen mehr Personal", "So klagt der Betriebsrat."),
    "verbraucher": ("Verbraucher sparen beim Einkauf", "Billigmarken legen zu."),
    "sicherheit": ("Mehr Sicherheit am Bahnsteig", "Neue Kameras hängen schon."),
    "sich": ("Belegschaft wehrt sich gegen Umbau", "Sie fühlt sich übergangen."),
    "marke": ("Marke Lumes verliert Vertrauen", "Eine Umfrage zeigt den Rückgang."),
    "markt": ("Markt für Wärmepumpen bricht ein", "Die Nachfrage fehlt."),
    "lumes": ("Lumes senkt den Grundpreis", "Der Versorger reagiert auf Kritik."),
    "genitiv": (
        "Aktie der Woche",
        "Analysten halten Lumes' Zahlen für solide, trotz der Schulden.",
    ),
    "lumen": ("Lampe mit 800 Lumen im Test", "Hell, aber teuer."),
    "fahrers": ("Freispruch für den Busfahrer", "Den Richtern fehlte des Fahrers Schuld."),
    "fahrer": ("Fahrer verzweifelt gesucht", "Der Betrieb zahlt eine Prämie."),
    "entlassung": ("Entlassungen im Werk Süd", "Die Gewerkschaft spricht von Wortbruch."),
    "entlässt": ("Lumes entlässt die halbe Verwaltung", "Der Umbau dauert ein Jahr."),
    "prämie": ("E-Auto-Prämie läuft aus", "Händler fürchten volle Höfe."),
    "ausfälle": ("Ausfälle bei Bus und Tram", "Es fehlt an Personal."),
    "zugausfall": ("Zugausfall wegen Sturm", "Bäume liegen auf den Schienen."),
    "mitarbeiterinnen": ("Mitarbeiterinnen gründen Betriebsrat", "Das Haus reagiert kühl."),
    "beschwerden": ("Beschwerden über laute Güterzüge", "Anwohner schlafen schlecht."),
    "beschwert": ("", "Ich habe mich dreimal beschwert, geändert hat sich nichts."),
    "lieferung": ("", "Die Lieferung kam zwei Wochen zu spät und war beschädigt."),
    "geliefert": ("", "Schnell geliefert, gut verpackt, gerne wieder."),
    "rückruf": ("Rückruf: Glassplitter im Joghurt", "Gekauft haben sollte man ihn nicht essen."),
    "haltung": ("Politische Haltung zeigen, aber wie?", "Firmen sind sich uneins."),
    "fraktion": ("Fraktion fordert Auskunft", "Der Stadtrat tagt am Donnerstag."),
    "aktion": ("Rabattaktion lockt Käufer", "Die Schlange reichte bis zur Straße."),
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """Words as somebody types them; the others are names of texts, each with a blank between.

    Attributes:
        hits: what is meant and has to be found; nothing else may be found, but for `despite`.
        not_hits: what looks alike and must not be found.
        first: what has to stand above all others.
        beyond: what is meant and is not found: the limits that we know.
        despite: what is not meant and is found all the same.
        missed_by_kibana: found by `leumund search` only, which takes words apart.
        added_by_kibana: found by its search bar only, which knows no names and inflects phrases.
    """

    words: str
    hits: str
    not_hits: str = ""
    first: str = ""
    beyond: str = ""
    despite: str = ""
    exact: bool = False
    names: tuple[str, ...] = ()
    missed_by_kibana: str = ""
    added_by_kibana: str = ""

    @property
    def found(self) -> set[str]:
        return {*self.hits.split(), *self.despite.split()}

    @property
    def found_by_kibana(self) -> set[str]:
        return (self.found - {*self.missed_by_kibana.split()}) | {*self.added_by_kibana.split()}

    @property
    def meant(self) -> set[str]:
        return {*self.hits.split(), *self.beyond.split()}


QUERIES = [
    Query(
        words="Verspätung Zug",
        hits="züge zugverspätung verspätungen verspätet regionalzüge alarm rauch zugausfall "
        "beschwerden",
        not_hits="bezug zugleich",
        first="zugverspätung verspätet",
    ),
    Query(
        words="zug",
        hits="züge zugverspätung verspätet regionalzüge rauch zugausfall beschwerden",
        not_hits="bezug zugleich",
        first="rauch züge",
    ),
    Query(
        words="Zugverspätung",
        hits="zugverspätung verspätet",
        not_hits="züge zugausfall rauch",
        first="zugverspätung",
        missed_by_kibana="verspätet",
    ),
    Query(words="verspätet", hits="verspätet verspätungen zugverspätung alarm", first="verspätet"),
    Query(
        words="Bahn",
        hits="bahn s-bahn bahnen übergang",
        not_hits="bahnhof",
        despite="züge alarm",
        first="bahn s-bahn",
    ),
    Query(words="Bahn", exact=True, hits="bahn s-bahn", not_hits="übergang bahnhof bahnen züge"),
    Query(
        words="S-Bahn",
        hits="s-bahn",
        not_hits="bahn übergang",
        added_by_kibana="bahn bahnen übergang züge alarm",
    ),
    Query(words="Bahnhofstraße", hits="strasse", not_hits="bahnhof straßen hauptstraße"),
    Query(words="Müller", hits="müller mueller muller müllers", not_hits="müll"),
    Query(words="Mueller", hits="müller mueller muller müllers", not_hits="müll"),
    Query(words="Muller", exact=True, hits="müller mueller muller", not_hits="müllers müll"),
    Query(
        words="Straße",
        hits="straßen hauptstraße strasse aktion",
        not_hits="straßburg",
        first="straßen",
    ),
    Query(words="Strasse", hits="straßen hauptstraße strasse aktion", not_hits="straßburg"),
    Query(
        words="Streik",
        hits="warnstreik streiken gestreikt streik streikt",
        not_hits="streit",
        first="streik",
    ),
    Query(
        words="streikt",
        hits="warnstreik streiken gestreikt streik streikt",
        not_hits="streit",
        first="streikt",
    ),
    Query(words="Kündigung", hits="kündigt welle gekündigt", not_hits="ankündigung"),
    Query(
        words="gekündigt",
        hits="kündigt welle gekündigt",
        not_hits="ankündigung",
        first="gekündigt",
        missed_by_kibana="kündigt welle",
    ),
    Query(
        words="Preiserhöhung Strom",
        hits="erhöhung strompreise preise",
        first="erhöhung",
        missed_by_kibana="preise",
    ),
    Query(words="Preise", hits="erhöhung strompreise preise lumes", first="preise"),
    Query(words="Kunde", hits="kundendienst kunden", not_hits="urkunde sekunden", first="kunden"),
    Query(words="Daten", hits="daten leck", not_hits="soldaten", first="daten"),
    Query(words="Rauch", hits="rauch rauchmelder", not_hits="brauchen verbraucher", first="rauch"),
    Query(words="sicher", hits="sicherheit", not_hits="sich haltung beschwert"),
    Query(words="Sicherheit", hits="sicherheit", not_hits="sich haltung beschwert"),
    Query(words="Marke", hits="marke verbraucher", not_hits="markt", first="marke"),
    Query(
        words="Lumes",
        names=("Lumes",),
        hits="lumes marke welle entlässt genitiv",
        not_hits="lumen",
        added_by_kibana="lumen",
    ),
    Query(words="Lumes", exact=True, hits="lumes marke welle entlässt genitiv", not_hits="lumen"),
    Query(words="Fahrer", hits="fahrer fahrers übergang", despite="züge", first="fahrer"),
    Query(words="Fahrers", hits="fahrer fahrers übergang", despite="züge", first="fahrers"),
    Query(words="Entlassung", hits="entlassung entlässt", first="entlassung"),
    Query(words="entlassen", hits="entlassung entlässt"),
    Query(words="Prämie", hits="prämie fahrer", first="prämie"),
    Query(words="Ausfall", hits="ausfälle zugausfall", not_hits="regionalzüge", first="ausfälle"),
    Query(words="Mitarbeiter", hits="mitarbeiterinnen"),
    Query(words="Beschwerde", hits="beschwerden", beyond="beschwert"),
    Query(words="liefern", hits="geliefert", beyond="lieferung", despite="s-bahn"),
    Query(words="Aktion", hits="aktion", not_hits="fraktion"),
    Query(words='"neue Strecke"', hits="bahn", not_hits="trasse rauch"),
    Query(
        words="„im Netz“",
        hits="daten leck alarm",
        not_hits="strompreise",
        added_by_kibana="strompreise",
    ),
    Query(words='"neue Strecke" Moor', hits="bahn trasse", not_hits="rauch"),
]
