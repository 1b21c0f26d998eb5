"""Builds a tiny random BERT and lays it on disk as a model of ours would lie there."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import BertForSequenceClassification

START = [
    "Der Schaffner",
    "Unsere Filiale",
    "Die Hotline von [MARKE]",
    "[MARKE]",
    "Mein Paket",
    "Das neue Angebot",
    "Keiner bei [ANDERE]",
    "Der Techniker",
    "Die Rechnung",
]
MIDDLE = [
    "kam gestern pünktlich",
    "war wieder nicht da",
    "hat sofort geholfen",
    "kostet jetzt mehr",
    "ist seit Wochen gesperrt",
    "klingt eigentlich vernünftig",
    "ging verloren",
]
END = [
    "und niemand weiß warum.",
    "wie immer!",
    "was will man mehr?",
    "obwohl es anders vereinbart war.",
    "sagt meine Nachbarin aus dem dritten Stock.",
    "danke dafür 🙂",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[MARKE]", "[ANDERE]"]
LABELS = ("positive", "negative", "neutral")


def texts(count: int, *, seed: int = 1) -> list[str]:
    """Invented texts of 1 to about 60 words; about one in ten comes twice."""
    rng = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        if found and rng.random() < 0.1:
            found.append(rng.choice(found))
            continue
        sentences = min(1 + int(rng.expovariate(0.8)), 8)
        parts = [
            f"{rng.choice(START)} {rng.choice(MIDDLE)} {rng.choice(END)}" for _ in range(sentences)
        ]
        words = " ".join(parts).split()
        found.append(" ".join(words[: rng.randint(1, len(words))]))
    return found


def build_tiny(folder: Path) -> BertForSequenceClassification:
    """Config, vocabulary and safetensors in a new folder; the model, to be exported."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True)
    vocabulary(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=128, initializer_range=0.3,
        id2label=dict(enumerate(LABELS)), label2id={name: i for i, name in enumerate(LABELS)},
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    return model


def vocabulary(folder: Path) -> None:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors, trainers
    from tokenizers import models as kinds

    tokenizer = Tokenizer(kinds.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator([*START, *MIDDLE, *END], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def export(model: object, path: Path) -> None:
    import torch

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.inner(input_ids=ids, attention_mask=mask).logits

    rows, length = torch.export.Dim("rows"), torch.export.Dim("length", max=128)
    # Two objects: given one object twice, the exporter wires both inputs to it.
    ids = torch.full((2, 16), 5)
    shape = {0: rows, 1: length}
    program = torch.onnx.export(
        Plain().eval(),
        (ids, torch.ones_like(ids)),
        dynamo=True,
        dynamic_shapes={"ids": shape, "mask": shape},
        verbose=False,
    )
    program.save(str(path), external_data=False)


def write_manifest(folder: Path, **changes: object) -> None:
    """A manifest with the true digests of the files that lie in the folder."""
    names = [p.name for p in sorted(folder.iterdir()) if p.name != "manifest.toml"]
    content: dict[str, object] = {
        "name": folder.name, "licence": "Apache-2.0", "max_length": 96, "temperature": 1.5,
        "labels": {name: name for name in LABELS},
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
    } | changes  # fmt: skip
    (folder / "manifest.toml").write_text(toml(content), encoding="utf-8")


def toml(content: Mapping[str, object]) -> str:
    lines, tables = [], []
    for key, value in content.items():
        if isinstance(value, Mapping):
            tables += [
                f"[{key}]",
                *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items()),
            ]
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join([*lines, *tables]) + "\n"
