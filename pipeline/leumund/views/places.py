"""Names where documents live: which index, which month, which generation, behind which alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leumund.views.blueprint import INDICES, Body
from leumund.views.connection import address, sorted_errors

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

MONTHLY = "mentions"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """An index as documents know it: mentions of one month (2026.11), or one without a month."""

    index: str
    month: str = ""

    def alias(self, prefix: str) -> str:
        """What is written to.

        >>> Place("mentions", "2026.11").alias("leumund"), Place("index").alias("leumund")
        ('leumund-mentions-2026.11', 'leumund-index')
        """
        return "-".join(part for part in (prefix, self.index, self.month) if part)

    def aliases(self, prefix: str) -> dict[str, Body]:
        """All aliases, with their options; months share one for reading."""
        own: dict[str, Body] = {self.alias(prefix): {"is_write_index": True}}
        return own | {f"{prefix}-{self.index}": {}} if self.month else own

    def concrete(self, prefix: str, generation: int) -> str:
        """The index itself."""
        return f"{self.alias(prefix)}-g{generation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What Elasticsearch holds under a prefix: indices, and which of them each place uses now."""

    prefix: str
    indices: Mapping[str, Body]

    @property
    def current(self) -> dict[Place, str]:
        """Place → the index behind its alias; the newest, should there be several."""
        found: dict[Place, str] = {}
        for place, _, name in self._numbered():
            if place.alias(self.prefix) in self.indices[name].get("aliases", {}):
                found[place] = name
        return found

    @property
    def latest(self) -> dict[Place, int]:
        """Place → its highest generation."""
        return {place: number for place, number, _ in self._numbered()}

    def left_over(self) -> dict[Place, list[str]]:
        """Place → indices without an alias beside the one in use: an interrupted rebuild."""
        current, found = self.current, dict[Place, list[str]]()
        for place, _, name in self._numbered():
            used = place.alias(self.prefix) in self.indices[name].get("aliases", {})
            if place in current and not used:
                found.setdefault(place, []).append(name)
        return found

    def _numbered(self) -> list[tuple[Place, int, str]]:
        """Place, generation and name of each index of ours, generations rising."""
        found = ((place_of(name, self.prefix), name) for name in self.indices)
        return sorted((*numbered, name) for numbered, name in found if numbered)


def held(client: Elasticsearch, prefix: str) -> Held:
    """What Elasticsearch holds under a prefix, with aliases, mappings and settings."""
    with sorted_errors(address(client)):
        found = client.indices.get(index=f"{prefix}-*", expand_wildcards="open,closed")
    return Held(prefix=prefix, indices=dict(found))


def place_of(name: str, prefix: str) -> tuple[Place, int] | None:
    """Place and generation of an index, None if it is not one of ours.

    >>> place_of("leumund-mentions-2026.11-g2", "leumund")
    (Place(index='mentions', month='2026.11'), 2)
    >>> place_of("leumund-elsewhere", "leumund")
    """
    plain = "|".join(index for index in INDICES if index != MONTHLY)
    form = rf"{re.escape(prefix)}-(?:({MONTHLY})-(\d{{4}}\.\d\d)|({plain}))-g(\d+)"
    if not (parts := re.fullmatch(form, name)):
        return None
    return Place(parts[1] or parts[3], parts[2] or ""), int(parts[4])


def places(months: Iterable[str]) -> list[Place]:
    """Every place: the months of mentions and the indices without one."""
    plain = (Place(index) for index in INDICES if index != MONTHLY)
    return [*(Place(MONTHLY, month) for month in months), *plain]


def months(first: date, today: date, ahead: int = 12) -> list[str]:
    """Every month from that of the oldest mention to `ahead` months after today's.

    >>> months(date(2026, 11, 30), date(2026, 12, 1), ahead=1)
    ['2026.11', '2026.12', '2027.01']
    """
    start = min(first, today)
    last = today.year * 12 + today.month - 1 + ahead
    numbers = range(start.year * 12 + start.month - 1, last + 1)
    return [f"{number // 12:04}.{number % 12 + 1:02}" for number in numbers]
