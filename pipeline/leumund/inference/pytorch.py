"""Runs a model by torch: on a graphics card, on an Apple chip, and every model of the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from leumund.errors import Misconfigured
from leumund.inference.batching import CPU_BUDGET, GPU_BUDGET, BatchedScorer, Forward, Ids
from leumund.inference.device import Choice
from leumund.inference.manifest import Manifest, columns, padding, verify


def open_torch(
    manifest: Manifest,
    folder: Path,
    choice: Choice,
    *,
    threads: int | None = None,
    budget: int | None = None,
) -> BatchedScorer:
    """A scorer over the model's safetensors file: bf16 on CUDA, fp32 elsewhere.

    Args:
        manifest: what the model says about itself.
        folder: where its files lie.
        choice: device and precision.
        threads: of torch in this process; None: torch's own choice.
        budget: padded tokens a batch; default 2,048 on the CPU, 16,384 elsewhere.

    Raises:
        Misconfigured: a file is missing or another one than the manifest's.
    """
    import torch

    if threads:
        torch.set_num_threads(threads)
    weights = manifest.weights(".safetensors")
    for name in manifest.files:
        if not name.endswith(".onnx"):
            verify(manifest, folder, name)
    precision = choice.precision or "fp32"
    model = _model(folder, precision).to(choice.device).eval()
    return BatchedScorer(
        _forward(model, choice.device),
        _tokenizer(folder),
        signature=manifest.signature(weights, "torch", choice.device, precision),
        columns=columns(manifest, folder),
        max_length=manifest.max_length,
        budget=budget or (CPU_BUDGET if choice.device == "cpu" else GPU_BUDGET),
        pad=padding(manifest, folder),
    )


def _model(folder: Path, precision: str) -> Any:
    import torch
    from transformers import AutoModelForSequenceClassification

    try:
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            attn_implementation="sdpa",
            dtype=torch.bfloat16 if precision == "bf16" else torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{folder}: transformers cannot read it: {error}") from None
    if report["missing_keys"]:
        raise Misconfigured(f"{folder}: weights are missing: {sorted(report['missing_keys'])[0]}")
    return model


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    if path.is_file():
        return Tokenizer.from_file(str(path))
    from transformers import AutoTokenizer

    built = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    found: Tokenizer = built.backend_tokenizer
    return found


def _forward(model: Any, device: str) -> Forward:
    import torch

    def forward(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        with torch.inference_mode():
            out = model(
                input_ids=torch.from_numpy(ids).to(device),
                attention_mask=torch.from_numpy(mask).to(device),
            )
        return np.asarray(out.logits.float().cpu().numpy(), dtype=np.float32)

    return forward
