"""The sentence, as code: collect, enrich, score, alert, publish, maintain.

Command line and DAGs call these functions and nothing else; each can be repeated at any time.
"""

from leumund.flows.alert import alert, deliver
from leumund.flows.collect import Collected, collect, import_files, unreached
from leumund.flows.enrich import enrich
from leumund.flows.maintain import erase_author, erase_mention, maintain
from leumund.flows.publish import publish
from leumund.flows.score import Scored, score

__all__ = [
    "Collected",
    "Scored",
    "alert",
    "collect",
    "deliver",
    "enrich",
    "erase_author",
    "erase_mention",
    "import_files",
    "maintain",
    "publish",
    "score",
    "unreached",
]
