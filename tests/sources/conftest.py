"""Parts that the tests of the sources share: a local server, a fixed clock, real tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sources.server import Server

from leumund.sources import Tools
from leumund.types import Window
from leumund.web import Fetcher

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def window() -> Window:
    return Window(NOW - timedelta(days=1), NOW)


@pytest.fixture
def tools(tmp_path: Path) -> Callable[..., Tools]:
    """Tools with a fresh fetcher that may reach 127.0.0.1; `now` and `rules` can be chosen."""

    def made(now: datetime = NOW, rules: str = "rules-1") -> Tools:
        return Tools(
            fetcher=Fetcher("Leumund/test", allowed_networks=["127.0.0.1/32"], interval=0.0),
            pseudonym=lambda author: f"hash-of-{len(author)}",
            keep_handles=frozenset({"@Musterbahn"}),
            inbox=tmp_path,
            clock=lambda: now,
            rules=rules,
        )

    return made
