"""The German text that may train weights we ship, read from a folder of downloaded sets.

Sets and licences: card.md. Our own labelled posts lie in `posts/` beside this file.
"""

import json
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from leumund.enrich.sentiment import frame

HERE = Path(__file__).parent
LABELS = ("negative", "neutral", "positive")
XED_TONE = {1: 0, 3: 0, 4: 0, 6: 0, 5: 2, 8: 2}  # emotion → tone; anticipation, surprise: none
TRAINING = ("a", "b", "c", "d", "e", "f", "contrast")
DRILLS = ("one", "two", "three", "four", "five")
"""Files that the weights beside this one learned from; others wait for the next training."""
_URL = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@\w+")


class Example(NamedTuple):
    """A text as the model sees it, its class (index of LABELS) and where it comes from."""

    text: str
    label: int
    kind: str


def tidy(text: str) -> str:
    """Links and other people's handles become one word each, as the product does it too."""
    return re.sub(r"\s+", " ", _HANDLE.sub("@…", _URL.sub("http", text))).strip()


def speeches(data: Path) -> list[str]:
    """Plenary speeches: much text, formal register."""
    with lzma.open(data / "bundestag/bundestag_wp20_speeches.txt.xz", "rt", encoding="utf-8") as f:
        return [line.strip() for line in f if len(line) > 40]


def everyday(data: Path) -> list[str]:
    """Sentences, subtitles, tweets and our own posts: little text, the register we read."""
    lines = [e.text for e in [*potts(data), *xed(data)]] + list(_germeval2018(data))
    for path in sorted((data / "commonvoice").glob("*.txt")):
        lines += [line.strip() for line in path.read_text("utf-8").splitlines() if line]
    for name in TRAINING:
        lines += 3 * [text for text, _ in posts(name)]
    return lines


def posts(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Our own posts of one file: text and its label toward each brand it names."""
    with (HERE / "posts" / f"{name}.jsonl").open(encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            yield row["text"], row["opinions"]


def drills() -> Iterator[tuple[str, dict[str, str]]]:
    """Handwritten pairs that differ in one small thing and in their label."""
    for name in DRILLS:
        for line in (HERE / "drills" / f"{name}.jsonl").read_text("utf-8").splitlines():
            for half in json.loads(line)["texts"]:
                yield half["text"], half["opinions"]


def framed(rows: Iterable[tuple[str, dict[str, str]]], kind: str) -> Iterator[Example]:
    """One example for each brand of a text, as the product frames it."""
    for text, opinions in rows:
        spans = [
            (brand, match.start(), match.end())
            for brand in opinions
            for match in re.finditer(re.escape(brand), text)
        ]
        for brand, label in opinions.items():
            yield Example(frame(text, spans, brand), LABELS.index(label), kind)


def potts(data: Path) -> Iterator[Example]:
    """PotTS tweets; the 488 mixed ones are left out."""
    for line in (data / "potts/corpus_label_text.tsv").read_text("utf-8").splitlines():
        label, _, text = line.partition("\t")
        if label in LABELS:
            yield Example(tidy(text), LABELS.index(label), "potts")


def xed(data: Path) -> Iterator[Example]:
    """Subtitle lines whose emotions all point one way."""
    for line in (data / "xed/de-projections.tsv").read_text("utf-8").splitlines():
        text, _, emotions = line.rpartition("\t")
        tones = {XED_TONE.get(int(e), 1) for e in re.findall(r"\d", emotions)}
        if len(tones) == 1:
            yield Example(tidy(text), tones.pop(), "xed")


def _germeval2018(data: Path) -> Iterator[str]:
    for name in ("training", "test"):
        path = data / f"germeval2018/germeval2018.{name}.txt"
        for line in path.read_text("utf-8").splitlines():
            yield tidy(line.split("\t")[0])
