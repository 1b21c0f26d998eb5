"""Decides each closed day once and tells people what it means for them."""

from datetime import timedelta

import chain
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task


@task
def decide() -> int:
    """How many signals were raised; what an earlier run could not deliver is sent again."""
    from leumund import flows

    return len(flows.alert(chain.parts()))


@dag(
    dag_id="alert",
    schedule=AssetOrTimeSchedule(
        assets=chain.INDEX,
        timetable=CronTriggerTimetable("40 * * * *", timezone=chain.ZONE),
    ),
    is_paused_upon_creation=False,
    **chain.settings("alert", ends_within=timedelta(hours=1)),
)
def alert() -> None:
    decide()


alert()
