"""What is promised about model folders: nothing is loaded that the manifest did not mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leumund.errors import Misconfigured
from leumund.inference import load
from leumund.inference.manifest import locate_data, read

Copied = Callable[..., Path]


def opened(folder: Path, **options: object) -> None:
    load(folder.name, data=folder.parent, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("runner", ["onnx", "torch"])
@pytest.mark.parametrize("file", ["model", "tokenizer.json", "config.json"])
def test_a_changed_file_is_refused(copied: Copied, runner: str, file: str) -> None:
    folder = copied()
    name = {"onnx": "model.onnx", "torch": "model.safetensors"}[runner] if file == "model" else file
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(Misconfigured, match=rf"{name} is not the file of the manifest"):
        opened(folder, runner=runner)


@pytest.mark.parametrize("runner", ["onnx", "torch"])
def test_a_missing_file_is_named(copied: Copied, runner: str) -> None:
    folder = copied()
    (folder / "config.json").unlink()
    with pytest.raises(Misconfigured, match=r"config\.json is missing"):
        opened(folder, runner=runner)


@pytest.mark.parametrize("runner", ["onnx", "torch"])
def test_an_unknown_label_name_is_refused(copied: Copied, runner: str) -> None:
    folder = copied(labels={"gut": "positive", "negative": "negative", "neutral": "neutral"})
    with pytest.raises(Misconfigured, match="unknown label 'positive'; the manifest knows gut"):
        opened(folder, runner=runner)


def test_labels_are_mapped_by_name_not_by_position(copied: Copied) -> None:
    from inference.tiny import write_manifest

    text = ["Der Schaffner hat sofort geholfen"]
    folder = copied()
    before = load("tiny", data=folder.parent, runner="onnx").scorer.score(text)[0]
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["id2label"] = {"0": "NEG", "1": "POS", "2": "NEU"}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    write_manifest(folder, labels={"NEU": "neutral", "POS": "positive", "NEG": "negative"})
    after = load("tiny", data=folder.parent, runner="onnx").scorer.score(text)[0]
    assert before[[2, 0, 1]].tolist() == after[[0, 2, 1]].tolist()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": {"a": "negative", "b": "negative", "c": "positive"}}, "each of negative"),
        ({"labels": {"a": "negative", "b": "good"}}, "labels.b"),
        ({"files": {"pytorch_model.bin": "0" * 64}}, "pytorch_model.bin: only .safetensors"),
        ({"files": {"../model.onnx": "0" * 64}}, "below the model's folder"),
        ({"files": {"model.onnx": "abc"}}, "files.model.onnx"),
        ({"hub": "owner/name"}, "belong together"),
        ({"hub": "owner/name", "revision": "main"}, "revision"),
        ({"licence": ""}, "licence"),
        ({"max_lenght": 12}, "max_lenght"),
    ],
)
def test_a_wrong_manifest_names_the_key(
    copied: Copied, changes: dict[str, object], words: str
) -> None:
    folder = copied(**changes)
    with pytest.raises(Misconfigured, match=words):
        read("tiny", data=folder.parent)


def test_weights_as_pickle_are_never_read(copied: Copied) -> None:
    folder = copied()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(Misconfigured, match=r"model\.safetensors is missing"):
        opened(folder, runner="torch")


def test_weights_without_the_classifier_are_refused(copied: Copied) -> None:
    from inference.tiny import write_manifest
    from safetensors.torch import load_file, save_file

    folder = copied()
    path = folder / "model.safetensors"
    tensors = load_file(path)
    del tensors["classifier.weight"]
    save_file(tensors, path, metadata={"format": "pt"})
    write_manifest(folder)
    with pytest.raises(Misconfigured, match=r"weights are missing: classifier\.weight"):
        opened(folder, runner="torch")


def test_a_broken_onnx_file_is_a_plain_error(copied: Copied) -> None:
    from inference.tiny import write_manifest

    folder = copied()
    (folder / "model.onnx").write_bytes(b"not a model")
    write_manifest(folder)
    with pytest.raises(Misconfigured, match="ONNX Runtime cannot read it"):
        opened(folder, runner="onnx")


def test_an_unknown_model_lists_those_there(models: Path) -> None:
    with pytest.raises(Misconfigured, match="there: tiny"):
        read("tinny", data=models)
    with pytest.raises(Misconfigured, match="there: tiny"):
        read("../models/tiny", data=models)


def test_the_folder_of_models_is_that_of_the_checkout() -> None:
    assert locate_data() == Path(__file__).parents[2] / "models"
