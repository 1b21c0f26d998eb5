"""Keeps the changes worth a person's attention, with the messages that have to go out for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from leumund.record import Record, feed, outbox
from leumund.record.index import revive, write_decision
from leumund.record.tables import signals
from leumund.types import Alert, Driver, Signal

SINK = "alert:"


def keep(
    record: Record,
    decision: Mapping[str, object] | None,
    *,
    signal: Signal | None,
    alerts: Sequence[Alert],
    run: int,
    now: datetime,
) -> bool:
    """Store a decision, the signal it raised and one message per target, in one transaction.

    Nothing is written twice: what was decided, told or queued before stays as it is. `decision`
    is None for a marker of a day that was computed again.

    Returns:
        False when this day had been decided before; then nothing is stored at all.
    """
    with record.writing() as connection:
        if decision is not None and not write_decision(connection, decision):
            return False
        if signal is not None:
            row = {name: getattr(signal, name) for name in ("id", "brand", "kind", "day")}
            told = insert(signals).values(row | {"body": _body(signal)})
            if connection.execute(told.on_conflict_do_nothing()).rowcount:
                feed.announce(connection, {f"signal:{signal.id}": {"signal": signal.id}})
        for alert in alerts:
            payload = {"subject": alert.subject, "text": alert.text, "html": alert.html}
            outbox.put(
                connection,
                sink=f"{SINK}{alert.target}",
                object=alert.key,
                payload=payload,
                created_at=alert.created_at,
                run=run,
                now=now,
            )
    return True


def load(record: Record, brand: str | None = None) -> list[Signal]:
    """All signals, or those of one brand, by brand, day and kind."""
    statement = select(signals.c.body).order_by(signals.c.brand, signals.c.day, signals.c.kind)
    if brand is not None:
        statement = statement.where(signals.c.brand == brand)
    with record.reading() as connection:
        return [_signal(body) for body in connection.execute(statement).scalars()]


def alert_of(parcel: outbox.Parcel) -> Alert:
    """The message that waits in a parcel of an alert sink, in the words it was queued with."""
    return Alert(
        key=parcel.object,
        target=parcel.sink.removeprefix(SINK),
        subject=parcel.payload["subject"],
        text=parcel.payload["text"],
        html=parcel.payload["html"],
        created_at=parcel.created_at,
    )


def _body(signal: Signal) -> dict[str, object]:
    return {name: _plain(value) for name, value in asdict(signal).items()}


def _plain(value: object) -> object:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _signal(body: Mapping[str, Any]) -> Signal:
    values = {name: revive(value) for name, value in body.items()}
    return Signal(
        **values
        | {
            "day": date.fromisoformat(body["day"]),
            "start": date.fromisoformat(body["start"]),
            "decided_at": datetime.fromisoformat(body["decided_at"]),
            "drivers": tuple(
                Driver(**one | {"published_at": datetime.fromisoformat(one["published_at"])})
                for one in body["drivers"]
            ),
        }
    )
