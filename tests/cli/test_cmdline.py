# SPDX-License-Identifier: GPL-2.0-or-later
"""--cmdline: kernels that are judged as booted with a command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kpolicy.api import Policy, open_tree
from kpolicy.cli import status
from kpolicy.errors import UsageError
from tests.cli.support import Outcome, copy_of_demo, kpolicy

_GRUB = """\
set default="0"
menuentry 'One' {
	linux /vmlinuz ro quiet slub_debug=FZ
}
menuentry 'Two' {
	linux /vmlinuz ro
}
"""


def _check(demo: Path, *words: str | Path, config: str = "x86_64_defconfig") -> Outcome:
    return kpolicy("check", "--tree", demo, "--arch", "x86", config, "-o", "json", *words)


def _findings(outcome: Outcome) -> dict[str, Any]:
    return {item["rule"]: item for item in outcome.json["configs"][0]["findings"]}


def test_a_rule_that_rests_on_a_word(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "grub.cfg"
    path.write_text(_GRUB)
    assert "slab/debug-on-in-production" not in _findings(_check(demo))
    outcome = _check(demo, "--cmdline", path)
    found = _findings(outcome)["slab/debug-on-in-production"]
    assert found["location"] == {"path": str(path), "line": 3}
    assert found["message"].endswith("(boot parameter slub_debug=FZ)")
    assert f"note: {path}: 2 command lines: that of line 3 (One) is used; pass another one as text" in outcome.err
    assert "has no C sources: unknown boot parameters are not reported" in outcome.err


def test_nothing_else_changes(demo: Path) -> None:
    # A command line without a word that matters changes no finding, and no fingerprint.
    without, booted = (_findings(_check(demo, *words)) for words in ((), ("--cmdline", "root=/dev/sda1 quiet")))
    assert without == booted


def test_a_check_that_is_awake_at_boot(demo: Path, tmp_path: Path) -> None:
    config = tmp_path / "my.config"
    config.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_PAGE_OWNER=y\n")
    words = (demo, "--policy", "debug")
    assert "page-owner/asleep" in _findings(_check(*words, config=str(config)))
    awake = _findings(_check(*words, "--cmdline", "page_owner=on", config=str(config)))
    assert "page-owner/asleep" not in awake
    off = _findings(_check(*words, "--cmdline", "page_owner=on page_owner=off", config=str(config)))
    assert {"page-owner/asleep", "boot/overridden"} <= off.keys()


def _full(folder: Path, lines: str) -> Path:
    path = folder / ".config"
    head = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.1 Kernel Configuration\n#\n"
    path.write_text(f"{head}CONFIG_X86=y\nCONFIG_64BIT=y\n{lines}")
    return path


def test_without_a_tree(tmp_path: Path) -> None:
    path = _full(tmp_path, "CONFIG_SLUB_DEBUG=y\n# CONFIG_SLUB_DEBUG_ON is not set\n")
    found = _findings(kpolicy("check", path, "-o", "json", "--cmdline", "slab_debug kmemleak=on"))
    assert {"slab/debug-on-in-production", "boot/no-effect"} <= found.keys()
    assert found["boot/no-effect"]["symbol"] == "kmemleak"
    assert found["boot/no-effect"]["location"] == {"path": "<cmdline>", "line": 1}


def test_fix_says_that_a_word_decides(demo: Path) -> None:
    outcome = kpolicy("fix", "--tree", demo, "--arch", "x86", "x86_64_defconfig", "--cmdline", "slab_debug kmemleak=on")
    assert "it depends on the boot parameter slab_debug" in outcome.err
    assert "[boot/no-effect]: it is not about the value of a config line" in outcome.err


def test_roles(demo: Path, tmp_path: Path) -> None:
    config = tmp_path / "my.config"
    config.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_PAGE_OWNER=y\n")
    words = ("role", "--tree", demo, "--arch", "x86", config, "--format", "json")
    assert kpolicy(*words).json[0]["certainty"] == "clear"
    booted = kpolicy(*words, "--cmdline", "page_owner=on slab_debug=FZ").json[0]
    assert (booted["role"], booted["certainty"]) == ("production", "unclear")
    texts = {item["symbol"]: item["value"] for item in booted["other"]["evidence"]}
    assert texts["page_owner"] == "on"
    assert texts["slab_debug"] == "FZ"


def test_costs(tmp_path: Path) -> None:
    words = ("cost", _full(tmp_path, "CONFIG_PAGE_OWNER=y\n"), "--ram", "1G", "--format", "json")
    asleep = {item["id"]: item for item in kpolicy(*words).json[0]["costs"]}
    assert asleep["page-owner/records"]["needs"] == "page_owner=on"
    costs = {item["id"]: item for item in kpolicy(*words, "--cmdline", "page_owner=on").json[0]["costs"]}
    assert costs["page-owner/records"]["needs"] is None
    assert costs["page-owner/records"]["command_line"] == "the command line has page_owner=on"


def test_diff(demo: Path) -> None:
    words = ("diff", "--tree", demo, "--arch", "x86", "x86_64_defconfig", "debug_defconfig", "--format", "json")
    gained = {item["rule"] for item in kpolicy(*words, "--cmdline", "kmemleak=off").json["gained"]}
    assert "boot/switched-off" in gained


def test_explain(demo: Path) -> None:
    words = ("explain", "--tree", demo, "--arch", "x86", "--config", "debug_defconfig")
    outcome = kpolicy(*words, "DEBUG_KMEMLEAK", "--cmdline", "quiet kmemleak=on kmemleak=off kmemleak=maybe")
    assert "DEBUG_KMEMLEAK=y" in outcome.out
    assert outcome.out.endswith(
        "  at boot\n    switched off at boot by kmemleak=off: memory leaks go undetected  <cmdline>:1\n"
    )
    [found] = kpolicy(*words, "DEBUG_KMEMLEAK", "--cmdline", "kmemleak=on", "--format", "json").json
    assert found["boot"] == [
        {
            "word": "kmemleak=on",
            "text": "boot parameter kmemleak=on: enables or disables kmemleak",
            "location": {"path": "<cmdline>", "line": 1},
            "off": False,
        }
    ]
    outcome = kpolicy(*words, "DEBUG_KMEMLEAK", "--cmdline", "kmemleak=maybe")
    assert outcome.out.endswith("  at boot\n    kmemleak=maybe has no effect: expected on or off  <cmdline>:1\n")
    outcome = kpolicy(*words, "DEBUG_KMEMLEAK", "--cmdline", "quiet")
    assert outcome.out.endswith("  at boot: no parameter of the command line is about it\n")
    idle = kpolicy(*words, "--cmdline", "page_owner=on", "PAGE_OWNER").out
    assert idle.endswith("  at boot\n    page_owner=on has no effect: CONFIG_PAGE_OWNER is not set  <cmdline>:1\n")
    assert "at boot" not in kpolicy(*words, "DEBUG_KMEMLEAK").out
    outcome = kpolicy("explain", "--tree", demo, "KASAN", "--cmdline", "quiet")
    assert (outcome.status, "--cmdline is about a config" in outcome.err) == (status.USAGE, True)


def test_a_bootconfig(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.bconf"
    path.write_text("kernel.kmemleak = off\nftrace.event\n")
    outcome = _check(demo, "--cmdline", "quiet", "--cmdline", path)
    found = _findings(outcome)["boot/bootconfig-ignored"]
    assert found["message"] == "the kernel ignores the bootconfig: CONFIG_BOOT_CONFIG is not set"
    assert found["location"] == {"path": str(path), "line": 1}
    assert f"note: {path}: keys outside kernel and init are not examined: ftrace" in outcome.err
    outcome = _check(demo, "--cmdline", path, "--cmdline", path)
    assert outcome.err.startswith("error: --cmdline: two bootconfigs given")


def test_words_that_a_tree_does_not_know(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    (tree / "init").mkdir(exist_ok=True)
    (tree / "init/main.c").write_text('early_param("quiet", x);\n__setup("thing=", x);\n')
    outcome = _check(tree, "--cmdline", "thing=1 ro rd.break page_ower=on other=2")
    assert [
        (item["rule"], item["symbol"])
        for item in outcome.json["configs"][0]["findings"]
        if item["rule"].startswith("boot/")
    ] == [("boot/misspelt", "page_ower"), ("boot/unknown-parameter", "other")]
    assert "C sources" not in outcome.err


def test_what_is_remembered_does_not_rest_on_a_command_line(demo: Path) -> None:
    # Twice: the results of the first run are in the cache.
    for _ in range(2):
        assert "boot/no-effect" in _findings(_check(demo, "--cmdline", "kmemleak=on"))
        assert "boot/no-effect" not in _findings(_check(demo))


def test_a_baseline(demo: Path, tmp_path: Path) -> None:
    words = ("--tree", demo, "--arch", "x86", "x86_64_defconfig", "--cmdline", "kmemleak=on")
    baseline = tmp_path / "known.json"
    assert kpolicy("baseline", "update", "--baseline", baseline, "--grow", *words).status == status.CLEAN
    assert not _findings(kpolicy("check", "-o", "json", "--baseline", baseline, *words))


def test_standard_input(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"quiet\nkmemleak=on\n")))
    found = _findings(_check(demo, "--cmdline", "-"))
    assert found["boot/no-effect"]["location"] == {"path": "<stdin>", "line": 2}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cmdline", "no/such.cfg"], "error: --cmdline: no such file: no/such.cfg"),
        (["--cmdline", "a\nb"], "error: --cmdline: a command line is one line of words"),
        (["--cmdline", "-", "-"], "error: standard input can be read only once"),
    ],
)
def test_refused(demo: Path, words: list[str], said: str) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "x86_64_defconfig", *words)
    assert outcome.status == status.USAGE
    assert outcome.err.startswith(said)


def test_a_file_that_is_none(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.config"
    path.write_text("# a config\nCONFIG_X=y\n")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "x86_64_defconfig", "--cmdline", path)
    assert outcome.status == status.FAILURE
    assert f"{path}:2: error: a kernel config, expected a command line" in outcome.err


def test_the_library(demo: Path) -> None:
    report = open_tree(demo).check("x86_64_defconfig", arch="x86", policy=Policy(cmdline="kmemleak=on"))
    assert "boot/no-effect" in {item.rule for item in report.configs[0].findings}
    with pytest.raises(UsageError):
        open_tree(demo).check("x86_64_defconfig", arch="x86", policy=Policy(cmdline="no/such.cfg"))


def test_hostile_words_are_escaped(demo: Path) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "x86_64_defconfig", "--cmdline", "page_owner=\x1b[31m")
    assert "\x1b" not in outcome.out
    assert json.loads(_check(demo, "--cmdline", "page_owner=\x1b[31m").out)
