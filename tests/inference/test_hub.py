"""Models of the hub come from one commit, and need no network once they are here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from leumund.errors import Misconfigured
from leumund.inference import load

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(copied: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """A folder of models that points to the hub, and a hub cache that holds the files."""
    folder = copied(hub="invented/tiny-sentiment", revision=REVISION)
    snapshot = tmp_path / "hub" / "models--invented--tiny-sentiment" / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    for name in ("model.onnx", "model.safetensors", "config.json", "tokenizer.json"):
        shutil.move(folder / name, snapshot / name)
    return folder.parent, tmp_path / "hub"


@pytest.mark.parametrize("runner", ["onnx", "torch"])
def test_a_model_in_the_cache_scores_offline(
    hub: tuple[Path, Path], models: Path, runner: str
) -> None:
    data, cache = hub
    post = ["Die Hotline von [MARKE] war wieder nicht da"]
    fetched = load("tiny", data=data, cache=cache, runner=runner, device="cpu")  # type: ignore[arg-type]
    beside = load("tiny", data=models, runner=runner, device="cpu")  # type: ignore[arg-type]
    assert np.array_equal(fetched.scorer.score(post), beside.scorer.score(post))
    assert fetched.scorer.signature != beside.scorer.signature, "the revision is part of it"


def test_offline_without_the_files_says_what_to_do(hub: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="offline = false"):
        load("tiny", data=hub[0], cache=tmp_path / "elsewhere")


def test_a_file_changed_in_the_cache_is_refused(hub: tuple[Path, Path]) -> None:
    data, cache = hub
    path = next(cache.rglob("model.safetensors"))
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(Misconfigured, match="not the file of the manifest"):
        load("tiny", data=data, cache=cache, runner="torch")
