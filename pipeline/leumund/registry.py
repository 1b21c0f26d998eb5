"""Finds the part that a word of leumund.toml means: one of our files, or an installed plug-in."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType

from leumund.errors import Misconfigured


def names(group: str) -> list[str]:
    """The allowed words of a group: our file names and the plug-ins installed under that group.

    >>> names("leumund.sources")[:2]
    ['files', 'rss']
    """
    package = importlib.import_module(group)
    ours = [part.name for part in pkgutil.iter_modules(package.__path__)]
    return sorted(
        {name for name in ours if not name.startswith("_")}
        | {plug_in.name for plug_in in entry_points(group=group)}
    )


def find(group: str, name: str) -> ModuleType:
    """The module that `name` means in `group`, which is also the folder: `leumund.sources`, "rss".

    Ours come first: a plug-in cannot take the name of one of our files.

    Raises:
        Misconfigured: nothing has that name (lists the allowed ones), or a plug-in does not load.
    """
    allowed = names(group)
    if name not in allowed:
        raise Misconfigured(f"{name!r} is not one of {', '.join(allowed)}")
    package = importlib.import_module(group)
    if name in {part.name for part in pkgutil.iter_modules(package.__path__)}:
        return importlib.import_module(f"{group}.{name}")
    (plug_in, *_) = entry_points(group=group, name=name)
    try:
        part = plug_in.load()
    except Exception as error:  # a foreign module may raise anything
        raise Misconfigured(f"the plug-in {name!r} does not load: {error}") from error
    if not isinstance(part, ModuleType):
        raise Misconfigured(f"the plug-in {name!r} is not a module")
    return part
