# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a list of findings: debug policy first, then what is about the text of configs, Kconfig and policies.

Config lines are most of the findings of a real tree, and are read by other people than debug policy is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

POLICY: Final = "policy"
LINES: Final = "lines"
KCONFIG: Final = "kconfig"
FILES: Final = "files"

TITLES: Final[Mapping[str, str]] = {
    POLICY: "Debug policy",
    LINES: "Config lines",
    KCONFIG: "Kconfig files",
    FILES: "Policy files",
}
"""The parts in their order, each with its title."""
_OF_FAMILY: Final[Mapping[str, str]] = {"config": LINES, "kconfig": KCONFIG, "policy": FILES}


def part_of(rule: str) -> str:
    """The part that the findings of a rule, or of a family, belong to."""
    return _OF_FAMILY.get(rule.partition("/")[0], POLICY)
