"""Kills a command at a named crash point, really, and starts it again until it is done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import leumund
from leumund import crash

KILLS = int(os.environ.get("LEUMUND_KILLS", "2"))
"""Kills at each point; `LEUMUND_KILLS=30` is the long run of the reliability figures."""

PACKAGES = str(Path(leumund.__file__).parents[1])


def run(
    command: Sequence[str], *, at: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python (`["-m", "leumund.cli", "run"]`); `at` is "point:nth" or ''."""
    surroundings = os.environ | {"PYTHONPATH": PACKAGES} | dict(env or {})
    surroundings.pop("LEUMUND_CRASH_AT", None)
    if at:
        surroundings["LEUMUND_CRASH_AT"] = at
    return subprocess.run(
        [sys.executable, *command],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def kill_and_finish(
    command: Sequence[str],
    point: str,
    *,
    passes: Sequence[int] = (2,) * KILLS,
    env: Mapping[str, str] | None = None,
    after_kill: Callable[[], object] = lambda: None,
) -> int:
    """Start the command once for each of `passes`, kill it there, then let it finish.

    Args:
        command: arguments of this Python; it must be able to go on where it was killed.
        point: one of `crash.POINTS`.
        passes: the pass of the point at which each start is killed. 2 lets the work get on
            between the kills.
        env: further variables, such as LEUMUND_HOME.
        after_kill: checks what must be so at any moment.

    Returns:
        How many starts were killed; fewer than `passes` means that the work was done before.

    Raises:
        AssertionError: a start ended otherwise than by our kill or well.
    """
    assert point in crash.POINTS
    kills = 0
    for nth in passes:
        ended = run(command, at=f"{point}:{nth}", env=env)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        if ended.returncode:
            kills += 1
            after_kill()
    ended = run(command, env=env)
    assert ended.returncode == 0, ended.stderr
    return kills
