"""Moments can be added in any order and by any part, and nobody needs the texts again."""

import random
from dataclasses import replace

import pytest
from reputation.worlds import clusters

from leumund.reputation.moments import tally


def test_the_order_of_evidence_does_not_change_a_single_bit() -> None:
    rows = clusters("Musterbahn", 20, seed=1)
    mixed = rows[:]
    random.Random(3).shuffle(mixed)
    assert tally(rows) == tally(mixed)


def test_parts_add_up_to_the_whole() -> None:
    rows = clusters("Musterbahn", 5, seed=2, sources=2)
    left, right, whole = tally(rows[::2]), tally(rows[1::2]), tally(rows)
    for key, cell in whole.items():
        parts = [part[key] for part in (left, right) if key in part]
        total = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        assert (total.n, total.counts) == (cell.n, cell.counts)
        assert total.w == pytest.approx(cell.w, rel=1e-12)
        assert total.w2 == pytest.approx(cell.w2, rel=1e-12)
        assert total.ws == pytest.approx(cell.ws, rel=1e-12)
        assert total.hard == pytest.approx(cell.hard, rel=1e-12)
        for line, whole_line in zip(total.wss, cell.wss, strict=True):
            assert line == pytest.approx(whole_line, rel=1e-12)


def test_a_cell_holds_the_sums_of_its_clusters() -> None:
    row = clusters("Musterbahn", 1, seed=3)[0]
    twin = replace(row, story="zweite", weight=2 * row.weight)
    cell = tally([row, twin])[(row.day, row.source)]
    assert cell.n == 2
    assert cell.w == pytest.approx(3 * row.weight)
    assert cell.w2 == pytest.approx(5 * row.weight**2)
    assert cell.ws == pytest.approx([3 * row.weight * s for s in row.tone])
    assert cell.wss[0] == pytest.approx([3 * row.weight * row.tone[0] * s for s in row.tone])
    assert cell.counts[row.hard] == 2
    assert cell.hard[row.hard] == pytest.approx(3 * row.weight)


def test_owned_text_without_weight_leaves_no_trace() -> None:
    owned = [replace(row, weight=0.0) for row in clusters("Musterbahn", 3, seed=4)]
    assert tally(owned) == {}
