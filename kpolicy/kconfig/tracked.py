# SPDX-License-Identifier: GPL-2.0-or-later
"""What a model was made from: the files that were examined, and their digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpolicy.errors import InputError
from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.digest_index import DigestIndex
from kpolicy.kernel.source import Source


class Digests:
    """The digests of a source's files, each computed once.

    `steady` says that no file was read with another content than its digest is of: someone edits it right now.
    Of a folder, whose path ends in a slash, it is known only whether anything is in it.

    A file whose stamp is the one that the `index` of an earlier run has is not read again; for one that the index has
    of a folder of a revision no stamp is requested either.
    """

    def __init__(self, source: Source, known: Mapping[str, str], index: DigestIndex | None = None) -> None:
        self._source = source
        self._index = index
        self.known = dict(known)
        self.steady = True

    def note(self, path: str, content: bytes) -> None:
        """Take the digest of a file that was just read."""
        found = disk.digest(content)
        self.steady = self.known.setdefault(path, found) == found and self.steady

    def of(self, paths: Iterable[str]) -> list[tuple[str, str]]:
        """Some paths, sorted, each with its digest."""
        known = self.known
        return [(path, known[path] if path in known else self[path]) for path in sorted(paths)]

    def together(self, paths: Iterable[str]) -> str:
        """The digest of what is in some files, and of which they are."""
        text = "".join([f"{path}\0{found}\0" for path, found in self.of(paths)])
        return disk.digest(text.encode("utf-8", "surrogateescape"))

    def __getitem__(self, path: str) -> str:
        """The digest of a file, "" where there is none."""
        known = self.known.get(path)
        if known is None:
            known = self.known[path] = self._found(path)
        return known

    def _found(self, path: str) -> str:
        if path.endswith("/"):
            return self._of_folder(path[:-1])
        if self._index is None:
            return self._read(path)
        pinned = self._index.pinned(path)
        if pinned is not None:
            return pinned
        # Before the file is read: the stamp of what is changed meanwhile is another one.
        stamp = self._source.stamp(path)
        if stamp is None:
            return self._read(path)
        return self._index.digest(path, stamp) or self._index.note(path, stamp, self._read(path))

    def _of_folder(self, path: str) -> str:
        try:
            return "folder" if self._source.list_dir(path) else ""
        except InputError:
            return ""

    def _read(self, path: str) -> str:
        try:
            return disk.digest(self._source.read(path))
        except InputError:
            return ""


class Tracked:
    """A source that remembers in `used` what was read or looked for."""

    def __init__(self, source: Source, digests: Digests) -> None:
        self._source = source
        self._digests = digests
        self.used: set[str] = set()

    @property
    def name(self) -> str:
        """What the source is called."""
        return self._source.name

    def read(self, path: str) -> bytes:
        """A file, which is noted."""
        self.used.add(path)
        content = self._source.read(path)
        self._digests.note(path, content)
        return content

    def touch(self, path: str) -> None:
        """Count `path` as read, as it was before."""
        self.used.add(path)

    def digest(self, path: str) -> str:
        """The digest of a file, "" where there is none."""
        return self._digests[path]

    def is_file(self, path: str) -> bool:
        """Whether there is such a file, which is noted."""
        self.used.add(path)
        return self._source.is_file(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        """The names in a folder; that it is there, or not, is noted."""
        if path:
            self.used.add(f"{path}/")
        return self._source.list_dir(path)

    def stamp(self, path: str) -> str | None:
        """See `Source.stamp`."""
        return self._source.stamp(path)
