"""What has to leave is claimed by one worker at a time and stays until it is delivered."""

from __future__ import annotations

import random
from datetime import timedelta

from record.makers import NOW, run_all, start
from sqlalchemy import select

from leumund.record import Record, ledger, outbox
from leumund.record import tables as t

SINK = "alert:log:pr"
LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

CLAIM = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from leumund.record import open_record, outbox

now = datetime(2026, 11, 20, 12, tzinfo=UTC)
with open_record(Path(sys.argv[1])) as record:
    run = int(sys.argv[2])
    while found := outbox.claim(
        record, "alert:", now=now, owner=sys.argv[2], lease=timedelta(hours=1), limit=7
    ):
        for parcel in found:
            print(parcel.object)
            assert outbox.done(record, parcel, run=run)
"""


def put(record: Record, *names: str, revision: int = 1, sink: str = SINK) -> None:
    run = start(record)
    with record.writing() as connection:
        for name in names:
            outbox.put(
                connection,
                sink=sink,
                object=name,
                payload={"text": f"{name}, {revision}"},
                created_at=NOW,
                run=run,
                now=NOW,
                revision=revision,
            )


def claim(record: Record, after: timedelta = timedelta(0), **values: object) -> list[outbox.Parcel]:
    options = {"owner": "worker", "lease": LEASE} | values
    return outbox.claim(record, "alert:", now=NOW + after, **options)


def retry(record: Record, parcel: outbox.Parcel, after: timedelta, **values: object) -> str:
    options = {"error": "no answer", "chance": random.Random(1), "run": start(record)} | values
    return outbox.retry(record, parcel, now=NOW + after, **options)


def test_four_processes_claim_each_row_exactly_once(record: Record) -> None:
    names = [f"alert {number}" for number in range(400)]
    put(record, *names)
    runs = [start(record) for _ in range(4)]
    said = run_all([["-c", CLAIM, str(record.path), str(run)] for run in runs])
    claimed = [line for lines in said for line in lines.splitlines()]
    assert sorted(claimed) == sorted(names)
    assert ledger.table(record)["outbox", SINK] == {"queued": 400, "done": 400}
    assert ledger.balance(record) == []


def test_a_leased_row_is_nobody_elses_until_its_owner_has_died(record: Record) -> None:
    put(record, "a")
    assert [parcel.lease_owner for parcel in claim(record)] == ["worker"]
    assert claim(record, LEASE - SECOND) == []
    assert [one.lease_owner for one in claim(record, LEASE, owner="second")] == ["second"]


def test_a_claim_takes_only_its_sinks_and_the_oldest_first(record: Record) -> None:
    put(record, "x", sink="alert%:other")
    put(record, "b", "a", "c")
    assert [parcel.object for parcel in claim(record, limit=2)] == ["b", "a"]
    assert [parcel.object for parcel in claim(record)] == ["c"]


def test_a_known_revision_changes_nothing_and_a_newer_one_overtakes(record: Record) -> None:
    put(record, "a")
    (sent,) = claim(record)
    put(record, "a")
    put(record, "a", revision=2)
    assert not outbox.done(record, sent, run=start(record))
    (newer,) = claim(record)
    assert newer.payload == {"text": "a, 2"}
    assert outbox.done(record, newer, run=start(record))
    assert not outbox.done(record, newer, run=start(record))
    assert ledger.table(record)["outbox", SINK] == {"queued": 2, "superseded": 1, "done": 1}
    put(record, "a", revision=3)
    assert len(claim(record)) == 1
    assert ledger.balance(record) == []


def test_the_pause_doubles_to_five_minutes_and_is_spread_by_chance(record: Record) -> None:
    put(record, "a")
    after, pauses = timedelta(0), []
    for _ in range(12):
        (parcel,) = claim(record, after)
        assert retry(record, parcel, after) == "pending"
        (waiting,) = outbox.listing(record)
        pauses.append((waiting.next_try_at - NOW - after).total_seconds())
        assert claim(record, after) == []
        after = waiting.next_try_at - NOW
    longest = [min(2**n, 300) for n in range(12)]
    assert all(top / 2 <= pause <= top for pause, top in zip(pauses, longest, strict=True))
    assert outbox.listing(record)[0].attempts == 12
    assert ledger.balance(record) == []


def test_a_message_is_given_up_after_a_day_and_can_be_driven_again(record: Record) -> None:
    put(record, "a")
    (parcel,) = claim(record, timedelta(hours=24))
    assert retry(record, parcel, timedelta(hours=24), give_up_after=None) == "pending"
    later = timedelta(hours=25)
    (parcel,) = claim(record, later)
    assert retry(record, parcel, later, error="x" * 900) == "dead"
    assert claim(record, timedelta(days=9)) == []
    (dead,) = outbox.listing(record, state="dead")
    assert (dead.attempts, len(dead.last_error)) == (2, 500)
    assert ledger.balance(record) == []
    assert outbox.redrive(record, "alert:", run=start(record), now=NOW + later) == 1
    (parcel,) = claim(record, later)
    assert retry(record, parcel, later) == "pending"
    assert ledger.balance(record) == []


def test_a_worker_whose_lease_ran_out_cannot_put_the_row_back(record: Record) -> None:
    put(record, "a")
    (slow,) = claim(record)
    (quick,) = claim(record, LEASE)
    outbox.done(record, quick, run=start(record))
    assert retry(record, slow, LEASE) == "overtaken"
    assert not outbox.bury(record, slow, reason="x", run=start(record))
    with record.reading() as connection:
        assert connection.execute(select(t.outbox.c.state)).scalar_one() == "done"
    assert ledger.balance(record) == []
