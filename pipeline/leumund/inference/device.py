"""Chooses where a model runs: graphics card, Apple chip, or ONNX Runtime on the processor."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from leumund.errors import Misconfigured
from leumund.inference.manifest import Precision

Runner = Literal["onnx", "torch"]
Device = Literal["cpu", "cuda", "mps"]

_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/nvidia0"), Path("/dev/dxg"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A runner on a device, and the precision it computes in; None: that of the ONNX file.

    >>> str(Choice("torch", "cuda", "bf16"))
    'torch cuda bf16'
    """

    runner: Runner
    device: Device
    precision: Precision | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.runner, self.device, self.precision)))


def choose(
    weights: frozenset[Runner],
    *,
    runner: Literal["auto", "onnx", "torch"] = "auto",
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
) -> Choice:
    """Where to run: what is asked for, else CUDA, MPS, ONNX Runtime on the CPU, torch on the CPU.

    Args:
        weights: runners that the model has files for.
        runner: as in `[model]` of leumund.toml.
        device: as in `[model]` of leumund.toml.

    Raises:
        Misconfigured: what is asked for is not here, with what to do.
    """
    if runner == "onnx" and device in ("cuda", "mps"):
        raise Misconfigured(f"runner onnx runs on the cpu; for {device} set runner = torch")
    if runner in ("auto", "torch") and "torch" in weights:
        found = _accelerator(device)
        if found:
            return Choice("torch", found, "bf16" if found == "cuda" else "fp32")
    if device in ("cuda", "mps"):
        raise Misconfigured(f"device {device} is not here; install the extra torch or set auto")
    if runner in ("auto", "onnx") and "onnx" in weights:
        return Choice("onnx", "cpu")
    return _torch_on_cpu(weights, runner)


def _torch_on_cpu(weights: frozenset[Runner], runner: str) -> Choice:
    if "torch" not in weights:
        raise Misconfigured(f"the model has no weights for runner {runner}")
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise Misconfigured("this model needs the extra torch: make gpu")
    return Choice("torch", "cpu", "fp32")


def _accelerator(wanted: str) -> Device | None:
    """CUDA or MPS where torch sees it; torch is only imported where there may be one."""
    if wanted == "cpu" or find_spec("torch") is None:
        return None
    if sys.platform == "linux" and not any(path.exists() for path in _DRIVERS):
        return None
    import torch

    if wanted in ("auto", "cuda") and torch.cuda.is_available():
        return "cuda"
    if wanted in ("auto", "mps") and torch.backends.mps.is_available():
        return "mps"
    return None
