# SPDX-License-Identifier: GPL-2.0-or-later
"""Yocto: kernel metadata, `.scc` files as spp and scc of yocto-kernel-tools read them, with their config fragments.

`include FILE` is read in its place, with `nocfg` for its patches only; of a fragment it adds the lines, as
`kconf TYPE FILE` does, and of several lines for a symbol the last counts (merge_config.sh).  A file is looked for below
the root of the metadata, which has the folder ktypes, and beside the file that names it; a fragment the other way
round.  `define NAME VALUE` is what `if` asks about.  `kconf optional` is a note.  Patches, merges and branches are
about the source.

Of the shell that a file may be, `if` with comparisons of a variable is read; what is under another condition, or under
one about a variable that no file defines, is left out with a note, and nothing is executed.  A section is the KARCH of
a file that does not define it: `x86_64`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import replace
from kpolicy.policy.files.requirement import ARCHITECTURES, EVERYWHERE, Requirement, Scope
from kpolicy.policy.foreign.config_lines import config_lines
from kpolicy.policy.foreign.policy import (
    MAX_SIZE,
    MOST_FILES,
    Files,
    Foreign,
    LeftOut,
    Text,
    finish,
    optional_names,
    optional_text,
)

_ROOT: Final = "ktypes/"
_MOST_INCLUDES: Final = 50
_SOURCE: Final = ("patch", "merge", "git", "tag", "set_kernel_version")
_ABOUT_SOURCE: Final = "it is about the source, not about config values"
_QUIET: Final = ("branch", "mark", "true")
_COMMANDS: Final = ("include", "kconf", "force", "define", "if", "else", "elif", "fi", *_SOURCE, *_QUIET)
_WORD: Final = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^\s"\']+)')
_IF: Final = re.compile(r"(?:el)?if\s+(.*?)\s*;\s*then\Z")
_TEST: Final = re.compile(r'\[\s+"?\$\{?(\w+)\}?"?\s+(==?|!=)\s+"?([^"\s\]$]*)"?\s+\]')
_ARCHITECTURE: Final = "KARCH"


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of a .scc file and of all that it includes."""
    main = files.text(path)
    if section and section not in ARCHITECTURES:
        hint = did_you_mean(section, ARCHITECTURES) or "a section is a KARCH, an ARCH word of make"
        raise UsageError(f"unknown architecture {section!r}", main.location(0), hint=hint)
    reader = _Reader(files, main, section)
    reader.file(main, is_quiet=False, within=())
    finish(reader.texts)
    return Foreign(tuple(reader.requirements()), tuple(reader.left_out))


class _Reader:
    """Reads a file and what it includes, in the order in which the commands are run."""

    def __init__(self, files: Files, main: Text, architecture: str) -> None:
        self._files = files
        self._root = _root(files, os.path.dirname(main.path))
        self._values = {_ARCHITECTURE: architecture} if architecture else {}
        self._unclear: set[str] = set()
        self._included = self._size = 0
        self._found: dict[str, Requirement] = {}
        self.texts = [main]
        self.left_out: list[LeftOut] = []

    def requirements(self) -> Iterator[Requirement]:
        """What is required, for the architecture that the files define."""
        word = self._values.get(_ARCHITECTURE, "")
        scope = Scope(((word,),)) if word in ARCHITECTURES else EVERYWHERE
        for item in self._found.values():
            yield replace(item, scope=scope)

    def file(self, text: Text, *, is_quiet: bool, within: tuple[str, ...]) -> None:
        """Run the commands of a file; `is_quiet`: without its config fragments; `within`: the files that include it."""
        within = (*within, os.path.normpath(text.path))
        blocks: list[tuple[int, bool | str]] = []
        number = 0
        while number < len(text.lines):
            number += 1
            line = text.line(number).strip()
            first = number
            if not line or line.startswith("#"):
                continue
            while line.count('"') % 2 and number < len(text.lines):
                # A description can have several lines.
                number += 1
                line = f"{line} {text.line(number).strip()}"
            if line.count('"') % 2:
                text.complain(first, "the quote does not end", at=text.line(first).find('"') + 1)
                return
            words = _words(line)
            if words[0] in ("if", "elif", "else", "fi"):
                self._block(text, first, line, blocks)
                continue
            state = next((state for _, state in blocks if state is not True), True)
            if isinstance(state, str):
                self.left_out.append(text.left_out(first, f"it is under a condition: {state}"))
                if words[0] == "define":
                    self._unclear.update(words[1:2])
            elif state:
                self._command(text, first, words, is_quiet=is_quiet, within=within)
        for number, _ in blocks:
            text.complain(number, "the block does not end", hint="fi is missing")

    def _block(self, text: Text, number: int, line: str, blocks: list[tuple[int, bool | str]]) -> None:
        word = line.split(maxsplit=1)[0].rstrip(";")
        if word == "if":
            match = _IF.match(line)
            if match is None:
                text.complain(number, "expected if CONDITION; then")
            blocks.append((number, self._holds(match[1]) if match is not None else False))
        elif not blocks:
            text.complain(number, f"{word} without an if")
        elif word == "fi":
            blocks.pop()
        else:
            start, state = blocks.pop()
            blocks.append((start, not state if word == "else" and isinstance(state, bool) else f"{word} of a block"))

    def _holds(self, condition: str) -> bool | str:
        """Whether a condition holds, and the condition itself if that is not known."""
        result: bool | None = None
        joined = ""
        for part in re.split(r"(\|\||&&)", condition):
            if part in ("||", "&&"):
                joined = part
                continue
            test = _TEST.fullmatch(part.strip())
            if test is None:
                return condition
            holds = self._is_met(*test.groups())
            # The shell takes both operators from left to right; y or unknown is y, n and unknown is n.
            if not joined:
                result = holds
            else:
                decisive = joined == "||"
                result = decisive if decisive in (result, holds) else None if None in (result, holds) else not decisive
        return condition if result is None else result

    def _is_met(self, name: str, operator: str, value: str) -> bool | None:
        """Whether a variable has a value, or has another one; None for a variable whose value is not known."""
        if name not in self._values or name in self._unclear:
            return None
        return (self._values[name] == value) is (operator != "!=")

    def _command(self, text: Text, number: int, words: list[str], *, is_quiet: bool, within: tuple[str, ...]) -> None:
        command, rest = words[0], words[1:]
        if command == "include" and rest:
            self._include(text, number, rest, is_quiet=is_quiet, within=within)
        elif command == "define" and rest:
            self._values[rest[0]] = " ".join(rest[1:])
            self._unclear.discard(rest[0])
        elif command == "kconf" and len(rest) > 1:
            if not is_quiet:
                self._fragment(text, number, *rest[:2])
        elif command == "force" and rest[:1] == ["kconf"] and len(rest) > 2:
            self._fragment(text, number, *rest[1:3])
        elif command in _SOURCE:
            self.left_out.append(text.left_out(number, _ABOUT_SOURCE))
        elif command not in _COMMANDS:
            hint = did_you_mean(command, _COMMANDS) or f"a command is {', '.join(_COMMANDS[:4])}, patch, branch or if"
            text.complain(number, f"{command[:40]!r} is not a command of kernel metadata", at=command, hint=hint)
        elif command not in _QUIET:
            text.complain(number, f"{command} has too few words", at=len(text.line(number).rstrip()) + 1)

    def _include(self, text: Text, number: int, words: list[str], *, is_quiet: bool, within: tuple[str, ...]) -> None:
        name = words[0]
        if name.endswith((".cfg", "defconfig")):
            # Whatever the flags are.
            self._fragment(text, number, "non-hardware", name)
            return
        if name.endswith(".patch"):
            self.left_out.append(text.left_out(number, _ABOUT_SOURCE))
            return
        found = self._look(text, number, name, ".scc", (self._root, os.path.dirname(text.path)))
        if found is None:
            return
        if found.path in within:
            itself = "a file includes itself" if found.path == within[-1] else f"{found.path} includes this file"
            text.complain(number, itself, at=name)
        elif len(within) > _MOST_INCLUDES:
            text.complain(number, f"more than {_MOST_INCLUDES} includes within one another", at=name)
        else:
            self.file(found, is_quiet=is_quiet or "nocfg" in words[1:], within=within)

    def _fragment(self, text: Text, number: int, kind: str, name: str) -> None:
        found = self._look(text, number, name, ".cfg", (os.path.dirname(text.path), self._root))
        if found is None:
            return
        for line in config_lines(found, self.left_out):
            # The last fragment counts, and a symbol is where that has it.
            self._found.pop(line.symbol, None)
            self._found[line.symbol] = found.require(
                line.number, line.symbol, (line.value,), severity="note" if kind == "optional" else None
            )

    def _look(self, text: Text, number: int, name: str, ending: str, folders: tuple[str, ...]) -> Text | None:
        """A file by a name without its ending, or that of a folder with a file of its name."""
        stem = name.removesuffix(ending)
        base = os.path.basename(stem)
        if os.path.isabs(name) or "\0" in name:
            text.complain(number, f"{name!r} is not a relative path", at=name)
            return None
        for folder in folders:
            for candidate in (f"{stem}{ending}", stem, f"{stem}/{base}{ending}"):
                path = os.path.normpath(os.path.join(folder, candidate))
                found = optional_text(self._files, path)
                if found is not None:
                    self._count(text, number, name, len(found.text))
                    if found not in self.texts:
                        self.texts.append(found)
                    return found
        where = " or ".join(dict.fromkeys(folder or "." for folder in folders))
        text.complain(number, f"no file {stem}{ending} in {where}", at=name)
        return None

    def _count(self, text: Text, number: int, name: str, size: int) -> None:
        """Count a file as often as it is included, and stop at too many: files that include files are soon millions."""
        self._included += 1
        self._size += size
        if self._included > MOST_FILES:
            text.complain(number, f"more than {MOST_FILES} files are included", at=name)
        elif self._size > 4 * MAX_SIZE:
            text.complain(number, "the files that are included are too large together", at=name)
        else:
            return
        finish(self.texts)


def _words(line: str) -> list[str]:
    """The words of a command, as the shell has them, up to a comment."""
    found = []
    for match in _WORD.finditer(line):
        if match[3] is not None and match[3].startswith("#"):
            break
        found.append(match[1] if match[1] is not None else match[2] if match[2] is not None else match[3])
    return found or [""]


def _root(files: Files, folder: str) -> str:
    """The folder of the metadata: the nearest that has ktypes/, else the one of the file."""
    above = folder
    while True:
        if _ROOT in optional_names(files, above):
            return above
        if not above or os.path.dirname(above) == above:
            return folder
        above = os.path.dirname(above)
