"""Writes the trained model as files that ship: safetensors, ONNX, vocabulary, manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from tokenizers import Tokenizer

from corpus import LABELS
from finetune import LENGTH, Model

LARGE = 1024
"""Tensors with fewer numbers stay in fp32: they weigh nothing and would lose most."""


class _Logits(torch.nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids, attention_mask=attention_mask).logits


def to_onnx(model: Model, path: Path) -> None:
    """The model in fp32 with free batch and length."""
    model.eval()
    ids = torch.ones(2, 16, dtype=torch.long)
    free = {0: torch.export.Dim("texts", min=1, max=4096), 1: torch.export.Dim("words", max=LENGTH)}
    program = torch.onnx.export(
        _Logits(model),
        (ids, torch.ones_like(ids)),
        dynamo=True,
        dynamic_shapes={"input_ids": free, "attention_mask": free},
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        verbose=False,
    )
    program.save(str(path))


def to_int8(source: Path, target: Path) -> None:
    """Weights as int8 with one scale per row; sums stay in fp32, so batches do not matter."""
    model = onnx.load(str(source))
    graph, nodes = model.graph, []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if weights.dtype != np.float32 or weights.ndim != 2 or weights.size < LARGE:
            continue
        scale = np.maximum(np.abs(weights).max(axis=1), 1e-12) / 127
        rounded = np.clip(np.rint(weights / scale[:, None]), -127, 127).astype(np.int8)
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [
                numpy_helper.from_array(rounded, f"{tensor.name}.int8"),
                numpy_helper.from_array(scale.astype(np.float32), f"{tensor.name}.scale"),
            ]
        )
        inputs = [f"{tensor.name}.int8", f"{tensor.name}.scale"]
        nodes.append(helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=0))
    for node in reversed(nodes):
        graph.node.insert(0, node)
    del graph.value_info[:]
    onnx.save(model, str(target))


def to_fp16(source: Path, target: Path) -> None:
    """Weights as fp16, widened on loading."""
    model = onnx.load(str(source))
    graph, nodes = model.graph, []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if weights.dtype != np.float32 or weights.size < LARGE:
            continue
        graph.initializer.remove(tensor)
        half = numpy_helper.from_array(weights.astype(np.float16), f"{tensor.name}.half")
        graph.initializer.append(half)
        nodes.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    for node in reversed(nodes):
        graph.node.insert(0, node)
    del graph.value_info[:]
    onnx.save(model, str(target))


def write(
    model: Model,
    tokenizer: Tokenizer,
    folder: Path,
    *,
    temperature: float,
    precision: str,
) -> None:
    """Everything but the ONNX file, which must lie there: weights, vocabulary, manifest."""
    half = {k: v.to(torch.bfloat16).contiguous() for k, v in model.state_dict().items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    config = model.config.to_dict() | {
        "architectures": ["ModernBertForSequenceClassification"],
        "id2label": dict(enumerate(LABELS)),
        "label2id": {name: i for i, name in enumerate(LABELS)},
        "dtype": "bfloat16",
    }
    config.pop("_name_or_path", None)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    names = ("config.json", "model.onnx", "model.safetensors", "tokenizer.json")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    lines = [
        "# Written by train.py; the SHA-256 of each file is checked on loading.",
        'name = "compact"',
        'licence = "Apache-2.0"',
        f"max_length = {LENGTH}",
        f"temperature = {temperature:.4f}",
        f'precision = "{precision}"',
        "",
        "[labels]",
        *(f'{name} = "{name}"' for name in LABELS),
        "",
        "[files]",
        *(f'"{name}" = "{digest}"' for name, digest in digests.items()),
    ]
    (folder / "manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
