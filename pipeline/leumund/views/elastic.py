"""Writes documents to Elasticsearch in bulk and reads for each of them what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from leumund.types import Change, Fate, Receipt
from leumund.views import connection, outcomes
from leumund.views.outcomes import DONE, Outcome

PATHS = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store"
HEADERS = {"accept": "application/json", "content-type": "application/json"}  # sent as it is
INDEX = b'{"index":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n%b\n'
DELETE = b'{"delete":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n'
INCOMPLETE = Outcome("again", "an answer that does not name every document")
ACCEPTED: tuple[Fate, str] = ("done", "")
FATES: dict[outcomes.Kind, Fate] = {"done": "done", "superseded": "superseded", "dead": "dead"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much goes into one request, and how often and patiently it is repeated.

    `size` in bytes; `wait` before the first repetition (doubled for each further one, at most
    `longest`, less a random half) and `timeout` of a request in seconds.
    """

    documents: int = 5_000
    size: int = 5_000_000
    attempts: int = 5
    wait: float = 1.0
    longest: float = 30.0
    timeout: float = 60.0


class Elastic:
    """A view in Elasticsearch, which holds the highest revision of each document it was given.

    Args:
        client: opened by `connection`; how often it repeats by itself is overruled.
        prefix: the first part of all names of indices.
        sleep, random: the wait before a repetition and its jitter in [0, 1).
        names: the index to write to for each alias, for a rebuild; without it, the aliases.
        pace: sizes and waits.
    """

    def __init__(
        self,
        client: Elasticsearch,
        *,
        prefix: str,
        sleep: Callable[[float], None],
        random: Callable[[], float],
        names: Mapping[str, str] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._client = client.options(max_retries=0, request_timeout=self._pace.timeout)
        self._prefix, self._names = prefix, names
        self._sleep, self._random = sleep, random
        self._size = self._pace.size
        self._params = {"filter_path": PATHS}
        if names is None:
            self._params["require_alias"] = "true"

    def publish(self, changes: Sequence[Change]) -> Receipt:
        """Bring the indices up to these changes; harmless when repeated, in any order.

        Nothing that concerns single changes is raised: the receipt says what became of each. Those
        without an index wait (`notice` says what creates it), the others go on.
        """
        call = _Call(changes, [self._target(change) for change in changes])
        for attempt in range(self._pace.attempts):
            if attempt:
                self._sleep(self._delay(attempt))
            self._round(call)
            if call.stopped or not call.open():
                break
        return call.receipt()

    def _target(self, change: Change) -> str:
        """The alias or index; an alias that a rebuild does not know is left to the server."""
        alias = f"{self._prefix}-{change.index}" + (f"-{change.month}" if change.month else "")
        return alias if self._names is None else self._names.get(alias, alias)

    def _delay(self, attempt: int) -> float:
        full = min(self._pace.longest, self._pace.wait * 2.0 ** (attempt - 1))
        return full * (1 - self._random() / 2)

    def _round(self, call: _Call) -> None:
        """Sends what is open once; ends early where the rest would fare no better."""
        try:
            self._withhold(call)
        except (ApiError, TransportError) as error:
            call.settle(call.open(), self._outcome(error, 0))
            return
        for part in self._parts(call):
            if not self._send(call, part):
                return

    def _withhold(self, call: _Call) -> None:
        """Deletes nothing from an index that is missing: the attempt alone would create it."""
        for target, positions in call.deletions().items():
            if not self._there(target):
                left = self._client.indices.exists(index=f"{target}*", allow_no_indices=False)
                missing = Outcome("unplaced", "alias missing")
                call.settle(positions, missing if left else DONE)

    def _there(self, target: str) -> bool:
        if self._names is None:
            return bool(self._client.indices.exists_alias(name=target))
        return bool(self._client.indices.exists(index=target))

    def _outcome(self, error: ApiError | TransportError, size: int) -> Outcome:
        return outcomes.of_request(error, connection.address(self._client), size)

    def _parts(self, call: _Call) -> Iterator[_Part]:
        """What is open, cut by bytes and number of documents."""
        part, size = _Part([], []), 0
        for position in call.open():
            line = call.line(position)
            size += len(line)
            if part.lines and (size > self._size or len(part.lines) == self._pace.documents):
                yield part
                part, size = _Part([], []), len(line)
            part.positions.append(position)
            part.lines.append(line)
        if part.lines:
            yield part

    def _send(self, call: _Call, part: _Part) -> bool:
        """False where the next part would fare no better."""
        try:
            answer = self._client.perform_request(
                "POST", "/_bulk", params=self._params, headers=HEADERS, body=b"".join(part.lines)
            )
        except (ApiError, TransportError) as error:
            return self._failed(call, part, error)
        items = answer.body.get("items") if isinstance(answer.body, dict) else None
        if items is None or len(items) != len(part.positions):
            call.settle(part.positions, INCOMPLETE)
            return False
        call.answered(part.positions, items)
        return not call.stopped

    def _failed(self, call: _Call, part: _Part, error: ApiError | TransportError) -> bool:
        """A request that is too large or malformed is halved until the culprit is alone."""
        sizes = [len(line) for line in part.lines]
        outcome = self._outcome(error, max(sizes))
        if outcome.kind != "dead":
            call.settle(part.positions, outcome)
            return False
        if len(sizes) > 1:
            return all(self._send(call, half) for half in part.halves())
        call.settle(part.positions, outcome)
        return True


@dataclass(frozen=True, slots=True)
class _Part:
    """One request: positions among the changes, and what is sent for each."""

    positions: list[int]
    lines: list[bytes]

    def halves(self) -> tuple[_Part, _Part]:
        half = len(self.lines) // 2
        return (
            _Part(self.positions[:half], self.lines[:half]),
            _Part(self.positions[half:], self.lines[half:]),
        )


class _Call:
    """What is known so far of the changes of one call of `publish`."""

    def __init__(self, changes: Sequence[Change], targets: Sequence[str]) -> None:
        self._changes, self._targets = changes, targets
        self._known: list[Outcome | None] = [None] * len(changes)
        self._missing: set[str] = set()
        self._quoted = {target: orjson.dumps(target) for target in set(targets)}
        self.stopped = ""

    def open(self) -> list[int]:
        """Positions that are worth another request."""
        return [
            at for at, known in enumerate(self._known) if known is None or known.kind == "again"
        ]

    def deletions(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for position in self.open():
            if self._changes[position].body is None:
                found[self._targets[position]].append(position)
        return found

    def line(self, position: int) -> bytes:
        change = self._changes[position]
        target, name = self._quoted[self._targets[position]], orjson.dumps(change.id)
        if change.body is None:
            return DELETE % (target, name, change.revision)
        return INDEX % (target, name, change.revision, change.body)

    def answered(self, positions: Sequence[int], items: Sequence[dict[str, Any]]) -> None:
        """Takes down the items of an answer, each of which is `{action: {status, …}}`."""
        known = self._known
        for position, item in zip(positions, items, strict=True):
            (answer,) = item.values()
            # only a status: the case of nearly all, so it is decided here
            known[position] = outcome = DONE if len(answer) == 1 else outcomes.of_item(answer)
            if outcome.kind == "stop":
                self.stopped = outcome.reason

    def settle(self, positions: Sequence[int], outcome: Outcome) -> None:
        for position in positions:
            self._known[position] = outcome
        if outcome.kind == "stop":
            self.stopped = outcome.reason

    def receipt(self) -> Receipt:
        fates = tuple(
            ACCEPTED if known is DONE else self._fate(known, target)
            for known, target in zip(self._known, self._targets, strict=True)
        )
        return Receipt(fates=fates, stopped=self.stopped, notice=_notice(self._missing))

    def _fate(self, known: Outcome | None, target: str) -> tuple[Fate, str]:
        if known is None:
            return "retry", "not sent"
        if known.kind == "unplaced":
            self._missing.add(target)
            return "retry", f"{_notice({target})} ({known.reason})"
        return FATES.get(known.kind, "retry"), known.reason


def _notice(missing: set[str]) -> str:
    """What a person does about indices that are not there."""
    if not missing:
        return ""
    named = ", ".join(sorted(missing)[:3]) + (" …" if len(missing) > 3 else "")
    return f"No index to write to: {named}. `leumund schema apply` creates what is missing."
