"""Writes documents to Elasticsearch in bulk and reads for each of them what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from leumund.types import Change, Receipt
from leumund.views import connection, outcomes
from leumund.views.bulk import PATHS, Batch
from leumund.views.outcomes import DONE, Outcome

HEADERS = {"accept": "application/json", "content-type": "application/json"}
"""Not x-ndjson, for which the library copies the request twice."""

STRANGE = Outcome("unplaced", "not part of this rebuild")
INCOMPLETE = Outcome("again", "an answer that does not name every document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much goes into one request, and how often and patiently it is repeated.

    `size` in bytes; `at_once` requests run beside each other; `wait` before the first repetition
    (doubled for each further one, at most `longest`, less a random half) and `timeout` of a
    request in seconds.
    """

    documents: int = 5_000
    size: int = 5_000_000
    at_once: int = 1
    attempts: int = 5
    wait: float = 1.0
    longest: float = 30.0
    timeout: float = 60.0


BRISK = Pace(documents=2_500, at_once=2)
"""While the server works on one request, the next is made."""


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
        batch = Batch(changes, self._target)
        if self._names is not None:
            batch.settle(batch.beside(self._names.values()), STRANGE)
        for attempt in range(self._pace.attempts):
            if attempt:
                self._sleep(self._delay(attempt))
            self._round(batch)
            if batch.stopped or not batch.open():
                break
        return batch.receipt()

    def _target(self, index: str, month: str) -> str:
        """The alias, or the index that a rebuild writes to in its place."""
        alias = "-".join(part for part in (self._prefix, index, month) if part)
        return alias if self._names is None else self._names.get(alias, alias)

    def _delay(self, attempt: int) -> float:
        full = min(self._pace.longest, self._pace.wait * 2.0 ** (attempt - 1))
        return full * (1 - self._random() / 2)

    def _round(self, batch: Batch) -> None:
        """Sends what is open once; ends early where the rest would fare no better."""
        batch.away = ""
        try:
            self._withhold(batch)
        except (ApiError, TransportError) as error:
            self._failed(batch, batch.open(), self._outcome(error, 0))
            return
        parts = batch.parts(self._pace.size, self._pace.documents)
        with ThreadPoolExecutor(self._pace.at_once) as pool:
            while some := list(islice(parts, self._pace.at_once)):
                if not all(list(pool.map(partial(self._send, batch), some))):
                    return

    def _withhold(self, batch: Batch) -> None:
        """Deletes nothing from an index that is missing: the attempt alone would create it."""
        for target, positions in batch.deletions().items():
            if not self._there(target):
                left = self._client.indices.exists(index=f"{target}*", allow_no_indices=False)
                missing = Outcome("unplaced", "alias missing")
                batch.settle(positions, missing if left else DONE)

    def _there(self, target: str) -> bool:
        if self._names is None:
            return bool(self._client.indices.exists_alias(name=target))
        return bool(self._client.indices.exists(index=target))

    def _outcome(self, error: ApiError | TransportError, size: int) -> Outcome:
        return outcomes.of_request(error, connection.address(self._client), size)

    def _send(self, batch: Batch, part: list[int]) -> bool:
        """False where the next part would fare no better."""
        body = batch.payload(part)
        try:
            answer = self._client.perform_request(
                "POST", "/_bulk", params=self._params, headers=HEADERS, body=body
            ).body
        except (ApiError, TransportError) as error:
            return self._failed(batch, part, self._outcome(error, len(body)))
        if not batch.answered(part, answer):
            return self._failed(batch, part, INCOMPLETE)
        return not batch.stopped

    def _failed(self, batch: Batch, part: list[int], outcome: Outcome) -> bool:
        """A request that is too large or malformed is halved until the culprit is alone."""
        if outcome.kind == "dead" and len(part) > 1:
            half = len(part) // 2
            return all(self._send(batch, one) for one in (part[:half], part[half:]))
        batch.settle(part, outcome)
        if outcome.kind == "again":
            batch.away = outcome.reason
        return outcome.kind == "dead"
