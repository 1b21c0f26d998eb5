"""What the flows are handed: the parts that `wiring` built, and how they report progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from leumund.config import Config
from leumund.keyring import Keyring
from leumund.record import Record
from leumund.reputation.method import Method
from leumund.reputation.responses import Responses
from leumund.types import Channel, Enricher, Source, View

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Progress = Callable[[str, int, int | None], None]
"""Called with what is done, how many are done and how many there are (None: unknown)."""


def silent(what: str, done: int, total: int | None) -> None:
    """Reports nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the model's card says: name, licence, and figures as (German name, value, data)."""

    name: str
    licence: str
    figures: tuple[tuple[str, float, str], ...]


class Servers(Protocol):
    """The servers that leumund.toml names; `sinks` are the names under which they are told."""

    @property
    def sinks(self) -> tuple[str, ...]: ...
    @property
    def may_set_up(self) -> bool: ...
    def keep_key(self, role: str, key: str) -> Path: ...
    def elasticsearch(self, role: Literal["writer", "setup"]) -> Elasticsearch: ...
    def elastic(self, names: Mapping[str, str] | None = None) -> View:
        """The view that writes to Elasticsearch, to its aliases or to the index of each alias."""
        ...


class Parts(Protocol):
    """Settings, record, models and the clock of a run; each is built when it is first used.

    `rules` is the signature of language and brand rules, `signature` that of rules and model.
    """

    @property
    def config(self) -> Config: ...
    @property
    def home(self) -> Path: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def record(self) -> Record: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def method(self) -> Method: ...
    @property
    def responses(self) -> Responses: ...
    @property
    def card(self) -> Card: ...
    @property
    def readers(self) -> Sequence[Enricher]: ...
    @property
    def rules(self) -> str: ...
    @property
    def signature(self) -> str: ...
    def source(self, name: str) -> Source: ...
    def import_of(self, path: Path, source: str, columns: Sequence[str]) -> Source: ...
    def channel(self, name: str) -> Channel: ...
    @property
    def servers(self) -> Servers: ...
    @property
    def views(self) -> Mapping[str, View]: ...
