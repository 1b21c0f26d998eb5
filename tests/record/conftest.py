"""A fresh record on disk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leumund.record import Record, open_record


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "record.sqlite") as opened:
        yield opened
