# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about Kconfig files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.kconfig import check_kconfig
from tests.kconfig.small import load, make_tree

_TEXT = """\
config KMSAN
	bool "kmsan"
	select STACKDEPOT
	select STACKDEPOT_ALWAYS_INIT

config STACKDEPOT_ALWAYS_INIT
	bool
	select STACKDEPOT

config STACKDEPOT
	bool

config GUARDED
	bool "guarded"
	select STACKDEPOT
	select MAYBE

config MAYBE
	bool
	select STACKDEPOT if OTHER

config OTHER
	bool "other"

config D
	bool
	default y if OTHER
	default n if OTHER && GUARDED
	default n

config R
	bool "r"
	depends on NOWHERE
	select NOTHING
	select MEMBER

choice
	prompt "c"

config MEMBER
	bool "m"

endchoice
"""


def test_what_it_says(tmp_path: Path) -> None:
    told = [(item.check, item.place.line) for item in check_kconfig(load(make_tree(tmp_path, {"Kconfig": _TEXT})))]
    assert told == [
        ("kconfig/redundant-select", 3),
        ("kconfig/dead-default", 28),
        ("kconfig/select-of-choice-member", 35),
        ("kconfig/undefined-reference", 33),
        ("kconfig/undefined-reference", 34),
    ]


@pytest.mark.trees
def test_the_redundant_selects_that_are_known(kernel: Path) -> None:
    """KMSAN and the stack depot, the very line that the review of 2021 asked to remove from KASAN."""
    source = DirectorySource(kernel)
    model = Tree(source, str(kernel)).model(resolve_architecture(source, "x86"), Toolchain.dummy())
    found = {(item.symbol, item.message.split()[2].rstrip(",")) for item in check_kconfig(model)}
    for pair in [("KMSAN", "STACKDEPOT"), ("PAGE_OWNER", "STACKTRACE"), ("PROVE_LOCKING", "LOCKDEP")]:
        assert pair in found
    assert ("KASAN", "STACKDEPOT") not in found
