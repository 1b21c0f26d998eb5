"""What can befall a bulk request on its way to Elasticsearch and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from integration.elasticsearch.splice import BUSY


@dataclass(frozen=True, slots=True)
class Withhold:
    """A share of the items never reaches the server; each is answered with `answer`."""

    share: float = 1.0
    answer: Mapping[str, Any] = field(default_factory=lambda: BUSY)


@dataclass(frozen=True, slots=True)
class Hold:
    """The request is applied, but nothing is said until the client has hung up.

    One that stays on the line is answered after `at_most` seconds.
    """

    at_most: float = 60.0


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks in the middle of the request (not applied) or the answer (applied)."""

    where: Literal["request", "answer"]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The connection is reset before anything is read: nothing is applied."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Nothing is applied and the whole request is answered with this status, e.g. 502 or 503."""

    status: int


Fault = Withhold | Hold | Cut | Refuse | Answer
