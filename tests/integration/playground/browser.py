"""Chromium for the tests of the page; where it is absent they are skipped with one line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SECONDS = 60
"""How long a page may take to show what must come: only a test that fails takes as long."""
expect.set_options(timeout=SECONDS * 1000)


def installed() -> str:
    """The browser's program; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here: install it (Debian: apt-get install chromium) to test the page in a browser")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For a module and no longer: while the browser's driver runs, this thread can run no event loop of its own."""
    path = installed()
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=2 * SECONDS * 1000)
        try:
            yield one
        finally:
            one.close()


class Visitor:
    """A page, and everything in it that went wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._said)
        page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.set_default_timeout(SECONDS * 1000)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)
