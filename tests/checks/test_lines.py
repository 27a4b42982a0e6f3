# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about each kind of line, on a few lines of Kconfig."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.names import index_names
from kpolicy.kernel.source import DirectorySource
from kpolicy.policy.checks.config_lines import DEFAULT_CHECKS, check_lines
from kpolicy.policy.checks.names import alike, by_word
from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.finding import Finding
from tests.kconfig.small import load, make_tree

_TEXT = """\
config MODULES
	bool "modules"
	modules

config A
	bool "a"
	depends on X && (Y || Z)

config X
	bool "x"

config B
	bool "b"
	default y

config KASAN
	bool "kasan"
	select STACKDEPOT

config STACKDEPOT
	bool
	select STACKTRACE

config STACKTRACE
	bool "stacktrace"

config NEEDY
	bool "needy"
	depends on X

config FORCES
	bool "forces"
	select NEEDY

config N
	int "n"
	range 1 64
	default 8

config S
	string "s"

config T
	tristate "t"

choice
	prompt "which one"
	default P

config P
	bool "p"

config Q
	bool "q"

endchoice
"""
_ALL = frozenset(check.id for check in CHECKS)


def _findings(folder: Path, config: str, wanted: frozenset[str] = DEFAULT_CHECKS) -> list[Finding]:
    model = load(make_tree(folder, {"Kconfig": _TEXT}))
    values = evaluate(model, parse_config("my_defconfig", config.encode()), "defconfig")
    return list(check_lines(values, "production", tree="small", wanted=wanted))


_CASES = {
    "unknown": ("CONFIG_STACK_TRACE=y\n", "config/unknown-symbol", 1, "CONFIG_STACK_TRACE is not known"),
    "alike": ("CONFIG_STACKTRAC=y\n", "config/unknown-symbol", 1, "not known"),
    "dependency": ("CONFIG_A=y\n", "config/dropped-request", 1, "needs X (X=n) at Kconfig:7"),
    "half a dependency": (
        "CONFIG_X=y\nCONFIG_A=y\n",
        "config/dropped-request",
        2,
        "needs Y || Z (Y=undefined, Z=undefined) at Kconfig:7",
    ),
    "no prompt": (
        "CONFIG_STACKDEPOT=y\n",
        "config/dropped-request",
        1,
        "it has no prompt: only a select sets it (KASAN) at Kconfig:20",
    ),
    "no modules": ("CONFIG_T=m\n", "config/dropped-request", 1, "there are no modules"),
    "select": (
        "CONFIG_KASAN=y\n# CONFIG_STACKTRACE is not set\n",
        "config/overridden-by-select",
        2,
        "STACKDEPOT selects it at Kconfig:22",
    ),
    "choice": ("CONFIG_P=y\nCONFIG_Q=y\n", "config/choice-conflict", 1, "takes Q, set at line 2"),
    "choice of none": ("# CONFIG_P is not set\n# CONFIG_Q is not set\n", "config/choice-conflict", 1, "must take one"),
    "type": ("CONFIG_B=m\n", "config/wrong-type", 1, "'m' is no value for CONFIG_B, which is a bool"),
    "no number": ("CONFIG_N=many\n", "config/wrong-type", 1, "which is an int"),
    "no quotes": ("CONFIG_S=text\n", "config/wrong-type", 1, "which is a string"),
    "range": ("CONFIG_N=4096\n", "config/out-of-range", 1, "out of its range 1 to 64 (Kconfig:37): it is 64"),
    "twice": ("CONFIG_X=y\n# CONFIG_X is not set\n", "config/duplicate-assignment", 1, "again at line 2 as n"),
    "twice the same": ("CONFIG_X=y\nCONFIG_X=y\n", "config/duplicate-assignment", 1, "the same"),
    "unmet": (
        "CONFIG_FORCES=y\n",
        "config/unmet-direct-dependency",
        1,
        "unmet direct dependencies of NEEDY: depends on [n]: X; selected by [y]: FORCES at Kconfig:33",
    ),
}


@pytest.mark.parametrize("name", _CASES)
def test_says_what_became_of_the_line(tmp_path: Path, name: str) -> None:
    config, check, line, words = _CASES[name]
    (found,) = _findings(tmp_path, config)
    assert (found.rule, found.place.line) == (check, line)
    assert words in found.message


@pytest.mark.parametrize(
    "config",
    [
        "",
        "CONFIG_X=y\n",
        "# CONFIG_B is not set\n",
        "CONFIG_N=64\n",
        'CONFIG_S="a \\"b\\""\n',
        "CONFIG_MODULES=y\nCONFIG_T=m\n",
        "CONFIG_Q=y\n",
        "# CONFIG_NOWHERE_TO_BE_SEEN\n",
    ],
)
def test_lines_that_are_honoured(tmp_path: Path, config: str) -> None:
    assert _findings(tmp_path, config) == []


def test_the_nearest_name_is_offered(tmp_path: Path) -> None:
    (found,) = _findings(tmp_path, "CONFIG_KASANN=y\nCONFIG_X=y\n")
    assert "did you mean" not in found.message
    model_text = _TEXT + '\nconfig DEBUG_ATOMIC_SLEEP\n\tbool "d"\n'
    model = load(make_tree(tmp_path / "more", {"Kconfig": model_text}))
    values = evaluate(model, parse_config("c", b"CONFIG_DEBUG_SPINLOCK_SLEEP=y\nCONFIG_DEBUG_ATOMIC_SLEEPS=y\n"))
    messages = [item.message for item in check_lines(values, "production")]
    assert all(message.endswith("did you mean DEBUG_ATOMIC_SLEEP?") for message in messages)
    assert len(messages) == 2


def test_a_fragment_may_override(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT}))
    (tmp_path / "a").write_text("CONFIG_X=y\n")
    (tmp_path / "b").write_text("# CONFIG_X is not set\n")
    from kpolicy.config.read import read_config

    values = evaluate(model, read_config("a+b", folder=tmp_path))
    assert check_lines(values, "production") == ()


def test_redundant_lines_are_told_when_asked_for(tmp_path: Path) -> None:
    config = "CONFIG_B=y\nCONFIG_X=y\nCONFIG_P=y\nCONFIG_N=8\nCONFIG_N=9\nCONFIG_NOWHERE=y\n"
    found = [item for item in _findings(tmp_path, config, _ALL) if item.rule == "config/redundant-line"]
    assert [(item.symbol, item.place.line) for item in found] == [("B", 1), ("P", 3), ("N", 4), ("NOWHERE", 6)]


def test_checks_are_documented() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.title
        assert check.rationale
        assert check.source
        assert check.subject in ("config", "kconfig")


_ELSEWHERE = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nconfig HERE\n\tbool "here"\n\tdepends on REFERRED || NOWHERE\n',
    "arch/x86/Kconfig": "",
    "arch/arm64/Kconfig": 'config FOREIGN\n\tbool "f"\n\nconfig REFERRED\n\tbool "r"\n',
}


def _told(folder: Path, line: str) -> list[tuple[str, str, str]]:
    tree = make_tree(folder, _ELSEWHERE)
    source = DirectorySource(tree)
    values = evaluate(load(tree), parse_config("c", line.encode()), "defconfig")
    found = check_lines(values, "production", names=lambda: index_names(source))
    return [(item.rule, item.severity, item.message) for item in found]


def test_a_name_of_another_architecture_is_told(tmp_path: Path) -> None:
    assert _told(tmp_path, "CONFIG_FOREIGN=y") == [
        (
            "config/unknown-symbol",
            "note",
            "CONFIG_FOREIGN is not known to this architecture: it is defined for arm64 only (arch/arm64/Kconfig:1),"
            " and the line does nothing",
        )
    ]


def test_a_name_that_is_only_referred_to(tmp_path: Path) -> None:
    [(rule, _, message)] = _told(tmp_path, "CONFIG_REFERRED=y")
    assert rule == "config/dropped-request"
    assert message.endswith("it is defined for arm64 only (arch/arm64/Kconfig:4)")
    [(rule, _, message)] = _told(tmp_path / "other", "CONFIG_NOWHERE=y")
    assert rule == "config/dropped-request"
    assert message.endswith("nothing in the tree defines it")


def test_a_name_of_no_architecture_is_a_warning(tmp_path: Path) -> None:
    [(rule, severity, message)] = _told(tmp_path, "CONFIG_FOREING=y")
    assert (rule, severity) == ("config/unknown-symbol", "warning")
    assert "not known to this kernel" in message


@pytest.mark.parametrize(
    ("name", "alike_names"),
    [
        ("MODULE_COMPRESS_NON", ("MODULE_COMPRESS_NONE",)),
        ("USB_OHCI_SHX", ("USB_EHCI_SHX",)),
        ("SLAB_HARDENED_FREELIST", ("SLAB_FREELIST_HARDENED",)),
        ("MACH_STM32MP25", ()),  # another machine
        ("I2C_K1", ()),  # in a short name two letters are much
    ],
)
def test_which_names_are_alike(name: str, alike_names: tuple[str, ...]) -> None:
    known = "MODULE_COMPRESS_NONE USB_EHCI_SHX SLAB_FREELIST_HARDENED MACH_STM32MP13 I2C_ST"
    assert alike(by_word(known.split()), name) == alike_names
