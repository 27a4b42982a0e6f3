# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings that an edit brings about: the config that is being fixed has no line for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kpolicy.location import Location
from kpolicy.policy.fixes.goals import _instead


def test_nothing_stands_for_a_line_that_the_config_does_not_have() -> None:
    finding: Any = SimpleNamespace(rule="config/dropped-request", place=Location("config", 80))
    document: Any = SimpleNamespace(config=SimpleNamespace(assignments=()))
    values: Any = None

    assert _instead(values, finding, document) == ()
