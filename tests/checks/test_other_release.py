# SPDX-License-Identifier: GPL-2.0-or-later
"""A full .config of another release: what was asked for and is lost is told, what was a result is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import append, copy_of_demo, kpolicy

_HEADER = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {} Kernel Configuration\n#\n"
_OWN = "6.12.0-demo"
_KCONFIG = """
config MITIGATION_RETPOLINE
	bool "retpolines"
	default y

config MITIGATION_SLS
	bool "straight-line speculation"

config LONELY
	bool

config NEEDS_LONELY
	bool "needs it"
	depends on LONELY

config SQUASHFS_DECOMP_MULTI
	def_bool n

config FORCED
	def_bool y

config LIST_NUM
	int
	default 3
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = copy_of_demo(tmp_path)
    append(folder / "lib" / "Kconfig.debug", _KCONFIG)
    return folder


def _findings(tree: Path, release: str, lines: str, *words: str) -> list[dict[str, Any]]:
    config = tree.parent / ".config"
    config.write_text(_HEADER.format(release) + lines)
    outcome = kpolicy("check", "--tree", tree, config, "-o", "json", *words)
    assert outcome.out, outcome.err
    found: list[dict[str, Any]] = outcome.json["configs"][0]["findings"]
    return [item for item in found if item["rule"].startswith("config/")]


def _only(found: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(found) == 1, [item["message"] for item in found]
    return found[0]


def _told(tree: Path, release: str, lines: str, *words: str) -> list[tuple[str, str, str]]:
    return [(item["symbol"], item["rule"], item["severity"]) for item in _findings(tree, release, lines, *words)]


def test_a_request_whose_prompt_moved_to_another_symbol_is_told(tree: Path) -> None:
    """DEBUG_INFO had a prompt up to 5.17, and is selected by the members of a choice since."""
    lines = "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_INFO=y\n"
    finding = _only(_findings(tree, "5.10.153", lines))
    assert (finding["rule"], finding["severity"]) == ("config/dropped-request", "warning")
    assert (finding["symbol"], finding["location"]["line"]) == ("DEBUG_INFO", 6)
    assert "write CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y" in finding["message"]
    assert finding["remedy"] == ["CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y"]
    config = tree.parent / ".config"
    assert kpolicy("check", "--tree", tree, config).status == 1
    outcome = kpolicy("fix", "--tree", tree, config)
    # The choice selects DEBUG_INFO: with it the line is honoured, and stays.
    assert " CONFIG_DEBUG_INFO=y\n+CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y\n" in outcome.out
    # Written by this very release it is a result.
    assert _told(tree, _OWN, lines) == []


@pytest.mark.parametrize("release", ["6.1.100", "6.12.1"])
def test_what_follows_from_a_choice_is_a_request_where_no_member_is_requested(tree: Path, release: str) -> None:
    """With its choice out of sight, which its own line would tell, it is a result."""
    lines = "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_INFO=y\n"
    assert _told(tree, release, lines) == [("DEBUG_INFO", "config/dropped-request", "warning")]
    lines = "CONFIG_DEBUG_INFO=y\nCONFIG_DEBUG_INFO_DWARF5=y\n"
    assert [item for item in _told(tree, release, lines) if item[0] == "DEBUG_INFO"] == []


def test_a_line_that_was_added_to_a_config_of_the_same_series_is_a_request(tree: Path) -> None:
    counted = [("KERNELVERSION", "config/other-release", "note")]
    in_order, added = "CONFIG_LONELY=y\nCONFIG_FORCED=y\n", "CONFIG_FORCED=y\nCONFIG_LONELY=y\n"
    assert _told(tree, "6.12.1", in_order) == counted
    assert _told(tree, "6.12.1", added) == [("LONELY", "config/dropped-request", "warning")]
    # The menus of an older series can be in another order.
    assert _told(tree, "6.1.100", added) == counted


def test_what_was_only_a_result_is_counted_in_one_line(tree: Path) -> None:
    lines = (
        "CONFIG_CC_HAS_ASM_GOTO=y\nCONFIG_ARCH_HAS_FILTER_PGPROT=y\nCONFIG_HAVE_OPROFILE=y\nCONFIG_LLD_VERSION=0\n"
        "CONFIG_BLK_SCSI_REQUEST=y\nCONFIG_LONELY=y\nCONFIG_LIST_NUM=4\n"
        "# CONFIG_OPROFILE_EVENT_MULTIPLEX is not set\n# CONFIG_SLOB is not set\nCONFIG_RETPOLINE=y\n"
    )
    finding = _only(_findings(tree, "5.10.153", lines))
    assert (finding["rule"], finding["severity"]) == ("config/other-release", "note")
    assert finding["location"] == {"path": str(tree.parent / ".config"), "line": 1}
    assert "made by Linux 5.10.153: 10 lines are not honoured and not listed" in finding["message"]
    assert "7 record derived values of that kernel (CC_HAS_ASM_GOTO, ARCH_HAS_FILTER_PGPROT, " in finding["message"]
    assert "2 turn off symbols that are not defined here (OPROFILE_EVENT_MULTIPLEX, SLOB)" in finding["message"]
    assert "1 has its value under another name (RETPOLINE)" in finding["message"]
    assert "config/other-release-line" in finding["message"]


def test_the_counted_lines_are_listed_on_request(tree: Path) -> None:
    policy = tree.parent / "policy.toml"
    policy.write_text('[rules]\n"config/other-release-line" = "note"\n')
    lines = "CONFIG_CC_HAS_ASM_GOTO=y\nCONFIG_LONELY=y\n# CONFIG_SLOB is not set\nCONFIG_RETPOLINE=y\n"
    found = _findings(tree, "5.10.153", lines, "--policy", str(policy))
    assert [(item["symbol"], item["location"]["line"]) for item in found] == [
        ("CC_HAS_ASM_GOTO", 5),
        ("LONELY", 6),
        ("SLOB", 7),
        ("RETPOLINE", 8),
    ]
    assert {item["rule"] for item in found} == {"config/other-release-line"}


def test_every_lost_request_is_told(tree: Path) -> None:
    lines = (
        "# CONFIG_RETPOLINE is not set\nCONFIG_SLS=y\nCONFIG_OPROFILE=m\nCONFIG_NEEDS_LONELY=y\n"
        "CONFIG_MAX_RAW_DEVS=256\nCONFIG_SQUASHFS_DECOMP_MULTI=y\n# CONFIG_FORCED is not set\nCONFIG_HAVE_TCM=y\n"
    )
    assert _told(tree, "5.10.153", lines) == [
        # What was to be off is on, and the other way round.
        ("RETPOLINE", "config/unknown-symbol", "warning"),
        ("SLS", "config/unknown-symbol", "warning"),
        ("OPROFILE", "config/unknown-symbol", "warning"),
        ("NEEDS_LONELY", "config/dropped-request", "warning"),
        ("MAX_RAW_DEVS", "config/unknown-symbol", "warning"),
        # With a prompt up to 6.1, without one in 6.12.
        ("SQUASHFS_DECOMP_MULTI", "config/dropped-request", "warning"),
        # conf writes "is not set" only for what has a prompt.
        ("FORCED", "config/dropped-request", "warning"),
        # It looks like a result, and has a prompt in the releases that define it.
        ("HAVE_TCM", "config/unknown-symbol", "warning"),
    ]


def test_a_fragment_on_top_is_all_requests(tree: Path) -> None:
    config, top = tree.parent / ".config", tree.parent / "top.config"
    config.write_text(_HEADER.format("5.10.153") + "CONFIG_CC_HAS_ASM_GOTO=y\n")
    top.write_text("CONFIG_HAVE_KERNEL_BZIP2=y\n# CONFIG_SLOB is not set\nCONFIG_LONELY=y\n")
    found = kpolicy("check", "--tree", tree, f"{config}+{top}", "-o", "json").json["configs"][0]["findings"]
    told = [(item["symbol"], item["rule"]) for item in found if item["rule"].startswith("config/")]
    assert told == [
        ("KERNELVERSION", "config/other-release"),
        ("HAVE_KERNEL_BZIP2", "config/unknown-symbol"),
        ("SLOB", "config/unknown-symbol"),
        ("LONELY", "config/dropped-request"),
    ]


def test_a_word_that_is_no_release_is_another_release(tree: Path) -> None:
    lines = "CONFIG_CC_HAS_ASM_GOTO=y\nCONFIG_DEBUG_INFO=y\n"
    assert _told(tree, "somebody's", lines) == [
        ("KERNELVERSION", "config/other-release", "note"),
        ("DEBUG_INFO", "config/dropped-request", "warning"),
    ]


_NEED = """\
CONFIG_RETPOLINE=y
CONFIG_SLS=y
# CONFIG_PAGE_TABLE_ISOLATION is not set
CONFIG_MEMCG_SWAP=y
CONFIG_CFI=y
"""


@pytest.mark.parametrize(
    ("release", "lines", "failed"),
    [
        (
            "6.12.3",
            "CONFIG_MITIGATION_RETPOLINE=y\nCONFIG_MITIGATION_SLS=y\nCONFIG_MITIGATION_PAGE_TABLE_ISOLATION=y\n"
            "CONFIG_MEMCG=y\nCONFIG_CFI_CLANG=y\n",
            ["required/page-table-isolation"],
        ),
        (
            "5.10.3",
            "CONFIG_RETPOLINE=y\n# CONFIG_SLS is not set\nCONFIG_MEMCG=y\nCONFIG_CFI_CLANG=y\n",
            ["required/memcg-swap", "required/sls"],
        ),
    ],
)
def test_requirements_without_a_tree(tmp_path: Path, release: str, lines: str, failed: list[str]) -> None:
    """The names that a .config has lines for are those of its kernel; a symbol that was merged goes by the release."""
    config, need = tmp_path / ".config", tmp_path / "need.config"
    config.write_text(_HEADER.format(release) + lines)
    need.write_text(_NEED)
    found = kpolicy("check", config, "--require", need, "-o", "json").json["configs"][0]["findings"]
    assert sorted(item["rule"] for item in found if item["rule"].startswith("required/")) == failed


_VERSIONS = """
config LD_VERSION
	int
	default $(shell,$(LD) --version | {script})
"""


@pytest.mark.parametrize(
    ("script", "recorded", "here"),
    [
        ("sed 's/.*/25000/'", "235020000", "23502"),
        ("sed 's/.*/250000000/'", "23502", "235020000"),
        ("sed 's/.*/25000/'", "23502", "23502"),
        ("sed 's/.*/25000/'", "0", "0"),
    ],
)
def test_a_recorded_linker_version_is_converted(tree: Path, script: str, recorded: str, here: str) -> None:
    """scripts/ld-version.sh wrote 2.35.2 as 235020000 up to 5.11, and writes it as 23502 since."""
    append(tree / "lib" / "Kconfig.debug", _VERSIONS.format(script=script))
    config = tree.parent / ".config"
    full = kpolicy("expand", "--tree", tree, "--arch", "x86", "--preset", "alldefconfig").out
    lines = [line for line in full.splitlines() if not line.startswith(("CONFIG_LD_VERSION=", "# Linux/"))]
    text = "\n".join([*lines[:2], "# Linux/x86 5.10.153 Kernel Configuration", *lines[2:], ""])
    config.write_text(text + f'CONFIG_CC_VERSION_TEXT="gcc"\nCONFIG_GCC_VERSION=120200\nCONFIG_LD_VERSION={recorded}\n')
    assert f"CONFIG_LD_VERSION={here}\n" in kpolicy("expand", "--tree", tree, config).out


def test_other_kconfig_files_of_the_same_release_are_one_cause(tree: Path) -> None:
    lines = (
        "CONFIG_HAVE_PREEMPT_LAZY=y\nCONFIG_PREEMPT_LAZY=y\n# CONFIG_PREEMPT_LAZIEST is not set\n"
        "CONFIG_NEEDS_LONELY=y\nCONFIG_LIST_NUM=4\n"
    )
    config = tree.parent / ".config"
    config.write_text(_HEADER.format(_OWN) + lines)
    outcome = kpolicy("check", "--tree", tree, config)
    (line,) = (line for line in outcome.out.splitlines() if line.startswith(f"{config}:5: "))
    assert line == (
        f"{config}:5: warning: made with other Kconfig files (HAVE_PREEMPT_LAZY and 2 more are not defined here):"
        " 3 requests for y become n, 1 request for n has no effect [config/unknown-symbol]"
    )
    report = kpolicy("check", "--tree", tree, config, "-o", "json").json["configs"][0]
    (folded,) = report["folded"]
    assert folded["root"]["kind"] == "tree"
    assert list(folded["root"]["symbols"]) == ["HAVE_PREEMPT_LAZY", "PREEMPT_LAZY", "PREEMPT_LAZIEST"]
    assert len(folded["members"]) == 4
    assert {item["rule"] for item in report["findings"]} == {"config/unknown-symbol", "config/dropped-request"}


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        # A name that a person can have typed shows no other tree.
        ("CONFIG_PREEMPT_LASY=y\nCONFIG_NEEDS_LONELY=y\n", 2),
        # Turned off, it is no result: conf writes that of what has a prompt.
        ("# CONFIG_HAVE_PREEMPT_LAZY is not set\nCONFIG_PREEMPT_LASY=y\n", 2),
        # An error in the file itself stays one.
        ("CONFIG_HAVE_PREEMPT_LAZY=y\n# CONFIG_PREEMPT_LAZY is not set\nCONFIG_KASAN=maybe\n", 2),
    ],
)
def test_what_can_be_an_error_stays_one(tree: Path, lines: str, count: int) -> None:
    config = tree.parent / ".config"
    config.write_text(_HEADER.format(_OWN) + lines)
    outcome = kpolicy("check", "--tree", tree, config)
    assert sum("[config/" in line for line in outcome.out.splitlines()) == count, (outcome.out, outcome.err)


def test_a_fragment_on_top_has_its_own_findings(tree: Path) -> None:
    config, fragment = tree.parent / ".config", tree.parent / "some.config"
    config.write_text(_HEADER.format(_OWN) + "CONFIG_HAVE_PREEMPT_LAZY=y\nCONFIG_PREEMPT_LAZY=y\n")
    fragment.write_text("CONFIG_NEEDS_LONELY=y\n")
    outcome = kpolicy("check", "--tree", tree, f"{config}+{fragment}")
    assert f"{fragment}:1: warning: CONFIG_NEEDS_LONELY=y requested" in outcome.out
