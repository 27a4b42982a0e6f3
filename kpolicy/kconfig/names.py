# SPDX-License-Identifier: GPL-2.0-or-later
"""Where names are defined, over all architectures of a tree.

An architecture's model knows its own names.  Whether another one has a name, and where, is read
here from the text of the Kconfig files: the `config` lines of all files that some architecture
sources.  That takes a fraction of the time that one model takes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kconfig.helptext import skip_help
from kpolicy.kernel.architecture import Architecture, architectures, resolve_architecture, root_kconfig
from kpolicy.kernel.source import Source
from kpolicy.location import Location

# `conf` skips characters that mean nothing (lexer.l: warn_ignored_character).
_SKIPPED = r"[^\w\s\"'$#=!<>()|&-]*"
_LINE = re.compile(
    rf"^([ \t]*){_SKIPPED}[ \t]*(?:(?:menu)?config[ \t]+(\w+)[ \t]*{_SKIPPED}[ \t\r]*(?:#.*)?"
    r"|source[ \t]+\"?([^\"#\n]+)\"?.*)$",
    re.MULTILINE,
)
_HELP = re.compile(rf"^[ \t]*{_SKIPPED}[ \t]*(?:---)?help(?:---)?[ \t\r]*(?:#.*)?$", re.MULTILINE)
_AFTER_HELP = re.compile(r"help(?:---)?[ \t]*\Z")
_VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A place that defines a name, and the architectures (folders of arch/) whose Kconfig it belongs to."""

    location: Location
    architectures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """All names that some architecture defines.

    `files` gives the architectures of each Kconfig file, in the order in which they are numbered;
    `places` the places of each name: number of the file, line, number of the next file, line ...
    """

    architectures: tuple[str, ...]
    files: Mapping[str, tuple[str, ...]]
    places: Mapping[str, Sequence[int]]

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def definitions(self, name: str) -> tuple[Definition, ...]:
        """The places that define a name, those in arch/ first; none for a name that nothing defines."""
        flat = self.places.get(name, ())
        paths = list(self.files) if flat else []
        found = []
        for number, line in zip(flat[::2], flat[1::2], strict=True):
            path = paths[number]
            found.append(Definition(Location(path, line), self.files[path]))
        return tuple(sorted(found, key=lambda item: not item.location.path.startswith("arch/")))

    def having(self, name: str) -> tuple[str, ...]:
        """The architectures that define a name."""
        return tuple(sorted({arch for item in self.definitions(name) for arch in item.architectures}))


def index_names(source: Source) -> NameIndex:
    """Read all Kconfig files of a tree for the names that they define.

    A file that is missing or unreadable defines nothing; a model of it would say what is wrong.
    """
    files: dict[str, _File] = {}
    readers: dict[str, list[str]] = {}
    folders = architectures(source)
    for folder in folders:
        try:
            architecture = resolve_architecture(source, folder)
        except InputError:
            continue
        for path in _followed(source, architecture, files):
            readers.setdefault(path, []).append(folder)
    places: dict[str, list[int]] = {}
    for number, path in enumerate(sorted(readers)):
        for name, line in files[path].names:
            places.setdefault(name, []).extend((number, line))
    return NameIndex(folders, {path: tuple(readers[path]) for path in sorted(readers)}, places)


def pack(index: NameIndex) -> dict[str, Any]:
    """The index as JSON values."""
    sets = {archs: number for number, archs in enumerate(dict.fromkeys(index.files.values()))}
    return {
        "architectures": index.architectures,
        "sets": list(sets),
        "files": {path: sets[archs] for path, archs in index.files.items()},
        "places": index.places,
    }


def unpack(data: Mapping[str, Any]) -> NameIndex:
    """The index that `pack` packed."""
    sets = [tuple(archs) for archs in data["sets"]]
    files = {path: sets[number] for path, number in data["files"].items()}
    return NameIndex(tuple(data["architectures"]), files, data["places"])


@dataclass(frozen=True, slots=True)
class _File:
    """What counts of a file: the names that it defines, with their lines, and what it sources."""

    names: tuple[tuple[str, int], ...]
    sources: tuple[str, ...]


def _followed(source: Source, architecture: Architecture, files: dict[str, _File]) -> Iterator[str]:
    """The files of an architecture, each once; those that were not read before are added to `files`."""
    variables = {
        "SRCARCH": architecture.srcarch,
        "ARCH": architecture.arch,
        "SUBARCH": architecture.subarch,
        "HEADER_ARCH": architecture.header_arch or architecture.srcarch,
    }
    waiting = [root_kconfig(source, architecture)]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        file = files.get(path)
        if file is None:
            try:
                file = _scan(source.read(path).decode("utf-8", "surrogateescape"))
            except InputError:
                file = _File((), ())
            files[path] = file
        yield path
        for word in file.sources:
            further = word
            if "$" in word:
                further = _VARIABLE.sub(lambda match: variables.get(match[match.lastindex or 0], ""), word)
            further = os.path.normpath(further)
            if further not in seen:
                seen.add(further)
                waiting.append(further)


def _scan(text: str) -> _File:
    names: list[tuple[str, int]] = []
    sources: list[str] = []
    line, counted = 1, 0
    helps: list[tuple[int, int]] | None = None
    for match in _LINE.finditer(text):
        start = match.start()
        if match[1] or _AFTER_HELP.search(text, max(0, start - 20), max(0, start - 1)):
            # No line of a help text but the first can be without indent: only here it takes a closer look.
            helps = _help_texts(text) if helps is None else helps
            if any(first <= start < end for first, end in helps):
                continue
        if match[3]:
            sources.append(match[3].strip())
        else:
            line += text.count("\n", counted, start)
            counted = start
            names.append((match[2], line))
    return _File(tuple(names), tuple(sources))


def _help_texts(text: str) -> list[tuple[int, int]]:
    """From where to where the help texts reach, in order."""
    found: list[tuple[int, int]] = []
    end = 0
    for match in _HELP.finditer(text):
        if match.start() >= end:
            end, _ = skip_help(text, match.end() + 1)
            # That may be behind the indent of the line that ends it.
            end = text.rfind("\n", 0, end) + 1 if end < len(text) else end
            found.append((match.end(), end))
    return found
