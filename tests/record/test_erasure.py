"""What is erased is gone from every byte of the record, and does not come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from record.makers import (
    BRAND,
    NOW,
    SIGNATURE,
    alert,
    decide,
    driver,
    identity,
    keep,
    mention,
    point,
    proof,
    read_all,
    signal,
    start,
    understood,
)
from sqlalchemy import select

from leumund.record import Record, erasure, evidence, index, ledger, outbox, readings, signals
from leumund.record import tables as t
from leumund.types import Mention, Reject

MARK = "Erdbeerkuchen"
"""A word that only texts to be forgotten hold."""


def secret(number: int, **values: object) -> Mention:
    defaults: dict[str, object] = {
        "native_id": f"secretid-{number}",
        "title": f"{MARK} & Titel {number}",
        "text": f"{MARK} im Bordrestaurant, Nummer {number}. " * 60,
        "url": f"https://forum.example/secretid-{number}?a=1&b=2",
        "author": f"secrethash-{number % 3}",
        "reply_to": "secretid-0",
        "extra": {"raw": MARK},
        "label": "secretlabel",
    }
    return mention(number, **defaults | values)


def bytes_of(record: Record) -> bytes:
    return b"".join(
        path.read_bytes() for path in sorted(record.path.parent.iterdir()) if path.is_file()
    )


def traces(record: Record, *words: str) -> dict[str, int]:
    content = bytes_of(record)
    return {word: n for word in words if (n := content.count(word.encode()))}


def fill(record: Record) -> None:
    """A hundred texts to be forgotten among others, with all that is made from them."""
    for at in range(0, 100, 10):
        others = [mention(1000 + number) for number in range(at, at + 20)]
        keep(record, *(secret(number) for number in range(at, at + 10)), *others)
    keep(record, mention(2000, reply_to="secretid-7"))
    raw = f"2026;{MARK} & Titel 3;https://forum.example/secretid-3?a=1&b=2".encode()
    keep(record, Reject(reason="columns", place="a.csv:7", raw=raw))
    read_all(record)
    told = signal(
        *(
            driver(1, headline=one.title, url=one.url, published_at=one.published_at)
            for one in (secret(1), secret(2))
        )
    )
    about = "&lt;{0} &amp; Titel 1: https://forum.example/secretid-1?a=1&amp;b=2"
    message = alert(
        "log:pr",
        subject=f"Auffällig: {MARK} & Titel 1",
        text=f"{secret(2).title} {secret(2).url} und {secret(1).title}",
        html=about.format(MARK),
    )
    decide(record, message, replace(message, key="second"), signal=told)
    (first, _) = outbox.claim(
        record, "alert:", now=NOW, owner="w", lease=timedelta(minutes=1), limit=5
    )
    outbox.done(record, first, run=start(record))
    days = {secret(1).day: [proof(1, story=secret(1).id)]}
    evidence.keep(record, BRAND, days=days, points=[point()], seen=evidence.touched(record))


def test_an_author_is_gone_from_every_byte_and_stays_away(record: Record) -> None:
    fill(record)
    assert traces(record, MARK, "secretid", "secretlabel").keys() >= {MARK, "secretid"}
    hashes = ["secrethash-0", "secrethash-1", "secrethash-2", "older-hash"]
    receipt = erasure.erase_author(record, hashes, now=NOW)
    assert receipt.complete
    assert receipt.mentions == 100
    assert receipt.rewritten == {"signals": 1, "messages": 2, "replies": 101, "dead letters": 1}
    assert traces(record, MARK, "secretid", "secretlabel") == {}
    with record.reading() as connection:
        silent = connection.execute(select(t.suppressed.c.author)).scalars().all()
        assert sorted(silent) == sorted(hashes)
    assert traces(record, "secrethash").keys() == {"secrethash"}
    assert keep(record, secret(5, edited_at=NOW))["deleted"] == 1
    assert keep(record, secret(500))["deleted"] == 1
    assert ledger.balance(record) == []


def test_evidence_index_and_the_figures_of_signals_stay(record: Record) -> None:
    fill(record)
    seen = evidence.touched(record)
    erasure.erase_author(record, ["secrethash-0", "secrethash-1", "secrethash-2"], now=NOW)
    assert evidence.load(record, BRAND) == [proof(1, story=secret(1).id)]
    assert index.load(record, BRAND) == [point()]
    assert evidence.touched(record) == seen
    (told,) = signals.load(record)
    assert {(one.headline, one.url) for one in told.drivers} == {("", "")}
    assert told.posts == 84
    (waiting,) = outbox.listing(record, state="leased")
    assert waiting.payload["subject"] == "Auffällig: "


def test_one_mention_is_gone_from_every_byte_and_stays_away(record: Record) -> None:
    fill(record)
    receipt = erasure.erase_mention(record, secret(2).id, now=NOW)
    assert (receipt.mentions, receipt.complete) == (1, True)
    assert traces(record, 'Titel 2"', "secretid-2?", 'secretid-2"', "Nummer 2.") == {}
    (told,) = signals.load(record)
    assert [one.headline for one in told.drivers] == [secret(1).title, ""]
    assert keep(record, secret(2))["deleted"] == 1
    assert erasure.erase_mention(record, secret(2).id, now=NOW).mentions == 0
    assert ledger.balance(record) == []


def test_a_mention_that_never_came_can_be_kept_out(record: Record) -> None:
    assert erasure.erase_mention(record, identity(1), now=NOW).mentions == 0
    assert keep(record, mention(1))["deleted"] == 1


def test_texts_leave_when_their_time_is_over_and_figures_stay(record: Record) -> None:
    fill(record)
    before = evidence.members(record, BRAND, [secret(1).day])
    later = NOW + timedelta(days=8)
    keep(record, secret(300), now=later)
    limits = {"forum": 7, "archive": None}
    proofs = erasure.expire_texts(record, retention=limits, now=later)
    assert proofs["forum"] == erasure.Proof(
        due=211, emptied=211, unread=0, oldest=later, complete=True
    )
    assert proofs["archive"] == erasure.Proof(
        due=0, emptied=0, unread=0, oldest=None, complete=True
    )
    left = traces(record, "Titel 1", "secretid-1?", "Nummer 99", "secrethash-1", "Ort 1")
    assert left == {}
    after = evidence.members(record, BRAND, [secret(1).day])
    blank = {"title": "", "excerpt": "", "url": ""}
    assert after == [replace(one, **blank) for one in before]
    assert ledger.balance(record) == []
    assert erasure.expire_texts(record, retention=limits, now=later)["forum"].due == 0


def test_a_text_whose_time_is_over_is_not_taken_in_again(record: Record) -> None:
    keep(record, secret(1))
    read_all(record)
    later = NOW + timedelta(days=8)
    erasure.expire_texts(record, retention={"forum": 7}, now=later)
    counts = keep(record, secret(1), secret(1, text="neu", edited_at=later), now=later)
    assert counts["duplicate"] == 2
    assert readings.pending(record, "rules2:model2", limit=9) == []
    assert ledger.balance(record) == []


def test_a_text_that_expires_unread_becomes_a_dead_letter(record: Record) -> None:
    keep(record, mention(1), mention(2))
    (first, _) = readings.pending(record, SIGNATURE, limit=9)
    readings.keep(record, [understood(first)], run=start(record))
    proofs = erasure.expire_texts(record, retention={"forum": 1}, now=NOW + timedelta(days=2))
    assert (proofs["forum"].emptied, proofs["forum"].unread) == (2, 1)
    assert ledger.summary(record)["forum"]["dead_lettered"] == 1
    assert ledger.balance(record) == []
    assert keep(record, mention(2))["duplicate"] == 1
    assert ledger.balance(record) == []


def test_a_source_without_a_limit_keeps_its_texts(record: Record) -> None:
    keep(record, mention(1))
    for retention in ({}, {"forum": None}, {"other": 1}):
        erasure.expire_texts(record, retention=retention, now=NOW + timedelta(days=999))
    assert readings.count_pending(record, SIGNATURE) == 1


def test_no_receipt_is_complete_while_somebody_reads_the_old_state(record: Record) -> None:
    keep(record, secret(1))
    with record.writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with record.reading() as reader:
        reader.execute(select(t.mentions.c.id)).all()
        assert not erasure.erase_mention(record, secret(1).id, now=NOW).complete
    assert record.checkpoint()
    assert traces(record, MARK) == {}
