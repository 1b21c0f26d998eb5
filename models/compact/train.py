"""Trains the small German model that ships with Leumund, from words to the files beside this one.

    python models/compact/train.py --data FOLDER [--evaluate FOLDER] [--new-vocabulary]

FOLDER holds the sets that may train (card.md names them and their licences). The evaluation sets
only score: nothing is chosen by them. The vocabulary beside this file is kept unless a new one is
asked for. Takes about a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

import evaluate
import export
import finetune
from corpus import HERE, LABELS, TRAINING, Example, drills, framed, posts, potts, xed
from grammar import Grammar
from leumund.reputation.responses import calibrated, calibration_error, temperature
from vectors import learn

SEED = 1
INT8_LOSS = 0.005
"""Macro-F1 that int8 weights may cost; else fp16 ships."""


def train(data: Path, *, known: Path | None = None) -> tuple[finetune.Model, Tokenizer]:
    """Words, then composition and mood, then tone toward a brand on our own posts."""
    tokenizer, start = learn(data, seed=SEED, known=known)
    model = finetune.blank(start, seed=SEED)
    own = [e for name in TRAINING for e in framed(posts(name), name)]
    practice = list(framed(drills(), "drill"))
    sentences = list(Grammar(SEED).sentences(16_000))
    moods = [*potts(data), *xed(data)]
    print(f"{len(own)} opinions in our posts, {len(practice)} in drills", flush=True)
    first = [*moods, *sentences[:14_000], *own]
    finetune.train(model, tokenizer, first, epochs=1, rate=8e-4, seed=SEED)
    second = [*own, *practice, *sentences[14_000:]]
    finetune.train(model, tokenizer, second, epochs=9, rate=8e-4, seed=SEED + 1)
    return model, tokenizer


def onnx_logits(path: Path, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Logits (n, 3) of an ONNX file, one text at a time."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rows = []
    for ids in finetune.encode(tokenizer, texts):
        one = np.array([ids])
        feed = {"input_ids": one, "attention_mask": np.ones_like(one)}
        rows.append(session.run(None, feed)[0][0])
    return np.array(rows)


def ship(model: finetune.Model, tokenizer: Tokenizer, folder: Path) -> dict[str, object]:
    """Write the files of the model and its responses; returns the figures on our own posts."""
    held = list(framed(posts("heldout"), "heldout"))
    texts, gold = [e.text for e in held], np.array([e.label for e in held])
    plain = finetune.logits_of(model, tokenizer, texts)
    heat = temperature(plain, gold)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        export.to_onnx(model, full)
        difference = float(np.abs(onnx_logits(full, tokenizer, texts) - plain).max())
        if difference > 1e-4:
            raise SystemExit(f"the ONNX export differs from torch by {difference:.2e}")
        small = Path(scratch) / "small.onnx"
        export.to_int8(full, small)
        lost = _macro(plain, gold) - _macro(onnx_logits(small, tokenizer, texts), gold)
        precision = "int8" if lost <= INT8_LOSS else "fp16"
        if precision == "fp16":
            export.to_fp16(full, small)
        shutil.copy(small, folder / "model.onnx")
    export.write(model, tokenizer, folder, temperature=heat, precision=precision)
    shipped = onnx_logits(folder / "model.onnx", tokenizer, texts)
    scores = calibrated(shipped, heat)
    _responses(folder / "responses.json", held, scores)
    matrix = evaluate.response_matrix(scores, gold)
    return {
        **evaluate.figures(held, lambda _: shipped),
        "temperature": round(heat, 4),
        "ece_before": round(calibration_error(calibrated(shipped, 1.0), gold), 4),
        "ece": round(calibration_error(scores, gold), 4),
        "smallest_singular_value": round(float(np.linalg.svd(matrix)[1][2]), 4),
        "onnx_difference": float(f"{difference:.1e}"),
        "precision": precision,
        "macro_f1_lost": round(lost, 4),
    }


def _macro(logits: np.ndarray, gold: np.ndarray) -> float:
    examples = [Example("", int(label), "") for label in gold]
    return float(evaluate.figures(examples, lambda _: logits)["macro_f1"])


def _responses(path: Path, held: Sequence[Example], scores: np.ndarray) -> None:
    rows = [
        {"scores": [round(float(x), 5) for x in row], "label": LABELS[e.label], "kind": "post"}
        for e, row in zip(held, scores, strict=True)
    ]
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    path.write_text(f'{{"rows": [\n{lines}\n]}}\n', encoding="utf-8")


def scored(folder: Path, evaluation: Path) -> dict[str, object]:
    """Figures of the shipped ONNX file on GermEval 2017 and on the minimal pairs."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def logits(texts: Sequence[str]) -> np.ndarray:
        return onnx_logits(folder / "model.onnx", tokenizer, texts)

    found: dict[str, object] = {"pairs": evaluate.pairs_right(logits)}
    for split in ("dev", "test_synchronic"):
        examples = evaluate.germeval(evaluation, split)
        name = f"germeval2017_{split}"
        found[name] = evaluate.figures(examples, logits) | {"sha256": digest(evaluation, split)}
    return found


def digest(evaluation: Path, split: str) -> str:
    """SHA-256 of an evaluation file, to which a floor is pinned."""
    return hashlib.sha256((evaluation / "germeval2017" / f"{split}.tsv").read_bytes()).hexdigest()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--evaluate", type=Path)
    options.add_argument("--into", type=Path, default=HERE)
    options.add_argument("--new-vocabulary", action="store_true")
    chosen = options.parse_args()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(mode=True)
    known = None if chosen.new_vocabulary else HERE / "tokenizer.json"
    model, tokenizer = train(chosen.data, known=known)
    chosen.into.mkdir(parents=True, exist_ok=True)
    floor: dict[str, object] = {"heldout": ship(model, tokenizer, chosen.into)}
    if chosen.evaluate:
        floor |= scored(chosen.into, chosen.evaluate)
        text = json.dumps(floor, indent=1) + "\n"
        (chosen.into / "floor.json").write_text(text, encoding="utf-8")
    print(json.dumps(floor, indent=1))


if __name__ == "__main__":
    main()
