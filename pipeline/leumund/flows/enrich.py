"""Reads what is pending: language, brands, sentiment toward each brand, then stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from leumund import crash
from leumund.enrich import stories as near
from leumund.flows.parts import Parts, Progress, silent
from leumund.record import ledger, readings, stories
from leumund.types import Reading, Window

BATCH = 1000
NEAR = timedelta(days=7)


def enrich(parts: Parts, *, progress: Progress = silent) -> Counter[str]:
    """Read every mention whose reading is not of the present rules and models, then group stories.

    A changed rule re-reads the texts but asks the model only where it found something new; a
    changed model reads only what the rules keep. Returns read, filtered and overtaken.
    """
    total: Counter[str] = Counter()
    waiting = readings.count_pending(parts.record, parts.signature)
    if waiting:
        run = ledger.start(parts.record, "enrich", now=parts.clock())
        while batch := readings.pending(parts.record, parts.signature, limit=BATCH):
            read = _read(parts, batch)
            total += readings.keep(parts.record, read, run=run, now=parts.clock())
            progress("Beiträge lesen", min(sum(total.values()), waiting), waiting)
        ledger.finish(parts.record, run, now=parts.clock())
    group_stories(parts)
    return total


def _read(parts: Parts, batch: Sequence[Reading]) -> Sequence[Reading]:
    for reader in parts.readers:
        batch = reader(batch)
    crash.point("enrich.after_model")
    return [replace(reading, signature=parts.signature) for reading in batch]


def group_stories(parts: Parts) -> int:
    """Put new mentions into stories with their neighbours of a week; returns how many were put."""
    placed = 0
    while fresh := stories.without_story(parts.record, limit=BATCH):
        span = Window(fresh[0].published_at - NEAR, fresh[-1].published_at + NEAR)
        known = stories.neighbours(parts.record, span)
        items = [*map(near.item_of_neighbour, known), *map(near.item_of, fresh)]
        placed += stories.keep(parts.record, near.memberships(items))
    return placed
