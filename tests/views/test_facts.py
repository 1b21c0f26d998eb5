"""What the facts promise before anything is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from views import synthetic

from leumund.views.report import GAPS, recent


def test_only_peers_are_compared() -> None:
    one, two, three = synthetic.report(days=30).brands
    one = replace(one, peers=(two.name,))
    two = replace(two, peers=())
    three = replace(three, peers=("Nirgendwer",))
    report = replace(synthetic.report(days=30), brands=(one, three, two))
    assert [[brand.name for brand in group] for group in report.groups] == [[one.name, two.name]]


def test_peers_of_peers_stand_in_one_group() -> None:
    one, two, three = synthetic.report(days=30).brands
    chain = (replace(one, peers=(two.name,)), replace(two, peers=(three.name,)))
    report = replace(synthetic.report(days=30), brands=(*chain, replace(three, peers=())))
    assert [len(group) for group in report.groups] == [3]


def test_a_ledger_row_says_what_it_cannot_account_for() -> None:
    row = synthetic.report(days=30).ledger[0]
    assert row.missing == 0
    assert replace(row, read=row.read - 2).missing == 2


def test_a_brand_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="absent"):
        replace(synthetic.report(days=30).brands[0], points=())


def test_a_long_list_of_gaps_shows_the_youngest() -> None:
    gap = synthetic.report(days=30).gaps[0]
    gaps = [replace(gap, start=gap.start.replace(minute=minute)) for minute in range(30)]
    assert [one.start.minute for one in recent(gaps)] == list(range(29, 29 - GAPS, -1))
