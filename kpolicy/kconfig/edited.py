# SPDX-License-Identifier: GPL-2.0-or-later
"""The edits of a tree's Kconfig files since models were built, each worked out once for all architectures."""

from __future__ import annotations

from functools import cached_property

from kpolicy.errors import InputError
from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.edits import Edit, edit_between
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.grammar import Grammar, read_grammar
from kpolicy.kconfig.parsed import ParsedFiles
from kpolicy.kconfig.syntax import SourceFile
from kpolicy.kernel.source import Source


class EditedFiles:
    """What differs in the files of a source from what a cache has of the tree at a root."""

    def __init__(self, source: Source, cache: ModelCache, root: str) -> None:
        self._source = source
        self._cache = cache
        self._root = root
        self._known: dict[tuple[str, str, str], Edit | None] = {}

    @cached_property
    def grammar(self) -> Grammar:
        """The grammar of the tree."""
        return read_grammar(self._source)

    @cached_property
    def _parsed(self) -> ParsedFiles:
        return ParsedFiles(self._cache, self._root, self.grammar)

    def edit(self, path: str, before: str, after: str) -> Edit | None:
        """What differs in a file, by the digests of both contents; None where that is too much, or not known."""
        key = (path, before, after)
        if key not in self._known:
            self._known[key] = self._edit(path, before, after) if before and after else None
        return self._known[key]

    def _edit(self, path: str, before: str, after: str) -> Edit | None:
        old = self._parsed.load(path, before)
        if old is None:
            return None
        try:
            new = self._parsed.load(path, after) or self._read(path, after)
        except InputError:
            # A model of the tree says so.
            return None
        return edit_between(old, new) if new is not None else None

    def _read(self, path: str, digest: str) -> SourceFile | None:
        content = self._source.read(path)
        if disk.digest(content) != digest:
            return None
        file = read_file(path, content, Reader({}, lambda _command, _location: "", grammar=self.grammar))
        self._parsed.keep(file, digest)
        self._parsed.store()
        return file
