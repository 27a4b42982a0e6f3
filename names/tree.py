# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Kconfig files and Makefiles of a kernel tree say of each symbol, of all architectures, read as text.

No expression is evaluated and no `source` followed: every file whose name begins with Kconfig counts, so that a name is
there if any configuration of any architecture could have it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

# Other programs' Kconfig files, and examples in documentation.
_OTHERS: Final = ("tools/", "scripts/kconfig/tests/", "Documentation/", "debian/")
_ENTRY: Final = re.compile(r"\s*(?:menu)?config\s+(\w+)\s*(?:#.*)?$")
_END: Final = re.compile(r"\s*(?:menu|choice|endchoice|endmenu|comment|source|mainmenu)\b")
_IF: Final = re.compile(r"\s*if\b\s*(.*)")
_TYPE: Final = re.compile(r"(def_)?(bool|boolean|tristate|int|hex|string)\b\s*(.*)$")
_PROMPT: Final = re.compile(r"""(?:prompt\s+)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_HELP: Final = re.compile(r"(?:---)?help(?:---)?\s*$")
_NAME: Final = re.compile(r"\b[A-Z0-9][A-Za-z0-9_]*\b")
_RULE: Final = re.compile(r"(?:obj|lib|libs|core|drivers|net|head)-\$\(CONFIG_(\w+)\)\s*[:+]?=\s*(.*)$")
_VERSION: Final = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=[ \t]*(\S*)", re.M)


@dataclass(slots=True)
class Symbol:
    """A symbol as all its definitions in a tree have it together."""

    name: str
    files: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    prompts: list[str] = field(default_factory=list)
    helps: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    """The attributes but for prompt and help, in their order."""
    needs: set[str] = field(default_factory=set)
    """Names that a `depends on` or an `if` around it demands, each alone or in a conjunction."""
    neighbours: tuple[str, str] = ("", "")
    is_transitional: bool = False


@dataclass(slots=True)
class Tree:
    """The symbols of a release; `references` are the lines that mention a name, with their file, in other entries."""

    release: str
    symbols: dict[str, Symbol]
    references: Mapping[str, list[tuple[str, str]]]
    selectors: Mapping[str, set[str]]
    objects: Mapping[str, set[str]]
    """What the Makefiles build for a symbol: paths of objects and folders."""


def release_of(folder: Path) -> str:
    """The release that the top Makefile of a tree names."""
    found: dict[str, str] = dict(_VERSION.findall((folder / "Makefile").read_text(errors="replace")))
    number = ".".join(found[key] for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL"))
    return number + found.get("EXTRAVERSION", "")


def read_tree(folder: Path) -> Tree:
    """Read a tree."""
    reader = _Reader()
    objects: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(_OTHERS) or not path.is_file():
            continue
        if path.name.startswith("Kconfig"):
            reader.read(name, path.read_text(errors="replace"))
        elif path.name in ("Makefile", "Kbuild"):
            for symbol, built in _built(path.read_text(errors="replace")):
                objects[symbol].add(f"{Path(name).parent.as_posix()}/{built}")
    return Tree(release_of(folder), reader.symbols, reader.references, reader.selectors, objects)


def _built(text: str) -> Iterator[tuple[str, str]]:
    for line in text.replace("\\\n", " ").splitlines():
        found = _RULE.match(line.strip())
        if found:
            for word in found[2].partition("#")[0].split():
                yield found[1], word


class _Reader:
    """Gathers the entries of Kconfig files."""

    def __init__(self) -> None:
        self.symbols: dict[str, Symbol] = {}
        self.references: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.selectors: defaultdict[str, set[str]] = defaultdict(set)

    def read(self, path: str, text: str) -> None:
        """Take the entries of a file in."""
        symbol: Symbol | None = None
        conditions: list[set[str]] = []
        names: list[str] = []
        lines = iter(_joined(text))
        line = next(lines, None)
        while line is not None:
            entry, block = _ENTRY.match(line), _IF.match(line)
            if entry:
                symbol = self._entry(entry[1], path, conditions)
                names.append(entry[1])
            elif block:
                symbol = None
                self._refer(path, "", line)
                conditions.append(_demanded(block[1]))
            elif re.match(r"\s*endif\b", line):
                symbol = None
                if conditions:
                    conditions.pop()
            elif _HELP.match(line.strip()):
                words, line = _help(lines)
                if symbol is not None and words:
                    symbol.helps.append(words)
                continue
            elif _END.match(line):
                symbol = None
            elif line.strip():
                self._attribute(path, symbol, line.strip())
            line = next(lines, None)
        for before, name, after in zip(["", *names], names, [*names[1:], ""], strict=False):
            self.symbols[name].neighbours = (before, after)

    def _entry(self, name: str, path: str, conditions: list[set[str]]) -> Symbol:
        symbol = self.symbols.setdefault(name, Symbol(name))
        if path not in symbol.files:
            symbol.files.append(path)
        for names in conditions:
            symbol.needs |= names
        return symbol

    def _attribute(self, path: str, symbol: Symbol | None, line: str) -> None:
        owner = symbol.name if symbol is not None else ""
        self._refer(path, owner, line)
        if symbol is None:
            return
        kind, prompt = _TYPE.match(line), None
        if kind:
            symbol.types.add({"boolean": "bool"}.get(kind[2], kind[2]))
            prompt = _PROMPT.match(kind[3]) if not kind[1] else None
        elif line.startswith("prompt"):
            prompt = _PROMPT.match(line)
        if prompt:
            symbol.prompts.append(prompt[1] or prompt[2] or "")
            line = line.replace(prompt[0], "PROMPT")
        if line == "transitional":
            symbol.is_transitional = True
        if line.startswith("depends on"):
            symbol.needs |= _demanded(line.removeprefix("depends on"))
        chosen = re.match(r"(?:select|imply)\s+(\w+)", line)
        if chosen:
            self.selectors[chosen[1]].add(owner)
        symbol.body.append(line)

    def _refer(self, path: str, owner: str, line: str) -> None:
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line.partition("#")[0])
        for name in set(_NAME.findall(bare)):
            if name != owner:
                self.references[name].append((path, f"{owner}: {line}"))


def _joined(text: str) -> Iterator[str]:
    """The lines, with those that end in a backslash and their next ones in one."""
    held = ""
    for line in text.split("\n"):
        line = line.rstrip().expandtabs()
        if line.endswith("\\"):
            held += line[:-1]
            continue
        yield held + line
        held = ""
    if held:
        yield held


def _help(lines: Iterator[str]) -> tuple[str, str | None]:
    """The words of a help text, and the line after it."""
    words: list[str] = []
    indent = 0
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if not words:
            indent = depth
        if depth < indent or depth == 0:
            return " ".join(words), line
        words += line.split()
    return " ".join(words), None


def _demanded(expression: str) -> set[str]:
    """The names without which a condition is n: its operands, if it is one name or a conjunction of names."""
    parts = [part.strip().strip("()") for part in expression.partition("#")[0].split("&&")]
    return {part for part in parts if re.fullmatch(r"[A-Z0-9]\w*", part)}
