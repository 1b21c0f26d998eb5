"""The named points at which a test may kill the process, to prove that nothing is lost.

`LEUMUND_CRASH_AT=store.before_commit:3` ends the process by SIGKILL at the third pass of that
point. Without the variable a point costs one dictionary look-up.
"""

import os
import signal

POINTS = (
    "fetch.before_request",
    "fetch.mid_body",
    "fetch.after_body",
    "parse.mid_page",
    "parse.after_page",
    "store.after_mentions",
    "store.after_tombstones",
    "store.before_commit",
    "store.after_commit",
    "enrich.after_model",
    "enrich.before_commit",
    "enrich.after_commit",
    "stories.before_commit",
    "stories.after_commit",
    "score.after_tally",
    "score.before_commit",
    "score.after_commit",
    "alert.after_decide_before_outbox",
    "outbox.after_claim",
    "alert.after_send_before_mark",
    "alert.after_mark",
    "publish.after_send",
    "publish.before_mark",
    "publish.after_mark",
    "retention.mid_batch",
    "erase.before_commit",
    "migrate.mid_step",
)

_passes: dict[str, int] = {}


def point(name: str) -> None:
    """Die here if the environment asks for it.

    Raises:
        KeyError: `name` is not one of `POINTS` (only checked while a crash is asked for).
    """
    wanted = os.environ.get("LEUMUND_CRASH_AT")
    if not wanted:
        return
    if name not in POINTS:
        raise KeyError(name)
    target, _, nth = wanted.partition(":")
    if target != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] >= int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
