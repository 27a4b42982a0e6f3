# SPDX-License-Identifier: GPL-2.0-or-later
"""Make's environment: the variables that the top Makefile exports and that Kconfig files and probes read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain.record import DUMMY_FOLDER, Toolchain, dotted
from kpolicy.kernel.version import KernelVersion
from kpolicy.patterns import lazy

# scripts/Makefile.clang
_CLANG_TARGETS: Final[Mapping[str, str]] = {
    "arm": "arm-linux-gnueabi",
    "arm64": "aarch64-linux-gnu",
    "hexagon": "hexagon-linux-musl",
    "loongarch": "loongarch64-linux-gnusf",
    "m68k": "m68k-linux-gnu",
    "mips": "mipsel-linux-gnu",
    "powerpc": "powerpc64le-linux-gnu",
    "riscv": "riscv64-linux-gnu",
    "s390": "s390x-linux-gnu",
    "sparc": "sparc64-linux-gnu",
    "x86": "x86_64-linux-gnu",
}
_CLANG_ERRORS: Final = (
    "-Werror=unknown-warning-option -Werror=ignored-optimization-argument "
    "-Werror=option-ignored -Werror=unused-command-line-argument"
)
_BINUTILS: Final = ("AR", "NM", "OBJCOPY", "OBJDUMP", "READELF", "STRIP")
_TOOLS: Final = frozenset(("CC", "CPP", "LD", *_BINUTILS, "HOSTCC", "HOSTCXX"))
# `NO_WRAPPER_CC := $(CC)`, and what is exported.
_ALIAS: Final = lazy(r"^([A-Za-z_][A-Za-z0-9_]*)[ \t]*[:?]?=[ \t]*\$[({]([A-Z]+)[)}][ \t]*$", re.MULTILINE)
_EXPORT: Final = lazy(r"^export[ \t]+(.*)$", re.MULTILINE)


def build_environment(
    source_root: str,
    version: KernelVersion,
    architecture: Architecture,
    toolchain: Toolchain,
    default_config: str = "",
) -> dict[str, str]:
    """The environment in which `make ARCH=... *config` would run conf.

    `source_root` becomes srctree.  `default_config` becomes KBUILD_DEFCONFIG (`default_config_name`), which trees
    before 5.12 read.  HEADER_ARCH and SUBARCH are there for `um` alone, whose Makefile
    exports them.  Mirrors the top Makefile and scripts/Makefile.clang.
    """
    environment = {
        "ARCH": architecture.arch,
        "SRCARCH": architecture.srcarch,
        "VERSION": str(version.version),
        "PATCHLEVEL": str(version.patchlevel),
        "SUBLEVEL": str(version.sublevel),
        "KERNELVERSION": str(version),
        "srctree": source_root,
        "objtree": ".",
        "KBUILD_DEFCONFIG": default_config,
        "KCONFIG_CONFIG": ".config",
        "CONFIG_SHELL": "sh",
        "BASH": "bash",
        "AWK": "awk",
        "PERL": "perl",
        "PYTHON3": "python3",
        "LEX": "flex",
        "YACC": "bison",
        "RUSTC": "rustc",
        "RUSTC_BOOTSTRAP": "1",
        "BINDGEN": "bindgen",
        "PAHOLE": "pahole",
        "HOSTCC": "gcc",
        "HOSTCXX": "g++",
        "CC_VERSION_TEXT": toolchain.compiler_text.replace("#", ""),
        "RUSTC_VERSION_TEXT": rustc_version_text(toolchain).replace("#", ""),
        "PAHOLE_VERSION": "{}{}".format(*toolchain.pahole_version) if toolchain.pahole_version else "0",
        **_tools(toolchain),
    }
    if toolchain.cross_compile_compat:
        environment["CROSS_COMPILE_COMPAT"] = toolchain.cross_compile_compat
    if architecture.header_arch is not None:
        environment["HEADER_ARCH"] = architecture.header_arch
        environment["SUBARCH"] = architecture.subarch
    if toolchain.compiler == "Clang":
        environment["CLANG_FLAGS"] = clang_flags(architecture, integrated=toolchain.assembler == "LLVM")
    if toolchain.dummy_tools:
        environment["CROSS_COMPILE"] = f"{DUMMY_FOLDER}/"
        environment["PAHOLE"] = f"{DUMMY_FOLDER}/pahole"
    return environment


def aliases(makefile: str) -> Mapping[str, str]:
    """The tools that a top Makefile exports under names of its own: by name the usual one.

    Linux has none.  The 5.10 of some Qualcomm devices asks the assembler of NO_WRAPPER_CC, which is CC.
    """
    exported = {name for line in _EXPORT.findall(makefile) for name in line.split()}
    found = _ALIAS.findall(makefile)
    return {name: tool for name, tool in found if name in exported and tool in _TOOLS and name not in _TOOLS}


def rustc_version_text(toolchain: Toolchain) -> str:
    """What `rustc --version` prints; empty when there is no rustc."""
    if toolchain.rustc_version is None:
        return ""
    return toolchain.rustc_text or f"rustc {dotted(toolchain.rustc_version)}"


def _tools(toolchain: Toolchain) -> dict[str, str]:
    prefix = f"{DUMMY_FOLDER}/" if toolchain.dummy_tools else ""
    llvm = toolchain.compiler == "Clang" and toolchain.linker == "LLD"
    compiler = "clang" if toolchain.compiler == "Clang" else "gcc"
    tools = {
        "CC": f"{prefix}{compiler}",
        "CPP": f"{prefix}{compiler} -E",
        "LD": f"{prefix}ld.lld" if toolchain.linker == "LLD" else f"{prefix}ld",
    }
    for name in _BINUTILS:
        tools[name] = f"llvm-{name.lower()}" if llvm else f"{prefix}{name.lower()}"
    return tools


def clang_flags(architecture: Architecture, *, integrated: bool) -> str:
    """CLANG_FLAGS of scripts/Makefile.clang; `integrated` is LLVM_IAS."""
    target = _CLANG_TARGETS.get(architecture.header_arch or architecture.srcarch)
    assembler = "-fintegrated-as" if integrated else "-fno-integrated-as"
    return " ".join(filter(None, [f"--target={target}" if target else "", assembler, _CLANG_ERRORS]))
