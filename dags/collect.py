"""Asks every source each quarter of an hour; one that is broken silences none of the others."""

from datetime import timedelta
from typing import Any

import chain
from airflow.sdk import CronDataIntervalTimetable, TriggerRule, dag, task


@task
def sources() -> list[str]:
    """The names that leumund.toml gives to its sources."""
    return [source.name for source in chain.parts().config.source]


@task(
    pool="sources", max_active_tis_per_dagrun=4, map_index_template="{{ task.op_kwargs['name'] }}"
)
def fetch(name: str) -> dict[str, Any]:
    """What is new in one source; one that is away leaves a gap and is asked again next time."""
    from leumund import flows

    (found,) = flows.collect(chain.parts(), [name])
    return {"source": name, "kept": found.counts["kept"], "broken": found.broken}


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[chain.MENTIONS])
def close() -> None:
    """Tells the readers that every source was asked, whatever came of it."""


@task(trigger_rule=TriggerRule.ALL_DONE)
def report(names: list[str], found: list[dict[str, Any]]) -> int:
    """How many mentions are new; fails if a source failed for another reason than being away."""
    from leumund.errors import Misconfigured

    healthy = {one["source"] for one in found if not one["broken"]}
    if broken := sorted(set(names) - healthy):
        raise Misconfigured(f"{', '.join(broken)}: not read; `leumund doctor` says why")
    return sum(one["kept"] for one in found)


@dag(
    dag_id="collect",
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone=chain.ZONE),
    **chain.settings("collect", ends_within=timedelta(minutes=15)),
)
def collect() -> None:
    names = sources()
    found = fetch.expand(name=names)
    found >> close()
    report(names, found)  # type: ignore[arg-type]


collect()
