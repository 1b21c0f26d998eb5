"""Turns the synthetic report into the documents that Elasticsearch would hold for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import orjson
from views import synthetic

from leumund.types import TONES
from leumund.views import documents, phrases
from leumund.views.facts import BrandFacts, Report

Documents = dict[str, list[dict[str, Any]]]
SOURCES = ("Stadtanzeiger", "Netzforum", "Bewertungen")


def held(report: Report | None = None) -> Documents:
    """Index → documents, as plain JSON values."""
    page = report or synthetic.report()
    return {
        "mentions": [_plain(one) for brand in page.brands for one in _mentions(brand)],
        "index": [_plain(one) for brand in page.brands for one in _index(brand, page)],
        "signals": [_plain(one) for brand in page.brands for one in _signals(brand)],
        "ledger": [_plain(one) for one in _ledger(page)],
    }


def _plain(document: documents.Document) -> dict[str, Any]:
    return dict(orjson.loads(documents.encoded(document, 1)))


def _index(brand: BrandFacts, report: Report) -> Iterator[documents.Document]:
    for point in brand.points:
        yield documents.point(point, example=brand.example)
    said = documents.Sentences(
        statement=" ".join(phrases.verdict_lines(brand, report.method)),
        support=phrases.worth(brand.supports.fast, "").striptags(),
        basis=phrases.basis(report.basis).striptags(),
        correction=phrases.correction(brand.latest, report.method),
    )
    yield documents.status(brand.latest, said, peers=brand.peers, example=brand.example)
    for rank, story in enumerate(brand.stories, start=1):
        day = brand.latest.day
        yield documents.story(story, rank=rank, brand=brand.name, day=day, example=False)


def _signals(brand: BrandFacts) -> Iterator[documents.Document]:
    for one in brand.signals:
        subject = f"{phrases.signal_name(one)}: {brand.name}"
        yield documents.signal(one, subject=subject, targets=1, state="done", example=False)


def _mentions(brand: BrandFacts) -> Iterator[documents.Document]:
    """One for each post of the volume, with tones, sources and kinds in turn."""
    turns = zip(cycle(TONES), cycle(SOURCES), cycle(("post", "article")), cycle(range(4)))
    for volume in brand.volume:
        for place in range(volume.posts):
            tone, source, kind, rest = next(turns)
            at = datetime.combine(volume.day, datetime.min.time(), UTC)
            yield {
                "@timestamp": at + timedelta(hours=7, minutes=place % 600),
                "organization.name": brand.name,
                "leumund.document": "mention",
                "event.dataset": source,
                "url.full": f"https://{source.lower()}.example/{volume.day}/{place}",
                "leumund.headline": f"{brand.name} im Gespräch, Beitrag {place + 1}",
                "leumund.kind": kind,
                "leumund.outlet": source,
                "leumund.tone.class": tone,
                "leumund.story.pickup": place >= volume.stories,
                "leumund.reach": 1000.0 * (rest + 1),
                "leumund.reply.state": "none"
                if kind == "article"
                else ("open", "answered")[rest % 2],
            }


def _ledger(report: Report) -> Iterator[documents.Document]:
    now = report.clock
    for row in report.ledger:
        yield documents.system(
            "source",
            now,
            {
                "event.dataset": row.source,
                "leumund.source.state": "disturbed" if row.unreadable else "ok",
                "leumund.source.last_success": now - timedelta(minutes=12),
                "leumund.source.reason": "antwortet nicht (503)" if row.unreadable else "",
                "leumund.source.kind": "rss",
                "leumund.count.fetched": row.seen,
                "leumund.count.read": row.read,
                "leumund.count.filtered": row.filtered,
                "leumund.count.duplicate": row.duplicate,
                "leumund.count.deleted": row.deleted,
                "leumund.count.dead_lettered": row.unreadable,
                "leumund.count.pending": row.pending,
            },
        )
    for name, pending, dead in (("elasticsearch", 12, 2), ("mail", 0, 0)):
        values = {"name": name, "pending": pending, "done": 4000, "dead": dead, "lag_seconds": 7.0}
        fields = {f"leumund.sink.{key}": value for key, value in values.items()}
        yield documents.system("sink", now, fields)
    for gap in report.gaps:
        fields = {
            "event.dataset": gap.source,
            "leumund.gap.start": gap.start,
            "leumund.gap.end": gap.end,
            "leumund.gap.reason": gap.reason,
        }
        yield documents.system("gap", gap.start, fields)
    model = {"leumund.model.name": report.method.model, "leumund.model.method": "abc123"}
    yield documents.system("model", now, model)
    for number, kind in enumerate(("collect", "enrich", "score"), start=1):
        fields = {
            "leumund.run.id": number,
            "leumund.run.kind": kind,
            "leumund.run.outcome": "ok",
            "leumund.run.finished": now,
        }
        yield documents.system("run", now - timedelta(minutes=5 - number), fields)
