"""Decides whether a mention that arrives is new, known, an edit or not to be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from leumund.record import feed
from leumund.record.removal import COUNTED_AS, bury_with_author
from leumund.record.rows import Row, chunks, is_suspect
from leumund.record.tables import mentions, stories, suppressed, tombstones
from leumund.record.touch import touch_mentions
from leumund.types import mention_id

Outcome = Literal["kept", "replaced", "duplicate", "deleted"]
NEVER = datetime.min.replace(tzinfo=UTC)


class Arrivals:
    """The mentions of one page beside what the record knows of them.

    `receive` decides one after the other, so that a page may hold a mention twice; `store` writes
    the outcome. `moves` are the ledger terms of the enrich stage that change by it.
    """

    def __init__(
        self, connection: Connection, found: Sequence[Row], *, rules: str, now: datetime
    ) -> None:
        self.moves: Counter[str] = Counter()
        self._connection = connection
        self._rules = rules
        self._now = now
        self._known: dict[str, Row] = {}
        self._gone: set[str] = set()
        self._silent: dict[str, datetime] = {}
        self._changed: dict[str, Row] = {}
        self._edited: set[str] = set()
        self._graves: list[tuple[str, datetime]] = []
        for part in chunks(row["id"] for row in found):
            rows = connection.execute(select(mentions).where(mentions.c.id.in_(part)))
            self._known |= {row["id"]: dict(row) for row in rows.mappings()}
            gone = select(tombstones.c.id).where(tombstones.c.id.in_(part))
            self._gone |= set(connection.execute(gone).scalars())
        for part in chunks(row["author"] for row in found if row["author"]):
            silent = select(suppressed.c.author, suppressed.c.until)
            rows = connection.execute(silent.where(suppressed.c.author.in_(part)))
            self._silent |= {row.author: row.until for row in rows}
        self._before = set(self._known)

    def receive(self, row: Row) -> Outcome:
        """Decide about one mention.

        Returns:
            kept (new), replaced (kept as a newer revision), duplicate, or deleted (the source,
            its author or a person took it back).
        """
        if row["id"] in self._gone:
            return "deleted"
        until = self._silent.get(row["author"] or "")
        if until is not None and row["published_at"] <= until:
            self._graves.append((row["id"], row["published_at"]))
            return "deleted"
        old = self._known.get(row["id"])
        if old is None:
            self._take(row, revision=1)
            return "kept"
        if is_suspect(row["extra"]) and old["held"]:
            row |= {"published_at": old["published_at"], "day": old["day"]}
        return self._compare(row, old)

    def _compare(self, row: Row, old: Row) -> Outcome:
        same_text = row["text_digest"] == old["text_digest"]
        if (row["edited_at"] or NEVER) < (old["edited_at"] or NEVER):
            return "duplicate"
        if old["state"] == "filtered":
            if same_text and old["signature"].partition(":")[0] == self._rules:
                return "duplicate"
        elif not old["held"] or row["digest"] == old["digest"]:
            return "duplicate"
        self.moves["replaced"] += 1
        if same_text and old["held"]:
            self._recount(row, old)
        else:
            self._reread(row, old)
        return "replaced"

    def _take(self, row: Row, *, revision: int) -> None:
        """Keep a text that nobody has read yet."""
        row |= {
            "revision": revision,
            "state": "pending",
            "filter_reason": "",
            "signature": "",
            "held": 1,
        }
        row.setdefault("collected_at", self._now)
        self._known[row["id"]] = self._changed[row["id"]] = row

    def _reread(self, row: Row, old: Row) -> None:
        """Another text, or one whose text was dropped by other rules: it has to be read again."""
        if term := COUNTED_AS.get(old["state"]):
            self.moves[term] -= 1
        if old["held"]:
            row |= {"collected_at": old["collected_at"], "author": old["author"] or row["author"]}
        self._edited.add(row["id"])
        self._take(row, revision=old["revision"] + 1)

    def _recount(self, row: Row, old: Row) -> None:
        """Other figures, same text: what was read in it stays true."""
        row["author"] = old["author"] or row["author"]
        fresh = old | row | {"revision": old["revision"] + 1}
        self._known[row["id"]] = self._changed[row["id"]] = fresh

    def store(self) -> None:
        """Write what `receive` decided and mark the days that it concerns."""
        bury_with_author(self._connection, self._graves)
        known = self._before & set(self._changed)
        touch_mentions(self._connection, known)
        feed.announce_mentions(self._connection, known)
        if self._changed:
            statement = insert(mentions)
            columns = [column.name for column in mentions.columns if column.name != "id"]
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["id"],
                    set_={name: statement.excluded[name] for name in columns},
                ),
                list(self._changed.values()),
            )
        touch_mentions(self._connection, known)
        answered = [row for row in self._changed.values() if row["owned"] and row["reply_to"]]
        told = (mention_id(row["source"], row["reply_to"]) for row in answered)
        feed.announce_mentions(self._connection, told)
        for part in chunks(self._edited & self._before):
            self._connection.execute(stories.delete().where(stories.c.mention_id.in_(part)))
