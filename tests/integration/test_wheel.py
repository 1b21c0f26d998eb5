"""The wheel alone, in an empty environment, checks a configuration and reads a text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
SCORE = """
from leumund.inference.load import load
scorer = load("compact").scorer
scores = scorer.score(["[MARKE] hat mich im Regen stehen lassen, nie wieder."])
assert scores.shape == (1, 3)
import leumund, sys
assert "site-packages" in leumund.__file__, leumund.__file__
assert "torch" not in sys.modules
print("scored")
"""


def run(*command: str, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not Path(UV).exists(), reason="uv is not installed; make test installs it")
def test_the_wheel_works_in_an_empty_environment_and_the_base_is_light(tmp_path: Path) -> None:
    run(UV, "build", "--wheel", "--quiet", "--out-dir", str(tmp_path), cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "env"
    run(UV, "venv", "--quiet", "--python", sys.executable, str(home), cwd=tmp_path)
    python = str(home / "bin/python")
    pinned = str(ROOT / "constraints.txt")
    run(UV, "pip", "install", "--quiet", "--python", python, "-c", pinned, str(wheel), cwd=tmp_path)
    shutil.copy(ROOT / "leumund.toml", tmp_path)
    assert "in order" in run(str(home / "bin/leumund"), "check", cwd=tmp_path)
    assert run(python, "-c", SCORE, cwd=tmp_path).strip() == "scored"
    size = sum(p.stat().st_size for p in home.rglob("*") if p.is_file() and not p.is_symlink())
    assert size < 700_000_000, f"{size / 1e6:.0f} MB"
