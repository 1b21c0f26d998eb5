"""Opens the report in a real browser, once for each file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from views.shoot import CHROMIUM, browser, opened

from leumund.views.facts import Report
from leumund.views.report import write


@dataclass
class Sight:
    """A page as the browser saw it: what it said on its console and what it asked for."""

    page: Page
    spoken: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Show = Callable[..., Sight]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs Debian's Chromium at {CHROMIUM} (apt install chromium)")
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def show(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Writes a report and opens it from disk."""
    pages: list[Page] = []

    def open_report(report: Report, *, width: int = 1440, zone: str = "Europe/Berlin") -> Sight:
        path: Path = tmp_path_factory.mktemp("report") / "bericht.html"
        write(report, path)
        sight = Sight(chrome.new_page(viewport={"width": width, "height": 900}, timezone_id=zone))
        pages.append(sight.page)
        sight.page.on("console", lambda message: sight.spoken.append(message.text))
        sight.page.on("pageerror", lambda error: sight.spoken.append(str(error)))
        sight.page.on("request", lambda request: sight.requests.append(request.url))
        opened(sight.page, path)
        return sight

    yield open_report
    for page in pages:
        page.close()
