"""The sentence, as code: collect, enrich, score, alert, publish, maintain.

Command line and DAGs call these functions and nothing else; each can be repeated at any time.
"""

from leumund.flows.alert import alert, deliver
from leumund.flows.collect import Collected, collect, import_files, unreached
from leumund.flows.enrich import enrich
from leumund.flows.maintain import erase_author, erase_mention, maintain
from leumund.flows.publish import Publication, Published, publish, report
from leumund.flows.schema import Rebuilt, apply_schema, compare, rebuild, schema_differences
from leumund.flows.score import Scored, score

__all__ = [
    "Collected",
    "Publication",
    "Published",
    "Rebuilt",
    "Scored",
    "alert",
    "apply_schema",
    "collect",
    "compare",
    "deliver",
    "enrich",
    "erase_author",
    "erase_mention",
    "import_files",
    "maintain",
    "publish",
    "rebuild",
    "report",
    "schema_differences",
    "score",
    "unreached",
]
