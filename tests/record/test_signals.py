"""A decision, its signal and the messages for it are stored together, and only once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from record.makers import BRAND, alert, decide, driver, signal

from leumund.record import Record, ledger, outbox, signals


def test_a_signal_comes_back_as_it_was_kept(record: Record) -> None:
    told = signal(driver(1), driver(2, headline="", url=""))
    decide(record, signal=told)
    assert signals.load(record) == signals.load(record, BRAND) == [told]
    assert signals.load(record, "Andere") == []


def test_each_target_has_a_message_of_its_own_in_the_words_of_the_signal(record: Record) -> None:
    sent = [alert("mail:a@muster.example"), alert("log:pr")]
    assert decide(record, *sent)
    waiting = outbox.listing(record, signals.SINK)
    assert [signals.alert_of(parcel) for parcel in waiting] == sent
    assert ledger.balance(record) == []


def test_a_second_decision_of_a_day_tells_nobody(record: Record) -> None:
    assert decide(record, alert("log:pr"))
    assert not decide(record, alert("log:other"), signal=signal(posts=1))
    assert [one.posts for one in signals.load(record)] == [84]
    assert len(outbox.listing(record)) == 1
    assert ledger.balance(record) == []


def test_a_marker_of_a_recomputed_day_needs_no_decision_and_doubles_nothing(record: Record) -> None:
    decide(record, alert("log:pr"))
    again = signal(posts=1, retrospective=True)
    new = replace(again, day=again.day + timedelta(days=1))
    assert decide(record, alert("log:pr"), decision=None, signal=again)
    assert decide(record, decision=None, signal=new)
    assert [(one.day, one.posts) for one in signals.load(record)] == [
        (again.day, 84),
        (new.day, 1),
    ]
    assert len(outbox.listing(record)) == 1
