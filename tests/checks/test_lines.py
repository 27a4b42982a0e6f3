# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about each kind of line, on a few lines of Kconfig."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config, read_config
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.names import index_names
from kpolicy.kernel.source import DirectorySource
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.names import alike, joined, likely_names
from kpolicy.policy.checks.registry import CHECKS, DEFAULT_CHECKS
from kpolicy.policy.rules.finding import Finding
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
	select GUARDED if X && Y

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
	select HIDDEN

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

config ARCH_HAS_IT
	bool

config HIDDEN
	bool
	default X

config LIMIT
	int "limit"
	depends on ARCH_HAS_IT

config ALONE
	bool "alone"
	depends on !STACKDEPOT && N < 8

config GUARDED
	bool

config DEEP
	bool "deep"
	depends on LIMITED

config LIMITED
	bool "limited"
	depends on ARCH_HAS_IT

config EXPERTS_ONLY
	bool "for experts" if X
	default y

config HIDDEN_DRIVER
	tristate "driver" if X
	default y

config PART_OF_T
	tristate "part of t"
	depends on T
"""
_ALL = frozenset(check.id for check in CHECKS)


def _findings(folder: Path, config: str, wanted: frozenset[str] = DEFAULT_CHECKS) -> list[Finding]:
    model = load(make_tree(folder, {"Kconfig": _TEXT}))
    values = evaluate(model, parse_config("my_defconfig", config.encode()), "defconfig")
    return list(check_lines(values, "production", tree="small", wanted=wanted))


_CASES = {
    "unknown": ("CONFIG_STACK_TRACE=y\n", "config/unknown-symbol", 1, "CONFIG_STACK_TRACE is not defined"),
    "alike": ("CONFIG_STACKTRAC=y\n", "config/unknown-symbol", 1, "not defined"),
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
        "it has no prompt at Kconfig:21: only a select (KASAN=n) sets it",
    ),
    "no prompt and a default": (
        "CONFIG_HIDDEN=y\n",
        "config/dropped-request",
        1,
        "it has no prompt at Kconfig:63: only its default (X=n) or a select (FORCES=n) sets it",
    ),
    "nothing sets it": (
        "CONFIG_ARCH_HAS_IT=y\n",
        "config/dropped-request",
        1,
        "it has no prompt at Kconfig:60: nothing sets it on this architecture",
    ),
    "a number without a value": (
        "CONFIG_LIMIT=4\n",
        "config/dropped-request",
        1,
        "=4 has no effect, it has no value: needs ARCH_HAS_IT (ARCH_HAS_IT=n; nothing sets it on this architecture)"
        " at Kconfig:69",
    ),
    "what is needed needs something": (
        "CONFIG_DEEP=y\n",
        "config/dropped-request",
        1,
        "needs LIMITED (LIMITED=n) at Kconfig:80, which needs ARCH_HAS_IT (ARCH_HAS_IT=n; nothing sets it on this"
        " architecture) at Kconfig:84",
    ),
    "to be off takes a prompt too": (
        "# CONFIG_EXPERTS_ONLY is not set\n",
        "config/dropped-request",
        1,
        "=n requested, but it is y: its prompt needs X (X=n) at Kconfig:87",
    ),
    "to be a module too": (
        "CONFIG_MODULES=y\nCONFIG_HIDDEN_DRIVER=m\n",
        "config/dropped-request",
        2,
        "=m requested, but it is y: its prompt needs X (X=n) at Kconfig:91",
    ),
    "more than a module": (
        "CONFIG_MODULES=y\nCONFIG_T=m\nCONFIG_PART_OF_T=y\n",
        "config/dropped-request",
        3,
        "=y requested, but it is m: needs T to be y (T=m) at Kconfig:96",
    ),
    "in the way": (
        "CONFIG_KASAN=y\nCONFIG_ALONE=y\n",
        "config/dropped-request",
        2,
        "needs !STACKDEPOT (STACKDEPOT=y; KASAN selects it at Kconfig:19) at Kconfig:73,"
        " needs N < 8 (N=8) at Kconfig:73",
    ),
    "what selects is on, its condition is not": (
        "CONFIG_B=y\nCONFIG_GUARDED=y\n",
        "config/dropped-request",
        2,
        "it has no prompt at Kconfig:75: only a select (B if X && Y) sets it",
    ),
    "no modules": ("CONFIG_T=m\n", "config/dropped-request", 1, "CONFIG_MODULES is not set"),
    "select": (
        "CONFIG_KASAN=y\n# CONFIG_STACKTRACE is not set\n",
        "config/overridden-by-select",
        2,
        "STACKDEPOT selects it at Kconfig:23",
    ),
    "choice": ("CONFIG_P=y\nCONFIG_Q=y\n", "config/choice-conflict", 1, "is set to Q on line 2"),
    "choice of none": (
        "# CONFIG_P is not set\n# CONFIG_Q is not set\n",
        "config/choice-conflict",
        1,
        "must have one member set",
    ),
    "type": ("CONFIG_B=m\n", "config/wrong-type", 1, "'m' is not a valid value for CONFIG_B, which is a bool"),
    "no number": ("CONFIG_N=many\n", "config/wrong-type", 1, "which is an int"),
    "no quotes": ("CONFIG_S=text\n", "config/wrong-type", 1, "which is a string"),
    "comment after a number": ("CONFIG_N=8 # why\n", "config/wrong-type", 1, "the comment is part of the value"),
    "range": ("CONFIG_N=4096\n", "config/out-of-range", 1, "out of range 1 to 64 (Kconfig:39): it is 64"),
    "twice": ("CONFIG_X=y\n# CONFIG_X is not set\n", "config/duplicate-assignment", 1, "again, to n, on line 2"),
    "twice the same": ("CONFIG_X=y\nCONFIG_X=y\n", "config/duplicate-assignment", 1, "the same"),
    "unmet": (
        "CONFIG_FORCES=y\n",
        "config/unmet-direct-dependency",
        1,
        "unmet direct dependencies of NEEDY: depends on [n]: X; selected by [y]: FORCES at Kconfig:34",
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


@pytest.mark.parametrize(
    ("line", "severity", "message", "remedy"),
    [
        # 0 is outside of its range: it could not be off.
        ("# CONFIG_N is not set", "note", "which cannot be unset: conf warns \"symbol value 'n' invalid\"", ()),
        ("# CONFIG_S is not set", "note", 'conf silently ignores the line; result: CONFIG_S=""', ()),
        ("# CONFIG_IDLE is not set", "note", "result: CONFIG_IDLE=0", ()),
        ("# CONFIG_LIMIT is not set", "note", "result: no value", ()),
        ("# CONFIG_WARN is not set", "warning", "result: CONFIG_WARN=2048", ("CONFIG_WARN=0",)),
        ("CONFIG_N=n", "error", "'n' is not a valid value for CONFIG_N", ()),
        ("CONFIG_S=text", "error", "'text' is not a valid value", ('CONFIG_S="text"',)),
    ],
)
def test_a_number_or_string_cannot_be_unset(
    tmp_path: Path, line: str, severity: str, message: str, remedy: tuple[str, ...]
) -> None:
    more = '\nconfig WARN\n\tint "w"\n\trange 0 8192\n\tdefault 2048\n\nconfig IDLE\n\tint "i"\n\tdefault 0\n'
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT + more}))
    (found,) = check_lines(evaluate(model, parse_config("c", f"{line}\n".encode())), "production")
    assert (found.rule, found.severity, found.remedy) == ("config/wrong-type", severity, remedy)
    assert message in found.message


def test_a_value_is_told_as_conf_reads_it(tmp_path: Path) -> None:
    dropped, tail = _findings(tmp_path, "CONFIG_A=y # why\n")
    assert dropped.message.startswith("CONFIG_A=y requested, but it is n: ")
    assert (tail.rule, tail.remedy) == ("config/unreadable-line", ("CONFIG_A=y",))
    assert tail.message == "conf ignores what follows the first letter, '# why': it reads CONFIG_A=y"


def test_the_nearest_name_is_offered(tmp_path: Path) -> None:
    (found,) = _findings(tmp_path, "CONFIG_KASANN=y\nCONFIG_X=y\n")
    assert found.message.endswith("did you mean KASAN?")
    (found,) = _findings(tmp_path / "unlike", "CONFIG_KASAXN=y\nCONFIG_X=y\n")
    assert found.message.endswith("did you mean KASAN?")
    (found,) = _findings(tmp_path / "other", "CONFIG_KALAAN=y\nCONFIG_X=y\n")
    assert "did you mean" not in found.message
    model_text = _TEXT + '\nconfig DEBUG_ATOMIC_SLEEP\n\tbool "d"\n'
    model = load(make_tree(tmp_path / "more", {"Kconfig": model_text}))
    values = evaluate(model, parse_config("c", b"CONFIG_DEBUG_SPINLOCK_SLEEP=y\nCONFIG_DEBUG_ATOMIC_SLEEPS=y\n"))
    messages = [item.message for item in check_lines(values, "production")]
    renamed, misspelt = messages
    assert renamed.endswith("it is now CONFIG_DEBUG_ATOMIC_SLEEP, which is n (y requested)")
    assert misspelt.endswith("did you mean DEBUG_ATOMIC_SLEEP?")


@pytest.mark.parametrize(
    ("gone", "present"),
    [
        ("DEBUG_KMEMLAEK", ("DEBUG_KMEMLEAK",)),
        ("DEBUG_KMEMLEAKS", ("DEBUG_KMEMLEAK",)),
        ("TEST_STRING_HELPERS", ("STRING_HELPERS_KUNIT_TEST",)),
        ("HELPERS_SLEEP_DEBUG", ()),
        ("SLEEP_DEBUG_ATOMIC", ("DEBUG_ATOMIC_SLEEP",)),
        # Other hardware, another file system, the feature without the part that is gone, and what has no prompt.
        ("CLOCK_DRIVER_8250", ()),
        ("FB_SIS", ()),
        ("DEBUG_VM_VMACACHE", ()),
        ("GENERIC_COMPAT_VDS", ()),
        ("TWICE_ALIKX", ()),
    ],
)
def test_a_wrong_guess_is_worse_than_none(tmp_path: Path, gone: str, present: tuple[str, ...]) -> None:
    names = [
        "DEBUG_KMEMLEAK", "STRING_HELPERS_KUNIT_TEST", "DEBUG_ATOMIC_SLEEP", "CLOCK_DRIVER_8251", "FB_SIT", "DEBUG_VM",
        "TWICE_ALIKE", "TWICE_ALIKS",
    ]  # fmt: skip
    text = "".join(f'config {name}\n\tbool "{name}"\n' for name in names) + "config GENERIC_COMPAT_VDSO\n\tbool\n"
    assert likely_names(load(make_tree(tmp_path, {"Kconfig": text})), gone) == present


def _stacked(folder: Path, *texts: str) -> list[Finding]:
    model = load(make_tree(folder, {"Kconfig": _TEXT}))
    names = [f"part{number}" for number, _text in enumerate(texts)]
    for name, text in zip(names, texts, strict=True):
        (folder / name).write_text(text)
    return list(check_lines(evaluate(model, read_config("+".join(names), folder=folder)), "production"))


def test_a_fragment_may_override(tmp_path: Path) -> None:
    assert _stacked(tmp_path, "CONFIG_X=y\n", "# CONFIG_X is not set\n") == []


def test_a_fragment_may_choose_again(tmp_path: Path) -> None:
    (found,) = _stacked(tmp_path, "CONFIG_P=y\n", "CONFIG_X=y\nCONFIG_Q=y\n")
    assert (found.rule, found.severity, found.symbol) == ("config/choice-conflict", "note", "P")
    assert found.message.endswith("is set to Q at part1:2")


def test_what_is_gone_and_to_be_off_harms_nobody(tmp_path: Path) -> None:
    text = _TEXT + '\nconfig SOFTLOCKUP_DETECTOR\n\tbool "d"\n\tdefault y\n'
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    lines = "# CONFIG_GONE is not set\nCONFIG_GONE_TOO=y\n# CONFIG_DETECT_SOFTLOCKUP is not set\n"
    found = check_lines(evaluate(model, parse_config("c", lines.encode())), "production")
    # The last one has another name now, and is on by that if nothing else is said.
    assert [(item.symbol, item.severity) for item in found] == [
        ("GONE", "note"),
        ("GONE_TOO", "warning"),
        ("DETECT_SOFTLOCKUP", "warning"),
    ]


def test_results_in_a_full_config_are_no_requests(tmp_path: Path) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    lines = "CONFIG_STACKDEPOT=y\nCONFIG_A=y\nCONFIG_B=m\n"
    assert [item.symbol for item in _findings(tmp_path, lines)] == ["STACKDEPOT", "A", "B"]
    found = _findings(tmp_path / "full", header + lines)
    # Another kernel's conf wrote these; B was a tristate there.
    assert [(item.symbol, item.rule, item.severity) for item in found] == [
        ("A", "config/dropped-request", "warning"),
        ("B", "config/wrong-type", "warning"),
    ]


def test_a_line_added_to_a_full_config_is_a_request(tmp_path: Path) -> None:
    header = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    written = "CONFIG_X=y\nCONFIG_B=y\n# CONFIG_KASAN is not set\n"
    assert not _findings(tmp_path, header + written + "CONFIG_STACKDEPOT=y\n# CONFIG_NEEDY is not set\n")
    found = _findings(tmp_path / "added", header + written + "# CONFIG_NEEDY is not set\nCONFIG_STACKDEPOT=y\n")
    assert [(item.symbol, item.rule) for item in found] == [("STACKDEPOT", "config/dropped-request")]


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
            "CONFIG_FOREIGN is not defined on this architecture: it is defined for arm64 only (arch/arm64/Kconfig:1),"
            " and the line has no effect",
        )
    ]


def test_a_name_that_is_only_referred_to(tmp_path: Path) -> None:
    [(rule, _, message)] = _told(tmp_path, "CONFIG_REFERRED=y")
    assert rule == "config/dropped-request"
    assert message.endswith("it is defined for arm64 only (arch/arm64/Kconfig:4)")
    [(rule, _, message)] = _told(tmp_path / "other", "CONFIG_NOWHERE=y")
    assert rule == "config/dropped-request"
    assert message.endswith("no Kconfig file defines it")


def test_a_name_of_no_architecture_is_a_warning(tmp_path: Path) -> None:
    [(rule, severity, message)] = _told(tmp_path, "CONFIG_FOREING=y")
    assert (rule, severity) == ("config/unknown-symbol", "warning")
    assert "not defined on x86" in message


@pytest.mark.parametrize(
    ("name", "alike_names"),
    [
        ("MODULE_COMPRES_NONE", ("MODULE_COMPRESS_NONE",)),
        ("USB_OHCI_SHX", ()),  # a short word is an abbreviation of something else
        ("SLAB_HARDENED_FREELIST", ("SLAB_FREELIST_HARDENED",)),
        ("MACH_STM32MP25", ()),  # another machine
        ("I2C_K1", ()),  # in a short name two letters are much
        ("KASSAN", ("KASAN",)),
        ("LOCKDEPP", ("LOCKDEP",)),
        ("PHONE", ()),  # another word than PHONET
    ],
)
def test_which_names_are_alike(name: str, alike_names: tuple[str, ...]) -> None:
    known = "MODULE_COMPRESS_NONE USB_EHCI_SHX SLAB_FREELIST_HARDENED MACH_STM32MP13 I2C_ST"
    known += " KASAN KCSAN LOCKDEP PHONET"
    assert alike(joined(known.split()), name) == alike_names
