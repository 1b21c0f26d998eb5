"""What a server needs is found, or named."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.elasticsearch import distribution


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(distribution, "JVM_FOLDER", tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(distribution.Missing, match=r"install a JDK 21 or newer .* JAVA_HOME"):
        distribution.unpacked()
    assert not distribution.equipped()


@pytest.mark.parametrize(("version", "found"), [("25.0.1", 25), ("21", 21), ("17.0.15", 17)])
def test_a_jdk_is_known_by_its_release_file(tmp_path: Path, version: str, found: int) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    (tmp_path / "release").write_text(f'IMPLEMENTOR="Us"\nJAVA_VERSION="{version}"\n', "utf-8")
    assert distribution.java_version(tmp_path) == found
