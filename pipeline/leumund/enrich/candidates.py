"""Finds the pairs of texts that are alike without comparing each with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from rensa import RMinHash

from leumund.enrich.sketches import Sketch, likeness

PERMUTATIONS, ROWS, SEED = 128, 3, 20_261_121
"""128 MinHash values in 42 bands of 3: a pair of Jaccard .5 is missed with p = (1−.5³)⁴² = .004,
one of .6 with p = 4·10⁻⁵; unrelated texts (.01) meet with p = 4·10⁻⁵ (Leskovec et al., Mining of
Massive Datasets, section 3.4)."""


def alike(sketches: Sequence[Sketch], *, at_least: float) -> Iterator[tuple[Sketch, Sketch]]:
    """Pairs of different texts with a Jaccard index of `at_least`, each pair once.

    Candidates share a MinHash band, or are texts of one news agency under one title; each is
    verified exactly.
    """
    for i, j in sorted(_candidates(sketches)):
        if likeness(sketches[i], sketches[j]) >= at_least:
            yield sketches[i], sketches[j]


def _candidates(sketches: Sequence[Sketch]) -> set[tuple[int, int]]:
    buckets: dict[bytes, list[int]] = defaultdict(list)
    for i, sketch in enumerate(sketches):
        if sketch.bulletin:
            buckets[sketch.bulletin].append(i)
    found = _pairs(buckets.values())
    if len(sketches) < 2:
        return found
    offsets = np.cumsum([0, *(len(sketch.shingles) for sketch in sketches)])
    flat = np.concatenate([sketch.shingles for sketch in sketches]).astype(np.uint64)
    rows = RMinHash.digest_matrix_from_flat_token_hashes(
        flat.tolist(), offsets.tolist(), PERMUTATIONS, SEED
    ).to_rows()
    matrix = np.array(rows, dtype=np.uint32)
    for start in range(0, PERMUTATIONS - ROWS + 1, ROWS):
        band: dict[bytes, list[int]] = defaultdict(list)
        for i, row in enumerate(np.ascontiguousarray(matrix[:, start : start + ROWS])):
            band[row.tobytes()].append(i)
        found |= _pairs(band.values())
    return found


def _pairs(groups: Iterable[list[int]]) -> set[tuple[int, int]]:
    return {pair for group in groups if len(group) > 1 for pair in combinations(group, 2)}
