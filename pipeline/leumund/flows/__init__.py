"""The sentence, as code: collect, enrich, score, alert, publish, maintain.

Command line and DAGs call these functions and nothing else; each can be repeated at any time.
"""

from leumund.flows.alert import alert, deliver
from leumund.flows.collect import Collected, collect, import_files, unreached
from leumund.flows.enrich import enrich
from leumund.flows.gather import gather
from leumund.flows.maintain import Upkeep, erase_author, erase_mention, maintain, tend
from leumund.flows.publish import Publication, Published, publish, report
from leumund.flows.schema import (
    Rebuilt,
    apply_schema,
    compare,
    dashboards,
    rebuild,
    schema_differences,
    set_up,
    setup_text,
)
from leumund.flows.score import Scored, score

__all__ = [
    "Collected",
    "Publication",
    "Published",
    "Rebuilt",
    "Scored",
    "Upkeep",
    "alert",
    "apply_schema",
    "collect",
    "compare",
    "dashboards",
    "deliver",
    "enrich",
    "erase_author",
    "erase_mention",
    "gather",
    "import_files",
    "maintain",
    "publish",
    "rebuild",
    "report",
    "schema_differences",
    "score",
    "set_up",
    "setup_text",
    "tend",
    "unreached",
]
