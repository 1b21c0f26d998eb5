"""A fresh record on disk for each test, copied from one that was built once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leumund.record import Record, open_record


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "record.sqlite"
    open_record(path).close()
    return path


@pytest.fixture
def record(empty: Path, tmp_path: Path) -> Iterator[Record]:
    shutil.copy(empty, tmp_path)
    with open_record(tmp_path / empty.name) as opened:
        yield opened
