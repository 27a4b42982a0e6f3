# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig files that are split into statements, kept in the cache: a file that has not changed is not parsed again.

What a file says depends on its content and on the tree's grammar alone: lines with macros are kept as text.  The files
of a tree are kept in some twenty parcels, so that a change of one file writes few others again.
"""

from __future__ import annotations

import sys
import zlib
from typing import Any

from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.syntax import YES, SourceFile, Statement

_PARCELS = 16


class ParsedFiles:
    """The parsed files of the tree at a root, as far as a cache has them."""

    def __init__(self, cache: ModelCache | None, root: str, grammar: Grammar) -> None:
        # Others have other files in the same parcels.
        self._cache = cache.unnoted() if cache is not None else None
        self._root = root
        self._tree_grammar = grammar
        self._grammar = [sorted(part) if isinstance(part, frozenset) else part for part in grammar]
        self._parcels: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}

    def unkept(self) -> ParsedFiles:
        """The same without a cache, for files with a content that is in memory only."""
        return ParsedFiles(None, self._root, self._tree_grammar)

    def load(self, path: str, digest: str) -> SourceFile | None:
        """The file at a path, if it was kept with that digest of its content."""
        if self._cache is None:
            return None
        parcel = _parcel(path)
        kept = self._parcels.get(parcel)
        if kept is None:
            kept = self._parcels[parcel] = self._load(parcel)
        found = kept.get(path)
        if found and found[0] == digest:
            # What is taken out is in the caller's memory from then on.
            del kept[path]
        elif found:
            found = self._cache.load_data(self._aside(path, digest))
        try:
            return _unpacked(path, *found[1:]) if found and found[0] == digest else None
        except (TypeError, ValueError, IndexError, KeyError):
            return None

    def keep(self, file: SourceFile, digest: str) -> None:
        """Keep a file from the next `store` on."""
        if self._cache is not None:
            self._new.setdefault(_parcel(file.path), {})[file.path] = [digest, *_packed(file)]

    def store(self) -> None:
        """Write what is new, beside what others have written by now."""
        new, self._new = self._new, {}
        for parcel, files in new.items():
            assert self._cache is not None
            before = self._load(parcel)
            for path in before.keys() & files.keys():
                if before[path][0] != files[path][0]:
                    # A model was built from it; the edit is the difference from that.
                    self._cache.store_data(self._aside(path, before[path][0]), before[path])
            self._cache.store_data(self._name(parcel), before | files)

    def _load(self, parcel: str) -> dict[str, Any]:
        found = self._cache.load_data(self._name(parcel)) if self._cache is not None else None
        return found if isinstance(found, dict) else {}

    def _aside(self, path: str, digest: str) -> str:
        """The name for an earlier version of a file."""
        return disk.key("statements of a file", self._grammar, path, digest)

    def _name(self, parcel: str) -> str:
        return disk.key("statements", self._root, self._grammar, parcel)


def _parcel(path: str) -> str:
    """Where a file is kept: those of an architecture by themselves, since few runs read all of them."""
    folder = "/".join(path.split("/")[:2])
    return folder if folder.startswith("arch/") else str(zlib.crc32(folder.encode("utf-8", "replace")) % _PARCELS)


class _Terms:
    """The terms of a file, each once; a function within a function that calls itself would outlive them."""

    def __init__(self) -> None:
        self.packed: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        """The number of a term, which is new or known."""
        known = self._numbers.get(value)
        if known is None:
            term = [value[0], *map(self.number, value[1:])] if isinstance(value, tuple) else value
            known = self._numbers[value] = len(self.packed)
            self.packed.append(term)
        return known


def _packed(file: SourceFile) -> list[Any]:
    """A file as JSON values: whether its last line has no end, its terms, its statements.

    A statement is its line, and the numbers of its keyword and operands among the terms; so are expressions made of
    further terms.
    """
    terms = _Terms()
    number = terms.number
    statements = [[line, number(keyword), *map(number, operands)] for line, keyword, operands, _ in file.statements]
    return [file.is_unended, terms.packed, statements]


def _unpacked(path: str, is_unended: bool, terms: list[Any], statements: list[list[int]]) -> SourceFile:
    made: list[Any] = []
    for term in terms:
        if term.__class__ is str:
            made.append(sys.intern(term))
        elif term.__class__ is list:
            operator, *operands = term
            value = (sys.intern(operator), *[made[operand] for operand in operands])
            made.append(YES if value == YES else value)
        else:
            made.append(term)
    found = [
        Statement(line, made[keyword], tuple([made[operand] for operand in operands]))
        for line, keyword, *operands in statements
    ]
    return SourceFile(path, tuple(found), is_unended)
