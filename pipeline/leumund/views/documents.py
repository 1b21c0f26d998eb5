"""Says what each document of Elasticsearch holds: flat fields, named as schemas/README.md lists."""

from __future__ import annotations

import json
import textwrap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import orjson

from leumund.types import TONES, Estimate, IndexPoint, Shown, Signal
from leumund.views.facts import Story
from leumund.views.phrases import copies

Document = dict[str, object]
HEADLINE = 90
ANSWERABLE = ("post", "comment", "review")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the configuration says of a source. Without `show_text` only titles are shown."""

    platform: str
    tier: str
    reach: float | None
    example: bool
    show_text: bool


def encoded(document: Document, revision: int) -> bytes:
    """The document as JSON, with its revision and the CRC-32 of its other fields."""
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return b'{"leumund.revision":%d,"leumund.checksum":%d,%b' % (
        revision,
        zlib.crc32(body),
        body[1:],
    )


def checksum(body: bytes) -> int:
    """The checksum that `encoded` wrote into a document."""
    return int(orjson.loads(body)["leumund.checksum"])


def mention(row: Shown, origin: Origin, *, answered: bool) -> Document:
    """A mention and what it says about one brand."""
    tone = (row.negative, row.neutral, row.positive)
    text = row.text if origin.show_text else ""
    return _filled(
        {
            "@timestamp": _moment(row.published_at),
            "organization.name": row.brand,
            "leumund.document": "mention",
            "leumund.example": origin.example,
            "event.id": row.id,
            "event.created": _moment(row.collected_at),
            "event.dataset": row.source,
            "url.full": row.url,
            "url.domain": _domain(row.url),
            "message": text,
            "leumund.title": row.title,
            "leumund.headline": _headline(row.title or text),
            "leumund.day": row.day,
            "leumund.kind": row.kind,
            "leumund.outlet": row.outlet or row.source,
            "leumund.platform": origin.platform,
            "leumund.tier": row.tier or origin.tier,
            "leumund.region": row.region,
            "leumund.tone.negative": round(row.negative, 4),
            "leumund.tone.neutral": round(row.neutral, 4),
            "leumund.tone.positive": round(row.positive, 4),
            "leumund.tone.class": TONES[tone.index(max(tone))],
            "leumund.story.id": row.story or row.id,
            "leumund.story.pickup": bool(row.story) and row.story != row.id,
            "leumund.reach": row.reach if row.reach is not None else origin.reach,
            "leumund.likes": row.likes,
            "leumund.shares": row.shares,
            "leumund.comments": row.comments,
            "leumund.rating": row.rating,
            "leumund.owned": bool(row.owned),
            "leumund.reply.state": _reply(row, answered=answered),
            "leumund.label": row.label,
            "leumund.signature": row.signature,
            "leumund.extra": json.loads(row.extra) if len(row.extra) > 2 else None,
        }
    )


def point(one: IndexPoint, *, example: bool) -> Document:
    """The index of a brand on one day; estimates become value, low and high."""
    return _filled(
        {
            "@timestamp": _noon(one.day),
            "organization.name": one.brand,
            "leumund.document": "day",
            "leumund.example": example,
            "leumund.day": one.day.isoformat(),
            "leumund.dimension": "overall",
            **_triple("index", one.fast),
            **_triple("base", one.slow),
            **_triple("day_value", one.day_value),
            **_triple("visibility", one.visibility),
            **_triple("change", one.change),
            **{
                key: value
                for name, share in zip(TONES, one.tone or (None,) * 3, strict=True)
                for key, value in _triple(f"share.{name}", share).items()
            },
            "leumund.verdict": one.verdict,
            "leumund.reason": one.reason,
            "leumund.window": one.window or None,
            "leumund.posts": one.documents,
            "leumund.stories": one.n,
            "leumund.n_eff": round(one.n_eff, 2),
            "leumund.step": one.step,
            "leumund.healthy": one.healthy,
            "leumund.method": one.method,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What a status says in German: verdict, what it rests on, Grundlage, correction."""

    statement: str
    support: str
    basis: str
    correction: str


def status(
    latest: IndexPoint, said: Sentences, *, peers: tuple[str, ...], example: bool
) -> Document:
    """How a brand stands now: its newest day and the sentences that go with it."""
    return _filled(
        point(latest, example=example)
        | {
            "leumund.document": "status",
            "leumund.statement": said.statement,
            "leumund.support": said.support,
            "leumund.basis": said.basis,
            "leumund.correction": said.correction,
            "leumund.peers": list(peers),
        }
    )


def story(told: Story, *, rank: int, brand: str, day: date, example: bool) -> Document:
    """A story of the last 28 days, by its rank (from 1); `day` is the brand's newest."""
    return _filled(
        {
            "@timestamp": _noon(day),
            "organization.name": brand,
            "leumund.document": "story",
            "leumund.example": example,
            "leumund.tone.class": told.tone,
            "leumund.story.rank": rank,
            "leumund.story.headline": told.headline
            if told.showable
            else f"Beitrag bei {told.source}",
            "leumund.story.url": told.url,
            "leumund.story.source": told.source,
            "leumund.story.first_seen": told.first_seen,
            "leumund.story.posts": told.posts,
            "leumund.story.pickups": told.pickups,
            "leumund.story.pickup_text": copies(told),
            "leumund.story.share": round(told.share, 4),
        }
    )


def signal(one: Signal, *, subject: str, targets: int, state: str, example: bool) -> Document:
    """A change worth a person's attention, and whom it was told."""
    top = next((driver.headline for driver in one.drivers[:1] if driver.showable), "")
    return _filled(
        {
            "@timestamp": _noon(one.day),
            "organization.name": one.brand,
            "leumund.document": "signal",
            "leumund.example": example,
            "leumund.signal.kind": one.kind,
            "leumund.signal.level": one.level,
            "leumund.signal.severity": one.severity,
            "leumund.signal.start": one.start.isoformat(),
            "leumund.signal.day": one.day.isoformat(),
            "leumund.signal.probability": round(one.probability, 4),
            "leumund.signal.size": round(one.size.value, 3),
            "leumund.signal.low": round(one.size.low, 3),
            "leumund.signal.high": round(one.size.high, 3),
            "leumund.signal.posts": one.posts,
            "leumund.signal.usual": round(one.usual, 2),
            "leumund.signal.headline": top,
            "leumund.signal.subject": subject,
            "leumund.signal.retrospective": one.retrospective,
            "leumund.signal.provisional": one.provisional,
            "leumund.signal.targets": targets,
            "leumund.signal.state": state,
            "leumund.method": one.method,
        }
    )


def system(kind: str, at: datetime, values: Mapping[str, object]) -> Document:
    """How the machinery does: a run, source, sink, model or gap, by its fields."""
    return _filled({"@timestamp": at, "leumund.document": kind, **values})


def _filled(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None and value != ""}


def _triple(name: str, value: Estimate | None) -> Document:
    if value is None:
        return {}
    parts = {"value": value.value, "low": value.low, "high": value.high}
    return {f"leumund.{name}.{part}": round(figure, 3) for part, figure in parts.items()}


def _reply(row: Shown, *, answered: bool) -> str:
    if row.owned or row.kind not in ANSWERABLE:
        return "none"
    return "answered" if answered else "open"


def _headline(text: str) -> str:
    return textwrap.shorten(text, HEADLINE, placeholder=" …") if len(text) > HEADLINE else text


def _domain(url: str) -> str:
    """Host of an address that was checked when it was collected.

    >>> _domain("https://forum.example:8080/1?a=b"), _domain("")
    ('forum.example', '')
    """
    return url.split("/", 3)[2].rpartition("@")[2].partition(":")[0] if "://" in url else ""


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
