"""Forgets in time: drops each night the texts whose retention is over."""

from datetime import timedelta

import chain
from airflow.sdk import CronTriggerTimetable, dag, task


@task
def forget() -> dict[str, int]:
    """How many texts each source lost."""
    from leumund import flows

    return {source: proof.emptied for source, proof in flows.maintain(chain.parts()).items()}


@dag(
    dag_id="maintain",
    schedule=CronTriggerTimetable("30 3 * * *", timezone=chain.ZONE),
    **chain.settings("maintain", ends_within=timedelta(hours=2)),
)
def maintain() -> None:
    forget()


maintain()
