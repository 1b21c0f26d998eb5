"""What all our DAGs share: the assets that join them, who owns them, what happens on trouble."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow import sdk

from leumund.errors import Misconfigured, Unavailable, Unreadable

if TYPE_CHECKING:
    from leumund.wiring import Parts

log = logging.getLogger(__name__)
MENTIONS = sdk.Asset("leumund://mentions")
READINGS = sdk.Asset("leumund://readings")
INDEX = sdk.Asset("leumund://index")
ZONE = "Europe/Berlin"
AGAIN = sdk.RetryRule(Unavailable, sdk.RetryAction.RETRY)
NEVER = sdk.RetryRule([Misconfigured, Unreadable], sdk.RetryAction.FAIL)


def parts() -> Parts:
    """The parts that LEUMUND_CONFIG names, with the time of the wall."""
    from leumund.wiring import open_parts

    return open_parts(lambda: datetime.now(UTC))


def failed(context: Any) -> None:
    """Says in the log which task has failed for good."""
    task = context["task_instance"]
    log.error("task failed", extra={"dag": task.dag_id, "task": task.task_id, "run": task.run_id})


def late(dag: str, **_: Any) -> None:
    """Says in the log which DAG has not ended in time."""
    log.error("run is late", extra={"dag": dag})


def settings(name: str, *, ends_within: timedelta) -> dict[str, Any]:
    """The arguments that every DAG takes; `ends_within` counts from the moment it is queued."""
    tasks = {
        "owner": "leumund",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_policy": sdk.ExceptionRetryPolicy([AGAIN, NEVER]),
        "execution_timeout": ends_within,
        "on_failure_callback": failed,
    }
    deadline = sdk.DeadlineAlert(  # type: ignore[attr-defined]
        reference=sdk.DeadlineReference.DAGRUN_QUEUED_AT,  # type: ignore[attr-defined]
        interval=ends_within,
        callback=sdk.SyncCallback(late, kwargs={"dag": name}),  # type: ignore[attr-defined]
    )
    shared = {"catchup": False, "max_active_runs": 1, "tags": {"leumund"}}
    return {**shared, "default_args": tasks, "deadline": deadline}
