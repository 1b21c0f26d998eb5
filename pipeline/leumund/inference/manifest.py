"""Reads what a model folder says about its model, and proves that the files are the ones meant."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leumund.errors import Misconfigured
from leumund.types import TONES, Tone

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Precision = Literal["fp32", "fp16", "bf16", "int8", "int8-dynamic"]

_SAFE = (".safetensors", ".onnx", ".json", ".txt", ".model")


class Manifest(BaseModel):
    """The checked content of `models/<model>/manifest.toml`.

    Weights lie beside the manifest, or in the hub repository `hub` at the commit `revision`.
    `files` names every file that may be loaded, with its SHA-256. `labels` maps the model's own
    label names (`id2label` in its config.json) to our tones; positions are never trusted.
    `precision` is that of the ONNX file: of its weights, widened to fp32 on loading; only
    `int8-dynamic` also computes in int8, with scales that depend on the whole batch, so that
    such a model reads one text at a time. `words` stand for the brand and for any other one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    licence: str = Field(min_length=1)
    hub: str = Field(default="", pattern=r"^$|^[\w.-]+/[\w.-]+$")
    revision: str = Field(default="", pattern=r"^$|^[0-9a-f]{40}$")
    max_length: int = Field(ge=8, le=8192)
    temperature: float = Field(default=1.0, gt=0)
    precision: Precision = "fp32"
    words: tuple[str, str] = ("[MARKE]", "[ANDERE]")
    labels: Mapping[str, Tone]
    files: Mapping[str, Sha256]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if bool(self.hub) != bool(self.revision):
            raise ValueError("hub and revision (a 40-hex commit) belong together")
        if sorted(self.labels.values()) != sorted(TONES):
            raise ValueError(f"labels must name each of {', '.join(TONES)} once")
        if unsafe := [name for name in self.files if not name.endswith(_SAFE)]:
            raise ValueError(f"{unsafe[0]}: only {', '.join(_SAFE)} files are loaded")
        if absolute := [name for name in self.files if name.startswith("/") or ".." in name]:
            raise ValueError(f"{absolute[0]}: files lie below the model's folder")
        return self

    def weights(self, suffix: Literal[".onnx", ".safetensors"]) -> str:
        """The one weights file of that kind, or "" where the model has none.

        Raises:
            Misconfigured: there are several; models in shards are not read.
        """
        found = [name for name in self.files if name.endswith(suffix)]
        if len(found) > 1:
            raise Misconfigured(f"model {self.name}: several {suffix} files: {', '.join(found)}")
        return found[0] if found else ""

    def signature(self, weights: str, runner: str, device: str, precision: str) -> str:
        """Names all that decides the output: model, licence, files, and where they run.

        The 12 hex digits after `@` are over revision, weights, vocabulary, label map.
        """
        parts = [self.revision, json.dumps(dict(sorted(self.labels.items())))]
        parts += [
            f"{name} {digest}"
            for name, digest in sorted(self.files.items())
            if name == weights or not name.endswith((".onnx", ".safetensors"))
        ]
        mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
        where = f"{runner}/{device}/{precision}/{self.max_length}"
        return f"{self.name}@{mark} {self.licence} {where}"


def locate_data() -> Path:
    """The folder `models/`: of the checkout where there is one, else of the installed package.

    Raises:
        Misconfigured: neither is there.
    """
    package = Path(__file__).parents[1]
    for folder in (package.parents[1] / "models", package / "_data" / "models"):
        if folder.is_dir():
            return folder
    raise Misconfigured(f"{package}: the folder of models is missing; install leumund again")


def read(model: str, *, data: Path | None = None) -> tuple[Manifest, Path]:
    """The manifest of a model and the folder it lies in.

    Args:
        model: name of a folder below `data`.
        data: default: `locate_data()`.

    Raises:
        Misconfigured: no such model, or its manifest is wrong; names the key.
    """
    data = data or locate_data()
    path = data / model / "manifest.toml"
    if not re.fullmatch(r"[\w.-]+", model) or not path.is_file():
        known = ", ".join(sorted(p.parent.name for p in data.glob("*/manifest.toml"))) or "none"
        raise Misconfigured(f"model {model!r} is not in {data}; there: {known}")
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Misconfigured(f"{path}: {key}: {first['msg']}") from None
    return manifest, path.parent


def verify(manifest: Manifest, folder: Path, name: str) -> Path:
    """The path of a file of the model, once its SHA-256 is the one in the manifest.

    Raises:
        Misconfigured: the manifest does not name it, it is missing, or it is another file.
    """
    wanted = manifest.files.get(name)
    path = folder / name
    if wanted is None:
        raise Misconfigured(f"model {manifest.name}: {name} is not named in its manifest")
    if not path.is_file():
        raise Misconfigured(f"model {manifest.name}: {path} is missing")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise Misconfigured(
            f"model {manifest.name}: {path} is not the file of the manifest "
            f"(SHA-256 {found[:12]}…, expected {wanted[:12]}…); fetch it again"
        )
    return path


def columns(manifest: Manifest, folder: Path) -> tuple[int, int, int]:
    """Which output of the model is negative, neutral, positive, by the names in config.json.

    Raises:
        Misconfigured: a label that the manifest does not know, or one too few.
    """
    own = _settings(manifest, folder).get("id2label", {})
    place: dict[Tone, int] = {}
    for position, label in own.items():
        if label not in manifest.labels:
            known = ", ".join(manifest.labels)
            raise Misconfigured(
                f"model {manifest.name}: unknown label {label!r}; the manifest knows {known}"
            )
        place[manifest.labels[label]] = int(position)
    if sorted(place.values()) != [0, 1, 2]:
        raise Misconfigured(f"model {manifest.name}: config.json has not our three labels")
    return place["negative"], place["neutral"], place["positive"]


def padding(manifest: Manifest, folder: Path) -> int:
    """The id of the padding token, by config.json; 0 where it names none."""
    return int(_settings(manifest, folder).get("pad_token_id") or 0)


def _settings(manifest: Manifest, folder: Path) -> dict[str, Any]:
    path = verify(manifest, folder, "config.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise Misconfigured(f"model {manifest.name}: {path} is no table")
    return found
