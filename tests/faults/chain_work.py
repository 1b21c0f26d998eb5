"""Steps of the chain on a given configuration: `chain_work.py TOML HOME CLOCK STEP…`.

Unlike the command line it may fetch from this machine, so that a test can serve a feed.
"""

import sys
from pathlib import Path

from leumund import flows
from leumund.config import load
from leumund.web import Fetcher
from leumund.wiring import Parts, stopped_at


def main(toml: str, home: str, clock: str, *steps: str) -> None:
    path = Path(toml)
    parts = Parts(
        path=path,
        config=load(path),
        home=Path(home),
        clock=stopped_at(clock),
        given_fetcher=Fetcher("Leumund test", allowed_networks=("127.0.0.0/8",), interval=0),
    )
    for step in steps:
        getattr(flows, step)(parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
