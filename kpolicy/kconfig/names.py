# SPDX-License-Identifier: GPL-2.0-or-later
"""Where names are defined, over all architectures of a tree.

An architecture's model knows its own names.  Whether another one has a name, and where, is read
here from the text of the Kconfig files: the `config` lines of all files that some architecture
sources.  That takes a fraction of the time that one model takes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import Architecture, architectures, resolve_architecture, root_kconfig
from kpolicy.kernel.source import Source
from kpolicy.location import Location
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.kconfig.scanned import ScannedFiles

_FEW = 20
_VARIABLE = lazy(r"\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A place that defines a name, and the architectures (folders of arch/) whose Kconfig it belongs to."""

    location: Location
    architectures: tuple[str, ...]


class _PackedPlaces(Mapping[str, Sequence[int]]):
    """The places of names in one text, `;NAME number line number line;NAME ...;`, as they are stored.

    Most runs ask for a name or two: these are looked for in the text, and only after more of them it is taken apart.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._asked = 0

    def __getitem__(self, name: str) -> Sequence[int]:
        self._asked += 1
        if self._asked > _FEW:
            return _numbers(self._all[name])
        start = self._text.find(f";{name} ") if " " not in name and ";" not in name else -1
        if start < 0:
            raise KeyError(name)
        start += len(name) + 2
        return _numbers(self._text[start : self._text.index(";", start)])

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> dict[str, str]:
        return dict(item.split(" ", 1) for item in self._text.split(";")[1:-1])


def _numbers(text: str) -> list[int]:
    return list(map(int, text.split()))


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


def index_names(source: Source, files: ScannedFiles | None = None) -> NameIndex:
    """Read all Kconfig files of a tree for the names that they define; `files` are those that were read before.

    A file that is missing or unreadable defines nothing; a model of it would say what is wrong.
    """
    if files is None:
        from kpolicy.kconfig.scanned import ScannedFiles  # most runs have the names in the cache

        files = ScannedFiles(source)
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
        names = files[path].names
        for name, line in zip(names[::2], names[1::2], strict=True):
            places.setdefault(str(name), []).extend((number, int(line)))
    return NameIndex(folders, {path: tuple(readers[path]) for path in sorted(readers)}, places)


def pack(index: NameIndex) -> dict[str, Any]:
    """The index as JSON values."""
    sets = {archs: number for number, archs in enumerate(dict.fromkeys(index.files.values()))}
    return {
        "architectures": index.architectures,
        "sets": list(sets),
        "files": {path: sets[archs] for path, archs in index.files.items()},
        "places": "".join(f";{name} {' '.join(map(str, flat))}" for name, flat in index.places.items()) + ";",
    }


def unpack(data: Mapping[str, Any]) -> NameIndex:
    """The index that `pack` packed."""
    sets = [tuple(archs) for archs in data["sets"]]
    files = {path: sets[number] for path, number in data["files"].items()}
    return NameIndex(tuple(data["architectures"]), files, _PackedPlaces(data["places"]))


def _followed(source: Source, architecture: Architecture, files: ScannedFiles) -> Iterator[str]:
    """The files of an architecture, each once."""
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
        yield path
        for further in files[path].sources:
            if "$" in further:
                known = _VARIABLE.sub(lambda match: variables.get(match[match.lastindex or 0], ""), further)
                further = os.path.normpath(known)
            if further not in seen:
                seen.add(further)
                waiting.append(further)
