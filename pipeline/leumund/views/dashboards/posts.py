"""Lays out the page on which people read the posts themselves and go on to the original."""

from __future__ import annotations

from leumund.types import TONES
from leumund.views.dashboards.fields import MENTIONS, label
from leumund.views.dashboards.lens import (
    Column,
    bar_panel,
    count,
    number_panel,
    one_colour,
    over_days,
    terms,
)
from leumund.views.dashboards.objects import Object
from leumund.views.dashboards.opening import HEIGHT, PAGES, brand_choice, opening
from leumund.views.dashboards.page import Choice, Panel, dashboard, row
from leumund.views.dashboards.texts import listing
from leumund.views.palette import TONE_COLOURS
from leumund.words import word

PAGE = "leumund-posts"
UNCORRECTED = word("single_posts")
_GUIDE = (
    "Hier stehen die **einzelnen Beiträge**; „Original öffnen“ führt zur Fundstelle. "
    f"Die Tonalität ist hier die **{UNCORRECTED}**: Sie hilft beim Suchen, taugt aber nicht als "
    "Anteil. Die korrigierten Anteile stehen unter Kommunikation."
)
_CHOICES = ("event.dataset", "leumund.kind", "leumund.tone.class", "leumund.reply.state")


def posts(prefix: str, *, brand: str = "") -> tuple[Object, list[Panel]]:
    """The dashboard and its panels."""
    del prefix
    y = HEIGHT
    panels = [
        *opening(PAGE, _GUIDE),
        *row(y, 6, (16, _all()), (16, _critical()), (16, _unanswered())),
        *row(y + 6, 12, (30, _over_time()), (18, _by_source())),
        *row(y + 18, 9, (24, _by_kind()), (24, _by_tone())),
        *row(y + 27, 25, (48, _list())),
    ]
    lists = [
        Choice(
            id=field.rpartition(".")[2], title=label(MENTIONS, field), view=MENTIONS, field=field
        )
        for field in _CHOICES
    ]
    page = dashboard(
        PAGE,
        PAGES[PAGE],
        help_text="Die Beiträge selbst, mit Quelle, Reichweite, Antwort und Weg zum Original.",
        panels=panels,
        choices=[brand_choice(brand), *lists],
    )
    return page, panels


def _all() -> Object:
    return number_panel(
        "leumund-posts-count",
        word("mentions"),
        view=MENTIONS,
        help_text="gelesene Beiträge im gewählten Zeitraum",
        value=count("posts", word("mentions")),
    )


def _critical() -> Object:
    return number_panel(
        "leumund-posts-critical",
        "Kritisch eingestufte Beiträge",
        view=MENTIONS,
        help_text=UNCORRECTED,
        value=count("critical", "kritisch", only="leumund.tone.class: negative"),
    )


def _unanswered() -> Object:
    return number_panel(
        "leumund-posts-open",
        "Noch ohne Antwort",
        view=MENTIONS,
        help_text="Posts, Kommentare und Bewertungen, auf die die Marke nicht geantwortet hat",
        value=count("unanswered", "ohne Antwort", only="leumund.reply.state: open"),
    )


def _over_time() -> Object:
    return bar_panel(
        "leumund-posts-time",
        "Beiträge im Zeitverlauf, nach Einstufung",
        view=MENTIONS,
        help_text=f"{UNCORRECTED}.",
        across=over_days(),
        bars=_tones(),
    )


def _by_source() -> Object:
    number = count("posts", word("mentions"))
    return bar_panel(
        "leumund-posts-source",
        "Beiträge je Quelle",
        view=MENTIONS,
        help_text="Die zehn Quellen mit den meisten Beiträgen im gewählten Zeitraum.",
        across=terms(MENTIONS, "event.dataset", by=number.id),
        bars=one_colour(number),
        lying=True,
    )


def _by_kind() -> Object:
    return bar_panel(
        "leumund-posts-kind",
        "Beiträge je Art, nach Einstufung",
        view=MENTIONS,
        help_text=f"{UNCORRECTED}.",
        across=terms(MENTIONS, "leumund.kind"),
        bars=_tones(),
        lying=True,
    )


def _by_tone() -> Object:
    number = count("posts", word("mentions"))
    return bar_panel(
        "leumund-posts-tone",
        "Beiträge je Einstufung",
        view=MENTIONS,
        help_text=f"{UNCORRECTED}. Die korrigierten Anteile stehen unter Kommunikation.",
        across=terms(MENTIONS, "leumund.tone.class", by=number.id),
        bars=one_colour(number),
        lying=True,
    )


def _list() -> Object:
    return listing(
        "leumund-posts-list",
        "Die Beiträge im Einzelnen",
        view=MENTIONS,
        help_text=f"Die jüngsten oben. Tonalität: {UNCORRECTED}. „Original öffnen“ führt zur "
        "Fundstelle.",
        columns={
            "organization.name": 120,
            "leumund.headline": 0,
            "leumund.outlet": 150,
            "leumund.kind": 100,
            "leumund.reach": 120,
            "leumund.reply.state": 120,
            "leumund.tone.class": 120,
            "url.full": 130,
        },
        query="leumund.document: mention",
        sort=[("@timestamp", "desc")],
    )


def _tones() -> dict[str, Column]:
    return {
        TONE_COLOURS[tone]: count(tone, word(tone), only=f"leumund.tone.class: {tone}")
        for tone in TONES
    }
