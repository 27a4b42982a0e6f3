# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain that a policy states, tool by tool."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Final

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.kernel.toolchain import Toolchain, parse_toolchain
from kpolicy.policy.files.policy_file import TOOLS, Placed, Tool

_NONE: Final = "none"
_VERSION: Final = r"([0-9]{1,4})(?:\.([0-9]{1,4}))?(?:\.([0-9]{1,4}))?"
_KINDS: Final[Mapping[Tool, tuple[str, ...]]] = {"assembler": ("gnu", "llvm"), "linker": ("bfd", "lld")}
_EXAMPLES: Final[Mapping[Tool, str]] = {
    "assembler": "gnu-2.44 or llvm-19.1",
    "linker": "bfd-2.44 or lld-19.1",
    "pahole": "1.29, or none",
    "rustc": "1.85.0, or none",
    "bindgen": "0.71.1, or none",
}


def tool_fault(tool: Tool, word: str) -> tuple[str, str | None] | None:
    """What is wrong with the word for a tool, with a hint; None when nothing is."""
    if tool == "compiler":
        return _compiler_fault(word)
    if _parsed(tool, word) is not None:
        return None
    hint = f"for example {_EXAMPLES[tool]}"
    near = did_you_mean(word, [*_KINDS.get(tool, ()), _NONE]) if not word[-1:].isdigit() else None
    return f"{word!r} is not a valid {tool}", f"{near}\n{hint}" if near and near.startswith("did you") else hint


def make_toolchain(tools: Mapping[Tool, Placed[str]]) -> Toolchain | None:
    """The toolchain of a policy, None when it names no tool.

    Raises UsageError for other tools beside the dummy compiler, or without a compiler.
    """
    if not tools:
        return None
    compiler = tools.get("compiler")
    others = [tool for tool in TOOLS if tool != "compiler" and tool in tools]
    if compiler is None or (compiler.value == "dummy" and others):
        place = tools[others[0]].location
        if compiler is None:
            raise UsageError(
                f"a toolchain with a {others[0]} and no compiler", place, hint='name one: compiler = "gcc-14.2"'
            )
        hint = f"the compiler is named at {compiler.location}; name one such as gcc-14.2 for other tools beside it"
        raise UsageError("the dummy toolchain is of one piece", place, hint=hint)
    toolchain = parse_toolchain(compiler.value)
    for tool in others:
        toolchain = _with_tool(toolchain, tool, tools[tool].value)
    return toolchain


def _compiler_fault(word: str) -> tuple[str, str | None] | None:
    if word == "exec":
        # A patch to a tree may add a policy file: it must not start programs.
        return "a policy file cannot ask to run the toolchain", "say --toolchain exec on the command line"
    try:
        parse_toolchain(word)
    except UsageError as error:
        return error.message, error.hint
    return None


def _parsed(tool: Tool, word: str) -> tuple[str, tuple[int, int, int]] | None:
    """Kind ("" where there is but one, "none" for a tool that is missing) and version."""
    kinds: Sequence[str] = _KINDS.get(tool, ())
    if not kinds and word == _NONE:
        return _NONE, (0, 0, 0)
    prefix = f"({'|'.join(kinds)})-" if kinds else "()"
    match = re.fullmatch(prefix + _VERSION, word)
    if match is None:
        return None
    return match.group(1), (int(match.group(2)), int(match.group(3) or 0), int(match.group(4) or 0))


def _with_tool(toolchain: Toolchain, tool: Tool, word: str) -> Toolchain:
    parsed = _parsed(tool, word)
    assert parsed is not None, "words are checked when they are read"
    kind, version = parsed
    given = None if kind == _NONE else version
    if tool == "assembler":
        return dataclasses.replace(toolchain, assembler="LLVM" if kind == "llvm" else "GNU", assembler_version=version)
    if tool == "linker":
        return dataclasses.replace(toolchain, linker="LLD" if kind == "lld" else "BFD", linker_version=version)
    if tool == "pahole":
        return dataclasses.replace(toolchain, pahole_version=given[:2] if given else None)
    if tool == "rustc":
        return dataclasses.replace(toolchain, rustc_version=given)
    return dataclasses.replace(toolchain, bindgen_version=given)
