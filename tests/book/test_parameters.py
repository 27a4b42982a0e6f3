# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of boot parameters: up to date."""

from __future__ import annotations

from docs.tools.parameters import PAGE, page
from kpolicy.policy.boot.load import shipped_parameters


def test_what_is_committed_is_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(shipped_parameters()), "run `make docs`"
