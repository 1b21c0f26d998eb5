"""Writes schemas/kibana/leumund.ndjson; run as `python -m leumund.views.dashboards`."""

from __future__ import annotations

from pathlib import Path

from leumund.views.dashboards import write

if __name__ == "__main__":
    write(Path(__file__).parents[4] / "schemas" / "kibana")
