"""The German text that may train weights we ship, read from a folder of downloaded sets.

Sets and licences: card.md. Our own labelled posts lie in `posts/` beside this file.
"""

import json
import lzma
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
LABELS = ("negative", "neutral", "positive")
XED_TONE = {1: 0, 3: 0, 4: 0, 6: 0, 5: 2, 8: 2}  # emotion → tone; anticipation, surprise: none
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


def unlabelled(data: Path, *, seed: int) -> list[str]:
    """Lines for the language model, shuffled: speeches once, everyday registers more often."""
    with lzma.open(data / "bundestag/bundestag_wp20_speeches.txt.xz", "rt", encoding="utf-8") as f:
        lines = [line.strip() for line in f if len(line) > 40]
    for path in sorted((data / "commonvoice").glob("*.txt")):
        if path.name != "PROVENANCE.md":
            lines += 2 * [line.strip() for line in path.read_text("utf-8").splitlines() if line]
    casual = [e.text for e in [*potts(data), *xed(data)]] + list(_germeval2018(data))
    lines += 4 * casual
    for name in ("a", "b", "c", "contrast"):
        lines += 8 * [text for text, _ in posts(name)]
    random.Random(seed).shuffle(lines)
    return lines


def posts(name: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Our own posts with their row (sector, register, opinions)."""
    with (HERE / "posts" / f"{name}.jsonl").open(encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            yield row["text"], row


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
