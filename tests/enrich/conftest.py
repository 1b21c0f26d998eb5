"""A tiny real model for the steps that need one."""

from __future__ import annotations

from pathlib import Path

import pytest
from inference.tiny import build_tiny, write_manifest

from leumund.inference import load
from leumund.inference.batching import BatchedScorer


@pytest.fixture(scope="session")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> BatchedScorer:
    """Random weights, read by torch; `tokens` counts what it scored."""
    folder: Path = tmp_path_factory.mktemp("models") / "tiny"
    build_tiny(folder)
    write_manifest(folder)
    return load("tiny", data=folder.parent, runner="torch", device="cpu").scorer
