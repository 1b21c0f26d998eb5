"""Each night: forgets texts whose retention is over, and checks Elasticsearch by the record."""

from datetime import timedelta

import chain
from airflow.sdk import CronTriggerTimetable, dag, task


@task
def forget() -> dict[str, int]:
    """How many texts each source lost."""
    from leumund import flows

    return {source: proof.emptied for source, proof in flows.maintain(chain.parts()).items()}


@task
def tend_views() -> dict[str, str]:
    """Schemas applied, months deleted, counts of record and index compared."""
    from leumund import flows
    from leumund.errors import Unreadable

    parts = chain.parts()
    if not parts.servers.sinks:
        return {}
    done = flows.tend(parts)
    if done.differs:
        named = ", ".join(f"{place.index} {place.month}".strip() for place in done.differs)
        raise Unreadable(
            f"Record and index differ in {named}: `leumund publish --rebuild` mends it."
        )
    return {"schema": str(len(done.schema)), "expired": ", ".join(done.expired)}


@dag(
    dag_id="maintain",
    schedule=CronTriggerTimetable("30 3 * * *", timezone=chain.ZONE),
    **chain.settings("maintain", ends_within=timedelta(hours=2)),
)
def maintain() -> None:
    forget() >> tend_views()


maintain()
