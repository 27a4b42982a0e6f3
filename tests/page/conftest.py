# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser for the tests of the page, and pages to open in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from kpolicy.report.page import render
from kpolicy.report.records import Report
from tests.browser import needed_chromium
from tests.page.reports import audited, everything


@dataclass
class Visit:
    """A page in a browser, and what it did that it must not do: speak on the console, fail, ask for something."""

    page: Page
    said: list[str] = field(default_factory=list)

    def shown(self, table: str = "") -> list[str]:
        """The text of the rows of a table, or of the findings, that are to be seen."""
        rows = self.page.locator(f"#{table} > tbody > tr:visible" if table else "#findings .findings > li:visible")
        # What is far below is not laid out, and has no inner text.
        found: list[str] = rows.all_inner_texts() if table else rows.all_text_contents()
        return found

    def rules(self) -> list[str]:
        """The rules of the findings that are to be seen, in the order of the list."""
        found: list[str] = self.page.locator("#findings .findings > li:visible .rule").all_text_contents()
        return found

    @property
    def fragment(self) -> str:
        """What stands after the # of the address."""
        text: str = self.page.evaluate("location.hash")
        return text

    @property
    def focused(self) -> Any:
        """The element that has the focus: its tag, or name."""
        return self.page.evaluate("document.activeElement.name || document.activeElement.tagName")


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = playwright.chromium.launch(executable_path=needed_chromium(), args=["--no-sandbox"])
    yield found
    found.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report], Path]:
    """Writes the page of a report to a file."""
    folder = tmp_path_factory.mktemp("pages")
    numbers = iter(range(1000))

    def write(report: Report) -> Path:
        path = folder / f"{next(numbers)}.html"
        path.write_text(render(report), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def demo_page(written: Callable[[Report], Path], demo: Path) -> Path:
    return written(audited(demo))


@pytest.fixture(scope="session")
def full_page(written: Callable[[Report], Path]) -> Path:
    """A page with something in each of its parts."""
    return written(everything())


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens a page; whatever it says on the console, and whatever it asks for, fails the test."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_page(path: Path, fragment: str = "", **words: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **words})
        contexts.append(context)
        page = context.new_page()
        found = Visit(page)
        visits.append(found)
        page.on("console", lambda message: found.said.append(message.text))
        page.on("pageerror", lambda error: found.said.append(str(error)))
        page.on("requestfailed", lambda request: found.said.append(request.url))
        address = path.as_uri()

        def answer(route: Any) -> None:
            if route.request.url.partition("#")[0] == address:
                route.continue_()
            else:
                found.said.append(f"asked for {route.request.url}")
                route.abort()

        page.route("**/*", answer)
        page.goto(address + fragment)
        return found

    yield open_page
    said = [text for item in visits for text in item.said]
    for context in contexts:
        context.close()
    assert said == []
