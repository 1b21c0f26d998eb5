"""What a server needs is found, or named; and in CI it is not skipped where it could be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.elasticsearch import distribution
from integration.elasticsearch.conftest import needs_server


def a_jdk(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch()
    (home / "release").write_text(f'IMPLEMENTOR="Us"\nJAVA_VERSION="{version}"\n', "utf-8")
    return home


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """One without a JDK, without Maven, and with no server from an earlier run."""
    for name in ("jvm", "bin"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(distribution, "JVM_FOLDER", tmp_path / "jvm")
    monkeypatch.setattr(distribution, "VERSION", "0.0.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("CI", "true")
    return tmp_path


@pytest.fixture
def broken_maven(machine: Path) -> None:
    program = machine / "bin" / "mvn"
    program.write_text("#!/bin/sh\necho no route to the registry; exit 1\n", "utf-8")
    program.chmod(0o755)


def test_the_newest_jdk_is_taken_unless_java_home_names_one(
    monkeypatch: pytest.MonkeyPatch, machine: Path
) -> None:
    for version in ("9.0.4", "25.0.1", "17.0.15", "21"):
        a_jdk(machine / "jvm" / version, version)
    assert distribution.find_java().name == "25.0.1"
    monkeypatch.setenv("JAVA_HOME", str(machine / "jvm" / "21"))
    assert distribution.find_java().name == "21"
    monkeypatch.setenv("JAVA_HOME", str(machine / "jvm" / "17.0.15"))
    assert distribution.find_java().name == "25.0.1"


def test_a_jdk_that_is_missing_is_named(machine: Path) -> None:
    a_jdk(machine / "jvm" / "17", "17.0.15")
    with pytest.raises(pytest.skip.Exception, match=r"JDK 21 or newer .* JAVA_HOME"):
        needs_server()


def test_maven_that_is_missing_is_named(machine: Path) -> None:
    a_jdk(machine / "jvm" / "21", "21")
    with pytest.raises(pytest.skip.Exception, match="install Maven"):
        needs_server()


@pytest.mark.usefixtures("broken_maven")
def test_a_failed_fetch_skips_at_home_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, machine: Path
) -> None:
    a_jdk(machine / "jvm" / "21", "21")
    with pytest.raises(distribution.Missing, match="no route to the registry"):
        needs_server()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no route to the registry"):
        needs_server()
