"""Processes in which Airflow is imported, each with a home that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def environment(home: Path, **more: str) -> dict[str, str]:
    """Variables of a process that finds our packages and an Airflow of its own in `home`."""
    airflow = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "0",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONPATH": str(ROOT / "pipeline"),
    }
    return {**os.environ, **airflow, **more}


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Runs a Python program to its end and fails with its last words unless it ended well."""
    if find_spec("airflow") is None:
        pytest.skip("the extra `airflow` is not installed")

    def run(*words: str, **variables: str) -> None:
        home = tmp_path_factory.mktemp("airflow")
        done = subprocess.run(
            [sys.executable, *words],
            env=environment(home, **variables),
            cwd=home,
            check=False,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]

    return run


@pytest.fixture(scope="session")
def described(
    process: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What Airflow finds when it reads our DAG files, see describe.py."""
    path = tmp_path_factory.mktemp("described") / "dags.json"
    process(str(HERE / "describe.py"), str(ROOT / "dags"), str(path))
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
