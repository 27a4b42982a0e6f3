# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy explain`: reasons with their places, decisions that were tried, and what cannot be explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpolicy.cli import status
from tests.cli.support import append, copy_of_demo, kpolicy


def _lines(*words: str | Path) -> list[str]:
    outcome = kpolicy("explain", *words)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")
    return outcome.out.splitlines()


def _document(*words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = kpolicy("explain", "--format", "json", *words).json[0]
    return found


def test_text(demo: Path) -> None:
    lines = _lines("--tree", demo, "STACKDEPOT_ALWAYS_INIT", "--config", "graphics_defconfig")
    assert lines[:2] == [
        "STACKDEPOT_ALWAYS_INIT=y  bool, no prompt, lib/Kconfig:22",
        "  in arch/x86/configs/graphics_defconfig (x86, Linux 6.12.0-demo)",
    ]
    words = [line.split() for line in lines]
    assert [
        "STACKDEPOT_ALWAYS_INIT=y", "selected", "by", "SLUB_DEBUG_ON", "if", "STACKTRACE_SUPPORT",
        "mm/Kconfig.debug:26", "[tree]",
    ] in words  # fmt: skip
    assert any(line.startswith("      SLUB_DEBUG_ON=y ") and line.endswith("[person]") for line in lines)
    assert any(line.startswith("      STACKTRACE_SUPPORT=y ") and line.endswith("[architecture]") for line in lines)
    assert "  with only these lines: y (tested)" in lines
    assert lines[-3:] == [
        "  to make it n (tested)",
        "    # CONFIG_SLUB_DEBUG_ON is not set",
        "    # CONFIG_DEBUG_KMEMLEAK is not set",
    ]


def test_columns_are_aligned(demo: Path) -> None:
    lines = _lines("--tree", demo, "STACKDEPOT_ALWAYS_INIT", "--config", "graphics_defconfig")
    tree = lines[2 : lines.index("  decided by")]
    assert len({line.index("[") for line in tree}) == 1


def test_several_symbols_and_the_prefix(demo: Path) -> None:
    outcome = kpolicy("explain", "--tree", demo, "CONFIG_DEBUG_KMEMLEAK", "EXPERT", "--config", "graphics_defconfig")
    assert [line.split("=")[0] for line in outcome.out.splitlines() if line and line[0] != " "] == [
        "DEBUG_KMEMLEAK",
        "EXPERT",
    ]
    assert "\n\nEXPERT=y" in outcome.out


def test_what_is_off_and_would_have_to_change(demo: Path, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text("CONFIG_DEBUG_KMEMLEAK_DEFAULT_OFF=y\n")
    found = _document("--tree", demo, "--arch", "x86", "DEBUG_KMEMLEAK_DEFAULT_OFF", "--config", config)
    assert (found["value"], found["reasons"][0]["text"]) == (
        "n",
        "CONFIG_DEBUG_KMEMLEAK_DEFAULT_OFF=y is not honoured",
    )
    change = found["decisions"]["change"]
    assert change["gives"] == "y"
    # It is so, without kpolicy's own word for it.
    more = tmp_path / "more.config"
    more.write_text("".join(f"{line}\n" for line in change["lines"]))
    out = kpolicy("expand", "--tree", demo, "--arch", "x86", f"{config}+{more}").out
    assert "CONFIG_DEBUG_KMEMLEAK_DEFAULT_OFF=y" in out.splitlines()


def test_json_says_the_same(demo: Path) -> None:
    found = _document("--tree", demo, "DEBUG_KMEMLEAK", "--config", "graphics_defconfig")
    assert {key: found[key] for key in ("symbol", "value", "type", "prompt", "config", "architecture")} == {
        "symbol": "DEBUG_KMEMLEAK",
        "value": "y",
        "type": "bool",
        "prompt": "Kernel memory leak detector",
        "config": "arch/x86/configs/graphics_defconfig",
        "architecture": "x86",
    }
    reason = found["reasons"][0]
    assert (reason["kind"], reason["decider"], reason["location"]) == (
        "assigned",
        "person",
        {"path": "arch/x86/configs/graphics_defconfig", "line": 14},
    )
    assert reason["because"][0]["symbol"] == "DEBUG_KERNEL"
    made = found["decisions"]
    assert {item["symbol"]: item["opposite_gives"] for item in made["by"]}["DEBUG_KMEMLEAK"] == "n"
    assert (made["alone"], made["change"]) == (
        "y",
        {"lines": ["# CONFIG_DEBUG_KMEMLEAK is not set"], "gives": "n"},
    )


def test_a_full_config_and_the_toolchain_that_it_records(demo: Path, tmp_path: Path) -> None:
    full = tmp_path / ".config"
    full.write_text(kpolicy("expand", "--tree", demo, "graphics_defconfig").out)
    found = _document("--tree", demo, "DEBUG_KMEMLEAK", "--config", full)
    assert found["value"] == "y"
    assert found["reasons"][0]["location"]["path"] == str(full)


@pytest.mark.parametrize(
    ("symbol", "said"),
    [
        ("DEBUG_VN", "no Kconfig file of any architecture defines DEBUG_VN\n  did you mean DEBUG_VM?"),
        ("KASANN", "no Kconfig file of any architecture defines KASANN\n  did you mean KASAN?"),
        # Nothing that is asked for is taken for a pattern.
        ("(KASAN", "no Kconfig file of any architecture defines (KASAN\n  did you mean KASAN?"),
        ("[KASAN", "no Kconfig file of any architecture defines [KASAN\n  did you mean KASAN?"),
        ("ARM64", "ARM64 is defined for arm64 only (arch/arm64/Kconfig:"),
        ("", "a symbol is needed"),
        ("A\x1b[2J", "no Kconfig file of any architecture defines A\\x1b[2J"),
    ],
)
def test_what_is_not_defined(demo: Path, symbol: str, said: str) -> None:
    outcome = kpolicy("explain", "--tree", demo, symbol, "--config", "graphics_defconfig")
    assert (outcome.status, outcome.out) == (status.USAGE, "")
    assert f"error: {said}" in outcome.err


def test_one_unknown_symbol_hides_no_other(demo: Path) -> None:
    outcome = kpolicy("explain", "--tree", demo, "NOPE", "EXPERT", "--config", "graphics_defconfig")
    assert outcome.status == status.USAGE
    assert outcome.out.startswith("EXPERT=y")


def test_without_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy("explain", "EXPERT", "--config", "some")
    assert outcome.status == status.USAGE
    assert "Kconfig files are needed" in outcome.err
    assert "--tree" in outcome.err


def test_a_config_is_for_one_architecture(demo: Path) -> None:
    words = ("--tree", demo, "EXPERT", "--config", "graphics_defconfig", "--arch", "x86", "--arch", "arm64")
    outcome = kpolicy("explain", *words)
    assert outcome.status == status.USAGE
    assert "pass one --arch" in outcome.err


def test_a_config_that_there_is_not(demo: Path) -> None:
    outcome = kpolicy("explain", "--tree", demo, "EXPERT", "--config", "no_such_defconfig")
    assert outcome.status == status.FAILURE
    assert "no such config" in outcome.err


def test_a_long_condition_goes_on_in_the_next_line(tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    names = [f"A_RATHER_LONG_NAME_{number}" for number in range(5)]
    text = "".join(f"\nconfig {name}\n\tbool\n\tdefault y\n" for name in names)
    append(tree / "lib" / "Kconfig", f"{text}\nconfig LONG\n\tbool\n\tdefault y if {' && '.join(names)}\n")
    lines = _lines("--tree", tree, "LONG", "--config", "graphics_defconfig")
    assert lines[2].rstrip().endswith("[tree]")
    assert lines[3].strip().startswith("A_RATHER_LONG_NAME_")
    assert all(len(line) < 140 for line in lines)
