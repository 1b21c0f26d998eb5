"""Scores a model on German text that it never saw: GermEval 2017, own held-out posts, pairs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from corpus import HERE, LABELS, Example, framed
from leumund.config import Brand
from leumund.enrich.brands import BrandReader
from leumund.enrich.sentiment import frame

Logits = Callable[[Sequence[str]], np.ndarray]
RAIL = Brand(
    name="Deutsche Bahn",
    aliases=("DB", "Bahn", "@DB_Bahn", "@DB_Info", "S-Bahn", "Bahncard", "ICE", "DB Regio"),
    sources=("germeval",),
)


def germeval(folder: Path, split: str) -> list[Example]:
    """Documents of GermEval 2017 with their document sentiment; `split` dev or test_synchronic.

    A text that does not name the railway is read from its beginning.
    """
    reader, found = BrandReader([RAIL]), []
    for line in (folder / "germeval2017" / f"{split}.tsv").read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) > 3 and fields[3] in LABELS:
            text = fields[1]
            spans = list(reader.find(text)) or [(RAIL.name, 0, 0)]
            found.append(Example(frame(text, spans, RAIL.name), LABELS.index(fields[3]), split))
    return found


def figures(examples: Sequence[Example], logits: Logits) -> dict[str, float]:
    """Accuracy, macro-F1 and F1 per class, in [0, 1]."""
    gold = np.array([example.label for example in examples])
    said = logits([example.text for example in examples]).argmax(1)
    single = f1_score(gold, said, average=None, labels=[0, 1, 2], zero_division=0)
    named = {f"f1_{name}": round(float(f), 4) for name, f in zip(LABELS, single, strict=True)}
    return {
        "n": len(gold),
        "accuracy": round(float((gold == said).mean()), 4),
        "macro_f1": round(float(single.mean()), 4),
        **named,
    }


def pairs_right(logits: Logits) -> dict[str, int]:
    """Minimal pairs with both halves right, by kind and in all."""
    rows = [json.loads(x) for x in (HERE / "pairs.jsonl").read_text("utf-8").splitlines()]
    brands = {row[half]["brand"] for row in rows for half in ("a", "b")}
    examples: list[Example] = []
    for row in rows:
        for half in ("a", "b"):
            text, wanted = row[half]["text"], row[half]["brand"]
            others = [b for b in brands if b in text and b not in wanted and wanted not in b]
            named = dict.fromkeys([wanted, *sorted(others)], row[half]["label"])
            examples.append(next(framed([(text, named)], "pair")))
    right = logits([e.text for e in examples]).argmax(1) == [e.label for e in examples]
    both = right.reshape(-1, 2).all(1)
    found = Counter({row["kind"]: 0 for row in rows})
    for row, right_twice in zip(rows, both, strict=True):
        found[row["kind"]] += int(right_twice)
    return {**dict(sorted(found.items())), "all": int(both.sum())}


def response_matrix(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """M (3, 3): column k is the mean score of the texts with true class k."""
    return np.stack([scores[labels == k].mean(0) for k in range(3)], axis=1)
