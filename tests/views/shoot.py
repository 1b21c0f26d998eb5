"""Takes a picture of a report: `shoot.py FILE OUT.png WIDTH`; OUT.pdf prints it on A4."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as play:
        chrome = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chrome
        chrome.close()


def opened(page: Page, file: Path) -> Page:
    """The report with all its charts drawn."""
    page.goto(file.resolve().as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-charts=ready]", timeout=180_000)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("width", type=int)
    parser.add_argument("--height", type=int, help="only so much from the top, in pixels")
    wanted = parser.parse_args()
    with browser() as chrome:
        page = chrome.new_page(
            viewport={"width": wanted.width, "height": 900}, timezone_id="Europe/Berlin"
        )
        opened(page, wanted.file)
        if wanted.out.suffix == ".pdf":
            page.pdf(path=wanted.out, prefer_css_page_size=True, print_background=True)
        elif wanted.height:
            page.screenshot(
                path=wanted.out,
                clip={"x": 0, "y": 0, "width": wanted.width, "height": wanted.height},
                full_page=True,
            )
        else:
            page.screenshot(path=wanted.out, full_page=True)


if __name__ == "__main__":
    main()
