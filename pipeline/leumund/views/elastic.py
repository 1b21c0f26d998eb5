"""Writes documents to Elasticsearch in bulk and reads for each of them what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
INDEX = b'{"index":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n'
DELETE = b'{"delete":{"_index":%b,"_id":%b,"version":%d,"version_type":"external_gte"}}\n'
ENVELOPE = 160
INCOMPLETE = Outcome("again", "an answer that does not name every document")
ACCEPTED: tuple[Fate, str] = ("done", "")
STRANGE = Outcome("unplaced", "not part of this rebuild")
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
        self._params = {"filter_path": PATHS}
        if names is None:
            self._params["require_alias"] = "true"

    def publish(self, changes: Sequence[Change]) -> Receipt:
        """Bring the indices up to these changes; harmless when repeated, in any order.

        Nothing that concerns single changes is raised: the receipt says what became of each. Those
        without an index wait (`notice` says what creates it), the others go on.
        """
        call = _Call(changes, self._target)
        if self._names is not None:
            call.settle(call.beside(self._names.values()), STRANGE)
        for attempt in range(self._pace.attempts):
            if attempt:
                self._sleep(self._delay(attempt))
            self._round(call)
            if call.stopped or not call.open():
                break
        return call.receipt()

    def _target(self, index: str, month: str) -> str:
        """The alias, or the index that a rebuild writes to in its place."""
        alias = "-".join(part for part in (self._prefix, index, month) if part)
        return alias if self._names is None else self._names.get(alias, alias)

    def _delay(self, attempt: int) -> float:
        full = min(self._pace.longest, self._pace.wait * 2.0 ** (attempt - 1))
        return full * (1 - self._random() / 2)

    def _round(self, call: _Call) -> None:
        """Sends what is open once; ends early where the rest would fare no better."""
        call.away = ""
        try:
            self._withhold(call)
        except (ApiError, TransportError) as error:
            self._failed(call, call.open(), self._outcome(error, 0))
            return
        for positions in self._parts(call):
            if not self._send(call, positions):
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

    def _parts(self, call: _Call) -> Iterator[list[int]]:
        """What is open, cut by bytes and number of documents."""
        part: list[int] = []
        size, most = 0, self._pace.documents
        for position, more in call.sizes():
            if part and (size + more > self._pace.size or len(part) == most):
                yield part
                part, size = [], 0
            part.append(position)
            size += more
        if part:
            yield part

    def _send(self, call: _Call, part: list[int]) -> bool:
        """False where the next part would fare no better."""
        body = call.payload(part)
        try:
            answer = self._client.perform_request(
                "POST", "/_bulk", params=self._params, headers=HEADERS, body=body
            ).body
        except (ApiError, TransportError) as error:
            return self._failed(call, part, self._outcome(error, len(body)))
        items = answer.get("items") if isinstance(answer, dict) else None
        if items is None or len(items) != len(part):
            call.settle(part, INCOMPLETE)
            return False
        call.answered(part, items)
        return not call.stopped

    def _failed(self, call: _Call, part: list[int], outcome: Outcome) -> bool:
        """A request that is too large or malformed is halved until the culprit is alone."""
        if outcome.kind == "dead" and len(part) > 1:
            half = len(part) // 2
            return all(self._send(call, one) for one in (part[:half], part[half:]))
        call.settle(part, outcome)
        if outcome.kind == "again":
            call.away = outcome.reason
        return outcome.kind == "dead"


class _Call:
    """What is known so far of the changes of one call of `publish`.

    `stopped` says why nothing more is taken, `away` why the latest request as a whole failed.
    """

    def __init__(self, changes: Sequence[Change], target: Callable[[str, str], str]) -> None:
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

    def sizes(self) -> list[tuple[int, int]]:
        """Of each that is open the position, and about how many bytes it adds to a request."""
        bodies = self._changes
        return [(at, ENVELOPE + len(bodies[at].body or b"")) for at in self.open()]

    def deletions(self) -> dict[str, list[int]]:
        """By target, the positions of those that are open."""
        found: dict[str, list[int]] = defaultdict(list)
        for position in self.open() if any(one.body is None for one in self._changes) else ():
            if self._changes[position].body is None:
                found[self._name(position)].append(position)
        return found

    def beside(self, names: Iterable[str]) -> list[int]:
        """Positions of those that go to none of these."""
        known = set(names)
        return [at for at in self.open() if self._name(at) not in known]

    def payload(self, positions: Sequence[int]) -> bytes:
        """The body of a request."""
        pieces: list[bytes] = []
        for position in positions:
            change = self._changes[position]
            target, name = self._targets[change.index, change.month][1], orjson.dumps(change.id)
            if change.body is None:
                pieces.append(DELETE % (target, name, change.revision))
            else:
                pieces += (INDEX % (target, name, change.revision), change.body, b"\n")
        return b"".join(pieces)

    def answered(self, positions: Sequence[int], items: Sequence[dict[str, Any]]) -> None:
        """Takes down the items of an answer, each of which is `{action: {status, …}}`."""
        for position, item in zip(positions, items, strict=True):
            (answer,) = item.values()
            # nothing but a status is the answer to nearly all, so it is recognised here
            if len(answer) == 1:
                self._known[position] = DONE
            else:
                self.settle((position,), outcomes.of_item(answer))

    def settle(self, positions: Sequence[int], outcome: Outcome) -> None:
        """Takes down the same for all of them."""
        for position in positions:
            self._known[position] = outcome
            if outcome.kind == "unplaced":
                self._missing.add(self._name(position))
        if outcome.kind == "stop":
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
