"""Builds the documents that parcels of the outbox ask for, from what the record holds now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property

from leumund.channels.message import compose
from leumund.flows import frame
from leumund.flows.parts import Parts
from leumund.record import health, index, ledger, outbox, readings, signals
from leumund.record.outbox import Parcel
from leumund.record.shown import shown
from leumund.types import Change, Signal
from leumund.views import documents, facts, phrases
from leumund.views.documents import Document, Origin

Found = Document | None
"""A document, or None: what it was about is gone."""


def changes(parts: Parts, parcels: Sequence[Parcel], report: facts.Report) -> list[Change]:
    """One change for each parcel, in their order."""
    told = _mentions(parts, [p for p in parcels if p.object.startswith("mention:")])
    desk = _Desk(parts, report)
    return [
        told[parcel.object] if parcel.object in told else desk.change(parcel) for parcel in parcels
    ]


def origins(parts: Parts) -> dict[str, Origin]:
    """What the configuration says of each source, as documents need it."""
    return {
        source.name: Origin(
            platform=source.group,
            tier=source.tier,
            reach=source.reach,
            example=source.example,
            show_text=source.show_text,
        )
        for source in parts.config.source
    }


NOWHERE = Origin(platform="", tier="", reach=None, example=False, show_text=False)
"""A source that left the configuration."""


def _mentions(parts: Parts, parcels: Sequence[Parcel]) -> dict[str, Change]:
    rows, answered = shown(parts.record, (parcel.payload["mention"] for parcel in parcels))
    held = {(row.id, row.brand): row for row in rows}
    known = origins(parts)
    found = {}
    for parcel in parcels:
        row = held.get((parcel.payload["mention"], parcel.payload["brand"]))
        body = None
        if row is not None:
            replied = (row.source, row.native_id) in answered
            document = documents.mention(row, known.get(row.source, NOWHERE), answered=replied)
            body = documents.encoded(document, parcel.revision)
        found[parcel.object] = Change(
            object=parcel.object,
            revision=parcel.revision,
            index="mentions",
            id=parcel.object.removeprefix("mention:"),
            month=parcel.payload["month"],
            body=body,
        )
    return found


class _Desk:
    """Builds the documents of which there are few, one by one."""

    def __init__(self, parts: Parts, report: facts.Report) -> None:
        self._parts = parts
        self._report = report
        self._brands = {brand.name: brand for brand in report.brands}
        self._kinds: Mapping[str, tuple[str, Callable[[Mapping[str, str]], Found]]] = {
            "point": ("index", self._point),
            "status": ("index", self._status),
            "story": ("index", self._story),
            "signal": ("signals", self._signal),
            "run": ("ledger", self._run),
            "source": ("ledger", self._source),
            "sink": ("ledger", self._sink),
            "gap": ("ledger", self._gap),
            "model": ("ledger", self._model),
        }

    def change(self, parcel: Parcel) -> Change:
        kind, _, name = parcel.object.partition(":")
        where, build = self._kinds[kind]
        document = build(parcel.payload)
        return Change(
            object=parcel.object,
            revision=parcel.revision,
            index=where,
            id=name if kind in ("signal", "point") else f"{kind}-{_safe(name)}",
            body=None if document is None else documents.encoded(document, parcel.revision),
        )

    def _point(self, payload: Mapping[str, str]) -> Found:
        day = date.fromisoformat(payload["day"])
        points = index.load(self._parts.record, payload["brand"], first=day, last=day)
        return documents.point(points[0], example=self._example(payload)) if points else None

    def _status(self, payload: Mapping[str, str]) -> Found:
        brand = self._brands.get(payload["brand"])
        if brand is None:
            return None
        report = self._report
        said = documents.Sentences(
            statement=" ".join(phrases.verdict_lines(brand, report.method)),
            support=phrases.worth(brand.supports.fast, "").striptags(),
            basis=phrases.basis(report.basis).striptags(),
            correction=phrases.correction(brand.latest, report.method),
        )
        return documents.status(brand.latest, said, peers=brand.peers, example=brand.example)

    def _story(self, payload: Mapping[str, str]) -> Found:
        brand, rank = self._brands.get(payload["brand"]), int(payload["rank"])
        if brand is None or rank > len(brand.stories):
            return None
        return documents.story(
            brand.stories[rank - 1],
            rank=rank,
            brand=brand.name,
            day=brand.latest.day,
            example=brand.example,
        )

    def _signal(self, payload: Mapping[str, str]) -> Found:
        one = self._raised.get(payload["signal"])
        if one is None:
            return None
        letters = [letter for letter in self._letters if f"|{one.id}|" in letter.object]
        states = {letter.state for letter in letters}
        return documents.signal(
            one,
            subject=self._subject(one),
            targets=len(letters),
            state="/".join(sorted(states)),
            example=self._example({"brand": one.brand}),
        )

    @cached_property
    def _raised(self) -> Mapping[str, Signal]:
        return {one.id: one for one in signals.load(self._parts.record)}

    @cached_property
    def _letters(self) -> Sequence[Parcel]:
        return outbox.listing(self._parts.record, signals.SINK)

    @cached_property
    def _ledger(self) -> Mapping[str, Mapping[str, int]]:
        return ledger.summary(self._parts.record)

    @cached_property
    def _successes(self) -> Mapping[str, datetime]:
        return health.last_success(self._parts.record)

    def _subject(self, one: Signal) -> str:
        return phrases.signal_name(one) if one.kind == "rise" else compose(one).subject

    def _run(self, payload: Mapping[str, str]) -> Found:
        run = ledger.run(self._parts.record, int(payload["run"]))
        if run is None:
            return None
        values = {
            "leumund.run.id": run.number,
            "leumund.run.kind": run.kind,
            "leumund.run.outcome": run.outcome,
            "leumund.run.finished": run.finished_at,
        }
        return documents.system("run", run.started_at, values)

    def _source(self, payload: Mapping[str, str]) -> Found:
        name, parts = payload["source"], self._parts
        if name not in (source.name for source in parts.config.source):
            return None
        streams = health.streams(parts.record, name)
        problems = sorted({s.reason for s in streams if s.ok_at != s.asked_at and s.reason})
        state = "disturbed" if problems else "ok" if streams else "never"
        described = parts.config.source_named(name)
        counts = self._ledger.get(name, {})
        values = {
            "event.dataset": name,
            "leumund.source.state": state,
            "leumund.source.last_success": self._successes.get(name),
            "leumund.source.reason": "; ".join(problems),
            "leumund.source.kind": described.kind,
            "leumund.example": described.example,
            **{f"leumund.count.{term}": n for term, n in counts.items()},
        }
        return documents.system("source", parts.clock(), values)

    def _sink(self, payload: Mapping[str, str]) -> Found:
        name, now = payload["sink"], self._parts.clock()
        state = outbox.queue(self._parts.record, name)
        values = {
            "leumund.sink.name": name,
            "leumund.sink.pending": state.pending,
            "leumund.sink.done": state.done,
            "leumund.sink.dead": state.dead,
            "leumund.sink.lag_seconds": state.lag(now),
        }
        return documents.system("sink", now, values)

    def _gap(self, payload: Mapping[str, str]) -> Found:
        start = datetime.fromisoformat(payload["start"])
        for source, gap in health.gap_list(self._parts.record, payload["source"]):
            if gap.stream == payload["stream"] and gap.start == start:
                values = {
                    "event.dataset": source,
                    "leumund.gap.start": gap.start,
                    "leumund.gap.end": gap.end,
                    "leumund.gap.reason": gap.reason,
                }
                return documents.system("gap", gap.start, values)
        return None

    def _model(self, payload: Mapping[str, str]) -> Found:
        del payload
        values = {
            "leumund.model.name": self._parts.card.name,
            "leumund.model.signature": readings.signature(self._parts.record),
            "leumund.model.method": self._parts.method.version,
        }
        return documents.system("model", self._parts.clock(), values)

    def _example(self, payload: Mapping[str, str]) -> bool:
        name = payload["brand"]
        known = {brand.name: brand for brand in self._parts.config.brand}
        return name in known and frame.is_example(self._parts, known[name])


def _safe(name: str) -> str:
    """The name of an object as part of an id: at most 512 bytes, without surprises.

    >>> _safe("beispiel-netz"), len(_safe("ü" * 300))
    ('beispiel-netz', 32)
    """
    plain = name.isascii() and len(name) <= 100
    return name if plain else hashlib.sha256(name.encode()).hexdigest()[:32]
