"""Reads what a text says about a brand: kritisch, neutral or wohlwollend, with probabilities.

The model never sees a brand's name: it reads `[MARKE]` for the brand in question and `[ANDERE]`
for every other one. The same text about two brands therefore gets the same reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leumund.enrich.brands import Found
from leumund.enrich.sentences import around
from leumund.enrich.signatures import model_of
from leumund.inference import Logits, Scorer
from leumund.types import Opinion, Reading, Shares

VERSION = "frame-1"
BRAND, OTHER = "[MARKE]", "[ANDERE]"
BUDGET = 96
"""Words around the mentions that the model reads; about 140 word pieces."""

_OWN, _ELSE = "ꝐꝐ", "ꝘꝘ"  # medieval capitals: a name for the splitter
_LINK_OR_HANDLE = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@[\w…]+")


def frame(
    body: str,
    spans: Sequence[Found],
    brand: str,
    *,
    words: tuple[str, str] = (BRAND, OTHER),
    budget: int = BUDGET,
) -> str:
    """What the model reads for one brand: the sentences around its mentions, all brands masked.

    Links become `http` and handles `@…`, unless they name a brand. White space is single.

    Args:
        body: title and text, as `Reading.body`.
        spans: places of all brands in `body`, as `Reading.found`.
        brand: the brand in question; one of `spans` names it.
        words: what stands for the brand and for any other.
        budget: at most this many words (of spaCy's tokeniser).

    >>> frame("Anders als Talbahn ist Musterbahn nie da. https://t.co/x",
    ...       [("Talbahn", 11, 18), ("Musterbahn", 23, 33)], "Musterbahn")
    'Anders als [ANDERE] ist [MARKE] nie da. http'
    """
    text = _masked(body, spans, brand)
    places = [match.span() for match in re.finditer(_OWN, text)]
    kept = " ".join(around(text, places, budget=budget).split())
    return kept.replace(_OWN, words[0]).replace(_ELSE, words[1])


def _masked(body: str, spans: Sequence[Found], brand: str) -> str:
    """The body with a stand-in word per mention; links and handles shortened."""
    marks = [(start, end, _OWN if name == brand else _ELSE) for name, start, end in spans]
    places = []
    for match in _LINK_OR_HANDLE.finditer(body):
        start, end = match.span()
        inside = [mark for mark in marks if mark[0] < end and start < mark[1]]
        marks = [mark for mark in marks if mark not in inside]
        plain = "@…" if match[0][0] == "@" else "http"
        word = min((word for _, _, word in inside), default=plain)
        start = min([start, *(a for a, _, _ in inside)])
        places.append((start, max([end, *(b for _, b, _ in inside)]), word))
    parts, done = [], 0
    for start, end, mark in sorted([*places, *marks]):
        if start >= done:
            parts += [body[done:start], mark]
            done = end
    return "".join([*parts, body[done:]])


class SentimentReader:
    """Adds an opinion per brand named; scores only what this model has not read already."""

    def __init__(
        self,
        scorer: Scorer,
        *,
        temperature: float = 1.0,
        words: tuple[str, str] = (BRAND, OTHER),
        budget: int = BUDGET,
    ) -> None:
        self._scorer = scorer
        self._temperature = temperature
        self._words = words
        self._budget = budget

    @property
    def signature(self) -> str:
        """The scorer's signature, the temperature and the rules of the frame; readable."""
        frames = f"{VERSION}/{self._budget}/{'/'.join(self._words)}"
        return f"{self._scorer.signature} T{self._temperature:g} {frames}"

    def __call__(self, batch: Sequence[Reading]) -> Sequence[Reading]:
        """Readings with one opinion per brand found, in the order of first mention.

        An opinion that the same model gave before stays: `Reading.signature` names the model, and
        `BrandReader` has dropped opinions whose places changed. All other pairs of the batch are
        scored in one call.
        """
        pairs = [(row, brand) for row, reading in enumerate(batch) for brand in self._due(reading)]
        texts = [
            frame(batch[row].body, batch[row].found, brand, words=self._words, budget=self._budget)
            for row, brand in pairs
        ]
        tones = softmax(self._scorer.score(texts), temperature=self._temperature)
        new = {
            pair: (tone[0], tone[1], tone[2])
            for pair, tone in zip(pairs, tones.tolist(), strict=True)
        }
        return [self._with_opinions(reading, row, new) for row, reading in enumerate(batch)]

    def _due(self, reading: Reading) -> list[str]:
        if reading.filtered:
            return []
        known = self._known(reading)
        return [
            name for name in dict.fromkeys(name for name, *_ in reading.found) if name not in known
        ]

    def _known(self, reading: Reading) -> dict[str, Opinion]:
        same_model = model_of(reading.signature) == self.signature
        return {opinion.brand: opinion for opinion in reading.opinions} if same_model else {}

    def _with_opinions(
        self, reading: Reading, row: int, new: Mapping[tuple[int, str], Shares]
    ) -> Reading:
        if reading.filtered:
            return replace(reading, opinions=())
        known = self._known(reading)
        first: dict[str, tuple[int, int]] = {}
        for brand, start, end in reading.found:
            first.setdefault(brand, (start, end))
        opinions = tuple(
            known.get(brand) or Opinion(brand=brand, tone=new[row, brand], span=span)
            for brand, span in first.items()
        )
        return replace(reading, opinions=opinions)


def softmax(logits: Logits, *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities per row, in double precision; rows sum to 1 (Guo et al. 2017, section 4.2).

    >>> softmax(np.array([[0.0, 0.0, 0.0]], dtype=np.float32)).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
