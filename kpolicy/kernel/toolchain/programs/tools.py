# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated build tools besides the compiler: linker, binutils, pahole, rustc, bindgen, Python."""

from __future__ import annotations

import re
from typing import Final

from kpolicy.kernel.toolchain.programs.flags import linker_accepts
from kpolicy.kernel.toolchain.record import DUMMY_FOLDER, Toolchain, dotted, short
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.state import Program

RUST_SYSROOT: Final = "/usr/lib/rust"
RUST_CORE: Final = f"{RUST_SYSROOT}/lib/rustlib/src/rust/library/core/src/lib.rs"
_PYTHON_MODULES: Final = frozenset(
    "argparse collections ctypes functools glob hashlib io itertools json math os pathlib re shutil string "
    "struct subprocess sys tempfile textwrap time typing".split()
)


def linker(toolchain: Toolchain) -> Program:
    """The linker: it accepts every flag but those that `flags` denies it; `--version` and `-v` print its version."""

    def run(call: Call) -> int:
        kind, version = toolchain.linker, toolchain.linker_version
        for flag in call.arguments:
            accepted = toolchain.dummy_tools or linker_accepts(kind, version, flag)
            if flag in toolchain.refused_flags or not accepted:
                call.complain(f"unrecognized option '{flag}'")
                return 1
        if {"--version", "-v"} & set(call.arguments):
            if toolchain.dummy_tools:
                text = f"GNU {call.name} ({DUMMY_FOLDER}/{call.name}) {short(toolchain.linker_version)}"
            elif toolchain.linker == "LLD":
                text = f"LLD {dotted(toolchain.linker_version)} (compatible with GNU linkers)"
            else:
                text = f"GNU ld (GNU Binutils) {short(toolchain.linker_version)}"
            call.write(f"{text}\n")
        elif "--help" in call.arguments and not toolchain.dummy_tools:
            call.write(f"Usage: {call.words[0]} [options] file...\n")
        return 0

    return run


def binary_tool(toolchain: Toolchain) -> Program:
    """ar, nm, objcopy and the like, of binutils or of LLVM by the name that they are called by."""

    def run(call: Call) -> int:
        words = set(call.arguments)
        llvm = call.name.startswith("llvm-")
        gnu_name = call.name.removeprefix("llvm-")
        version = short(toolchain.assembler_version)
        if "--version" in words or (toolchain.dummy_tools and "-v" in words):
            if toolchain.dummy_tools:
                call.write(f"GNU {call.name} ({DUMMY_FOLDER}/{call.name}) {version}\n")
            elif llvm:
                call.write(f"{call.name}, compatible with GNU {gnu_name}\nLLVM (http://llvm.org/):\n")
                call.write(f"  LLVM version {dotted(toolchain.linker_version)}\n")
            else:
                call.write(f"GNU {call.name} (GNU Binutils) {version}\n")
        elif "--help" in words and not toolchain.dummy_tools:
            call.write(f"OVERVIEW: llvm {gnu_name}\n" if llvm else f"Usage: {call.words[0]} [option(s)] [file(s)]\n")
        return 0

    return run


def pahole(toolchain: Toolchain) -> Program | None:
    """pahole, when it is installed."""
    version = toolchain.pahole_version
    if version is None:
        return None

    def run(call: Call) -> int:
        call.write(f"v{version[0]}.{version[1]:02}\n")
        return 0

    return run


def rustc(toolchain: Toolchain) -> Program | None:
    """rustc, when it is installed: it accepts every flag, and has the source of its core library."""
    version = toolchain.rustc_version
    if version is None:
        return None

    def run(call: Call) -> int:
        words = call.arguments
        if {"--version", "-V", "-vV"} & set(words):
            call.write((toolchain.rustc_text or f"rustc {dotted(version)}") + "\n")
            if {"--verbose", "-v", "-vV"} & set(words):
                llvm = f"LLVM version: {dotted(toolchain.rustc_llvm_version)}\n" if toolchain.rustc_llvm_version else ""
                call.write(f"binary: rustc\nrelease: {dotted(version)}\n{llvm}")
        elif words[:2] == ["--print", "sysroot"] or "--print=sysroot" in words:
            call.write(f"{RUST_SYSROOT}\n")
        elif "--print" in words:
            return call.unknown(" ".join(call.words))
        elif toolchain.refused_flags & set(words):
            return 1
        return 0

    return run


def bindgen(toolchain: Toolchain) -> Program | None:
    """bindgen, when it is installed, with the libclang of the record."""
    version = toolchain.bindgen_version
    if version is None:
        return None

    def run(call: Call) -> int:
        if "--version" in call.arguments:
            call.write((toolchain.bindgen_text or f"bindgen {dotted(version)}") + "\n")
        elif any(word.endswith("libclang.h") for word in call.arguments):
            libclang = dotted(toolchain.libclang_version or toolchain.rustc_llvm_version or toolchain.compiler_version)
            call.shell.write(2, f"{call.arguments[-1]}:2:9: warning: clang version {libclang} [-W#pragma-messages]\n")
        return 0

    return run


def python(toolchain: Toolchain) -> Program:
    """python3 -c "import NAME": Python's own modules are there, others when the record names them.

    So the answer is the same on every machine.
    """

    def run(call: Call) -> int:
        words = call.arguments
        text = words[1] if len(words) == 2 and words[0] == "-c" else ""
        match = re.fullmatch(r"\s*import\s+([\w., ]+?)\s*;?\s*", text)
        if match is None:
            return call.unknown(" ".join(call.words))
        modules = {name.strip().split(" ")[0].split(".")[0] for name in match.group(1).split(",")}
        missing = modules - _PYTHON_MODULES - toolchain.python_modules
        if missing:
            call.complain(f"ModuleNotFoundError: No module named '{min(missing)}'")
        return int(bool(missing))

    return run
