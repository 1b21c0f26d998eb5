"""What the facts promise before anything is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from views import synthetic

from leumund.views.report import distinct


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


def test_streams_that_fail_alike_are_one_gap_and_the_youngest_comes_first() -> None:
    gap = synthetic.report(days=30).gaps[0]
    twin = replace(gap, start=gap.start.replace(second=7))
    later = replace(gap, start=gap.start.replace(minute=59))
    assert [one.start for one in distinct([gap, twin, later])] == [later.start, twin.start]
