# SPDX-License-Identifier: GPL-2.0-or-later
"""A request that only an assumed toolchain refuses is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.support import Outcome, append, copy_of_demo, kpolicy

_KCONFIG = """
config HAS_IT
	def_bool $(shell,test -d /no-such-folder && echo y || echo n)

config OTHER_HAS_IT
	def_bool y
	depends on HAS_IT
	depends on !NET

config SANITIZED
	bool "sanitized"
	depends on $(shell,test -d /no-such-folder && echo y || echo n)

config BY_SYMBOL
	bool "by symbol"
	depends on HAS_IT && (!NET || OTHER_HAS_IT)

config PERMISSIVE
	bool "permissive"
	depends on SANITIZED

config MIXED
	bool "mixed"
	depends on HAS_IT
	depends on NEVER_ASKED_FOR

config NEVER_ASKED_FOR
	bool "never asked for"

config OUT_OF_REACH
	bool "out of reach"
	depends on HAS_IT
	depends on NEVER

config NEVER
	bool
"""


def _fix(folder: Path, lines: str, *words: str) -> Outcome:
    tree = copy_of_demo(folder)
    append(tree / "lib" / "Kconfig.debug", _KCONFIG)
    path = folder / "my_defconfig"
    path.write_text(lines)
    return kpolicy("fix", "--tree", tree, "--arch", "x86", *words, path)


@pytest.mark.parametrize(
    "lines", ["CONFIG_SANITIZED=y\n", "CONFIG_BY_SYMBOL=y\n", "CONFIG_SANITIZED=y\nCONFIG_PERMISSIVE=y\n"]
)
@pytest.mark.parametrize(("words", "name"), [((), "dummy"), (("--toolchain", "gcc-14.2"), "gcc-14.2")])
def test_the_line_is_kept(tmp_path: Path, lines: str, words: tuple[str, ...], name: str) -> None:
    outcome = _fix(tmp_path, lines, *words)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.count("not fixed: ") == lines.count("\n")
    assert f"the assumed toolchain ({name}) does not support it, a real one may: try --toolchain exec" in outcome.err


def test_what_no_line_changes_goes(tmp_path: Path) -> None:
    assert "\n-CONFIG_OUT_OF_REACH=y\n" in _fix(tmp_path, "CONFIG_OUT_OF_REACH=y\n").out


def test_what_a_line_would_change_is_not_given_up_for_an_assumption(tmp_path: Path) -> None:
    outcome = _fix(tmp_path, "CONFIG_MIXED=y\n")
    assert outcome.out == ""
    assert "the assumed toolchain (dummy) does not support it" in outcome.err


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
def test_what_the_real_toolchain_refuses_goes(tmp_path: Path) -> None:
    assert "\n-CONFIG_SANITIZED=y\n" in _fix(tmp_path, "CONFIG_SANITIZED=y\n", "--toolchain", "exec").out
