# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own fragments on the default configs: every line that is not honoured is named, with a reason.

What was asked for is read here with a few lines of its own, and compared with the .config that is written.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import make_target
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.rules.finding import Finding
from tests.models import tree_of

pytestmark = [pytest.mark.trees]

_ARCHITECTURES = ("x86_64", "arm64", "arm", "powerpc", "riscv", "s390")
_FRAGMENTS = ("debug.config", "hardening.config")
_LINE = re.compile(r"CONFIG_(\w+)=(.*)|# CONFIG_(\w+) is not set")
_REASON = re.compile(
    r"needs .+ at [\w./-]+:\d+|is never visible at [\w./-]+:\d+|it has no prompt at [\w./-]+:\d+: .+"
    r"|\w+ selects it at [\w./-]+:\d+|the choice '.+' (?:is set to|must have) .+|is not defined on \w+"
)


def _stack(kernel: Path, word: str, fragment: str) -> tuple[str, ...]:
    source = DirectorySource(kernel)
    architecture = resolve_architecture(source, word)
    parts = make_target(source, architecture, fragment)
    if not parts:
        pytest.skip(f"this kernel has no {fragment}")
    return make_target(source, architecture, "defconfig") + parts


@cache
def _values(kernel: Path, word: str, stack: tuple[str, ...]) -> Values:
    source = DirectorySource(kernel)
    model = tree_of(kernel).model(resolve_architecture(source, word), Toolchain.dummy())
    return evaluate(model, read_config("+".join(stack), folder=kernel), "defconfig")


def _read(text: str) -> dict[str, str]:
    """Values by symbol, the last line counting, without kpolicy's own reader."""
    found = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.rstrip()):
            found[match[1] or match[3]] = match[2] if match[1] else "n"
    return found


@pytest.mark.parametrize("fragment", _FRAGMENTS)
@pytest.mark.parametrize("word", _ARCHITECTURES)
def test_what_is_not_honoured_is_named(kernel: Path, word: str, fragment: str) -> None:
    stack = _stack(kernel, word, fragment)
    values = _values(kernel, word, stack)
    asked = _read("\n".join((kernel / path).read_text() for path in stack))
    got = _read(dotconfig(values).decode())
    lost = {name for name, value in asked.items() if got.get(name, "n") != value}
    unknown = {name for name in asked if name not in values.model.core.symbols}
    # Of lines that are set twice the last one counts; one that turns others off is honoured itself.
    others = ("config/duplicate-assignment", "config/switches-off")
    findings = [item for item in check_lines(values, "production") if item.rule not in others]
    named = {item.symbol for item in findings if item.rule != "config/unmet-direct-dependency"}
    assert named == lost | unknown
    for finding in findings:
        assert _REASON.search(finding.message) or finding.rule == "config/unmet-direct-dependency", finding.message


def test_places_in_reasons_are_true(kernel: Path) -> None:
    """Where a reason names a line, that line says it: the dependency, the definition or the select."""
    for word in _ARCHITECTURES:
        for fragment in _FRAGMENTS:
            if fragment == "hardening.config" and not (kernel / "kernel/configs" / fragment).is_file():
                continue
            for finding in check_lines(_values(kernel, word, _stack(kernel, word, fragment)), "production"):
                for symbol, path, line in re.findall(r"needs !?(\w+) \([^)]*\) at ([\w./-]+):(\d+)", finding.message):
                    text = (kernel / path).read_text().splitlines()[int(line) - 1]
                    # What a menu or an `if` around the symbol demands is shown at its prompt.
                    assert symbol in text or re.match(r"\s+(bool|tristate|int|prompt)\b", text), finding.message


def _message(kernel: Path, word: str, fragment: str, symbol: str) -> str:
    findings: tuple[Finding, ...] = check_lines(_values(kernel, word, _stack(kernel, word, fragment)), "production")
    return next(item.message for item in findings if item.symbol == symbol)


def test_reasons_that_were_followed_by_hand(kernel: Path) -> None:
    """Those of docs/not-honoured.md."""
    if not (kernel / "kernel/configs/hardening.config").is_file():
        pytest.skip("written down for 6.12")
    for word, fragment, symbol, reason in (
        ("x86_64", "debug.config", "PROVE_RCU_LIST", "needs RCU_EXPERT (RCU_EXPERT=n) at kernel/rcu/Kconfig.debug:13"),
        ("x86_64", "debug.config", "UBSAN_UNREACHABLE", "needs !(OBJTOOL && (STACK_VALIDATION || UNWINDER_ORC ||"),
        ("s390", "debug.config", "SOFTLOCKUP_DETECTOR", "needs !S390 (S390=y) at lib/Kconfig.debug:1072"),
        ("arm", "debug.config", "PTDUMP_DEBUGFS", "(ARCH_HAS_PTDUMP=n; nothing sets it on this architecture) at mm/"),
        ("powerpc", "debug.config", "KASAN_INLINE", "PPC selects it if PPC_RADIX_MMU at arch/powerpc/Kconfig:"),
        ("powerpc", "hardening.config", "VMAP_STACK", "only a select (PPC_BOOK3S_32=n, PPC_8xx=n) sets it) at arch/"),
        ("arm64", "hardening.config", "KASAN_HW_TAGS", "needs KASAN (KASAN=n) at lib/Kconfig.kasan:"),
        ("arm64", "debug.config", "CRYPTO_CHACHA20_NEON", "it has no prompt at arch/arm64/crypto/Kconfig:"),
        (
            "s390",
            "debug.config",
            "DEBUG_INFO_DWARF4",
            "is set to DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT at kernel/configs/debug.config:",
        ),
    ):
        assert reason in _message(kernel, word, fragment, symbol)
