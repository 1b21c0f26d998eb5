"""Runs a model by ONNX Runtime on the processor: small, quick to load, no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from leumund.errors import Misconfigured
from leumund.inference.batching import CPU_BUDGET, BatchedScorer, Forward, Ids
from leumund.inference.manifest import Manifest, columns, padding, verify


def open_onnx(
    manifest: Manifest, folder: Path, *, threads: int | None = None, budget: int | None = None
) -> BatchedScorer:
    """A scorer over the model's ONNX file.

    Args:
        manifest: what the model says about itself.
        folder: where its files lie.
        threads: of one forward pass; None: as many as there are cores.
        budget: padded tokens a batch; default 2,048. A model of `int8-dynamic` ignores it and
            reads one text at a time: its scales, and so its scores, depend on the whole batch.

    Raises:
        Misconfigured: a file is missing or another one than the manifest's.
    """
    weights = manifest.weights(".onnx")
    path = verify(manifest, folder, weights)
    tokenizer = Tokenizer.from_file(str(verify(manifest, folder, "tokenizer.json")))
    return BatchedScorer(
        _forward(path, threads),
        tokenizer,
        signature=manifest.signature(weights, "onnx", "cpu", manifest.precision),
        columns=columns(manifest, folder),
        max_length=manifest.max_length,
        budget=0 if manifest.precision == "int8-dynamic" else budget or CPU_BUDGET,
        pad=padding(manifest, folder),
    )


def _forward(path: Path, threads: int | None) -> Forward:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Widen int8 weights once, on loading, not in every pass.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise Misconfigured(f"{path}: ONNX Runtime cannot read it: {error}") from None
    names = [node.name for node in session.get_inputs()]

    def forward(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        feed = {
            name: mask if "mask" in name else np.zeros_like(ids) if "type" in name else ids
            for name in names
        }
        return np.asarray(session.run(None, feed)[0], dtype=np.float32)

    return forward
