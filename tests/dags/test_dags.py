"""The promises that every DAG file keeps, read as Airflow reads them."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from leumund.testing.airflow import DAGS, POOLS

FOLDER = Path(__file__).parents[2] / "dags"
SHARED = "chain.py"
FILES = sorted(path.name for path in FOLDER.glob("*.py"))


def tasks(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{dag}.{name}", task)
        for dag, found in described["dags"].items()
        for name, task in found["tasks"].items()
    ]


def test_every_file_is_read_without_error_or_warning(described: dict[str, Any]) -> None:
    assert described["import_errors"] == {}
    assert described["warnings"] == {}


def test_every_file_is_one_dag_of_its_name(described: dict[str, Any]) -> None:
    found = {dag["file"]: name for name, dag in described["dags"].items()}
    assert found == {name: Path(name).stem for name in FILES if name != SHARED}
    assert sorted(found.values()) == sorted(DAGS)


def test_reading_the_files_loads_nothing_heavy(described: dict[str, Any]) -> None:
    assert described["heavy"] == []
    assert described["ours"] == ["leumund", "leumund.errors"]


def test_files_are_short_and_open_with_a_sentence() -> None:
    for name in FILES:
        lines = (FOLDER / name).read_text("utf-8").splitlines()
        assert len(lines) <= 60, name
        assert lines[0].startswith('"""') and lines[0].endswith('."""'), name


def test_every_dag_runs_alone_never_catches_up_and_has_a_deadline(
    described: dict[str, Any],
) -> None:
    for name, dag in described["dags"].items():
        assert dag["tags"] == ["leumund"], name
        assert (dag["max_active_runs"], dag["catchup"]) == (1, False), name
        assert dag["late"] == ["chain.late"], name
        (deadline,) = dag["deadlines"]
        assert all(task["limit"] <= deadline for task in dag["tasks"].values()), name


def test_every_task_has_an_owner_retries_and_somebody_to_tell(described: dict[str, Any]) -> None:
    for name, task in tasks(described):
        assert (task["owner"], task["retries"]) == ("leumund", 2), name
        assert (task["policy"], task["tells"]) == ("ExceptionRetryPolicy", ["failed"]), name


def test_only_what_is_unavailable_or_unknown_is_tried_again(described: dict[str, Any]) -> None:
    assert described["retry"] == {
        "Unavailable": "retry",
        "Misconfigured": "fail",
        "Unreadable": "fail",
        "ValueError": "default",
    }


def test_assets_join_the_dags(described: dict[str, Any]) -> None:
    listens = {name: dag["listens"] for name, dag in described["dags"].items()}
    assert listens == {
        "collect": [],
        "enrich": ["leumund://mentions"],
        "reputation": ["leumund://readings"],
        "publish": ["leumund://index", "leumund://readings"],
        "alert": ["leumund://index"],
        "maintain": [],
    }
    tells = {name: task["outlets"] for name, task in tasks(described) if task["outlets"]}
    assert tells == {
        "collect.close": ["leumund://mentions"],
        "enrich.read": ["leumund://readings"],
        "reputation.score": ["leumund://index"],
    }


def test_no_dag_wakes_itself(described: dict[str, Any]) -> None:
    wakes = {
        name: {
            other
            for other, dag in described["dags"].items()
            for task in dag["tasks"].values()
            if set(task["outlets"]) & set(found["listens"])
        }
        for name, found in described["dags"].items()
    }
    order = list(TopologicalSorter(wakes).static_order())
    assert order.index("collect") < order.index("enrich") < order.index("reputation")
    downstream_first = [
        name for name in DAGS if name in ("alert", "reputation", "enrich", "collect")
    ]
    assert downstream_first == sorted(downstream_first, key=order.index, reverse=True)


def test_listeners_start_awake_and_look_by_the_clock_too(described: dict[str, Any]) -> None:
    """Events that fall into a pause are lost for good: the tick drains what they announced."""
    for name, dag in described["dags"].items():
        assert (dag["paused_at_first"] is False) == bool(dag["listens"]), name
        wanted = "CronDataIntervalTimetable" if name == "collect" else "CronTriggerTimetable"
        assert dag["ticks"] == wanted, name


def test_models_and_sources_are_limited_by_pools_that_exist(described: dict[str, Any]) -> None:
    pools = {name: task["pool"] for name, task in tasks(described)}
    assert pools.pop("enrich.read") == "gpu"
    assert pools.pop("collect.fetch") == "sources"
    assert set(pools.values()) == {"default_pool"}
    assert set(POOLS) == {"gpu", "sources"}


def test_a_broken_source_neither_silences_nor_hides(described: dict[str, Any]) -> None:
    found = described["dags"]["collect"]["tasks"]
    assert (found["fetch"]["mapped"], found["fetch"]["at_once"]) == (True, 4)
    assert found["fetch"]["outlets"] == []
    assert (found["close"]["after"], found["close"]["rule"]) == (["fetch"], "all_done")
    assert (found["report"]["after"], found["report"]["rule"]) == (["fetch", "sources"], "all_done")
