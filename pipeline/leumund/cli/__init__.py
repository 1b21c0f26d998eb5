"""The command line of Leumund."""

from __future__ import annotations

import logging
import sys

from leumund.cli import chain, servers
from leumund.cli.terminal import app, errors
from leumund.errors import LeumundError

__all__ = ["app", "chain", "main", "servers"]


def main() -> None:
    """Entry point: known errors end in one sentence and exit 2, unknown ones in a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("leumund.sources").setLevel(logging.ERROR)  # `run` names what it missed
    try:
        app()
    except LeumundError as error:
        errors.print(str(error), highlight=False, soft_wrap=True, markup=False)
        sys.exit(2)
