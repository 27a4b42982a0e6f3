# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check` and `kpolicy upgrade` say the same of a line of another kernel's .config."""

from __future__ import annotations

from pathlib import Path

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.moved import left_behind
from kpolicy.policy.upgrade.lost import lines_of
from tests.kconfig.small import load, make_tree

_KCONFIG = """\
config ARCH_HAS_PTDUMP
	def_bool y

config NUMBER
	int "Number"
	default 0
"""
_CONFIG = b"""\
#
# Linux/x86 6.1.0 Kernel Configuration
#
CONFIG_GENERIC_PTDUMP=y
CONFIG_ACPI_MDIO=y
# CONFIG_GONE is not set
CONFIG_LOST=y
# CONFIG_NUMBER is not set
"""


def _values(folder: Path) -> Values:
    return evaluate(load(make_tree(folder, {"Kconfig": _KCONFIG})), parse_config(".config", _CONFIG))


def test_one_classifier(tmp_path: Path) -> None:
    values = _values(tmp_path)
    left = {item.effect.assignment.name: item.kind for item in left_behind(values, line_effects(values))}
    # GENERIC_PTDUMP has no prompt in any release, and its value under its new name: that says more.
    assert left == {"GENERIC_PTDUMP": "renamed", "ACPI_MDIO": "result", "GONE": "off"}
    lines = lines_of(None, values)
    assert lines.counts == {"renamed": 1, "result": 1, "off": 1, "ineffective": 0}
    # What is off as a number is reported by config/wrong-type and costs nothing.
    assert [item.symbol for item in lines.lost] == ["LOST"]
