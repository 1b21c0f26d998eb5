"""Keeps Elasticsearch in the shape that this version needs, and builds it anew from the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leumund.errors import Misconfigured, Unavailable
from leumund.flows.documents import changes
from leumund.flows.gather import gather
from leumund.flows.parts import Parts, Progress, silent
from leumund.record import feed, ledger, outbox
from leumund.types import BERLIN, Change
from leumund.views import differences, documents, generations, indices, places, roles
from leumund.views.blueprint import INDICES
from leumund.views.dashboards import objects
from leumund.views.dashboards.objects import Object
from leumund.views.places import Place

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

BATCH = 10_000
UNBROKEN = 10
"""Years within which every month has its index."""
Sum = tuple[int, int]
"""Number of documents and sum of their checksums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A rebuild: per place what the record has and what Elasticsearch holds; documents refused."""

    expected: dict[Place, Sum]
    found: dict[Place, Sum]
    refused: Counter[str]

    @property
    def equal(self) -> bool:
        return self.expected == self.found


def apply_schema(parts: Parts, *, reindex: bool = False) -> list[str]:
    """Bring templates, months and aliases up to date; one line for each thing that was done.

    Raises:
        Misconfigured: a mapping cannot grow in place (`reindex` copies it), or the key may not.
        Unavailable: Elasticsearch is away.
    """
    client, prefix = parts.servers.elasticsearch("setup"), parts.config.elasticsearch.prefix
    act = generations.reindex if reindex else indices.apply
    return act(client, prefix, months=_months(parts))


def schema_differences(parts: Parts) -> list[str]:
    """What `apply_schema` would change; empty if nothing."""
    client, prefix = parts.servers.elasticsearch("setup"), parts.config.elasticsearch.prefix
    return [str(one) for one in differences.diff(client, prefix, months=_months(parts))]


def rebuild(parts: Parts, *, progress: Progress = silent) -> Rebuilt:
    """Write every document of the record into new indices and put them behind the aliases.

    Readers see the old indices until counts and checksums of the new ones were compared. What was
    delivered meanwhile is queued again.

    Raises:
        Unavailable: Elasticsearch took something not or only in part; the old indices stay.
    """
    apply_schema(parts)
    client, prefix = parts.servers.elasticsearch("setup"), parts.config.elasticsearch.prefix
    (sink,) = parts.servers.sinks
    began = feed.tick(parts.record, sink)
    fresh = [generations.new_generation(client, prefix, index, _months(parts)) for index in INDICES]
    names = {place.alias(prefix): name for one in fresh for place, name in one.names.items()}
    try:
        rebuilt = _filled(parts, sink, names, _counter(client, prefix, fresh), progress=progress)
    except BaseException:
        for one in fresh:
            generations.abandon(client, one)
        raise
    for one in fresh:
        generations.swap(client, one)
    now = parts.clock()
    run = ledger.start(parts.record, "rebuild", now=now)
    outbox.requeue(parts.record, sink, after=began, run=run, now=now)
    ledger.finish(parts.record, run, now=now)
    for one in fresh:
        generations.drop(client, one)
    return rebuilt


def expire(parts: Parts) -> list[str]:
    """Delete the months of mentions before the first of which the record holds one."""
    client, prefix = parts.servers.elasticsearch("setup"), parts.config.elasticsearch.prefix
    held = feed.expected(parts.record, parts.servers.sinks[0])
    first = min((month for index, month in held if index == "mentions"), default="")
    return indices.expire(client, prefix, before=first)


def setup_text(parts: Parts, *, days: int) -> str:
    """What an administrator pastes into Dev Tools instead of running `set_up` for us."""
    prefix = parts.config.elasticsearch.prefix
    return roles.printed(prefix, months=_months(parts), days=days, keys=_keys(parts))


def set_up(parts: Parts, client: Elasticsearch, *, days: int) -> Iterator[str]:
    """Create roles, one key for each, templates and indices; yields what was done.

    Keys are kept in files of their own, readable by the owner alone; older ones are ended once
    the new one is written.
    """
    prefix = parts.config.elasticsearch.prefix
    for name in roles.put_roles(client, prefix):
        yield f"role {name}"
    for role in _keys(parts):
        key = roles.create_key(client, prefix, role, days=days)
        path = parts.servers.keep_key(role, key.encoded)
        ended = roles.revoke_others(client, key)
        until = f", valid until {key.expires:%d.%m.%Y}" if key.expires else ""
        yield f"key {key.name} in {path}{until}" + (f"; {ended} older ended" if ended else "")
    yield from apply_schema(parts)


def dashboards(parts: Parts, *, brand: str = "") -> list[Object]:
    """Everything that Kibana needs, for the indices that leumund.toml names.

    Raises:
        Misconfigured: no such brand.
    """
    names = [one.name for one in parts.config.brand]
    if brand and brand not in names:
        raise Misconfigured(f"{brand!r} is not one of {', '.join(names)}")
    return objects(prefix=parts.config.elasticsearch.prefix, brand=brand)


def compare(parts: Parts) -> dict[Place, tuple[int, int]]:
    """Per place where they differ: documents that the record asks for, and those that are there.

    Counts mentions and signals. Call it when nothing waits in the outbox.
    """
    (sink,) = parts.servers.sinks
    client, prefix = parts.servers.elasticsearch("writer"), parts.config.elasticsearch.prefix
    there = generations.counts_and_checksums(client, prefix)
    wanted = feed.expected(parts.record, sink)
    found = {}
    for place in {Place(index, month) for index, month in wanted} | there.keys():
        if place.index in ("mentions", "signals"):
            have = there.get(place, (0, 0))[0]
            want = wanted[place.index, place.month]
            if have != want:
                found[place] = (want, have)
    return found


def _filled(
    parts: Parts,
    sink: str,
    names: dict[str, str],
    counted: Callable[[], dict[Place, Sum]],
    *,
    progress: Progress,
) -> Rebuilt:
    view, report = parts.servers.elastic(names), gather(parts)
    total = outbox.queue(parts.record, sink).total
    expected: dict[Place, Sum] = dict.fromkeys(counted(), (0, 0))
    refused: Counter[str] = Counter()
    done = 0
    for page in outbox.pages(parts.record, sink, size=BATCH):
        documents_of = [one for one in changes(parts, page, report) if one.body is not None]
        receipt = view.publish(documents_of)
        if receipt.stopped or any(fate == "retry" for fate, _ in receipt.fates):
            why = receipt.stopped or next(w for fate, w in receipt.fates if fate == "retry")
            raise Unavailable(f"The rebuild was given up, the old indices stay: {why}")
        for change, (fate, why) in zip(documents_of, receipt.fates, strict=True):
            if fate == "dead":
                refused[why] += 1
            else:
                _add(expected, change)
        done += len(page)
        progress("rebuild", done, total)
    return _compared(expected, counted(), refused)


def _add(sums: dict[Place, Sum], change: Change) -> None:
    place = Place(change.index, change.month)
    count, checksum = sums.get(place, (0, 0))
    sums[place] = (count + 1, checksum + documents.checksum(change.body or b""))


def _compared(
    expected: dict[Place, Sum], found: dict[Place, Sum], refused: Counter[str]
) -> Rebuilt:
    rebuilt = Rebuilt(expected=expected, found=found, refused=refused)
    if not rebuilt.equal:
        off = sorted(place for place in expected if expected[place] != found.get(place))
        raise Unavailable(
            "The rebuild was given up, the old indices stay: record and new indices differ in "
            f"{', '.join(f'{place.index} {place.month}'.strip() for place in off)}. Run it again."
        )
    return rebuilt


def _counter(
    client: Elasticsearch, prefix: str, fresh: list[generations.Generation]
) -> Callable[[], dict[Place, Sum]]:
    def counted() -> dict[Place, Sum]:
        found: dict[Place, Sum] = {}
        for one in fresh:
            found |= generations.counts_and_checksums(client, prefix, generation=one)
        return found

    return counted


def _keys(parts: Parts) -> tuple[roles.Role, ...]:
    return (*roles.ROLES, "kibana") if parts.config.kibana.url else roles.ROLES


def _months(parts: Parts) -> list[str]:
    """Every month from the oldest mention to a year ahead; of what is older than ten years only
    months that hold something, as one wrong date must not make a thousand indices."""
    today = parts.clock().astimezone(BERLIN).date()
    told = feed.months(parts.record, parts.servers.sinks[0]) if parts.servers.sinks else []
    limit = f"{today.year - UNBROKEN:04}.{today.month:02}"
    first = min((month for month in told if month >= limit), default=f"{today:%Y.%m}")
    since = date(int(first[:4]), int(first[5:]), 1)
    return sorted({*told, *places.months(since, today)})
