"""Boils a text down to what is needed to recognise its copies, without keeping the text.

The sketch holds the hashed word 3-grams themselves, so that the likeness of two texts is exact;
from 128 MinHash values alone its standard error at .5 would be .044 (√(J(1−J)/128)), too coarse
beside the thresholds .5 and .4. It costs 4 bytes a 3-gram: 0.3 kB for a post, 2 kB for an article.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

VERSION = 1
_HEADER = struct.Struct("<BBBx8s")
_REPOST = re.compile(r"(?:^|\s)RT\s*:?\s*@[\w…]*:?|\bvia\s+(?:@[\w…]+|https?://\S+)", re.IGNORECASE)
_NOISE = re.compile(r"(?:https?://|www\.)\S+|@[\w…]+")
_WORD = re.compile(r"[^\W_]+")
_AGENCIES = ("dpa", "AFP", "Reuters", "epd", "KNA", "SID", "APA", "AP")
_AGENCY = re.compile(rf"(?:[(/\[]|^|\s–\s)({'|'.join(_AGENCIES)})(?=[)/\],\s-])", re.MULTILINE)


@dataclass(frozen=True)
class Sketch:
    """`data` to store, number of `words` (title included), `digest` of the normalised text.

    >>> first = sketch("RT @jo: Danke, Musterbahn! https://example.org/1")
    >>> first.words, first.repost, first.digest == sketch("danke musterbahn").digest
    (2, True, True)
    """

    data: bytes
    words: int
    digest: str

    @property
    def repost(self) -> bool:
        """Whether the text says that it repeats somebody (RT @…, via @…)."""
        return bool(_HEADER.unpack_from(self.data)[1])

    @property
    def bulletin(self) -> bytes:
        """Equal for texts of one news agency under one title; empty for all others."""
        _, _, agency, title = _HEADER.unpack_from(self.data)
        return bytes([agency]) + title if agency and any(title) else b""

    @cached_property
    def shingles(self) -> NDArray[np.uint32]:
        """Sorted distinct hashes of the word 3-grams."""
        return np.frombuffer(self.data, dtype="<u4", offset=_HEADER.size)


def sketch(text: str, *, title: str = "") -> Sketch:
    """The sketch of title and text together; the same in every process.

    Args:
        text: as it was published.
        title: headline, compared within one news agency as well.
    """
    whole = f"{title}\n{text}" if title else text
    words = normalise(whole)
    grams = {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))} if words else set()
    hashes = np.unique(np.fromiter((crc32(g.encode()) for g in grams), "<u4", len(grams)))
    agency = _AGENCY.search(whole)
    header = _HEADER.pack(
        VERSION,
        bool(_REPOST.search(whole)),
        1 + _AGENCIES.index(agency[1]) if agency else 0,
        _digest(normalise(title))[:8] if title else b"",
    )
    return Sketch(header + hashes.tobytes(), len(words), _digest(words).hex()[:32])


def normalise(text: str) -> list[str]:
    """The words of a text in lower case, without links, handles, repost marks and punctuation.

    >>> normalise("RT @x: Musterbahn: „Züge fallen AUS“ – www.example.org")
    ['musterbahn', 'züge', 'fallen', 'aus']
    """
    plain = _NOISE.sub(" ", _REPOST.sub(" ", unicodedata.normalize("NFKC", text)))
    return _WORD.findall(plain.replace("\u00ad", "").casefold())


def likeness(a: Sketch, b: Sketch) -> float:
    """Jaccard index of the word 3-grams, in [0, 1], up to collisions of 32-bit hashes.

    Source: method.md, section 4 (|A ∩ B| / |A ∪ B|).

    >>> likeness(sketch("eins zwei drei vier"), sketch("eins zwei drei fünf"))
    0.3333333333333333
    """
    if a.digest == b.digest:
        return 1.0
    both = len(np.intersect1d(a.shingles, b.shingles, assume_unique=True))
    return both / max(1, len(a.shingles) + len(b.shingles) - both)


def _digest(words: list[str]) -> bytes:
    return hashlib.sha256(" ".join(words).encode()).digest()
