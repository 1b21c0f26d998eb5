"""A folder with one tiny model, and copies of it that a test may spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inference.tiny import build_tiny, export, texts, write_manifest


@pytest.fixture(scope="session")
def posts() -> list[str]:
    return texts(500)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with one model, `tiny`: config, vocabulary, safetensors and fp32 ONNX."""
    folder = tmp_path_factory.mktemp("models")
    export(build_tiny(folder / "tiny"), folder / "tiny" / "model.onnx")
    write_manifest(folder / "tiny")
    return folder


@pytest.fixture
def copied(models: Path, tmp_path: Path) -> Callable[..., Path]:
    """A second folder of models whose `tiny` a test may spoil; returns the model's folder."""

    def copy(**changes: object) -> Path:
        target = tmp_path / "models" / "tiny"
        target.mkdir(parents=True, exist_ok=True)
        for path in (models / "tiny").iterdir():
            (target / path.name).write_bytes(path.read_bytes())
        write_manifest(target, **changes)
        return target

    return copy
