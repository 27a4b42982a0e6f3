# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `kpolicy history` in a browser: it fits, is accessible, asks for nothing, and needs no script."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.cli.support import kpolicy
from tests.history.small import releases
from tests.page.conftest import Open

_OPEN = "document.querySelectorAll('details').forEach((node) => { node.open = true })"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module", name="history_page")
def _history_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    path = folder / "history.html"
    old, new = releases(folder)
    outcome = kpolicy("history", old, new, "--format", "html", "-o", path, "-j", "1")
    assert outcome.status == 0, outcome.err
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(visit: Open, history_page: Path, scheme: str) -> None:
    page = visit(history_page, color_scheme=scheme).page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(_OPEN)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_it_fits_the_screen(visit: Open, history_page: Path, width: int) -> None:
    page = visit(history_page, viewport={"width": width, "height": 900}).page
    page.evaluate(_OPEN)
    assert page.evaluate(_TOO_WIDE) == 0


def test_it_is_whole_without_a_script(visit: Open, history_page: Path) -> None:
    page = visit(history_page, java_script_enabled=False).page
    pictures = page.get_by_role("img")
    expect(pictures).to_have_count(2)
    for number, says in enumerate(("Linux 7.0.0: 2 errors", "DEBUG_KMEMLEAK: 0, 2")):
        expect(pictures.nth(number)).to_be_visible()
        assert says in (pictures.nth(number).get_attribute("aria-label") or "")
