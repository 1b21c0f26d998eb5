"""Documents per CPU-second from raw text to logits, ours against what a user would write.

    .venv/bin/python tests/benchmarks/bench_inference.py [--documents 256] [--rounds 3]

The naive choices are transformers one text at a time and in batches of 32 in arrival order. Each
figure is a fresh process with one thread; rounds are interleaved, medians shown; labels are
compared with the one-by-one loop. The texts are composed: 60 % short posts, 25 % longer ones, 15 %
of article length. The model is the one that ships, or one of its shape with random weights.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "pipeline"), str(ROOT / "tests")]

from enrich.articles import article  # noqa: E402

from leumund.inference import load  # noqa: E402
from leumund.inference.manifest import columns, locate_data, read  # noqa: E402

ENGINES = ("batch of 32, arrival order", "one by one", "ours, torch", "ours, ONNX Runtime")
Score = Callable[[list[str]], "np.ndarray[tuple[int, int], np.dtype[np.float32]]"]


def corpus(documents: int) -> list[str]:
    rng = random.Random(3)
    found = []
    for _ in range(documents):
        kind = rng.random()
        words = " ".join(article(rng) for _ in range(1 if kind < 0.85 else 4)).split()
        short, long = (8, 40) if kind < 0.6 else (40, 110) if kind < 0.85 else (200, 400)
        found.append(" ".join(words[: rng.randint(short, long)]))
    return found


def engine(name: str, data: Path, model: str) -> tuple[Score, Callable[[], int]]:
    """How to score, and how many tokens were scored so far (0 where it is not counted)."""
    if name.startswith("ours"):
        runner = "onnx" if "ONNX" in name else "torch"
        opened = load(model, data=data, runner=runner, device="cpu", threads=1)  # type: ignore[arg-type]
        return opened.scorer.score, lambda: opened.scorer.tokens
    return naive(data, model, 32 if "32" in name else 1), lambda: 0


def naive(data: Path, model: str, size: int) -> Score:
    import torch
    from transformers import AutoModelForSequenceClassification, PreTrainedTokenizerFast

    torch.set_num_threads(1)
    manifest, folder = read(model, data=data)
    inner = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        pad_token="[PAD]",
    )
    order = list(columns(manifest, folder))

    def score(texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), size):
                batch = tokenizer(
                    texts[start : start + size],
                    padding=True,
                    truncation=True,
                    max_length=manifest.max_length,
                    return_tensors="pt",
                    return_token_type_ids=False,
                )
                rows.append(inner(**batch).logits.numpy())
        return np.concatenate(rows)[:, order]

    return score


def measure(name: str, data: Path, model: str, documents: int) -> dict[str, object]:
    texts = corpus(documents)
    score, tokens = engine(name, data, model)
    score(texts[:2])
    counted, begun = tokens(), time.process_time()
    logits = score(texts)
    spent = time.process_time() - begun
    return {
        "rate": documents / spent,
        "labels": "".join(str(label) for label in logits.argmax(1)),
        "tokens": tokens() - counted,
        "memory": peak_memory(),
    }


def peak_memory() -> int:
    """MB; ru_maxrss would count the parent's, which a fork inherits."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def random_model(folder: Path) -> None:
    """A model in the shape of the one that ships, for the time before it does."""
    import torch
    from inference.tiny import LABELS, export, vocabulary, write_manifest
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True)
    vocabulary(folder)
    torch.manual_seed(1)
    names = dict(enumerate(LABELS))
    config = BertConfig(
        vocab_size=12_000,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=192,
        initializer_range=0.1,
        id2label=names,
        label2id={name: i for i, name in names.items()},
    )
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    export(model, folder / "model.onnx")
    write_manifest(folder, max_length=192)


def child(name: str, data: Path, model: str, documents: int) -> dict[str, object]:
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--engine", name, "--data", str(data),
         "--model", model, "--documents", str(documents)],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, object] = json.loads(shown.stdout.splitlines()[-1])
    return found


def compare(data: Path, model: str, *, documents: int, rounds: int) -> None:
    runs = [{name: child(name, data, model, documents) for name in ENGINES} for _ in range(rounds)]
    rates = {
        name: statistics.median(float(str(run[name]["rate"])) for run in runs) for name in ENGINES
    }
    print(f"{documents} documents, {rounds} rounds, load {os.getloadavg()[0]:.1f}, model {model}")
    truth = str(runs[0]["one by one"]["labels"])
    for name in ENGINES:
        labels = str(runs[0][name]["labels"])
        differing = sum(a != b for a, b in zip(labels, truth, strict=True))
        ratios = " ".join(f"{rates[name] / rates[other]:5.1f}x" for other in ENGINES[:2])
        memory = max(int(str(run[name]["memory"])) for run in runs)
        print(
            f"{name:28} {rates[name]:7.1f} documents/CPU-s; against batch of 32 and one by one:"
            f" {ratios}; {memory} MB; {differing} labels differ"
        )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--documents", type=int, default=256)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--engine", choices=ENGINES)
    asked.add_argument("--data", type=Path)
    asked.add_argument("--model", default="compact")
    given = asked.parse_args()
    if given.engine:
        print(json.dumps(measure(given.engine, given.data, given.model, given.documents)))
        return
    with tempfile.TemporaryDirectory() as made:
        data, model = locate_data(), given.model
        if not (data / model / "manifest.toml").exists():
            data, model = Path(made), "random"
            random_model(data / model)
        compare(data, model, documents=given.documents, rounds=given.rounds)


if __name__ == "__main__":
    main()
