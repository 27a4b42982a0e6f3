# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that a tree's Kconfig files give to $(shell,...): a small expander of the macro language.

It follows scripts/kconfig/preprocess.c as far as the kernel's own files need it, and is no part of
kpolicy: it only collects what the tests compare.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

from kpolicy.kernel.source import DirectorySource

_ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(:?=)\s*(.*)")
_SILENT = ("error-if", "warning-if", "info")


class Macros:
    """Variables and functions, and the expansion of texts."""

    def __init__(self, environment: dict[str, str], shell: Callable[[str], str]) -> None:
        self._environment = environment
        self._shell = shell
        self._definitions: dict[str, str] = {}

    def read(self, line: str) -> None:
        """A line of a Kconfig file: an assignment, or a text in which macros are expanded."""
        match = _ASSIGNMENT.fullmatch(line)
        if match is not None and not line.startswith(("\t", " ")):
            name, operator, text = match.groups()
            self._definitions[name] = self.expand(text) if operator == ":=" else text
        elif not line.lstrip().startswith("#"):
            self.expand(line)

    def expand(self, text: str, arguments: tuple[str, ...] = ()) -> str:
        out = []
        at = 0
        while (start := text.find("$(", at)) >= 0:
            out.append(text[at:start])
            end = _closing(text, start + 1)
            out.append(self._call(text[start + 2 : end], arguments))
            at = end + 1
        return "".join([*out, text[at:]])

    def _call(self, inside: str, arguments: tuple[str, ...]) -> str:
        name, *given = [self.expand(part, arguments) for part in _split(inside)]
        if name.isdigit():
            return arguments[int(name)] if int(name) < len(arguments) else ""
        if name == "shell":
            return self._shell(",".join(given))
        if name in _SILENT:
            return ""
        body = self._definitions.get(name)
        if body is not None:
            return self.expand(body, (name, *given))
        return self._environment.get(name, "")


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError(text)


def _split(inside: str) -> list[str]:
    parts = [""]
    depth = 0
    for character in inside:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _kconfig_files(source: DirectorySource, folder: str = "") -> Iterator[str]:
    for name in source.list_dir(folder):
        path = f"{folder}/{name}" if folder else name
        if source.is_file(path):
            if name.startswith("Kconfig"):
                yield path
        elif not path.startswith(("scripts/kconfig", "Documentation", "tools", "samples", ".")):
            yield from _kconfig_files(source, path)


@functools.cache
def _macro_lines(source: DirectorySource) -> dict[str, list[str]]:
    """File -> the lines of it in which something may be expanded; scripts/Kconfig.include comes first."""
    found = {}
    for path in sorted(_kconfig_files(source), key=lambda path: path != "scripts/Kconfig.include"):
        text = source.read(path).decode("utf-8", "replace").replace("\\\n", " ")
        is_include = path.endswith("Kconfig.include")
        # Help texts have brackets of their own, which need not match.
        found[path] = [
            line
            for line in text.splitlines()
            if is_include or ("$(" in line and (line.count("(") == line.count(")") or "$(shell" in line))
        ]
    return found


def probe_commands(
    source: DirectorySource, srcarch: str, environment: dict[str, str], shell: Callable[[str], str]
) -> list[str]:
    """Every command of the tree for an architecture, in the order of the files; `shell` answers them."""
    commands: dict[str, None] = {}

    def answer(command: str) -> str:
        commands[command] = None
        return shell(command)

    macros = Macros(environment, answer)
    ours = ("arch/Kconfig", f"arch/{srcarch}/", "arch/x86/um/" if srcarch == "um" else f"arch/{srcarch}/")
    for path, lines in _macro_lines(source).items():
        if not path.startswith("arch/") or path.startswith(ours):
            for line in lines:
                macros.read(line)
    return list(commands)
