"""Reads what was collected: language, brands, sentiment and stories."""

from datetime import timedelta

import chain
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task


@task(pool="gpu", queue="gpu", outlets=[chain.READINGS])
def read() -> dict[str, int]:
    """How many mentions were read and filtered; all that waits is read, however long it waited."""
    from leumund import flows

    return dict(flows.enrich(chain.parts()))


@dag(
    dag_id="enrich",
    schedule=AssetOrTimeSchedule(
        assets=chain.MENTIONS,
        timetable=CronTriggerTimetable("5 * * * *", timezone=chain.ZONE),
    ),
    is_paused_upon_creation=False,
    **chain.settings("enrich", ends_within=timedelta(hours=6)),
)
def enrich() -> None:
    read()


enrich()
