# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of settings: up to date."""

from __future__ import annotations

from docs.tools.settings import PAGE, page
from kpolicy.policy.running.load import shipped_knobs


def test_what_is_committed_is_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(shipped_knobs()), "run `make docs`"
