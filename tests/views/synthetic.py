"""Builds a report from seeded, synthetic numbers: three peers, two brands without any share."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from views.synthetic_brand import DAY, brand, gap

from leumund.views.facts import (
    AbsentBrand,
    Basis,
    BasisSource,
    CardFigure,
    LedgerRow,
    MethodFacts,
    Report,
)

LAST = date(2026, 4, 20)
NAMES = ("Lindwerk", "Hafenkontor", "Kiesel & Söhne")


def report(
    *, last: date = LAST, days: int = 120, seed: int = 7, names: tuple[str, ...] = NAMES
) -> Report:
    """The whole page of synthetic numbers."""
    dice = random.Random(seed)
    now = datetime(last.year, last.month, last.day, 4, 30, tzinfo=UTC) + DAY
    return Report(
        created=now + timedelta(minutes=2),
        clock=now,
        basis=basis(),
        brands=tuple(
            brand(rank, names, last=last, days=days, dice=dice) for rank in range(len(names))
        ),
        absent=(
            AbsentBrand(name="Nordlicht Optik", example=False, reason="Keine Beiträge im Zeitraum"),
            AbsentBrand(name="Quellhof", example=True, reason="Erfassung gestört"),
        ),
        method=method(),
        ledger=(
            ledger_row(
                "Tagesbote", read=812, filtered=1433, duplicate=150, deleted=3, unreadable=12
            ),
            ledger_row("Werkstattforum", read=1004, filtered=120, duplicate=80),
        ),
        gaps=(gap(now, days=3),),
    )


def basis() -> Basis:
    """Three open sources, one of them silent, and one with example data."""
    return Basis(
        sources=(
            BasisSource(name="Tagesbote", kind="Nachrichten", example=False, reached=True),
            BasisSource(name="Funkspiegel", kind="Nachrichten", example=False, reached=False),
            BasisSource(name="Werkstattforum", kind="Foren", example=False, reached=True),
            BasisSource(name="Beispiele", kind="Beispiele", example=True, reached=True),
        ),
        not_included=("geschlossene Gruppen", "Bezahlschranken", "Bewegtbild"),
    )


def ledger_row(
    source: str,
    *,
    read: int,
    filtered: int,
    duplicate: int,
    deleted: int = 0,
    unreadable: int = 0,
) -> LedgerRow:
    """A row that balances."""
    return LedgerRow(
        source=source,
        seen=read + filtered + duplicate + deleted + unreadable,
        read=read,
        filtered=filtered,
        duplicate=duplicate,
        deleted=deleted,
        unreadable=unreadable,
        pending=0,
    )


def method() -> MethodFacts:
    """Invented figures of an invented model."""
    return MethodFacts(
        version="0123456789ab",
        model="Probe-Modell",
        licence="Apache-2.0",
        figures=(
            CardFigure(name="Genauigkeit", value=0.748, data="Prüfsatz 2017"),
            CardFigure(name="Makro-F1", value=0.537, data="Prüfsatz 2017"),
        ),
        matrix=((0.71, 0.14, 0.09), (0.21, 0.74, 0.25), (0.08, 0.12, 0.66)),
        labels=(212, 371, 118),
        singular_value=0.413,
        estimated=True,
        budget=1.0,
        fast_half_life=7.0,
        slow_half_life=90.0,
        n_min=30.0,
        hw_max=15.0,
        verdict_p=0.975,
        stable_p=0.95,
        stable_points=3.0,
        cap_source=0.10,
    )
