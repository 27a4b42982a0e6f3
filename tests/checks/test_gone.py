# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines for symbols that have gone, in a .config that is checked without the tree of its kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.policy.checks.gone import gone_names
from kpolicy.policy.checks.lifetime import gone_before, lifetime
from tests.cli.support import kpolicy

_LINES = "CONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_64BIT=y\n"


def _told(folder: Path, lines: str, release: str = "6.12.43", *words: str) -> list[tuple[str, str]]:
    config = folder / ".config"
    header = f"# Linux/x86 {release} Kernel Configuration\n" if release else ""
    config.write_text(f"#\n{header}#\n{_LINES}{lines}")
    found = kpolicy("check", config, "-o", "json", *words).json["configs"][0]["findings"]
    return [(item["severity"], item["message"]) for item in found if item["rule"] == "config/unknown-symbol"]


@pytest.mark.parametrize(
    ("line", "release", "says"),
    [
        ("CONFIG_MEMCG_SWAP=y", "6.12.43", "CONFIG_MEMCG_SWAP is not in Linux 6.12 (part of MEMCG since Linux 6.1)"),
        (
            "CONFIG_DEBUG_CREDENTIALS=y",
            "6.12.43",
            "CONFIG_DEBUG_CREDENTIALS is not in Linux 6.12 (in Linux 6.5, gone by 6.6.9)",
        ),
        ("# CONFIG_SLAB is not set", "6.12.43", "CONFIG_SLAB is not in Linux 6.12 (last in Linux 6.7)"),
        ("CONFIG_RETPOLINE=y", "6.12.43",
         "CONFIG_RETPOLINE is not in Linux 6.12 (named MITIGATION_RETPOLINE since Linux 6.9)"),
    ],
)  # fmt: skip
def test_a_symbol_that_has_gone(tmp_path: Path, line: str, release: str, says: str) -> None:
    assert _told(tmp_path, f"{line}\n", release) == [("note", f"{says}: no effect unless a patch defines it")]


@pytest.mark.parametrize(
    ("name", "release"),
    [
        # It is in the tree of that release.
        ("MEMCG_SWAP", "5.10.223"),
        # The tree that was read as 6.17 may be one after it: XEN_SAVE_RESTORE is in 6.17.5.
        ("XEN_SAVE_RESTORE", "6.17.5"),
        # Linux never had it: a name of this kernel's own.
        ("NO_SUCH_OPTION", "6.12.43"),
        # Without a header it is of the release that is passed.
        ("MEMCG_SWAP", ""),
    ],
)
def test_nothing_is_said_that_is_not_certain(tmp_path: Path, name: str, release: str) -> None:
    words = () if release else ("--release", "5.10", "--arch", "x86")
    assert _told(tmp_path, f"CONFIG_{name}=y\n", release, *words) == []


def test_the_names_are_those_that_the_newest_release_lacks() -> None:
    names = {name for _, gone in gone_names() for name in gone}
    assert {"MEMCG_SWAP", "SLAB"} <= names
    assert "DEBUG_VM" not in names
    for name in sorted(names)[::25]:
        found = lifetime(name)
        assert found is not None, name
        # A name that a stable release took in and no other has is left open.
        assert bool(found.after) == gone_before(name, "99.0"), name


def test_the_check_can_be_switched_off(tmp_path: Path) -> None:
    assert _told(tmp_path, "CONFIG_MEMCG_SWAP=y\n", "6.12.43", "--ignore", "config/unknown-symbol") == []
