"""Opens every dashboard: the Grundlage, what the figures mean, and the way to the other pages."""

from __future__ import annotations

from leumund.views.dashboards.fields import NOW
from leumund.views.dashboards.lens import identified, metric, table_panel, terms
from leumund.views.dashboards.objects import Object
from leumund.views.dashboards.page import Choice, Panel, row
from leumund.views.dashboards.texts import markdown
from leumund.words import word

PAGES = {
    "leumund-executive": "Geschäftsleitung",
    "leumund-communication": "Kommunikation",
    "leumund-posts": "Beiträge",
    "leumund-system": "Systemstatus",
}
"""Ids and titles of the dashboards."""

HEIGHT = 8


def brand_choice(chosen: str = "") -> Choice:
    """Brands by name; without a choice, all stand side by side."""
    return Choice(
        id="brand",
        title="Marke",
        view=NOW,
        field="organization.name",
        chosen=(chosen,) if chosen else (),
    )


def basis() -> Object:
    """What the figures rest on, in the words of the status documents, whatever the period."""
    return table_panel(
        "leumund-basis",
        word("basis"),
        view=NOW,
        help_text="Welche Quellen in die Zahlen eingehen und was nicht enthalten ist. "
        "Gilt für den heutigen Stand, gleich welcher Zeitraum gewählt ist.",
        whole=True,
        columns=[
            terms(NOW, "leumund.basis", by=identified("max", "@timestamp")),
            metric("unique_count", NOW, "organization.name", text="Marken", width=90),
            metric("max", NOW, "@timestamp", text="Gerechnet bis", width=150),
        ],
    )


def guide(page: str, text: str) -> Object:
    """A short reading help with links to the other pages."""
    links = "  ·  ".join(
        f"**{title}**" if name == page else f"[{title}](#/view/{name})"
        for name, title in PAGES.items()
    )
    return markdown(
        f"{page}-guide",
        "So lesen Sie diese Seite",
        help_text="Was die Zahlen bedeuten, und der Weg zu den anderen Seiten.",
        text=f"{links}\n\n{text}",
    )


def opening(page: str, text: str) -> list[Panel]:
    """The first row of a page."""
    return row(0, HEIGHT, (28, basis()), (20, guide(page, text)))
