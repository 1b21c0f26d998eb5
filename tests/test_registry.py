"""A word of leumund.toml finds our file, an installed plug-in, or the list of what is allowed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leumund import registry
from leumund.errors import Misconfigured
from leumund.sources import rss


def installed(folder: Path, name: str, target: str, code: str) -> None:
    """A plug-in as a package index would install it."""
    (folder / "brieftaube.py").write_text(code, encoding="utf-8")
    facts = folder / "brieftaube-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: brieftaube\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[leumund.sources]\n{name} = {target}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "brieftaube", raising=False)
    return tmp_path


def test_our_files_are_found_by_name_and_our_workings_are_not() -> None:
    assert registry.find("leumund.sources", "rss") is rss
    assert registry.names("leumund.sources") == ["files", "rss"]
    with pytest.raises(Misconfigured, match="'_feed' is not one of files, rss"):
        registry.find("leumund.sources", "_feed")


def test_an_installed_plug_in_is_found(folder: Path) -> None:
    installed(folder, "taube", "brieftaube", "POLLED = True\n")
    assert registry.names("leumund.sources") == ["files", "rss", "taube"]
    assert registry.find("leumund.sources", "taube").POLLED is True


def test_a_plug_in_cannot_take_the_name_of_our_file(folder: Path) -> None:
    installed(folder, "rss", "brieftaube", "POLLED = True\n")
    assert registry.find("leumund.sources", "rss") is rss


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("brieftaube", "raise RuntimeError('kaputt')"),
        ("fehlt_ganz", ""),
        ("brieftaube:Taube", "class Taube: pass"),
    ],
)
def test_a_broken_plug_in_is_named(folder: Path, target: str, code: str) -> None:
    installed(folder, "taube", target, code)
    with pytest.raises(Misconfigured, match="plug-in 'taube'"):
        registry.find("leumund.sources", "taube")
