# SPDX-License-Identifier: GPL-2.0-or-later
"""Roles: what makes a config a debug, fuzzing or production one, and with what evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpolicy.config.read import parse_config, stack
from kpolicy.errors import UsageError
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.roles.load import load_roles
from kpolicy.policy.roles.role import role_of
from kpolicy.policy.roles.shipped import role_names, shipped_roles
from kpolicy.policy.toml.toml_file import FileErrors
from tests.policy.support import models, values_of, values_of_demo

LOCKS_AND_VM = ("DEBUG_KERNEL", "PROVE_LOCKING", "DEBUG_VM")
HALF = (*LOCKS_AND_VM, "DEBUG_ATOMIC_SLEEP", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS")
FAULTS = ("FAULT_INJECTION", "FAILSLAB", "FAIL_PAGE_ALLOC")
FUZZED = ("DEBUG_KERNEL", "KCOV", *FAULTS, "KASAN", "!DEVMEM")


@pytest.mark.parametrize(
    ("lines", "role"),
    [
        ((), "production"),
        (("DEBUG_KERNEL",), "production"),  # only opens a menu
        (("EXPERT", "DEBUG_FS", "DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT"), "production"),
        (LOCKS_AND_VM, "production"),  # two classes of bugs
        # One more option does not make another kernel of it.
        (HALF[:4], "production"),
        (HALF[:5], "production"),
        (HALF, "debug"),
        ((*HALF, "DMA_API_DEBUG"), "debug"),
        # Board configs that somebody debugged once: much is on, and not what debug kernels agree on.
        (("DEBUG_KERNEL", "PROVE_LOCKING", "DEBUG_PAGEALLOC", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS", "DMA_API_DEBUG"),
         "production"),
        (("DEBUG_KERNEL", "DEBUG_VM", "SLUB_DEBUG_ON", "DEBUG_OBJECTS", "FAULT_INJECTION", "FAILSLAB"), "production"),
        (("DEBUG_KERNEL", "KASAN"), "production"),
        (("DEBUG_KERNEL", "KASAN", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS"), "production"),
        (("DEBUG_KERNEL", "KASAN", "DEBUG_VM", "DEBUG_OBJECTS", "SLUB_DEBUG_ON", "DEBUG_KMEMLEAK"), "debug"),
        (("DEBUG_KERNEL", "KCSAN", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS"), "production"),
        (("KCOV",), "production"),
        (("KCOV", "KASAN"), "production"),
        ((*HALF, "KCOV"), "debug"),
        (FUZZED, "fuzzing"),
        ((*FUZZED, "MAGIC_SYSRQ"), "production"),
        # Without KCOV, as on 32-bit arm.
        (("DEBUG_KERNEL", *FAULTS, "FAIL_FUTEX", "FAULT_INJECTION_USERCOPY", "DEBUG_KMEMLEAK", "!DEVMEM"), "fuzzing"),
        (("DEBUG_KERNEL", *FAULTS, "FAIL_FUTEX", "!DEVMEM"), "production"),
        # A request that is dropped makes no role.
        (("PROVE_LOCKING", "DEBUG_VM", "DEBUG_ATOMIC_SLEEP"), "production"),
    ],
)  # fmt: skip
def test_by_what_is_enabled(lines: tuple[str, ...], role: str) -> None:
    assert role_of(values_of(*lines)).role == role


def test_hardware_tags_do_not_make_a_debug_kernel() -> None:
    lines = ("DEBUG_KERNEL", "KASAN", "KASAN_HW_TAGS", "DEBUG_VM", "DEBUG_OBJECTS", "DEBUG_KMEMLEAK", "SLUB_DEBUG_ON",
             "DMA_API_DEBUG")  # fmt: skip
    assert role_of(values_of(*lines, arch="arm64")).role == "production"


def test_evidence_names_the_line_to_edit() -> None:
    verdict = role_of(values_of_demo("arch/x86/configs/debug_defconfig"))
    assert (verdict.role, verdict.reading) == ("debug", "enables")
    found = {item.symbol: (item.value, str(item.location)) for item in verdict.evidence}
    assert found["PROVE_LOCKING"] == ("y", "arch/x86/configs/debug_defconfig:21")
    assert found["FAILSLAB"] == ("y", "arch/x86/configs/debug_defconfig:25")
    assert "DMA_API_DEBUG" not in found
    assert all(item.why for item in verdict.evidence)


def test_evidence_for_production_is_what_is_off() -> None:
    verdict = role_of(values_of("!KCOV", "DEBUG_KERNEL", "DEBUG_VM"))
    assert (verdict.role, verdict.reading) == ("production", "")
    found = {item.symbol: item for item in verdict.evidence}
    assert found["KCOV"].value == "n"
    assert str(found["KCOV"].location) == "some_defconfig:1"
    assert found["PROVE_LOCKING"].location is None
    assert "DEBUG_VM" not in found
    assert "MAGIC_SYSRQ" not in found  # its being off would speak for a fuzzer


def test_evidence_of_what_is_left_out() -> None:
    verdict = role_of(values_of(*FUZZED))
    found = {item.symbol: (item.value, str(item.location)) for item in verdict.evidence}
    assert found["DEVMEM"] == ("n", "some_defconfig:7")
    assert found["MAGIC_SYSRQ"][0] == "n"
    assert found["FAILSLAB"] == ("y", "some_defconfig:4")


def test_a_root_in_the_kconfig_files_is_followed_to_the_config() -> None:
    verdict = role_of(values_of(*HALF[:-1], "EXPERT", "PCI", "DRM", "DRM_I915", "DRM_I915_DEBUG"))
    found = {item.symbol: str(item.location) for item in verdict.evidence}
    assert found["DEBUG_OBJECTS"] == "some_defconfig:10"


@pytest.mark.parametrize(
    ("extraversion", "reading", "role"),
    [
        ("-rc2", "release-candidate", "debug"),
        ("", "release-candidate", "production"),
        ("-rc7", "release-candidate", "debug"),
        ("-rc7", "early-release-candidate", "production"),
        ("-rc5", "early-release-candidate", "debug"),
        ("-rc4", "odd-release-candidate", "production"),
        ("-rc3", "odd-release-candidate", "debug"),
    ],
)
def test_the_readings_of_the_discussion(
    monkeypatch: pytest.MonkeyPatch, extraversion: str, reading: str, role: str
) -> None:
    values = values_of("DEBUG_FS")
    monkeypatch.setattr(values.model, "version", f"6.13.0{extraversion}")
    verdict = role_of(values, readings={"debug": reading})
    assert verdict.role == role
    if role == "debug":
        assert verdict.reading == reading
        assert [(item.symbol, item.value) for item in verdict.evidence] == [("rc", extraversion[-1])]


@pytest.mark.parametrize(
    ("name", "lines", "role"),
    [
        ("kernel-debug", LOCKS_AND_VM, "production"),
        ("kernel-debug", HALF[:4], "debug"),
        ("kernel-debug.config", ("DEBUG_KERNEL", "PROVE_LOCKING", "DEBUG_KMEMLEAK", "DEBUG_OBJECTS"), "debug"),
        ("arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", HALF[:4], "debug"),
        ("kernel-nodebug", HALF[:4], "production"),
        ("kernel-no-debug", HALF[:4], "production"),
        ("debugfs.config", HALF[:4], "production"),
        ("debug/kernel.config", HALF[:4], "production"),  # a folder is no name of the config
        ("x.config", (*HALF[:4], 'LOCALVERSION="-debug"'), "debug"),
        # A defconfig of the tree is what people build who ask for nothing in particular.
        ("arch/x86/configs/x86_64_defconfig", HALF, "production"),
        ("arch/x86/configs/debug_defconfig", HALF, "debug"),
        ("arch/x86/configs/x86_64_defconfig+mine.config", HALF, "debug"),
        ("syzkaller.config", ("KCOV", "KASAN"), "fuzzing"),
        ("syzkaller.config", ("KCOV",), "production"),
    ],
)  # fmt: skip
def test_names_are_evidence(name: str, lines: tuple[str, ...], role: str) -> None:
    assert role_of(values_of(*lines, name=name)).role == role


def _on(base: str, *fragments: str) -> Values:
    """The values of fragments on a base, each a file of its own."""
    texts = {f"{number}.config": text for number, text in enumerate(fragments)}
    parts = [parse_config(name, text.encode()) for name, text in ({"base": base} | texts).items()]
    return evaluate(models()("x86"), stack("base+0.config", parts), "defconfig")


_BASE = "CONFIG_DEBUG_KERNEL=y\nCONFIG_PCI=y\n"
_WHOLE = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"


@pytest.mark.parametrize(
    ("base", "fragments", "role"),
    [
        # syzkaller's setup guide on x86's defconfig, and the fragments of two public reports.
        (_BASE, ("CONFIG_KCOV=y\nCONFIG_KASAN=y\nCONFIG_KASAN_INLINE=y\n",), "fuzzing"),
        (_BASE, ("CONFIG_KASAN=y\nCONFIG_KCOV=y\nCONFIG_STACKDEPOT_MAX_FRAMES=256\nCONFIG_PAGE_OWNER=y\n",), "fuzzing"),
        (_BASE, ("CONFIG_DEBUG_FS=y\nCONFIG_KCOV=y\nCONFIG_KASAN=y\nCONFIG_DEBUG_KMEMLEAK=y\n",), "fuzzing"),
        (_BASE, ("CONFIG_KCOV=y\n", "CONFIG_DEBUG_KMEMLEAK=y\n"), "fuzzing"),
        # One mark, none that is asked for, none that coverage is asked for with, and a whole .config below.
        (_BASE, ("CONFIG_KCOV=y\n",), "production"),
        (_BASE, ("# CONFIG_KCOV is not set\nCONFIG_KASAN=y\n",), "production"),
        (_BASE, ("CONFIG_KASAN=y\nCONFIG_FAULT_INJECTION=y\nCONFIG_FAILSLAB=y\nCONFIG_FAIL_PAGE_ALLOC=y\n",),
         "production"),
        (_BASE + "CONFIG_KCOV=y\nCONFIG_KASAN=y\n", ("CONFIG_PCI=y\n",), "production"),
        (_WHOLE + _BASE, ("CONFIG_KCOV=y\nCONFIG_KASAN=y\n",), "production"),
    ],
)  # fmt: skip
def test_what_a_fragment_on_a_defconfig_asks_for_is_not_left_over(
    base: str, fragments: tuple[str, ...], role: str
) -> None:
    assert role_of(_on(base, *fragments)).role == role


def test_coverage_and_a_detector_in_a_whole_config_are_told_with_both_readings() -> None:
    verdict = role_of(_on(_WHOLE + _BASE + "CONFIG_KCOV=y\nCONFIG_KASAN=y\n"))
    assert (verdict.role, verdict.certainty, verdict.doubt) == ("production", "unclear", "fuzzing")
    # More speaks for another role.
    verdict = role_of(values_of("DEBUG_KERNEL", "KCOV", "KASAN", "DEBUG_KMEMLEAK", "DEBUG_VM"))
    assert verdict.doubt == "debug"


def test_a_defconfig_of_the_tree_by_its_path_from_elsewhere() -> None:
    config = parse_config("arch/x86/configs/x86_64_defconfig", b"".join(f"CONFIG_{n}=y\n".encode() for n in HALF))
    for name in (config.name, f"/somewhere/linux/{config.name}"):
        assert role_of(evaluate(models()("x86"), replace(config, name=name), "defconfig")).role == "production"


@pytest.mark.parametrize(
    "header",
    [
        "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 syzkaller Kernel Configuration\n#\n",
        "# Automatically generated by syz-kconf; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n",
        "# Linux/x86 syzkaller Kernel Configuration\n",
    ],
)
def test_the_header_is_a_name(header: str) -> None:
    content = f"{header}CONFIG_KCOV=y\nCONFIG_KASAN=y\n".encode()
    verdict = role_of(evaluate(models()("x86"), parse_config("some.config", content), "defconfig"))
    assert verdict.role == "fuzzing"
    assert verdict.evidence[0].symbol == "name"


def test_both_readings_where_they_meet() -> None:
    verdict = role_of(values_of("DEBUG_KERNEL", "KASAN", "DEBUG_KMEMLEAK"))
    assert (verdict.role, verdict.certainty) == ("production", "unclear")
    assert verdict.other is not None
    assert verdict.other.role == "debug"
    found = [(item.symbol, str(item.location)) for item in verdict.other.evidence]
    assert found == [("KASAN", "some_defconfig:2"), ("DEBUG_KMEMLEAK", "some_defconfig:3")]


def test_one_option_is_left_to_the_rules() -> None:
    for line in ("KCOV", "KASAN", "PROVE_LOCKING"):
        verdict = role_of(values_of("DEBUG_KERNEL", line))
        assert (verdict.role, verdict.certainty, verdict.other) == ("production", "clear", None)


def test_an_unknown_reading() -> None:
    with pytest.raises(UsageError) as caught:
        role_of(values_of(), readings={"debug": "enable"})
    assert caught.value.hint == "did you mean 'enables'?"


def test_the_shipped_roles() -> None:
    assert role_names() == ("production", "hardened", "debug", "fuzzing")
    for role in shipped_roles():
        assert len({mark.name for mark in role.marks}) == len(role.marks)
        assert all(mark.source for mark in role.marks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1: there is no [[role]]"]),
        ('[[role]]\nname = "a"\ntitle = "t"\nrationale = "r"\n[[role]]\nname = "a"\ntitle = "t"\nrationale = "r"\n',
         ["1: only the last role may have no reading", "6: the role 'a' is defined twice"]),
        ('[[role]]\nname = "a"\ntitle = "t"\nrationale = "r"\n[[role.reading]]\nname = "x"\nwhen = "A &"\nwhy = "w"\n',
         ["1: the last role must have no reading: it is what remains", "7: '&' means nothing here"]),
        ('[[role]]\nname = "a"\ntitle = "t"\nrationale = "r"\n[[role.mark]]\nname = "x"\nwhen = "A"\n',
         ["5: the key 'why' is missing", "5: the key 'source' is missing"]),
        ('[[role]]\nname = "a"\ntitle = "t"\nrationale = "r"\n[[role.reading]]\nname = "x"\nwhen = "A"\nwhy = "w"\n'
         'at_least = "3"\n[[role]]\nname = "b"\ntitle = "t"\nrationale = "r"\n',
         ["9: 'at_least' must be a number of marks"]),
    ],
)  # fmt: skip
def test_broken_role_files(text: str, expected: list[str]) -> None:
    with pytest.raises(FileErrors) as caught:
        load_roles("roles.toml", text)
    assert [f"{error.location and error.location.line}: {error.message}" for error in caught.value.errors] == expected
