"""The device is chosen by what is here, and the light path stays light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leumund.errors import Misconfigured
from leumund.inference.device import Choice, Runner, choose

BOTH: frozenset[Runner] = frozenset({"onnx", "torch"})


@pytest.fixture
def without_accelerator() -> None:
    import torch

    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this computer has an accelerator")


@pytest.mark.usefixtures("without_accelerator")
def test_auto_is_onnx_runtime_on_the_cpu_where_there_is_no_accelerator() -> None:
    assert choose(BOTH) == Choice("onnx", "cpu")


@pytest.mark.usefixtures("without_accelerator")
@pytest.mark.parametrize("weights", [BOTH, frozenset({"torch"})])
def test_torch_on_the_cpu_computes_in_fp32(weights: frozenset[Runner]) -> None:
    assert choose(weights, runner="torch") == Choice("torch", "cpu", "fp32")
    assert choose(weights, runner="torch", device="cpu") == Choice("torch", "cpu", "fp32")


def test_the_cpu_is_taken_when_it_is_asked_for() -> None:
    assert choose(BOTH, device="cpu") == Choice("onnx", "cpu")


def test_a_runner_without_weights_is_said() -> None:
    with pytest.raises(Misconfigured, match="no weights for runner onnx"):
        choose(frozenset(), runner="onnx")


def test_the_onnx_path_imports_neither_torch_nor_transformers(models: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from leumund.inference import load;"
        "load('tiny', data=Path(sys.argv[1]), device='cpu').scorer.score(['Mein Paket']);"
        "print(sorted({'torch', 'transformers', 'spacy'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, str(models)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert shown.stdout.strip() == "[]"
