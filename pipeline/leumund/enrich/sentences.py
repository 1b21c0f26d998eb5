"""Cuts German text into sentences and keeps those around the places that matter.

spaCy's rule-based splitter (no trained model) does the work. What its German tokeniser knows as an
abbreviation (z. B., Nr., ca., Dr.) or ordinal (3. Mai) keeps its full stop and ends nothing; we
add the abbreviations it lacks, break at each end of line, and after years.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_ABBREVIATIONS = (
    "Anm.", "Art.", "Bzgl.", "Bzw.", "Ca.", "Evtl.", "Ggf.", "Inkl.", "Kap.", "Lt.", "Max.",
    "Min.", "Mind.", "Nrn.", "Sek.", "Sog.", "Vgl.", "Zzgl.", "gez.", "u.ä.", "usw.", "zzt.",
)  # fmt: skip
_OPENING = frozenset("([{„‚«‹“\"'")
_STREET = re.compile(r"\w+str\.", re.IGNORECASE)
_YEAR = re.compile(r"\d{3,}\.")

Span = tuple[int, int]


def sentences(text: str) -> list[list[Span]]:
    """Per sentence the spans of its words, in order; white space belongs to none.

    >>> text = "Das gilt z. B. für Dr. Meier. Gut so!"
    >>> [text[words[0][0] : words[-1][1]] for words in sentences(text)]
    ['Das gilt z. B. für Dr. Meier.', 'Gut so!']
    """
    found = []
    for sentence in _splitter()(text).sents:
        words = [(t.idx, t.idx + len(t)) for t in sentence if not t.is_space]
        if words:
            found.append(words)
    return found


def around(text: str, places: Sequence[Span], *, budget: int) -> str:
    """The sentences that hold `places`, then their neighbours, as far as `budget` words reach.

    The earliest places come first, then the sentence after and the one before each. A sentence
    that alone is longer is cut to the words around its first place. Parts keep the text's order.
    """
    parts = sentences(text)
    holding = [i for i, part in enumerate(parts) if _holds(part, places)]
    wanted = holding + [i + 1 for i in holding] + [i - 1 for i in holding]
    kept: dict[int, list[Span]] = {}
    left = budget
    for i in wanted:
        if not 0 <= i < len(parts) or i in kept:
            continue
        if len(parts[i]) > left and kept:
            continue
        kept[i] = _cut(parts[i], places, budget)
        left -= len(kept[i])
    return " ".join(text[kept[i][0][0] : kept[i][-1][1]] for i in sorted(kept))


def _holds(part: list[Span], places: Sequence[Span]) -> bool:
    return any(part[0][0] < end and start < part[-1][1] for start, end in places)


def _cut(part: list[Span], places: Sequence[Span], budget: int) -> list[Span]:
    if len(part) <= budget:
        return part
    at = next(i for i, (_, end) in enumerate(part) if any(start < end for start, _ in places))
    first = max(0, min(at - budget // 2, len(part) - budget))
    return part[first : first + budget]


@lru_cache(maxsize=1)
def _splitter() -> Language:
    import spacy
    from spacy.language import Language

    if not Language.has_factory("leumund_breaks"):
        Language.component("leumund_breaks", func=_breaks)
    chain = spacy.blank("de")
    chain.max_length = 10_000_000
    tokenizer: Any = chain.tokenizer
    for word in _ABBREVIATIONS:
        tokenizer.add_special_case(word, [{"ORTH": word}])
    tokenizer.token_match = _STREET.fullmatch
    chain.add_pipe("sentencizer")
    chain.add_pipe("leumund_breaks")
    return chain


def _breaks(doc: Doc) -> Doc:
    """Adds starts after line ends and years; opening marks go with the sentence they open."""
    for before, token in pairwise(doc):
        line_ends = before.is_space and "\n" in before.text
        if line_ends or (_YEAR.fullmatch(before.text) and token.text[0].isupper()):
            token.is_sent_start = True
    for before, token in reversed(list(pairwise(doc))):
        if token.is_sent_start and before.text in _OPENING and not before.whitespace_:
            token.is_sent_start, before.is_sent_start = False, True
    return doc
