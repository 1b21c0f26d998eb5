"""A real Airflow on this machine: one run of `collect` wakes the whole chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.airflow import world

from leumund.errors import Misconfigured
from leumund.record import dump, health, open_record
from leumund.testing import airflow

psutil = pytest.importorskip("psutil", reason="the extra `airflow` is not installed")

CLOCK = "2026-11-09T08:00+01:00"
PATIENCE = 300.0
SOURCES = ("forum", "blatt", "verlegt", "fern")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world with a source that is broken and one that is away."""
    folder = tmp_path_factory.mktemp("world") / "world"
    return world.build(folder, more=world.BROKEN + world.AWAY)


@pytest.fixture(scope="module")
def server(home: Path, settings: Path) -> Iterator[airflow.Server]:
    """Started once for all tests here; stopped, it leaves no process behind."""
    with airflow.running(home, settings=settings, environment={"LEUMUND_CLOCK": CLOCK}) as running:
        running.wake(*airflow.DAGS)
        yield running
    assert [one.cmdline() for one in psutil.process_iter() if _lives_in(one, home)] == []


@pytest.fixture(scope="module")
def collected(server: airflow.Server) -> dict[str, Any]:
    """A run of `collect` that was triggered over the REST API, once it has ended."""
    run = server.trigger("collect")
    return ended(server, "collect", run)


def _lives_in(process: Any, home: Path) -> bool:
    try:
        return bool(process.environ().get("AIRFLOW_HOME") == str(home / "airflow"))
    except psutil.Error:
        return False


def ended(server: airflow.Server, dag: str, run: str) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        found = server.ask("GET", f"dags/{dag}/dagRuns/{run}")
        return found if found["state"] in ("success", "failed") else {}

    return airflow.until(look, within=PATIENCE, what=f"end of {dag}")


def woken(server: airflow.Server, dag: str, *, by: str) -> str:
    """The successful run of a DAG that an asset started, told by the run `by`."""

    def look() -> str:
        for run in server.ask("GET", f"dags/{dag}/dagRuns?run_type=asset_triggered")["dag_runs"]:
            events = server.ask(
                "GET", f"dags/{dag}/dagRuns/{run['dag_run_id']}/upstreamAssetEvents"
            )
            if by in [event["source_run_id"] for event in events["asset_events"]]:
                assert run["state"] != "failed", f"{dag} failed"
                return str(run["dag_run_id"]) if run["state"] == "success" else ""
        return ""

    return airflow.until(look, within=PATIENCE, what=f"{dag}, woken by {by}")


def test_one_triggered_run_wakes_the_chain(
    server: airflow.Server, collected: dict[str, Any], home: Path
) -> None:
    read = woken(server, "enrich", by=collected["dag_run_id"])
    scored = woken(server, "reputation", by=read)
    woken(server, "publish", by=read)
    woken(server, "publish", by=scored)
    woken(server, "alert", by=scored)
    run = server.trigger("maintain")
    assert ended(server, "maintain", run)["state"] == "success"
    lost = f"dags/maintain/dagRuns/{run}/taskInstances/forget/xcomEntries/return_value"
    assert server.ask("GET", lost)["value"] == dict.fromkeys(SOURCES, 0)
    with open_record(home / "record.sqlite") as record:
        kinds = [line.split()[0] for line in dump.results(record)]
    assert kinds.count("readings") == len(world.POSTS) + len(world.ARTICLES)
    assert {"evidence", "index_points"} <= set(kinds)
    assert "Nordwindbank" in (home / "bericht.html").read_text("utf-8")


def test_a_broken_source_neither_silences_the_others_nor_hides(
    server: airflow.Server, collected: dict[str, Any], home: Path
) -> None:
    run = f"dags/collect/dagRuns/{collected['dag_run_id']}"
    assert collected["state"] == "failed"
    found = server.ask("GET", f"{run}/taskInstances")["task_instances"]
    states = {one["rendered_map_index"] or one["task_id"]: one["state"] for one in found}
    assert states.pop("report") == "failed"
    assert set(states) == {"sources", *SOURCES, "close"}
    assert set(states.values()) == {"success"}
    (report,) = [one for one in found if one["task_id"] == "report"]
    assert report["try_number"] == 1
    said = str(server.ask("GET", f"{run}/taskInstances/report/logs/1"))
    assert "verlegt: not read" in said
    assert "fern" not in said
    with open_record(home / "record.sqlite") as record:
        assert {source for source, _ in health.gap_list(record)} == {"verlegt", "fern"}


def test_a_second_airflow_in_the_same_home_is_refused(
    server: airflow.Server, home: Path, settings: Path
) -> None:
    with (
        pytest.raises(Misconfigured, match="runs already"),
        airflow.running(home, settings=settings),
    ):
        pass


def test_the_server_listens_on_the_loopback_and_asks_for_a_login(server: airflow.Server) -> None:
    port = server.session.base_url.port
    family = psutil.Process(server.process.pid).children(recursive=True)
    addresses = {
        connection.laddr.ip
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert addresses == {"127.0.0.1"}
    assert server.session.get("/api/v2/dags", headers={"Authorization": ""}).status_code == 401
    assert server.folder.stat().st_mode & 0o077 == 0
