"""Where mentions come from: one file for each type of source.

A source module offers `Settings` (pydantic, the keys it adds to `[[source]]`), `POLLED` (whether it
asks somebody again and again) and `build(settings, *, config, tools)`, which gives a
`leumund.types.Source`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ValidationError

from leumund import config, registry, types
from leumund.clean import mask_handles
from leumund.errors import Misconfigured
from leumund.web import Fetcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every source is handed, so that it needs no clock, network, key or folder of its own.

    `pseudonym` turns an author into a keyed hash, `keep_handles` are the brands' own handles,
    `inbox` is the folder that relative paths start from, `rules` the signature of the brand rules:
    a cursor of another signature is void, so that an edited alias can ask for everything again.
    """

    fetcher: Fetcher
    pseudonym: Callable[[str], str]
    keep_handles: frozenset[str]
    inbox: Path
    clock: Callable[[], datetime]
    rules: str
    remove_handles: bool = True

    def masked(self, text: str) -> str:
        """The text without other people's handles, unless the configuration keeps them."""
        return mask_handles(text, self.keep_handles) if self.remove_handles else text


def settings(source: config.Source, *, file: Path, position: int) -> BaseModel:
    """The checked settings that the type of `source` adds; `position` counts `[[source]]` from 0.

    Raises:
        Misconfigured: unknown type or wrong key, with file, line and the allowed words.
    """
    try:
        model: type[BaseModel] = _module(source).Settings
    except Misconfigured as error:
        raise Misconfigured(f"{file}: source {source.name!r}: type: {error}") from None
    try:
        return model.model_validate(source.options)
    except ValidationError as error:
        raise config.explain(error, file, ("source", position), model) from None


def build(source: config.Source, tools: Tools, *, file: Path, position: int) -> types.Source:
    """The source that one `[[source]]` table describes.

    Raises:
        Misconfigured: see `settings`.
    """
    checked = settings(source, file=file, position=position)
    built: types.Source = _module(source).build(checked, config=source, tools=tools)
    return built


def is_polled(source: config.Source) -> bool:
    """Whether this source has to be asked again and again, so that not asking it is a gap."""
    return bool(_module(source).POLLED)


def _module(source: config.Source) -> ModuleType:
    return registry.find(__name__, source.type)
