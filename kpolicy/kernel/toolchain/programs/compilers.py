# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated C compilers: GCC, Clang, and the gcc of scripts/dummy-tools.

What is assumed: a compiler accepts every flag, compiles and links every text, and knows every
instruction, except

* the flags in the record's `refused_flags`,
* the flags and texts that `flags` says it does not know (the dummy gcc accepts those, too),
* `-D__SIZEOF_INT128__=0`, which redefines a macro of every compiler with 128-bit integers: the kernel
  asks whether that *fails*.

So the answers are those of a compiler for the architecture at hand, with all that its kind can do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kpolicy.kernel.toolchain.patience import look
from kpolicy.kernel.toolchain.programs.flags import compiler_accepts, compiler_knows
from kpolicy.kernel.toolchain.record import DUMMY_FOLDER, Toolchain, dotted, short
from kpolicy.kernel.toolchain.shell.arithmetic import ArithmeticFault, compute
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.state import Program

PLUGIN_FOLDER: Final = "/usr/lib/gcc/plugin"

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_DEFINED: Final = re.compile(r"\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))")
_DIRECTIVE: Final = re.compile(r"\s*#\s*(\w+)\s*(.*)")


def compiler(toolchain: Toolchain) -> Program:
    """The compiler of a toolchain."""

    def run(call: Call) -> int:
        arguments = call.arguments
        present = frozenset(arguments)
        if "--version" in present:
            call.write(f"{toolchain.compiler_text}\n")
            return 0
        refused = next((flag for flag in arguments if _refuses(toolchain, flag)), None)
        if refused is not None:
            call.complain(f"error: unrecognized command-line option '{refused}'")
            return 1
        return _work(call, toolchain, arguments, present)

    return run


def _work(call: Call, toolchain: Toolchain, arguments: list[str], present: frozenset[str]) -> int:
    if "-E" in present:
        if "-" in present:
            output, warnings = preprocess(
                call.read(), _macros(toolchain, arguments), only_changed=toolchain.dummy_tools
            )
            call.write(output)
            call.shell.write(2, warnings)
        return 0
    if "-Wa,--version" in present:
        if toolchain.compiler == "Clang" and "-fno-integrated-as" not in present:
            return 1
        call.write(f"{assembler_text(toolchain)}\n")
        return 0
    if "-S" in present:
        call.write(_assembly(call, present))
        return 0
    if "-print-file-name=plugin" in present:
        call.write(f"{PLUGIN_FOLDER if toolchain.gcc_plugins else 'plugin'}\n")
        return 0
    if present & {"-dumpversion", "-dumpfullversion"}:
        call.write(f"{dotted(toolchain.compiler_version)}\n")
        return 0
    if "-dumpmachine" in present:
        return call.unknown(f"{call.name} -dumpmachine")
    if "-" in present and not toolchain.dummy_tools:
        text = call.read()
        if not compiler_knows(toolchain.compiler, toolchain.compiler_version[0], text):
            call.complain("error: the text uses what this compiler does not know")
            return 1
    if "-o" in arguments[:-1]:
        call.files.open_for_writing(arguments[arguments.index("-o") + 1])
    return 0


def assembler_text(toolchain: Toolchain) -> str:
    """The first line that the assembler prints for `--version`."""
    maker = DUMMY_FOLDER if toolchain.dummy_tools else "GNU Binutils"
    return f"GNU assembler ({maker}) {short(toolchain.assembler_version)}"


def _refuses(toolchain: Toolchain, flag: str) -> bool:
    if flag == "-D__SIZEOF_INT128__=0":
        return True
    for pattern in toolchain.refused_flags:
        if flag == pattern or (pattern.endswith("*") and flag.startswith(pattern[:-1])):
            return True
    return not toolchain.dummy_tools and not compiler_accepts(toolchain.compiler, toolchain.compiler_version[0], flag)


def _assembly(call: Call, present: frozenset[str]) -> str:
    """What `-S` prints for the texts whose assembly the kernel looks into."""
    if "-fstack-protector" in present:
        return "%fs\n" if "-mstack-protector-guard-reg=fs" in present else "%gs\n"
    if {"-m64", "-mprofile-kernel"} <= present:
        return "" if "notrace" in call.read() else "_mcount\n"
    if {"-m64", "-fpatchable-function-entry=2"} <= present:
        return "func:\n.section __patchable_function_entries\n.localentry\n  nop\n  nop\n"
    return ""


def _macros(toolchain: Toolchain, arguments: list[str]) -> dict[str, str]:
    major, minor, patch = map(str, toolchain.compiler_version)
    macros = {"__GNUC__": major, "__GNUC_MINOR__": minor, "__GNUC_PATCHLEVEL__": patch, "__LONG_DOUBLE_128__": "1"}
    if toolchain.gcc_plugins:
        # Of the plugin headers, by way of scripts/gcc-plugins/gcc-common.h.
        macros["BUILDING_GCC_VERSION"] = str(toolchain.compiler_version[0] * 1000 + toolchain.compiler_version[1])
    if toolchain.compiler == "Clang":
        macros |= {"__GNUC__": "4", "__GNUC_MINOR__": "2", "__GNUC_PATCHLEVEL__": "1", "__clang__": "1"}
        macros |= {"__clang_major__": major, "__clang_minor__": minor, "__clang_patchlevel__": patch}
    if "-mabi=call0" in arguments and not toolchain.dummy_tools:
        macros["__XTENSA_CALL0_ABI__"] = "1"
    return macros


def preprocess(text: str, macros: Mapping[str, str], *, only_changed: bool = False) -> tuple[str, str]:
    """The C preprocessor, as far as version scripts need it: its output, and its warnings.

    Conditionals, macros without arguments, and `#warning`; an `#include` gives nothing.  With
    `only_changed`, lines without a macro are left out, as the dummy gcc does.
    """
    out: list[str] = []
    warnings: list[str] = []
    # One entry for each open conditional: whether this branch counts, and whether any did.
    branches: list[tuple[bool, bool]] = []
    for number, line in enumerate(text.splitlines(), 1):
        directive = _DIRECTIVE.match(line)
        counting = all(counts for counts, _ in branches)
        look()
        if directive is None:
            expanded = _expand(line, macros)
            if counting and expanded.strip() and (expanded != line or not only_changed):
                out.append(f"{expanded}\n")
            continue
        word, rest = directive.groups()
        if word in ("if", "ifdef", "ifndef"):
            counts = counting and _holds(word, rest, macros)
            branches.append((counts, counts))
        elif word in ("elif", "else") and branches:
            _, taken = branches.pop()
            counts = not taken and (word == "else" or _holds("if", rest, macros))
            branches.append((counts, taken or counts))
        elif word == "endif" and branches:
            branches.pop()
        elif word == "warning" and counting:
            warnings.append(f"<stdin>:{number}:2: warning: #warning {rest} [-Wcpp]\n")
    return "".join(out), "".join(warnings)


def _expand(text: str, macros: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        found = macros.get(match.group(), match.group())
        look(len(found))
        return found

    return _WORD.sub(value, text)


def _holds(word: str, rest: str, macros: Mapping[str, str]) -> bool:
    if word in ("ifdef", "ifndef"):
        return (rest.strip() in macros) == (word == "ifdef")
    expression = _DEFINED.sub(lambda match: str(int((match.group(1) or match.group(2)) in macros)), rest)
    try:
        # What is left of the names counts as 0, as in C.
        return compute(_expand(expression, macros), lambda _: "0") != 0
    except ArithmeticFault:
        return False
