"""Scores every brand and day that a new reading touched."""

from datetime import timedelta

import chain
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task


@task(outlets=[chain.INDEX])
def score() -> int:
    """How many brands have an index."""
    from leumund import flows

    return sum(bool(scored.points) for scored in flows.score(chain.parts()))


@dag(
    dag_id="reputation",
    schedule=AssetOrTimeSchedule(
        assets=chain.READINGS,
        timetable=CronTriggerTimetable("35 * * * *", timezone=chain.ZONE),
    ),
    is_paused_upon_creation=False,
    **chain.settings("reputation", ends_within=timedelta(hours=1)),
)
def reputation() -> None:
    score()


reputation()
