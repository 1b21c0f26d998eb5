"""Forgets in time, and each night puts what the record holds beside what the views show."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from leumund import config as settings
from leumund.flows.parts import Parts
from leumund.flows.schema import apply_schema, compare, expire
from leumund.record import erasure, outbox
from leumund.record.erasure import Proof, Receipt
from leumund.views.places import Place

log = logging.getLogger(__name__)


def maintain(parts: Parts) -> Mapping[str, Proof]:
    """Drop texts whose retention is over, and the keys of periods in which nothing is left.

    A key lives as long as a row that it made may live: for ever, where a source keeps its texts.
    Returns the proof for each source. Counted from the day of collection; examples and sources
    that say `keep` are exempt.
    """
    days = {source.name: retention_days(parts, source) for source in parts.config.source}
    proofs = erasure.expire_texts(parts.record, now=parts.clock(), retention=days)
    limits = [days[source.name] for source in parts.config.source if not source.example]
    if limits and None not in limits:
        longest = max(limit for limit in limits if limit is not None)
        parts.keyring.forget(parts.clock() - timedelta(days=longest))
    return proofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What a night's upkeep of Elasticsearch did: schema lines, months that went, what differs.

    `differs` has per index and month the documents that the record asks for and those there.
    `dead` rows were given up; `leumund outbox` lists them.
    """

    schema: tuple[str, ...]
    expired: tuple[str, ...]
    differs: Mapping[Place, tuple[int, int]]
    dead: int


def tend(parts: Parts) -> Upkeep:
    """Apply the schemas, delete months that are empty in the record, compare counts.

    Raises:
        Misconfigured, Unavailable: what Elasticsearch has against it, and what to do.
    """
    (sink,) = parts.servers.sinks
    done = apply_schema(parts) if parts.servers.may_set_up else []
    expired = expire(parts) if parts.servers.may_set_up else []
    waiting = outbox.queue(parts.record, sink)
    differs = {} if waiting.pending else compare(parts)
    if differs:
        log.error("record and index differ", extra={"n_places": len(differs)})
    return Upkeep(schema=tuple(done), expired=tuple(expired), differs=differs, dead=waiting.dead)


def retention_days(parts: Parts, source: settings.Source) -> int | None:
    """Days that a text of this source is kept, None for ever."""
    if source.example or source.keep:
        return None
    limits = parts.config.retention
    usual = limits.press_text_days if source.kind == "article" else limits.social_text_days
    return source.retention_days or usual


def erase_author(parts: Parts, *, source: str, author: str) -> Receipt:
    """Remove everything an author wrote in a source, and keep it from coming back."""
    hashes = list(parts.keyring.every_pseudonym(source, author))
    receipt = erasure.erase_author(parts.record, hashes, now=parts.clock())
    _drop_report(parts)
    return receipt


def erase_mention(parts: Parts, mention: str) -> Receipt:
    """Remove one mention by its identity, and keep it from coming back."""
    receipt = erasure.erase_mention(parts.record, mention, now=parts.clock())
    _drop_report(parts)
    return receipt


def _drop_report(parts: Parts) -> None:
    """The next run writes the report anew; the old one may name what was erased."""
    (parts.home / parts.config.report).unlink(missing_ok=True)
