"""Where documents live: which index carries an alias, and what an interrupted rebuild left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from leumund.views.blueprint import Body
from leumund.views.places import Held, Place, months, places

MONTH = Place("mentions", "2026.11")
INDEX = Place("index")


def _held(indices: Mapping[str, tuple[str, ...]]) -> Held:
    bodies: dict[str, Body] = {
        name: {"aliases": {alias: {} for alias in aliases}} for name, aliases in indices.items()
    }
    return Held(prefix="leumund", indices=bodies)


def test_the_index_behind_the_alias_is_in_use() -> None:
    live = _held(
        {"leumund-index-g9": (), "leumund-index-g10": ("leumund-index",), "leumund-index-x": ()}
    )
    assert live.current == {INDEX: "leumund-index-g10"}
    assert live.latest == {INDEX: 10}


def test_what_an_interrupted_rebuild_left_is_told_from_what_is_in_use() -> None:
    live = _held(
        {
            "leumund-mentions-2026.11-g1": ("leumund-mentions", "leumund-mentions-2026.11"),
            "leumund-mentions-2026.11-g2": (),
            "leumund-index-g1": (),
        }
    )
    assert live.left_over() == {MONTH: ["leumund-mentions-2026.11-g2"]}


def test_an_index_that_lost_its_alias_is_never_taken_for_a_leftover() -> None:
    live = _held({"leumund-index-g1": (), "leumund-index-g2": ()})
    assert live.left_over() == {}
    assert live.latest == {INDEX: 2}


def test_indices_of_another_installation_are_not_ours() -> None:
    live = _held({"leumund-test-index-g1": ("leumund-test-index",)})
    assert live.current == {}


def test_months_reach_from_the_oldest_mention_to_a_year_ahead() -> None:
    assert months(date(2025, 12, 31), date(2026, 1, 1))[:2] == ["2025.12", "2026.01"]
    assert months(date(2025, 12, 31), date(2026, 1, 1))[-1] == "2027.01"
    assert months(date(2026, 3, 1), date(2026, 1, 1), ahead=0) == ["2026.01"]


def test_each_month_and_each_index_without_months_has_a_place() -> None:
    assert [place.alias("p") for place in places(["2026.11"])] == [
        "p-mentions-2026.11",
        "p-index",
        "p-signals",
        "p-ledger",
    ]
