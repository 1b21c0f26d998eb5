"""Batches hold every text once, within the budget, with little padding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leumund.inference.batching import plan


def padded(width: int) -> int:
    return -(-width // 8) * 8


@given(st.lists(st.integers(1, 600)), st.integers(0, 4096))
def test_every_text_is_in_one_batch_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(plan(lengths, budget=budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        width = padded(max(lengths[i] for i in batch))
        assert len(batch) == 1 or len(batch) * width <= budget


@given(st.lists(st.integers(1, 600), min_size=1))
def test_texts_of_one_batch_are_neighbours_in_length(lengths: list[int]) -> None:
    flat = [lengths[i] for batch in plan(lengths, budget=2048) for i in batch]
    assert flat == sorted(lengths, reverse=True)


def test_sorting_leaves_little_padding() -> None:
    lengths = [15 + (37 * i) % 180 for i in range(600)]
    real = sum(lengths)
    spent = sum(
        len(batch) * padded(max(lengths[i] for i in batch)) for batch in plan(lengths, budget=2048)
    )
    assert spent / real < 1.1
