# SPDX-License-Identifier: GPL-2.0-or-later
"""Odd config lines: kpolicy and the conf of each kernel read the same, and what conf does not read is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.support import kpolicy
from tests.kconfig.small import make_tree, run_conf
from tests.oracle.conf import Oracle

pytestmark = pytest.mark.trees

_KCONFIG = """
mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"

config MODULES
	bool "modules"
	modules

config AA
	bool "a"

config BB
	bool "b"
	default y

config TT
	tristate "t"

config NN
	int "n"
	default 3

config SS
	string "s"
	default "x"
"""
_FIRST = "CONFIG_MODULES=y"
_LEADS = (
    *("", " ", "\t", "\ufeff", "\u00a0", "\v", "export ", "> ", "+"),
    *("# ", "#", "##", "#  ", "#\t", "# # ", "#CHECK#", " # ", "\ufeff# "),
)
_VALUES = ("=y", " = y", " =y", "= y", ":=y", "+=y", " y", ": y", "=yes", '="y"', "")
_UNSETS = ("=n", "=no", " is not set", "  is not set", " is\u00a0not set", " is not  set", " Is Not Set")
_BODIES = (
    *(f"CONFIG_AA{value}" for value in _VALUES),
    *(f"CONFIG_BB{value}" for value in _UNSETS),
    *("CONFIG_TT=m", "CONFIG_TT=module", "CONFIG_NN=5", "CONFIG_NN = 5"),
    *('CONFIG_SS="b"', "CONFIG_SS='b'", "CONFIG_SS=b", "config_AA=y", "AA=y"),
)
_TAILS = ("", " ", " # why", "\t", "\u00a0", ".")


def _is_comment(lead: str, body: str) -> bool:
    """By the rule that docs/checks.md states."""
    hashes = lead.strip(" ")
    # With a byte order mark before it a line is no comment: conf warns of unexpected data.
    if hashes[:1] != "#":
        return False
    if hashes == "#CHECK#":
        return re.match(r"CONFIG_\w+=", body) is None
    if re.search(r"is\s+not\s+set", body, re.IGNORECASE) and body.startswith("CONFIG_"):
        return lead in ("##", "# # ")
    return not (lead == "# " and body == "CONFIG_BB=n")


@pytest.fixture
def tree(kernel: Path, tmp_path: Path) -> Path:
    """A small tree that speaks the dialect of a kernel."""
    return make_tree(tmp_path / "tree", {"Kconfig": _KCONFIG, "arch/x86/Kconfig": ""}, kernel)


@given(lead=st.sampled_from(_LEADS), body=st.sampled_from(_BODIES), tail=st.sampled_from(_TAILS), windows=st.booleans())
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_conf_does_not_read_is_told(
    lead: str, body: str, tail: str, windows: bool, tree: Path, oracle: Oracle, tmp_path: Path
) -> None:
    oracle.environment("x86")
    work = tmp_path / "work"
    shutil.rmtree(work, ignore_errors=True)
    line = lead + body + tail
    path = tmp_path / "odd.config"
    ending = "\r\n" if windows else "\n"
    path.write_bytes(f"{_FIRST}{ending}{line}{ending}".encode())
    without, _ = run_conf(oracle.program, tree, work, "olddefconfig", f"{_FIRST}\n".encode())
    theirs, said = run_conf(oracle.program, tree, work, "olddefconfig", path.read_bytes())
    ours = kpolicy("expand", "--tree", tree, "--arch", "x86", path)
    assert theirs is not None
    assert ours.out == theirs.decode()
    assert ("unexpected data" in ours.err) == ("unexpected data" in said)
    found = kpolicy("check", "--tree", tree, "--arch", "x86", path, "-o", "json")
    findings = [item for item in found.json["configs"][0]["findings"] if item["location"]["line"] == 2]
    assert not (findings and "unexpected data" in found.err), "the finding says it"
    if theirs == without and not _is_comment(lead, body):
        assert findings, f"{line!r} is lost in silence"
    if _is_comment(lead, body) and theirs == without:
        assert not findings, f"{line!r} is a comment"


@pytest.mark.parametrize("lead", ["##", "#\t", "#-", "# "])
@pytest.mark.parametrize("tail", ["", " ", " # why", "led"])
def test_unset_of_older_kernels(lead: str, tail: str, tree: Path, release: str, oracle: Oracle, tmp_path: Path) -> None:
    oracle.environment("x86")
    path = tmp_path / "odd.config"
    path.write_text(f"{_FIRST}\n{lead}CONFIG_BB is not set{tail}\n")
    theirs, _ = run_conf(oracle.program, tree, tmp_path / "work", "olddefconfig", path.read_bytes())
    assert theirs is not None
    assert kpolicy("expand", "--tree", tree, "--arch", "x86", path).out == theirs.decode()
    is_unset = b"# CONFIG_BB is not set" in theirs
    assert is_unset == (lead == "# " and (not tail or release == "6.1"))
    found = kpolicy("check", "--tree", tree, "--arch", "x86", path, "-o", "json")
    severities = [
        item["severity"] for item in found.json["configs"][0]["findings"] if item["rule"] == "config/unreadable-line"
    ]
    if lead == "# " and tail:
        # "is not settled" is a word of older kernels only.
        newer = ["warning"] if tail != "led" else []
        assert severities == (["note"] if release == "6.1" else newer)
    elif lead == "##":
        assert not severities
