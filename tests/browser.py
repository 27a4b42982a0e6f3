# SPDX-License-Identifier: GPL-2.0-or-later
"""The browser that the tests of pages drive."""

from __future__ import annotations

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of Chromium; None where there is none."""
    return next((path for path in map(shutil.which, _NAMES) if path is not None), None)


def needed_chromium() -> str:
    """The path of Chromium; without one the test is skipped, or fails where everything has to be there."""
    found = chromium()
    if found is None:
        text = "no Chromium: apt-get install chromium fonts-dejavu-core"
        if os.environ.get("CI") == "true":
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return found
