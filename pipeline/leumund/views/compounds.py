"""Takes German words apart: a compound into its parts, a verb down to its root."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from leumund.views.blueprint import WORDS, folded, locate

SHORTEST, LONGEST = 3, 24
"""Letters of a part; as the token filter `de_decomp` has it."""
_JOINTS = {"", "s", "n", "en", "e", "es", "er", "ens"}
_VERBAL = {"t", "te", "ten", "tet", "et", "ete", "eten", "st", "ung", "ungen", "ungs", "end"}
_ENDINGS = _JOINTS | _VERBAL | {"em", "ern"}
_BEGINNINGS = {"", "ge"}


def parts(word: str, known: Set[str] | None = None) -> list[str]:
    """What the word is made of, folded; nothing if a piece of it is unknown.

    Args:
        word: one word.
        known: folded words; default: words.txt.

    >>> known = {"zug", "verspatung", "kundig", "bahn"}
    >>> parts("Zugverspätungen", known), parts("gekündigt", known), parts("Musterbahn", known)
    (['zug', 'verspatung'], ['kundig'], [])
    """
    word = folded(word.lower())
    known = words() if known is None else known
    pieces: list[str] = []
    rests: list[str] = [""]
    at = 0
    while at < len(word):
        if found := _longest(word, at, known):
            pieces.append(found)
            rests.append("")
        else:
            rests[-1] += word[at]
        at += len(found) or 1
    inner, first, last = rests[1:-1], rests[0], rests[-1]
    whole = first in _BEGINNINGS and last in _ENDINGS and all(rest in _JOINTS for rest in inner)
    return pieces if pieces and whole else []


@cache
def words() -> frozenset[str]:
    """The word list of the decompounder, folded."""
    return frozenset(folded(word) for word in (locate() / WORDS).read_text("utf-8").split())


def _longest(word: str, at: int, known: Set[str]) -> str:
    ends = range(min(len(word), at + LONGEST), at + SHORTEST - 1, -1)
    return next((word[at:end] for end in ends if word[at:end] in known), "")
