# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated programs, and the one table of them.

`compilers` (with `flags`) and `tools` answer by the toolchain record; `text`, `sed`, `awk` and `files` do
what the programs of those names do, on texts in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpolicy.kernel.toolchain.programs import files, text, tools
from kpolicy.kernel.toolchain.programs.awk import awk
from kpolicy.kernel.toolchain.programs.compilers import compiler
from kpolicy.kernel.toolchain.programs.sed import sed
from kpolicy.kernel.toolchain.record import DUMMY_FOLDER, Toolchain
from kpolicy.kernel.toolchain.shell.state import Program

_COMMON: Final[Mapping[str, Program]] = {
    "awk": awk,
    "basename": files.basename,
    "cat": text.cat,
    "cut": text.cut,
    "dirname": files.dirname,
    "egrep": text.grep,
    "env": files.env,
    "expr": files.expr,
    "fgrep": text.grep,
    "grep": text.grep,
    "head": text.head,
    "mkdir": files.mkdir,
    "mktemp": files.mktemp,
    "readlink": files.readlink,
    "realpath": files.realpath,
    "rm": files.rm,
    "sed": sed,
    "sort": text.sort,
    "tail": text.tail,
    "touch": files.touch,
    "tr": text.tr,
    "uname": files.uname,
    "uniq": text.uniq,
    "wc": text.wc,
}
_BINARY_TOOLS: Final = ("ar", "nm", "objcopy", "objdump", "readelf", "strip", "as")
# The tools that scripts/dummy-tools has; the others of that prefix are not found.
_DUMMY_BINARY_TOOLS: Final = ("nm", "objcopy")


def program_table(toolchain: Toolchain) -> Mapping[str, Program | None]:
    """Command word -> program, for the programs of a toolchain and those that every machine has.

    None stands for a tool that the toolchain does not have; a word that is missing is none that is
    emulated.
    """
    table: dict[str, Program | None] = dict(_COMMON)
    host = compiler(toolchain)
    for name in ("gcc", "g++", "cc", "c++"):
        table[name] = host
    for name in _BINARY_TOOLS:
        table[name] = tools.binary_tool(toolchain)
    table["ld"] = tools.linker(toolchain)
    table["python3"] = table["python"] = tools.python(toolchain)
    table["pahole"] = tools.pahole(toolchain)
    table["rustc"] = tools.rustc(toolchain)
    table["bindgen"] = tools.bindgen(toolchain)
    # Kernels of 2026 ask it for ML-DSA, which it has since 3.5. No record tells which one a machine has; a full
    # .config has the answer itself.
    table["openssl"] = None
    llvm = toolchain.compiler == "Clang"
    table["clang"] = table["clang++"] = host if llvm else None
    table["ld.lld"] = tools.linker(toolchain) if llvm or toolchain.linker == "LLD" else None
    for name in _BINARY_TOOLS:
        table[f"llvm-{name}"] = tools.binary_tool(toolchain) if llvm else None
    if toolchain.dummy_tools:
        table[f"{DUMMY_FOLDER}/gcc"] = host
        table[f"{DUMMY_FOLDER}/ld"] = tools.linker(toolchain)
        table[f"{DUMMY_FOLDER}/pahole"] = tools.pahole(toolchain)
        for name in _DUMMY_BINARY_TOOLS:
            table[f"{DUMMY_FOLDER}/{name}"] = tools.binary_tool(toolchain)
    return table
