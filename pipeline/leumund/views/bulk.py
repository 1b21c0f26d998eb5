"""Lays out bulk requests for Elasticsearch and keeps what is known of each of their documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from elasticsearch import OrjsonSerializer

from leumund.types import Change, Fate, Receipt
from leumund.views import outcomes
from leumund.views.outcomes import DONE, Outcome

PATHS = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store"
"""What is asked of an answer: an item for each document, in order, and no more than is read."""

INDEX = b'{"index":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n'
DELETE = b'{"delete":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n'
ENVELOPE = 160
WITHOUT_ERRORS = b'{"errors":false,"items":[{"'
ACCEPTED: tuple[Fate, str] = ("done", "")
FATES: dict[outcomes.Kind, Fate] = {"done": "done", "superseded": "superseded", "dead": "dead"}


class Answers(OrjsonSerializer):
    """JSON; where a bulk request was taken whole, only how many documents that are."""

    def loads(self, data: bytes) -> Any:
        """Parsed; `{"taken": n}` instead of n items that would all say the same."""
        if data.startswith(WITHOUT_ERRORS) and b'"failure_store"' not in data:
            return {"taken": data.count(b'":{"status":')}
        return super().loads(data)


class Batch:
    """The changes of one call of `publish`.

    `stopped` says why nothing more is taken, `away` why the latest request as a whole failed.
    """

    def __init__(self, changes: Sequence[Change], target: Callable[[str, str], str]) -> None:
        """`target` names what is written to for an index and a month."""
        self._changes = changes
        self._known: list[Outcome | None] = [None] * len(changes)
        self._targets = _Targets(target)
        self._missing: set[str] = set()
        self.stopped = self.away = ""

    def open(self) -> list[int]:
        """Positions that are worth another request."""
        return [
            at for at, known in enumerate(self._known) if known is None or known.kind == "again"
        ]

    def parts(self, size: int, documents: int) -> Iterator[list[int]]:
        """What is open, in parts of about `size` bytes and of `documents` at most."""
        left = self.open()
        total = sum(ENVELOPE + len(self._changes[at].body or b"") for at in left)
        step = min(documents, max(1, size * len(left) // max(total, 1)))
        for first in range(0, len(left), step):
            yield left[first : first + step]

    def deletions(self) -> dict[str, list[int]]:
        """By target, the positions of those that are open."""
        found: dict[str, list[int]] = defaultdict(list)
        gone = [at for at, change in enumerate(self._changes) if change.body is None]
        for position in set(gone).intersection(self.open()) if gone else ():
            found[self._name(position)].append(position)
        return found

    def beside(self, names: Iterable[str]) -> list[int]:
        """Positions of those that go to none of these."""
        known = set(names)
        return [at for at in self.open() if self._name(at) not in known]

    def payload(self, positions: Sequence[int]) -> bytes:
        """The body of a request."""
        pieces: list[bytes] = []
        changes, targets, quoted = self._changes, self._targets, orjson.dumps
        for position in positions:
            change = changes[position]
            target = targets[change.index, change.month][1]
            if change.body is None:
                pieces.append(DELETE % (target, quoted(change.id), change.revision))
            else:
                head = INDEX % (target, quoted(change.id), change.revision)
                pieces += (head, change.body, b"\n")
        return b"".join(pieces)

    def answered(self, positions: Sequence[int], answer: object) -> bool:
        """Takes down an answer; False where it does not name every document."""
        told = answer if isinstance(answer, dict) else {}
        items = told.get("items", ())
        if told.get("taken", len(items)) != len(positions):
            return False
        if items:
            for position, item in zip(positions, items, strict=True):
                (one,) = item.values()
                self.settle((position,), outcomes.of_item(one))
        else:
            self.settle(positions, DONE)
        return True

    def settle(self, positions: Sequence[int], outcome: Outcome) -> None:
        """Takes down the same for all of them."""
        for position in positions:
            self._known[position] = outcome
        if outcome.kind == "unplaced":
            self._missing.update(self._name(position) for position in positions)
        elif outcome.kind == "stop":
            self.stopped = outcome.reason

    def receipt(self) -> Receipt:
        """What became of each."""
        fates = [
            ACCEPTED if known is DONE else self._fate(at) for at, known in enumerate(self._known)
        ]
        return Receipt(
            fates=tuple(fates), stopped=self.stopped or self.away, notice=_notice(self._missing)
        )

    def _fate(self, position: int) -> tuple[Fate, str]:
        known = self._known[position]
        if known is None:
            return "retry", "not sent"
        if known.kind == "unplaced":
            return "retry", f"{_notice({self._name(position)})} ({known.reason})"
        return FATES.get(known.kind, "retry"), known.reason

    def _name(self, position: int) -> str:
        change = self._changes[position]
        return self._targets[change.index, change.month][0]


class _Targets(dict[tuple[str, str], tuple[str, bytes]]):
    """Index and month → what is written to, plain and as JSON."""

    def __init__(self, target: Callable[[str, str], str]) -> None:
        self._target = target

    def __missing__(self, place: tuple[str, str]) -> tuple[str, bytes]:
        name = self._target(*place)
        self[place] = (name, orjson.dumps(name))
        return self[place]


def _notice(missing: set[str]) -> str:
    """What a person does about indices that are not there."""
    if not missing:
        return ""
    named = ", ".join(sorted(missing)[:3]) + (" …" if len(missing) > 3 else "")
    return f"No index to write to: {named}. `leumund schema apply` creates what is missing."
