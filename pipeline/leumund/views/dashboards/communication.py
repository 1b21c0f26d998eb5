"""Lays out the page for the press office: who is talked about, how, and by which stories."""

from __future__ import annotations

from leumund.views.dashboards.drawn import visibility_spec
from leumund.views.dashboards.executive import index_panel
from leumund.views.dashboards.fields import MENTIONS, NOW, SIGNALS
from leumund.views.dashboards.lens import bar_panel, count, one_colour, over_days, terms
from leumund.views.dashboards.live import vega
from leumund.views.dashboards.objects import Object
from leumund.views.dashboards.opening import HEIGHT, PAGES, brand_choice, opening
from leumund.views.dashboards.page import Panel, dashboard, row
from leumund.views.dashboards.spread import peers_spec, tone_spec
from leumund.views.dashboards.texts import listing
from leumund.views.palette import BLUE, SKY
from leumund.words import word

PAGE = "leumund-communication"
_GUIDE = (
    "**Gesprächsanteil** und **Tonalität** sind korrigiert und tragen ihre **Schwankungsbreite**. "
    "Überschneiden sich zwei Schwankungsbreiten, ist der Unterschied nicht gesichert. "
    "Zählungen einzelner Beiträge sind unkorrigiert und so bezeichnet."
)


def communication(prefix: str, *, brand: str = "") -> tuple[Object, list[Panel]]:
    """The dashboard and its panels."""
    y = HEIGHT
    panels = [
        *opening(PAGE, _GUIDE),
        *row(y, 16, (24, _share_of_voice(prefix)), (24, _tone(prefix))),
        *row(y + 16, 15, (48, _stories())),
        *row(y + 31, 12, (24, _peers(prefix)), (24, _signals())),
        *row(y + 43, 18, (48, index_panel(prefix))),
        *row(y + 61, 12, (32, _volume()), (16, _by_brand())),
    ]
    page = dashboard(
        PAGE,
        PAGES[PAGE],
        help_text="Wie viel und wie über die Marken gesprochen wird, und welche Meldungen das tun.",
        panels=panels,
        choices=[brand_choice(brand)],
    )
    return page, panels


def _share_of_voice(prefix: str) -> Object:
    return vega(
        "leumund-share-of-voice",
        f"{word('share_of_voice')} im Zeitverlauf",
        help_text="Anteil an allen Meldungen über die Marke und ihre Vergleichsunternehmen, über "
        "7 Tage. Das Band ist die Schwankungsbreite.",
        spec=visibility_spec(prefix),
    )


def _tone(prefix: str) -> Object:
    return vega(
        "leumund-tone",
        f"{word('tone')} (korrigiert)",
        help_text="Anteile kritischer, neutraler und wohlwollender Meldungen, um die Fehler des "
        "Modells korrigiert; Striche: Schwankungsbreite. Heutiger Stand, gleich welcher Zeitraum "
        "gewählt ist.",
        spec=tone_spec(prefix),
    )


def _peers(prefix: str) -> Object:
    return vega(
        "leumund-peers",
        f"{word('peers')}: {word('index')} mit {word('margin')}",
        help_text="Aktueller Stand aller Marken, die höchste oben; Linie bei 50 = ausgeglichen. "
        "Zeigt die gewählte Marke mit ihren Vergleichsunternehmen, ohne Wahl alle Marken.",
        spec=peers_spec(prefix),
    )


def _stories() -> Object:
    return listing(
        "leumund-stories",
        "Meldungen der letzten 28 Tage",
        view=NOW,
        help_text="Die meistverbreiteten Meldungen je Marke. Die Einstufung gilt der ersten "
        "Fundstelle: Einstufung einzelner Beiträge, unkorrigiert.",
        columns={
            "organization.name": 130,
            "leumund.story.headline": 0,
            "leumund.story.source": 160,
            "leumund.story.pickup_text": 190,
            "leumund.story.share": 90,
            "leumund.tone.class": 130,
            "leumund.story.first_seen": 150,
            "leumund.story.url": 130,
        },
        query="leumund.document: story",
        sort=[("leumund.story.posts", "desc"), ("leumund.story.share", "desc")],
    )


def _signals() -> Object:
    return listing(
        "leumund-signals-list",
        "Signale",
        view=SIGNALS,
        help_text="Trendalarm, mehr Zuspruch und Entwarnung im gewählten Zeitraum, die jüngsten "
        "oben; im Verlauf darunter sind sie als Zeichen eingetragen.",
        columns={
            "organization.name": 120,
            "leumund.signal.kind": 110,
            "leumund.signal.level": 90,
            "leumund.signal.subject": 0,
        },
        query="leumund.document: signal",
        sort=[("@timestamp", "desc")],
    )


def _volume() -> Object:
    stories = count("stories", "Meldungen", only="leumund.story.pickup: false")
    pickups = count("pickups", "Übernahmen", only="leumund.story.pickup: true")
    return bar_panel(
        "leumund-volume",
        f"{word('mentions')} im Zeitverlauf",
        view=MENTIONS,
        help_text="Alle gelesenen Beiträge: dunkel die Meldungen, hell ihre Übernahmen. Ohne "
        "gewählte Marke die Summe aller Marken.",
        across=over_days(),
        bars={BLUE: stories, SKY: pickups},
    )


def _by_brand() -> Object:
    posts = count("posts", word("mentions"))
    return bar_panel(
        "leumund-volume-brands",
        f"{word('mentions')} je Marke",
        view=MENTIONS,
        help_text="Zahl der gelesenen Beiträge im gewählten Zeitraum.",
        across=terms(MENTIONS, "organization.name", by=posts.id),
        bars=one_colour(posts),
        lying=True,
    )
