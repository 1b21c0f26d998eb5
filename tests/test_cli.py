"""What the commands say, and how they end, when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = """
[[brand]]
name = "Nordwindbank"
sources = ["datei"]

[[source]]
name = "datei"
type = "files"
kind = "comment"

[source.columns]
text = "Beitrag"
published_at = "Zeit"
author = "Wer"
"""
ROWS = """\
Beitrag;Zeit;Wer
Die Nordwindbank hat mir sofort geholfen, sehr freundlich.;21.11.2026 14:30;lena_k
Nordwindbank? Nie wieder, drei Wochen keine Antwort bekommen.;22.11.2026 09:05;tom
Heute war schönes Wetter am Hafen und sonst nichts los.;22.11.2026 10:00;ina
Ohne Zeit kann die Nordwindbank nichts dafür.;gestern;ute
"""
CLOCK = ("--clock", "2026-11-24T09:00:00+01:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "leumund.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "export.csv").write_bytes(ROWS.encode("cp1252"))
    return tmp_path


def leumund(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leumund.cli", *arguments],
        cwd=folder,
        env={"LEUMUND_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_wrong_configuration_is_one_sentence_and_exit_2(folder: Path) -> None:
    path = folder / "leumund.toml"
    path.write_text(SETTINGS.replace('Beitrag"', 'Beitrag"\ntxt = "x"'), encoding="utf-8")
    done = leumund(folder, "check")
    assert done.returncode == 2
    assert "leumund.toml:" in done.stderr
    assert "Traceback" not in done.stderr
    assert leumund(folder, "check", "--config", "fehlt.toml").returncode == 2


def test_an_import_keeps_good_rows_rejects_bad_ones_and_doubles_nothing(folder: Path) -> None:
    first = leumund(folder, "import", "export.csv", "--source", "datei", *CLOCK)
    assert first.returncode == 0, first.stderr
    assert "kept 3" in first.stdout
    assert "dead_lettered 1" in first.stdout
    (folder / "copy.csv").write_bytes((folder / "export.csv").read_bytes())
    again = leumund(folder, "import", "copy.csv", "--source", "datei", *CLOCK)
    assert "duplicate 3" in again.stdout
    assert leumund(folder, "import", "export.csv", "--source", "nichts").returncode == 2
    assert leumund(folder, "import", "fehlt.csv", "--source", "datei").returncode == 2


def test_enrich_score_and_doctor_say_what_is_there(folder: Path) -> None:
    leumund(folder, "import", "export.csv", "--source", "datei", *CLOCK)
    assert "2 read, 1 filtered" in leumund(folder, "enrich", *CLOCK).stdout
    assert "Nordwindbank:" in leumund(folder, "score", *CLOCK).stdout
    done = leumund(folder, "doctor", *CLOCK)
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in ("Ledger: balances", "Privacy: fill in [privacy] contact", "onnx on cpu"):
        assert expected in done.stdout


def test_doctor_fails_for_a_broken_record_but_not_for_a_silent_source(folder: Path) -> None:
    assert leumund(folder, "doctor").returncode == 0
    (folder / "home/record.sqlite").write_bytes(b"this is no database, whatever it says" * 100)
    done = leumund(folder, "doctor")
    assert done.returncode == 2
    assert "Record" in done.stdout


def test_an_erased_author_is_in_no_file_any_more(folder: Path) -> None:
    for step in (("import", "export.csv", "--source", "datei"), ("enrich",), ("score",)):
        assert leumund(folder, *step, *CLOCK).returncode == 0
    assert leumund(folder, "report", *CLOCK).returncode == 0
    done = leumund(folder, "erase", "--source", "datei", "--author", "lena_k", *CLOCK)
    assert done.returncode == 0, done.stderr
    assert "mentions=1" in done.stdout
    for path in (folder / "home").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"lena_k" not in data
            assert b"sofort geholfen" not in data, path.name
    assert leumund(folder, "erase").returncode == 2


def test_a_clock_without_a_zone_is_refused(folder: Path) -> None:
    done = leumund(folder, "run", "--clock", "2026-11-24T09:00:00")
    assert done.returncode == 2
    assert "add the zone" in done.stderr
