"""Finds which brands a text names, and where, by the names that leumund.toml gives.

A name counts as a whole word in any case: no letter, digit or combining mark beside it. German
endings belong to it (-s, -'s, -es, an apostrophe after s); `-`, `_`, `@` and `#` end a word, so
that Bahn-Chef, @DB_Bahn and #Bahn name the Bahn while Bahnübergang and Autobahn do not. Other
plurals are names of their own: give them as aliases.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ahocorasick_rs import AhoCorasick

from leumund.config import Brand
from leumund.enrich.fold import fold, in_word
from leumund.errors import Misconfigured
from leumund.types import Reading

VERSION = "brands-1"
_HISSING = ("s", "ß", "x", "z")
_VOWELS = frozenset("aeiouyäöü")

Found = tuple[str, int, int]
"""Brand, start and end of one place where a text names it."""

_NAME, _EXCLUDE, _REQUIRE = "name", "exclude", "require"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What one folded phrase means: for which brands it is a name, an exclusion, a condition."""

    text: str
    endings: tuple[str, ...]
    uses: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A phrase found as a whole word, its ending included."""

    start: int
    end: int
    phrase: _Phrase


class BrandReader:
    """Writes into each reading which brands its text names; drops readings that name none."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._brands = tuple(brand.name for brand in brands)
        self._phrases = _phrases(brands)
        self._automaton = AhoCorasick([phrase.text for phrase in self._phrases])
        self._conditional = frozenset(i for i, brand in enumerate(brands) if brand.require)
        rules = [VERSION, [(b.name, b.aliases, b.exclude, b.require) for b in brands]]
        self._signature = hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:16]

    @property
    def signature(self) -> str:
        """16 hex digits over the rules of all brands."""
        return self._signature

    def __call__(self, batch: Sequence[Reading]) -> Sequence[Reading]:
        """Readings with `found`, or `filtered="brand"`; what another step filtered passes through.

        Opinions stay only where the places found are the same as before: the model saw them.
        """
        return [self._read(reading) for reading in batch]

    def find(self, text: str) -> tuple[Found, ...]:
        """All places where a brand is named, in order of the text; offsets count in `text`.

        At each place the longest name wins, and every brand that has this name is found.

        >>> reader = BrandReader([Brand(name="Musterbahn", aliases=("@mb",), sources=("x",))])
        >>> reader.find("Musterbahns Chefin: @MB hat nichts mit der Musterbahnhof AG zu tun")
        (('Musterbahn', 0, 11), ('Musterbahn', 20, 23))
        """
        folded = fold(text)
        hits = list(self._hits(folded.text))
        if not hits:
            return ()
        masks: dict[int, list[_Hit]] = defaultdict(list)
        missing = set(self._conditional)
        for hit in hits:
            for role, brand in hit.phrase.uses:
                if role == _EXCLUDE:
                    masks[brand].append(hit)
                elif role == _REQUIRE:
                    missing.discard(brand)
        chosen = _choose(hits, missing, masks)
        found = []
        for hit, brands in chosen:
            start, end = folded.span(hit.start, hit.end)
            found += [(self._brands[brand], _with_sign(text, start), end) for brand in brands]
        return tuple(found)

    def _hits(self, text: str) -> Iterator[_Hit]:
        for which, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if start and in_word(text[start - 1]):
                continue
            phrase = self._phrases[which]
            whole = _end_of_word(text, end, phrase.endings)
            if whole:
                yield _Hit(start, whole, phrase)

    def _read(self, reading: Reading) -> Reading:
        if reading.filtered not in ("", "brand"):
            return reading
        found = self.find(reading.body)
        return replace(
            reading,
            found=found,
            opinions=reading.opinions if found == reading.found else (),
            filtered="" if found else "brand",
        )


def _phrases(brands: Sequence[Brand]) -> list[_Phrase]:
    uses: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for index, brand in enumerate(brands):
        roles = (
            (_NAME, (brand.name, *brand.aliases)),
            (_EXCLUDE, brand.exclude),
            (_REQUIRE, brand.require),
        )
        for role, words in roles:
            for word in words:
                for spelling in _spellings(word, brand.name):
                    if (role, index) not in uses[spelling]:
                        uses[spelling].append((role, index))
    return [_Phrase(text, _endings(text), tuple(what)) for text, what in uses.items()]


def _spellings(word: str, brand: str) -> set[str]:
    plain = fold(" ".join(word.split())).text
    if not any(in_word(letter) for letter in plain):
        raise Misconfigured(f"brand {brand!r}: {word!r} has no letter to look for")
    return {plain, plain.replace("ß", "ss")}


def _endings(name: str) -> tuple[str, ...]:
    """German endings that still name the brand, longest first; handles and tags take 's alone."""
    last = name[-1]
    if name[0] in "@#" or not last.isalnum():
        return ("'s",)
    strong = ("es",) if len(name.rsplit(maxsplit=1)[-1]) >= 5 and last not in _VOWELS else ()
    if last in _HISSING:
        return ("'s", *strong, "'")
    return ("'s", *strong, "s")


def _end_of_word(text: str, end: int, endings: tuple[str, ...]) -> int:
    """Where the word that starts with a name ends, its ending included; 0 if it is another word."""
    for ending in endings:
        whole = end + len(ending)
        if text.startswith(ending, end) and not in_word(text[whole : whole + 1]):
            return whole
    return 0 if in_word(text[end : end + 1]) else end


def _choose(
    hits: list[_Hit], missing: set[int], masks: dict[int, list[_Hit]]
) -> list[tuple[_Hit, list[int]]]:
    """From left to right the longest valid name at each place, without overlap."""
    chosen = []
    free_from = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -len(hit.phrase.text))):
        if hit.start < free_from:
            continue
        brands = [
            brand
            for role, brand in hit.phrase.uses
            if role == _NAME and brand not in missing and not _masked(hit, masks.get(brand, ()))
        ]
        if brands:
            chosen.append((hit, brands))
            free_from = hit.end
    return chosen


def _masked(hit: _Hit, masks: Sequence[_Hit]) -> bool:
    return any(mask.start <= hit.start and hit.end <= mask.end for mask in masks)


def _with_sign(text: str, start: int) -> int:
    """The place of `@` or `#` directly before a name that is a handle or tag, else `start`."""
    if start and text[start - 1] in "@#" and not (start > 1 and in_word(text[start - 2])):
        return start - 1
    return start
