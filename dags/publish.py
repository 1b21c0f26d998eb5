"""Writes the report whenever something was read or scored."""

from datetime import timedelta

import chain
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task


@task
def write() -> str:
    """The name of the report."""
    from leumund import flows

    return flows.publish(chain.parts()).name


@dag(
    dag_id="publish",
    schedule=AssetOrTimeSchedule(
        assets=chain.READINGS | chain.INDEX,
        timetable=CronTriggerTimetable("50 * * * *", timezone=chain.ZONE),
    ),
    is_paused_upon_creation=False,
    **chain.settings("publish", ends_within=timedelta(hours=1)),
)
def publish() -> None:
    write()


publish()
