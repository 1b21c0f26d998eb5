"""Brings report and Elasticsearch up to date whenever something was read or scored."""

from datetime import timedelta

import chain
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task


@task
def bring_up_to_date() -> dict[str, int]:
    """Documents that each sink took; a sink that stopped fails the task, the others are served."""
    from leumund import flows
    from leumund.errors import Unavailable

    published = flows.publish(chain.parts())
    if stopped := "; ".join(sink.stopped for sink in published.sinks if sink.stopped):
        raise Unavailable(stopped)
    return {sink.sink: sink.done for sink in published.sinks}


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
    bring_up_to_date()


publish()
