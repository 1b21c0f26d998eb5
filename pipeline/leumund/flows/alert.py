"""Decides each closed day once, and tells people what it means for them."""

from __future__ import annotations

import logging
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from leumund import config as settings
from leumund import crash
from leumund.channels.message import compose
from leumund.errors import Misconfigured, Unavailable
from leumund.flows import frame
from leumund.flows.faces import headline, may_be_shown
from leumund.flows.parts import Parts, Progress, silent
from leumund.flows.score import days_of, peers_of
from leumund.record import evidence, index, ledger, outbox, signals
from leumund.reputation.index import (
    BrandDays,
    Decision,
    days_to_decide,
    decide,
    drivers,
    signal_of,
    version_of,
)
from leumund.reputation.signals import Shift
from leumund.types import Alert, Driver, Signal

log = logging.getLogger(__name__)

NOTIFY_WITHIN = timedelta(hours=36)
DRIVERS = 5
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many alerts went out, wait for a later try, or were given up."""

    sent: int
    waiting: int
    dead: int


def alert(parts: Parts, *, progress: Progress = silent) -> list[Signal]:
    """Decide what is closed and not decided, in order of days, then deliver what is due.

    Returns the signals that these decisions raised.
    """
    brands = parts.config.brand
    days = {brand.name: days_of(parts, brand) for brand in brands}
    run = ledger.start(parts.record, "alert", now=parts.clock())
    raised: list[Signal] = []
    for done, brand in enumerate(brands, start=1):
        if (own := days[brand.name]) is not None:
            raised += _decide_brand(parts, brand, own, peers_of(brand, days), run=run)
        progress("Trendalarm", done, len(brands))
    deliver(parts, run=run)
    ledger.finish(parts.record, run, now=parts.clock())
    return raised


def _decide_brand(
    parts: Parts, brand: settings.Brand, own: BrandDays, peers: Sequence[BrandDays], *, run: int
) -> Iterator[Signal]:
    stored = index.load_decisions(parts.record, brand.name)
    previous = [Decision.load(body) for body in stored]
    newest = max((decision.day for decision in previous), default=date.min)
    todo = days_to_decide(
        brand.name,
        previous,
        first=own.first,
        last=own.last,
        version=version_of(own, responses=parts.responses, method=parts.method),
        method=parts.method,
    )
    for day in todo:
        decision = decide(
            own,
            peers,
            previous=previous,
            day=day,
            responses=parts.responses,
            method=parts.method,
        )
        signal = _signal(
            parts, brand, own, peers, previous=previous, decision=decision, again=day <= newest
        )
        crash.point("alert.after_decide_before_outbox")
        alerts = list(_alerts(parts, brand, signal)) if signal else []
        previous.append(decision)
        if (
            signals.keep(
                parts.record,
                decision.dump(),
                signal=signal,
                alerts=alerts,
                run=run,
                now=parts.clock(),
            )
            and signal
        ):
            yield signal


def _signal(
    parts: Parts,
    brand: settings.Brand,
    own: BrandDays,
    peers: Sequence[BrandDays],
    *,
    previous: Sequence[Decision],
    decision: Decision,
    again: bool,
) -> Signal | None:
    shift = signal_of(
        decision,
        own,
        peers=peers,
        previous=previous,
        responses=parts.responses,
        method=parts.method,
    )
    if shift is None:
        return None
    replayed = frame.is_replay(parts, brand)
    opens = frame.decided_at(parts, shift.day)
    moment = opens if replayed else max(parts.clock(), opens)
    late = moment > frame.end_of(shift.day) + NOTIFY_WITHIN
    return Signal(
        brand=brand.name,
        kind=shift.kind,
        day=shift.day,
        start=shift.start,
        decided_at=moment,
        size=shift.size,
        probability=shift.probability,
        level=shift.level,
        severity=shift.severity,
        posts=shift.posts,
        usual=shift.usual,
        drivers=_drivers(parts, brand, own, peers, shift),
        sources=shift.sources,
        provisional=shift.provisional,
        retrospective=again or late,
        method=decision.method,
    )


def _drivers(
    parts: Parts,
    brand: settings.Brand,
    own: BrandDays,
    peers: Sequence[BrandDays],
    shift: Shift,
) -> tuple[Driver, ...]:
    """The strongest stories that have a headline or, of posts, a link to show."""
    ranked = drivers(
        evidence.load(parts.record, brand.name),
        own,
        shift=shift,
        peers=peers,
        responses=parts.responses,
        method=parts.method,
    )
    best = ranked[: 2 * DRIVERS]
    faces = evidence.faces(parts.record, brand.name, [part.story for part in best])
    return tuple(
        Driver(
            headline=line,
            url=face.url,
            source=face.outlet or face.source,
            published_at=face.published_at,
            posts=part.members,
            sources=part.sources,
            share=part.share,
            showable=may_be_shown(parts, face),
        )
        for part in best
        if (face := faces.get(part.story)) is not None and (line := headline(face))
    )[:DRIVERS]


def _alerts(parts: Parts, brand: settings.Brand, signal: Signal) -> Iterator[Alert]:
    """One alert for each target of each rule; only drops and all-clears of the day notify."""
    if signal.retrospective or signal.kind == "rise":
        return
    replayed = frame.is_replay(parts, brand)
    for rule in parts.config.alert:
        if rule.brands and brand.name not in rule.brands:
            continue
        message = compose(
            signal,
            language=rule.language,
            owner=rule.owner,
            example=frame.is_example(parts, brand),
        )
        channel = "log" if replayed else rule.channel
        targets = rule.to if channel == "mail" else (rule.name,)
        for target in targets:
            yield Alert(
                key=f"{rule.name}|{signal.id}|{target}",
                target=f"{channel}:{target}",
                subject=message.subject,
                text=message.text,
                html=message.html,
                created_at=signal.decided_at,
            )


def deliver(parts: Parts, *, run: int) -> Delivered:
    """Send every alert that is due. Sent again after a crash, it carries the same key."""
    counts: Counter[str] = Counter()
    owner, now = f"{socket.gethostname()}:{os.getpid()}", parts.clock()
    while due := outbox.claim(parts.record, signals.SINK, now=now, owner=owner, lease=LEASE):
        for parcel in due:
            counts[_send(parts, parcel, run=run)] += 1
    return Delivered(sent=counts["done"], waiting=counts["pending"], dead=counts["dead"])


def _send(parts: Parts, parcel: outbox.Parcel, *, run: int) -> str:
    """Send one alert and mark it; returns the state it is left in."""
    message = signals.alert_of(parcel)
    channel, _, target = message.target.partition(":")
    try:
        parts.channel(channel).send(replace(message, target=target))
    except Unavailable as error:
        return outbox.retry(
            parts.record,
            parcel,
            error=str(error),
            run=run,
            now=parts.clock(),
            chance=random.Random(parcel.object),
        )
    except Misconfigured as error:
        log.error("alert given up", extra={"channel": channel, "reason": str(error)})
        outbox.bury(parts.record, parcel, reason=str(error), run=run)
        return "dead"
    crash.point("alert.after_send_before_mark")
    outbox.done(parts.record, parcel, run=run)
    return "done"
