"""Both runners score as the plain one-by-one loop does, only with less work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from leumund.errors import Misconfigured
from leumund.inference import Logits, Scorer, load

RUNNERS = ("onnx", "torch")
COLUMNS = [1, 2, 0]  # of the tiny model: positive, negative, neutral


@pytest.fixture(scope="module")
def naive(models: Path, posts: list[str]) -> Logits:
    """What a user would write: transformers, one text at a time."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(models / "tiny").eval()
    tokenizer = Tokenizer.from_file(str(models / "tiny" / "tokenizer.json"))
    tokenizer.enable_truncation(96)
    with torch.inference_mode():
        rows = [model(torch.tensor([tokenizer.encode(post).ids])).logits[0] for post in posts]
    return np.stack([row.numpy() for row in rows])[:, COLUMNS]


@pytest.mark.parametrize("runner", RUNNERS)
def test_500_texts_get_the_labels_of_the_naive_loop(
    models: Path, posts: list[str], naive: Logits, runner: str
) -> None:
    scored = open_tiny(models, runner).score(posts)
    assert len(set(naive.argmax(1).tolist())) == 3
    assert (scored.argmax(1) == naive.argmax(1)).all()
    assert np.abs(scored - naive).max() <= 1e-4


def test_onnx_and_torch_agree_within_1e_4(models: Path, posts: list[str]) -> None:
    by_onnx, by_torch = (open_tiny(models, runner).score(posts) for runner in RUNNERS)
    assert np.abs(by_onnx - by_torch).max() <= 1e-4


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_order_of_the_texts_is_restored(models: Path, posts: list[str], runner: str) -> None:
    scorer = open_tiny(models, runner)
    there, back = scorer.score(posts), scorer.score(posts[::-1])[::-1]
    assert np.abs(there - back).max() <= 1e-5


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_budget_changes_the_batches_not_the_scores(
    models: Path, posts: list[str], runner: str
) -> None:
    small, large = (open_tiny(models, runner, budget=b).score(posts) for b in (64, 8192))
    assert np.abs(small - large).max() <= 1e-5


@pytest.mark.parametrize("runner", RUNNERS)
def test_equal_texts_are_scored_once(models: Path, runner: str) -> None:
    loaded = load("tiny", data=models, runner=runner, device="cpu")  # type: ignore[arg-type]
    loaded.scorer.score(["Mein Paket ging verloren"])
    once = loaded.scorer.tokens
    rows = loaded.scorer.score(["Mein Paket ging verloren"] * 40)
    assert loaded.scorer.tokens == 2 * once
    assert (rows == rows[0]).all()


@pytest.mark.parametrize("runner", RUNNERS)
def test_odd_input_has_its_row(models: Path, runner: str) -> None:
    scorer = open_tiny(models, runner)
    assert scorer.score([]).shape == (0, 3)
    odd = ["", "\n", "☃" * 300, "wort " * 5000, "[MARKE]"]
    assert np.isfinite(scorer.score(odd)).all()
    assert scorer.score(odd).shape == (5, 3)


def test_an_int8_model_with_scales_of_the_batch_reads_each_text_alone(
    copied: Callable[..., Path], posts: list[str]
) -> None:
    from inference.tiny import write_manifest

    folder = copied()
    quantise(folder / "model.onnx")
    write_manifest(folder, precision="int8-dynamic")
    scorer = load("tiny", data=folder.parent, runner="onnx").scorer
    alone = np.vstack([scorer.score([post]) for post in posts])
    assert (scorer.score(posts) == alone).all()


def quantise(path: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(path)
    model.graph.ClearField("value_info")  # the exporter's shape hints are stale
    onnx.save(model, path)
    quantize_dynamic(path, path, weight_type=QuantType.QInt8)


def test_the_signature_names_model_licence_runner_device_precision_and_length(
    models: Path, copied: Callable[..., Path]
) -> None:
    by_onnx, by_torch = (open_tiny(models, runner).signature for runner in RUNNERS)
    assert by_onnx.startswith("tiny@")
    assert by_onnx.endswith(" Apache-2.0 onnx/cpu/fp32/96")
    assert by_torch.endswith(" Apache-2.0 torch/cpu/fp32/96")
    assert open_tiny(models, "onnx").signature == by_onnx
    shorter = copied(max_length=48)
    assert open_tiny(shorter.parent, "onnx").signature.endswith("/48")


def test_other_weights_have_another_signature(models: Path, copied: Callable[..., Path]) -> None:
    from inference.tiny import write_manifest

    folder = copied()
    quantise(folder / "model.onnx")
    write_manifest(folder)
    assert open_tiny(folder.parent, "onnx").signature != open_tiny(models, "onnx").signature
    assert open_tiny(folder.parent, "torch").signature == open_tiny(models, "torch").signature


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"runner": "onnx", "device": "cuda"}, "onnx runs on the cpu"),
        ({"device": "mps"}, "device mps is not here"),
    ],
)
def test_a_device_that_is_not_here_is_said(
    models: Path, options: dict[str, str], words: str
) -> None:
    import torch

    if torch.backends.mps.is_available():
        pytest.skip("this computer has an Apple chip")
    with pytest.raises(Misconfigured, match=words):
        load("tiny", data=models, **options)  # type: ignore[arg-type]


def test_a_model_without_weights_for_the_runner_is_said(copied: Callable[..., Path]) -> None:
    from inference.tiny import write_manifest

    folder = copied()
    (folder / "model.safetensors").unlink()
    write_manifest(folder)
    with pytest.raises(Misconfigured, match="no weights for runner torch"):
        load("tiny", data=folder.parent, runner="torch")


def open_tiny(models: Path, runner: str, **options: int) -> Scorer:
    found = load("tiny", data=models, runner=runner, device="cpu", **options)  # type: ignore[arg-type]
    return found.scorer
