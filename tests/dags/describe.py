"""Reads our DAG files as Airflow does and writes down what it found; runs in its own process."""

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk import AssetOrTimeSchedule

HEAVY = ("torch", "transformers", "spacy", "elasticsearch", "onnxruntime", "altair", "numpy")


def described(folder: Path) -> dict[str, Any]:
    """All that the tests of the DAGs ask about."""
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    loaded = set(sys.modules)
    return {
        "import_errors": bag.import_errors,
        "warnings": bag.captured_warnings,
        "heavy": sorted(name for name in HEAVY if name in loaded),
        "ours": sorted(name for name in loaded if name.split(".")[0] == "leumund"),
        "dags": {name: described_dag(dag) for name, dag in bag.dags.items()},
        "retry": retry_actions(next(iter(bag.dags.values()))),
    }


def described_dag(dag: Any) -> dict[str, Any]:
    schedule = dag.timetable
    joined = isinstance(schedule, AssetOrTimeSchedule)
    return {
        "file": Path(dag.fileloc).name,
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "paused_at_first": dag.is_paused_upon_creation,
        "listens": assets_of(schedule.asset_condition) if joined else [],
        "ticks": type(schedule.timetable if joined else schedule).__name__,
        "deadlines": [alert.interval.total_seconds() for alert in dag.deadline or []],
        "late": [alert.callback.path for alert in dag.deadline or []],
        "tasks": {task.task_id: described_task(task) for task in dag.tasks},
    }


def assets_of(condition: Any) -> list[str]:
    return sorted(asset.name for asset in getattr(condition, "objects", [condition]))


def described_task(task: Any) -> dict[str, Any]:
    calls = task.on_failure_callback  # of a mapped task: not yet a list
    return {
        "owner": task.owner,
        "retries": task.retries,
        "policy": type(task.retry_policy).__name__,
        "limit": task.execution_timeout.total_seconds(),
        "tells": [call.__name__ for call in (calls if isinstance(calls, list) else [calls])],
        "pool": task.pool,
        "rule": task.trigger_rule.value,
        "outlets": [asset.name for asset in task.outlets],
        "mapped": task.is_mapped,
        "at_once": task.max_active_tis_per_dagrun,
        "after": sorted(task.upstream_task_ids),
    }


def retry_actions(dag: Any) -> dict[str, str]:
    """Class of error → what the policy does at the first failure."""
    from leumund.errors import Misconfigured, Unavailable, Unreadable

    policy = dag.tasks[0].retry_policy
    problems = (Unavailable("x"), Misconfigured("x"), Unreadable("x"), ValueError("x"))
    return {type(one).__name__: policy.evaluate(one, 1, 2).action.value for one in problems}


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(described(Path(sys.argv[1]))), encoding="utf-8")
