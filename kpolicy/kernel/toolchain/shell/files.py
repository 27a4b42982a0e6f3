# SPDX-License-Identifier: GPL-2.0-or-later
"""The file system that emulated commands see: the kernel tree, read-only, below files that live in memory."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain.patience import Exhausted
from kpolicy.kernel.toolchain.shell.streams import LONGEST_TEXT, NOTHING, Input, Output

# The folder in which commands run when srctree is relative to it.
_BUILD_FOLDER: Final = "/build/kpolicy/kernel/tree"
# A name only: what is put there stays in memory.
_SCRATCH: Final = "/tmp"  # noqa: S108
_TEMPORARY: Final = posixpath.join(_SCRATCH, "tmp.")
_PROGRAM_FOLDERS: Final = ("/usr/bin", "/bin")
# Files and folders that one command leaves for the next: a tree's scripts make one or two.
_MOST_LEFT: Final = 1000
_ALWAYS_THERE: Final = frozenset({"/", "/dev", _SCRATCH, "/usr", "/bin", "/usr/bin", "/build"})
_DEVICES: Final = frozenset({"/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr"})


@dataclass(frozen=True, slots=True)
class Left:
    """What commands have left in memory for later ones: files with their texts, folders, and how many mktemp made."""

    files: Mapping[str, str]
    folders: frozenset[str]
    made: int


NOTHING_LEFT: Final = Left({}, frozenset(), 0)


class VirtualFiles:
    """Files of one run of a command; `left` are those of commands before it.

    A path in the tree is read from the source; everything that is written stays in memory.  The
    current directory is the build folder; a relative path that it lacks is looked for in the tree,
    because make is usually run there.
    """

    def __init__(self, source: Source, srctree: str, left: Left = NOTHING_LEFT) -> None:
        self._source = source
        self._root = posixpath.normpath(posixpath.join(_BUILD_FOLDER, srctree or "."))
        self.folder = self._root
        self._written: dict[str, Output] = {}
        self._folders = set(left.folders)
        self._removed: set[str] = set()
        self._made = left.made
        for name, text in left.files.items():
            self.provide(name, text)
        self.foreign: list[str] = []
        """Paths outside of the tree that were requested: what is there depends on the machine."""

    def absolute(self, path: str) -> str:
        """The path from `/`, without `.` and `..`."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def tree_path(self, path: str) -> str | None:
        """The path in the tree; None when it lies elsewhere."""
        absolute = self.absolute(path)
        if absolute == self._root:
            return ""
        prefix = self._root if self._root.endswith("/") else self._root + "/"
        return absolute.removeprefix(prefix) if absolute.startswith(prefix) else None

    def is_file(self, path: str) -> bool:
        """Whether a regular file is there."""
        if not path:
            return False
        absolute = self.absolute(path)
        if absolute in self._written:
            return True
        if absolute in self._removed:
            return False
        inside = self.tree_path(path)
        if inside is None:
            self._note_foreign(absolute)
            return False
        return self._source.is_file(inside)

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        if not path:
            return False
        absolute = self.absolute(path)
        if absolute in self._folders or absolute in _ALWAYS_THERE:
            return True
        inside = self.tree_path(path)
        if inside is None:
            self._note_foreign(absolute)
            return False
        try:
            return inside == "" or bool(self._source.list_dir(inside))
        except InputError:
            return False

    def exists(self, path: str) -> bool:
        """Whether anything is there."""
        return bool(path) and (self.absolute(path) in _DEVICES or self.is_file(path) or self.is_folder(path))

    def read(self, path: str) -> str | None:
        """The text of a file; None when there is none."""
        absolute = self.absolute(path)
        if absolute == "/dev/null":
            return ""
        if absolute in self._written:
            return self._written[absolute].text
        inside = self.tree_path(path)
        if inside is None or absolute in self._removed or not self.is_file(path):
            if inside is None:
                self._note_foreign(absolute)
            return None
        content = self._source.read(inside)
        if len(content) > LONGEST_TEXT:
            raise Exhausted(f"{inside} is too large")
        return content.decode("utf-8", "surrogateescape")

    def open_for_reading(self, path: str) -> Input | None:
        """The file as a stream; None when there is none."""
        text = self.read(path)
        return None if text is None else Input(text)

    def open_for_writing(self, path: str, *, append: bool = False) -> Output | None:
        """A new file in memory; None where none can be."""
        absolute = self.absolute(path)
        if absolute in _DEVICES:
            return NOTHING
        if not path or self.is_folder(path) or not self.is_folder(posixpath.dirname(absolute)):
            return None
        if append and absolute in self._written:
            return self._written[absolute]
        output = Output()
        if append and (before := self.read(path)) is not None:
            output.write(before)
        if len(self._written) > 1000:
            raise Exhausted("too many files")
        self._written[absolute] = output
        self._removed.discard(absolute)
        return output

    def provide(self, path: str, text: str) -> None:
        """Put a file, and the folders above it, where the emulated programs say that they have it."""
        self._written[path] = Output()
        self._written[path].write(text)
        while (path := posixpath.dirname(path)) not in _ALWAYS_THERE:
            self._folders.add(path)

    def make_folder(self, path: str, *, parents: bool = False) -> bool:
        """Make a folder in memory; False where mkdir would fail."""
        absolute = self.absolute(path)
        if self.exists(path):
            return parents and self.is_folder(path)
        above = posixpath.dirname(absolute)
        if not self.is_folder(above) and not (parents and self.make_folder(above, parents=True)):
            return False
        if len(self._folders) > 1000:
            raise Exhausted("too many folders")
        self._folders.add(absolute)
        return True

    def make_temporary(self, *, folder: bool) -> str:
        """What mktemp makes."""
        self._made += 1
        path = _temporary(self._made)
        if folder:
            self.make_folder(path)
        else:
            self.open_for_writing(path)
        return path

    def left(self, before: Left, output: str) -> Left:
        """What later commands find: also what mktemp made here, if the output names it, for no one else can."""
        made = map(_temporary, range(before.made + 1, self._made + 1))
        tops = tuple(path for path in made if path in output)
        if not tops or len(before.files) + len(before.folders) > _MOST_LEFT:
            return before
        files = {name: text.text for name, text in self._written.items() if name.startswith(tops)}
        folders = (name for name in self._folders if name.startswith(tops))
        return Left({**before.files, **files}, before.folders.union(folders), self._made)

    def remove(self, path: str, *, recursive: bool = False) -> bool:
        """Remove a file, or a folder with all that is in it, as this run sees it; False when nothing is there."""
        absolute = self.absolute(path)
        if recursive and absolute in self._folders:
            inside = absolute + "/"
            self._folders = {name for name in self._folders if name != absolute and not name.startswith(inside)}
            self._written = {name: text for name, text in self._written.items() if not name.startswith(inside)}
            return True
        if not self.is_file(path):
            return False
        self._written.pop(absolute, None)
        self._removed.add(absolute)
        return True

    def _note_foreign(self, absolute: str) -> None:
        known = (_BUILD_FOLDER, _TEMPORARY, *_PROGRAM_FOLDERS)
        if absolute not in _ALWAYS_THERE and absolute not in _DEVICES and not absolute.startswith(known):
            self.foreign.append(absolute)


def _temporary(number: int) -> str:
    return f"{_TEMPORARY}{number:010}"
