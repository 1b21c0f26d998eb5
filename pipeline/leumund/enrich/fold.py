"""Makes two ways to write one word equal, and still knows where each letter stood in the text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_SAME = (
    ("\u2019", "'"),
    ("\u02bc", "'"),
    ("\u00b4", "'"),
    ("`", "'"),
    ("\u00a0", " "),
    ("\u202f", " "),
    ("\u2009", " "),
    ("\u2010", "-"),
    ("\u2011", "-"),
    ("\u0130", "I"),  # İ: the only letter that lower() would make two of
    ("\u0131", "i"),
    ("\u017f", "s"),
    ("\u00b5", "\u03bc"),
)
"""Letters with one equal each: typographic apostrophes, blanks and hyphens, odd cases."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f"
"""Soft hyphens, joiners and emoji selectors: they stand inside or beside words, unseen."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text for comparing. `places` holds (start, end) in the original per letter of `text`.

    `places` is None when letter i of `text` is letter i of the original.
    """

    text: str
    places: tuple[tuple[int, int], ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` came from."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def fold(text: str) -> Folded:
    """Lower case, NFC, plain apostrophes, blanks and hyphens, nothing invisible.

    >>> fold("Muster\\u00adbahn’s").text
    "musterbahn's"
    >>> folded = fold("Die Mu\\u0308nzbahn")
    >>> folded.text, folded.span(4, 6)
    ('die münzbahn', (4, 7))
    """
    for old, new in _SAME:
        text = text.replace(old, new)
    if unicodedata.is_normalized("NFC", text) and not any(c in text for c in _INVISIBLE):
        return Folded(text.lower())
    return _fold_by_letter(text)


def is_mark(letter: str) -> bool:
    """Whether the character is a combining mark, which belongs to the letter before it."""
    return letter >= "\u0300" and unicodedata.category(letter)[0] == "M"


def in_word(letter: str) -> bool:
    """Whether a character continues a word: letter, digit or combining mark.

    >>> [in_word(c) for c in ("ü", "7", "\\u0301", "_", "-", "")]
    [True, True, True, False, False, False]
    """
    return letter.isalnum() or (letter != "" and is_mark(letter))


def _fold_by_letter(text: str) -> Folded:
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and is_mark(text[end]):
            end += 1
        shown = "".join(c for c in text[start:end] if c not in _INVISIBLE)
        for letter in unicodedata.normalize("NFC", shown).replace("\u0130", "I").lower():
            letters.append(letter)
            places.append((start, end))
        start = end
    return Folded("".join(letters), tuple(places))
