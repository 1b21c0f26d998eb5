"""Packs texts of like length together, so that little computing time is spent on padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from leumund.inference.scorer import Logits

Ids = NDArray[np.int64]
Forward = Callable[[Ids, Ids], NDArray[np.float32]]
"""Token ids and mask, both (rows, length), to raw logits (rows, classes)."""

CPU_BUDGET, GPU_BUDGET = 2_048, 16_384
_STEP = 8


def plan(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Batches of positions, longest texts first, each at most `budget` padded tokens.

    Lengths count as padded to multiples of 8: fewer shapes, less memory for their plans. A text
    above the budget is a batch of its own; a budget of 0 puts every text alone.

    >>> list(plan([3, 20, 4, 30], budget=64))
    [[3, 1], [2, 0]]
    """
    batch: list[int] = []
    width = 0
    for position in sorted(range(len(lengths)), key=lambda i: (-lengths[i], -i)):
        if batch and (len(batch) + 1) * width > budget:
            yield batch
            batch = []
        if not batch:
            width = -(-lengths[position] // _STEP) * _STEP
        batch.append(position)
    if batch:
        yield batch


class BatchedScorer:
    """A `Scorer` around one forward pass: tokenises, sorts, packs, and restores the order.

    `tokens` counts the real tokens scored since it was built, padding not included.
    """

    def __init__(
        self,
        forward: Forward,
        tokenizer: Tokenizer,
        *,
        signature: str,
        columns: tuple[int, int, int],
        max_length: int,
        budget: int,
        pad: int = 0,
    ) -> None:
        self._forward = forward
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)
        self._columns = list(columns)
        self._budget = budget
        self._pad = pad
        self._signature = signature
        self.tokens = 0

    @property
    def signature(self) -> str:
        return self._signature

    def score(self, texts: Sequence[str]) -> Logits:
        """As `Scorer.score`; equal texts are scored once."""
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        encoded = [e.ids for e in self._tokenizer.encode_batch_fast(list(rows))]
        scored = np.zeros((len(rows), 3), dtype=np.float32)
        for batch in plan([len(ids) for ids in encoded], budget=self._budget):
            ids, mask = self._padded([encoded[row] for row in batch])
            self.tokens += int(mask.sum())
            scored[batch] = self._forward(ids, mask)[:, self._columns]
        return scored[[rows[text] for text in texts]]

    def _padded(self, batch: list[list[int]]) -> tuple[Ids, Ids]:
        width = len(batch[0]) if len(batch) == 1 else -(-len(batch[0]) // _STEP) * _STEP
        ids = np.full((len(batch), width), self._pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return ids, mask
