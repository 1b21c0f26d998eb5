"""Opens the sentiment model that leumund.toml names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leumund.inference.batching import BatchedScorer
from leumund.inference.device import Choice, Runner, choose
from leumund.inference.hub import fetch
from leumund.inference.manifest import Manifest, read


@dataclass(frozen=True, slots=True)
class Loaded:
    """An open model: the scorer, what its manifest says, where it runs and where its files lie."""

    scorer: BatchedScorer
    manifest: Manifest
    choice: Choice
    folder: Path


def load(
    model: str,
    *,
    runner: Literal["auto", "onnx", "torch"] = "auto",
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
    offline: bool = True,
    threads: int | None = None,
    budget: int | None = None,
    data: Path | None = None,
    cache: Path | None = None,
) -> Loaded:
    """The model `models/<model>`, ready to score.

    Args:
        model: name of the folder.
        runner: as in `[model]`.
        device: as in `[model]`.
        offline: never ask the hub.
        threads: of one forward pass on the CPU; None: all cores.
        budget: padded tokens a batch; None: the device's default.
        data: the folder of models; None: the checkout's, else the package's.
        cache: the hub's cache folder; None: the hub library's own.

    Raises:
        Misconfigured: model, files or device are not what they should be.
        Unavailable: the hub cannot be reached.
    """
    manifest, folder = read(model, data=data)
    chosen = choose(_runners(manifest), runner=runner, device=device)
    if manifest.hub:
        folder = fetch(manifest, offline=offline, cache=cache)
    if chosen.runner == "onnx":
        from leumund.inference.onnx import open_onnx

        scorer = open_onnx(manifest, folder, threads=threads, budget=budget)
    else:
        from leumund.inference.pytorch import open_torch

        scorer = open_torch(manifest, folder, chosen, threads=threads, budget=budget)
    return Loaded(scorer, manifest, chosen, folder)


def _runners(manifest: Manifest) -> frozenset[Runner]:
    found: set[Runner] = set()
    if manifest.weights(".onnx"):
        found.add("onnx")
    if manifest.weights(".safetensors"):
        found.add("torch")
    return frozenset(found)
