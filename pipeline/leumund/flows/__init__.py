"""The sentence, as code: collect, enrich, score, alert, publish, maintain.

Command line and DAGs call these functions and nothing else; each can be repeated at any time.
"""

from leumund.flows.alert import alert, deliver
from leumund.flows.collect import collect
from leumund.flows.enrich import enrich
from leumund.flows.maintain import erase_author, erase_mention, maintain
from leumund.flows.publish import publish
from leumund.flows.score import score

__all__ = [
    "alert",
    "collect",
    "deliver",
    "enrich",
    "erase_author",
    "erase_mention",
    "maintain",
    "publish",
    "score",
]
