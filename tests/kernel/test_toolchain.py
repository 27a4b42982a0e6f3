# SPDX-License-Identifier: GPL-2.0-or-later
"""Toolchain records and make's environment."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

import kpolicy.kernel.toolchain as package
from kpolicy.errors import UsageError
from kpolicy.evaluate.values import evaluate
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import (
    EmulatedProbes,
    Toolchain,
    aliases,
    build_environment,
    parse_toolchain,
    recorded_toolchain,
)
from kpolicy.kernel.version import KernelVersion
from tests.kconfig.small import load, make_tree
from tests.kernel.memory import MemorySource

_VERSION = KernelVersion(6, 18, 0, "-rc4")
_X86 = Architecture("x86_64", "x86")
_UM = Architecture("um", "um", "x86", "x86")


def test_dummy() -> None:
    dummy = Toolchain.dummy()
    assert dummy == Toolchain.dummy() == parse_toolchain("dummy")
    assert (dummy.compiler, dummy.compiler_version) == ("GCC", (20, 0, 0))
    assert (dummy.rustc_version, dummy.bindgen_version) == (None, None)
    assert dummy.identity.startswith("dummy (GCC 20.0.0, as GNU 2.50.0, ld BFD 2.50.0, pahole 99.99) ")


def test_every_field_is_part_of_the_identity() -> None:
    dummy = Toolchain.dummy()
    changes: dict[str, object] = {
        "name": "mine",
        "compiler": "Clang",
        "compiler_version": (1, 2, 3),
        "compiler_text": "x",
        "assembler": "LLVM",
        "assembler_version": (1, 2, 3),
        "linker": "LLD",
        "linker_version": (1, 2, 3),
        "pahole_version": None,
        "rustc_version": (1, 80, 0),
        "rustc_text": "rustc",
        "rustc_llvm_version": (18, 0, 0),
        "bindgen_version": (0, 65, 1),
        "bindgen_text": "bindgen",
        "libclang_version": (18, 0, 0),
        "python_modules": frozenset({"lxml"}),
        "refused_flags": frozenset({"-fx"}),
        "gcc_plugins": False,
        "cross_compile_compat": "arm-linux-gnueabi-",
        "dummy_tools": False,
    }
    assert set(changes) == {field.name for field in dataclasses.fields(Toolchain)}
    identities = {dummy.identity, *(_replace(dummy, name, value).identity for name, value in changes.items())}
    assert len(identities) == len(changes) + 1
    # Sets have no order of their own.
    many = frozenset({"a", "b", "c", "d"})
    assert _replace(dummy, "refused_flags", many).identity == _replace(dummy, "refused_flags", many | {"a"}).identity


def _replace(toolchain: Toolchain, name: str, value: object) -> Toolchain:
    changed: Toolchain = dataclasses.replace(toolchain, **{name: value})  # type: ignore[arg-type]
    return changed


@pytest.mark.parametrize(
    ("word", "compiler", "version"),
    [
        ("gcc-14.2", "GCC", (14, 2, 0)),
        ("gcc-12", "GCC", (12, 0, 0)),
        ("GCC-13.2.1", "GCC", (13, 2, 1)),
        ("clang-19.1", "Clang", (19, 1, 0)),
        ("clang-19.1.7", "Clang", (19, 1, 7)),
    ],
)
def test_words(word: str, compiler: str, version: tuple[int, int, int]) -> None:
    toolchain = parse_toolchain(word)
    assert (toolchain.name, toolchain.compiler, toolchain.compiler_version) == (word.lower(), compiler, version)
    if compiler == "Clang":
        assert (toolchain.assembler, toolchain.linker) == ("LLVM", "LLD")
        assert toolchain.assembler_version == toolchain.linker_version == version
    else:
        assert (toolchain.assembler, toolchain.linker, toolchain.linker_version) == ("GNU", "BFD", (2, 50, 0))


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("gcc", "e.g. gcc-14.2"),
        ("gcc14", "did you mean gcc-14?"),
        ("clang 19", "did you mean clang-19?"),
        ("dumy", "did you mean dummy?"),
        ("icc-2021", "expected dummy"),
        ("gcc-14.2.0.1", "expected dummy"),
        ("", "expected dummy"),
        ("exec", "expected dummy"),
    ],
)
def test_what_is_no_toolchain(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match=r"^error: unknown toolchain") as caught:
        parse_toolchain(word)
    assert hint in (caught.value.hint or "")


def test_recorded_by_a_distribution() -> None:
    # The values of Debian's linux-config-6.12.
    values = {
        "CC_VERSION_TEXT": "x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0",
        "CC_IS_GCC": "y",
        "GCC_VERSION": "120200",
        "CLANG_VERSION": "0",
        "AS_IS_GNU": "y",
        "AS_VERSION": "24000",
        "LD_IS_BFD": "y",
        "LD_VERSION": "24000",
        "LLD_VERSION": "0",
        "RUSTC_VERSION": "0",
        "RUSTC_LLVM_VERSION": "0",
        "PAHOLE_VERSION": "124",
    }
    toolchain = recorded_toolchain(values)
    assert toolchain is not None
    assert toolchain.identity.startswith("recorded (GCC 12.2.0, as GNU 2.40.0, ld BFD 2.40.0, pahole 1.24) ")
    assert toolchain.compiler_text == values["CC_VERSION_TEXT"]
    assert (toolchain.rustc_version, toolchain.gcc_plugins) == (None, False)


def test_recorded_clang_and_rust() -> None:
    toolchain = recorded_toolchain(
        {
            "GCC_VERSION": "0",
            "CLANG_VERSION": "190107",
            "AS_IS_LLVM": "y",
            "AS_VERSION": "190107",
            "LD_VERSION": "0",
            "LLD_VERSION": "190107",
            "RUSTC_VERSION": "107800",
            "RUSTC_VERSION_TEXT": "rustc 1.78.0 (9b00956e5 2024-04-29)",
            "RUSTC_LLVM_VERSION": "180102",
            "BINDGEN_VERSION_TEXT": "bindgen 0.66.1",
            "GCC_PLUGINS": "n",
        }
    )
    assert toolchain is not None
    assert (toolchain.compiler, toolchain.assembler, toolchain.linker) == ("Clang", "LLVM", "LLD")
    assert toolchain.linker_version == (19, 1, 7)
    assert (toolchain.rustc_version, toolchain.rustc_llvm_version) == ((1, 78, 0), (18, 1, 2))
    assert (toolchain.bindgen_version, toolchain.pahole_version) == ((0, 66, 1), None)
    assert toolchain.gcc_plugins


def test_a_recorded_second_compiler() -> None:
    gcc = {"GCC_VERSION": "140200"}
    for values, prefix in (
        ({**gcc, "ARM64": "y", "COMPAT_VDSO": "y"}, "arm-linux-gnueabihf-"),
        ({**gcc, "ARM64": "y", "COMPAT_VDSO": "n"}, "arm-linux-gnueabihf-"),  # its prompt was there
        ({**gcc, "ARM64": "y"}, ""),
        ({**gcc, "X86": "y", "COMPAT_VDSO": "n"}, ""),
    ):
        toolchain = recorded_toolchain(values)
        assert toolchain is not None
        assert toolchain.cross_compile_compat == prefix
        environment = build_environment("/linux", _VERSION, Architecture("arm64", "arm64"), toolchain)
        assert environment.get("CROSS_COMPILE_COMPAT", "") == prefix


def test_recorded_by_older_kernels() -> None:
    toolchain = recorded_toolchain({"GCC_VERSION": "100201", "LD_VERSION": "235020000", "RUSTC_VERSION_TEXT": ""})
    assert toolchain is not None
    assert toolchain.compiler_text == "gcc (GCC) 10.2.1"
    assert (toolchain.linker_version, toolchain.assembler_version) == ((2, 35, 2), (2, 50, 0))
    assert recorded_toolchain({"GCC_VERSION": "0"}) is None
    assert recorded_toolchain({"CLANG_VERSION": "many"}) is None
    assert recorded_toolchain({}) is None


def test_environment_of_the_dummy_tools() -> None:
    environment = build_environment("/linux", _VERSION, _X86, Toolchain.dummy(), "x86_64_defconfig")
    expected = {
        "ARCH": "x86_64",
        "SRCARCH": "x86",
        "KERNELVERSION": "6.18.0-rc4",
        "srctree": "/linux",
        "CC": "scripts/dummy-tools/gcc",
        "LD": "scripts/dummy-tools/ld",
        "OBJCOPY": "scripts/dummy-tools/objcopy",
        "PAHOLE": "scripts/dummy-tools/pahole",
        "PAHOLE_VERSION": "9999",
        "CC_VERSION_TEXT": "gcc (scripts/dummy-tools/gcc)",
        "RUSTC_VERSION_TEXT": "",
        "RUSTC": "rustc",
        "BINDGEN": "bindgen",
        "PYTHON3": "python3",
        "HOSTCC": "gcc",
        "HOSTCXX": "g++",
        "KBUILD_DEFCONFIG": "x86_64_defconfig",
    }
    assert expected.items() <= environment.items()
    assert not {"CLANG_FLAGS", "HEADER_ARCH", "SUBARCH"} & set(environment)


def test_environment_of_user_mode_and_clang() -> None:
    toolchain = dataclasses.replace(parse_toolchain("clang-19.1"), rustc_version=(1, 78, 0), pahole_version=(1, 25))
    environment = build_environment("/linux", _VERSION, _UM, toolchain)
    assert (environment["HEADER_ARCH"], environment["SUBARCH"]) == ("x86", "x86")
    assert environment["CLANG_FLAGS"].startswith("--target=x86_64-linux-gnu -fintegrated-as -Werror=")
    assert (environment["CC"], environment["LD"], environment["NM"]) == ("clang", "ld.lld", "llvm-nm")
    assert environment["RUSTC_VERSION_TEXT"] == "rustc 1.78.0"
    assert environment["PAHOLE_VERSION"] == "125"
    gnu = dataclasses.replace(toolchain, assembler="GNU", linker="BFD", compiler_text="clang # 19")
    environment = build_environment("/linux", _VERSION, Architecture("csky", "csky"), gnu)
    assert environment["CLANG_FLAGS"].startswith("-fno-integrated-as")
    assert (environment["LD"], environment["NM"]) == ("ld", "nm")
    # make's $(subst $(pound),,...)
    assert environment["CC_VERSION_TEXT"] == "clang  19"


def test_the_package_offers_its_names() -> None:
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = getattr(package, "nonsense")  # noqa: B009 - a name that the type checker would not let pass


def test_a_pattern_that_matches_for_years_is_given_up(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.kernel.toolchain.probes._EACH", 0.2)
    probes = EmulatedProbes(Toolchain.dummy(), open_tree(demo))
    answer = probes.shell(f"echo {'a' * 60}b | grep -E '^(a+)+$'", {})
    assert (answer.known, answer.why) == (False, "takes more than 0.2 s of processor time")


def test_a_later_command_finds_what_an_earlier_one_has_made_and_named() -> None:
    # As scripts/dummy-tools/gcc of 5.15 makes a folder for plugins and prints its name.
    probes = EmulatedProbes(Toolchain.dummy(), MemorySource({}))
    made = "d=$(mktemp -d); mkdir -p $d/include; echo text >$d/include/x.h; echo $d"
    one, other = (probes.shell(f"{made} # {number}", {}).output for number in (1, 2))
    assert one != other
    assert probes.shell(f"cat {one}/include/x.h", {}).output == "text"
    assert probes.shell(f"test -d {other}/include && echo y", {}).output == "y"
    # What nobody can name is gone, and a new file never has the name of one that is there.
    probes.shell("mktemp >/dev/null; echo nothing", {})
    assert probes.shell("mktemp", {}).output not in (one, other)
    assert probes.shell(f"test -e {one}x || echo n", {}).output == "n"


def test_what_does_not_end_in_another_thread_is_not_interrupted(demo: Path) -> None:
    answers: list[str] = []
    probes = EmulatedProbes(Toolchain.dummy(), open_tree(demo))
    thread = threading.Thread(target=lambda: answers.append(probes.shell("echo x", {}).output))
    thread.start()
    thread.join()
    assert answers == ["x"]


def test_tools_that_a_tree_exports_under_names_of_its_own(tmp_path: Path) -> None:
    makefile = (
        "VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 198\nEXTRAVERSION =\n"
        "NO_WRAPPER_CC := $(CC)\nexport NO_WRAPPER_CC\nSECRET := $(CC)\nCC = $(LD)\nexport SHELL_OF_OURS\n"
    )
    assert aliases(makefile) == {"NO_WRAPPER_CC": "CC"}
    kconfig = "config VERSION_OF_CC\n\tint\n\tdefault $(shell,echo $(NO_WRAPPER_CC) | wc -w)\n"
    model = load(make_tree(tmp_path, {"Kconfig": kconfig, "Makefile": makefile}))
    assert evaluate(model, None, "alldefconfig").text("VERSION_OF_CC") == "1"
