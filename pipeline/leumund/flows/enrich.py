"""Reads what is pending: language, brands, sentiment toward each brand, then stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leumund import crash
from leumund.enrich.sketches import Sketch, sketch
from leumund.enrich.stories import Item, StoryRules, settle
from leumund.flows.parts import Parts, Progress, silent
from leumund.record import ledger, readings, stories
from leumund.types import Mention, Reading, Window

BATCH = 1000
RULES = StoryRules()


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
            total += readings.keep(parts.record, _read(parts, batch), run=run)
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
    """Put new mentions into stories with their neighbours; returns how many were put or moved."""
    placed = 0
    while fresh := stories.without_story(parts.record, limit=BATCH):
        seen = {mention.id: _item(mention) for mention in fresh}

        def around(start: datetime, end: datetime) -> list[Item]:
            known = stories.neighbours(parts.record, Window(start, end + timedelta(microseconds=1)))
            items = [_stored(neighbour) for neighbour in known]
            seen.update({item.mention_id: item for item in items})  # noqa: B023 (used at once)
            return items

        named = settle(list(seen.values()), around, RULES)
        placed += stories.keep(
            parts.record, [_membership(seen[mention], story) for mention, story in named.items()]
        )
    return placed


def _item(mention: Mention) -> Item:
    return Item(
        mention_id=mention.id,
        source=mention.outlet or mention.source,
        kind=mention.kind,
        author=mention.author,
        published_at=mention.published_at,
        sketch=sketch(mention.text, title=mention.title),
    )


def _stored(neighbour: stories.Neighbour) -> Item:
    kept = neighbour.membership
    return Item(
        mention_id=kept.mention_id,
        source=neighbour.source,
        kind=neighbour.kind,
        author=neighbour.author,
        published_at=neighbour.published_at,
        sketch=Sketch(kept.sketch, kept.words, kept.digest),
    )


def _membership(item: Item, story: str) -> stories.Membership:
    return stories.Membership(
        mention_id=item.mention_id,
        story=story,
        sketch=item.sketch.data,
        words=item.sketch.words,
        digest=item.sketch.digest,
    )
