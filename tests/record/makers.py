"""Small invented mentions and readings for the tests of the record."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import leumund
from leumund.record import Record, ledger, mentions, readings, signals
from leumund.types import (
    Alert,
    Cursor,
    Driver,
    Estimate,
    Evidence,
    IndexPoint,
    Item,
    Mention,
    Opinion,
    Reading,
    Signal,
    mention_id,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BRAND = "Musterbahn"
SOURCE = "forum"
CHILD = os.environ | {"PYTHONPATH": str(Path(leumund.__file__).parents[1])}
RULES = "rules1"
SIGNATURE = f"{RULES}:model1"


def mention(number: int, **values: Any) -> Mention:
    defaults: dict[str, Any] = {
        "source": SOURCE,
        "native_id": f"native-{number}",
        "published_at": NOW - timedelta(hours=number + 1),
        "title": f"Beitrag {number}",
        "text": f"Heute kam die Musterbahn im Ort {number} schon wieder zu spät an.",
        "url": f"https://forum.example/{number}",
        "author": f"author-{number}",
    }
    return Mention(**defaults | values)


def run_all(commands: Sequence[Sequence[str]]) -> list[str]:
    """What each of several Python processes, started together, printed."""
    running = [
        subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=CHILD,
        )
        for command in commands
    ]
    said = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * len(commands), said
    return [printed for printed, _ in said]


def identity(number: int, source: str = SOURCE) -> str:
    return mention_id(source, f"native-{number}")


def start(record: Record, kind: str = "test") -> int:
    return ledger.start(record, kind, now=NOW)


def keep(record: Record, *items: Item, **values: Any) -> Any:
    """One page, closed by a cursor that counts its items, through the record's own door."""
    source = values.pop("source", SOURCE)
    fetched = values.pop("fetched", sum(not hasattr(item, "stream") for item in items))
    state = values.pop("state", {})
    page = [*items, Cursor(stream="main", state=state, fetched=fetched)]
    options: dict[str, Any] = {
        "run": values.pop("run", None) or start(record),
        "now": NOW,
        "rules": RULES,
        "expected": mentions.cursors(record, source),
    }
    return mentions.keep(record, page, source=source, **options | values)


def understood(reading: Reading, *brands: str, **values: Any) -> Reading:
    """What an enricher would answer: one opinion about each brand."""
    named = brands or (BRAND,)
    return replace(
        reading,
        language="de",
        language_confidence=0.9,
        found=tuple((brand, 0, 4) for brand in named),
        opinions=tuple(Opinion(brand=b, tone=(0.5, 0.3, 0.2), span=(0, 4)) for b in named),
        signature=values.pop("signature", SIGNATURE),
        **values,
    )


def read_all(record: Record, *brands: str, signature: str = SIGNATURE) -> int:
    """Read everything that is pending; returns how many."""
    run, n = start(record), 0
    while batch := readings.pending(record, signature, limit=100):
        answers = [understood(one, *brands, signature=signature) for one in batch]
        n += readings.keep(record, answers, run=run)["read"]
    return n


def proof(number: int = 1, **values: Any) -> Evidence:
    defaults: dict[str, Any] = {
        "brand": BRAND,
        "day": mention(number).day,
        "story": identity(number),
        "source": SOURCE,
        "platform": SOURCE,
        "weight": 1.5,
        "tone": (0.5, 0.3, 0.2),
        "hard": 0,
        "sources": 1,
        "members": 1,
    }
    return Evidence(**defaults | values)


def estimate(value: float) -> Estimate:
    return Estimate(value=value, low=value - 3.5, high=value + 3.5)


def point(number: int = 1, **values: Any) -> IndexPoint:
    defaults: dict[str, Any] = {
        "brand": BRAND,
        "day": mention(number).day,
        "day_value": estimate(41.25),
        "fast": estimate(48.0),
        "slow": None,
        "visibility": estimate(12.0),
        "tone": (estimate(50.0), estimate(30.0), estimate(20.0)),
        "verdict": "none",
        "reason": "too_few",
        "window": 28,
        "change": None,
        "n": 7,
        "n_eff": 6.1,
        "step": "pacc",
        "healthy": True,
        "method": "method1",
    }
    return IndexPoint(**defaults | values)


DECISION = {"brand": BRAND, "day": "2026-11-19", "method": "method1"}


def driver(number: int, **values: Any) -> Driver:
    about = mention(number)
    defaults: dict[str, Any] = {
        "headline": about.title,
        "url": about.url,
        "source": about.source,
        "published_at": about.published_at,
        "posts": 12,
        "sources": 3,
        "share": 0.4,
        "showable": True,
    }
    return Driver(**defaults | values)


def signal(*drivers: Driver, **values: Any) -> Signal:
    defaults: dict[str, Any] = {
        "brand": BRAND,
        "kind": "drop",
        "day": date(2026, 11, 19),
        "start": date(2026, 11, 17),
        "decided_at": NOW,
        "size": estimate(-12.0),
        "probability": 0.99,
        "level": "unusual",
        "severity": 3,
        "posts": 84,
        "usual": 30.5,
        "drivers": drivers,
        "sources": (("forum", 80), ("blatt", 4)),
        "provisional": False,
        "retrospective": False,
        "method": "method1",
    }
    return Signal(**defaults | values)


def alert(target: str, **values: Any) -> Alert:
    defaults: dict[str, Any] = {
        "key": f"rule|{target}",
        "target": target,
        "subject": "Auffällig: Musterbahn",
        "text": "Beitrag 1 https://forum.example/1",
        "html": "<p>Beitrag 1</p>",
        "created_at": NOW,
    }
    return Alert(**defaults | values)


def decide(record: Record, *alerts: Alert, decision: Any = DECISION, **values: Any) -> bool:
    told = values.pop("signal", signal(driver(1)))
    return signals.keep(record, decision, signal=told, alerts=alerts, run=start(record), now=NOW)
