# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Kconfig file defines and sources, read from its lines: a file that has not changed is not read again."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kpolicy.errors import InputError
from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.helptext import skip_help
from kpolicy.kernel.source import Source
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.cache import ModelCache
    from kpolicy.kconfig.tracked import Tracked

# `conf` skips characters that mean nothing (lexer.l: warn_ignored_character).
_SKIPPED = r"[^\w\s\"'$#=!<>()|&-]*"
_LINE = re.compile(
    rf"^([ \t]*){_SKIPPED}[ \t]*(?:(?:menu)?config[ \t]+(\w+)[ \t]*{_SKIPPED}[ \t\r]*(?:#.*)?"
    r"|source[ \t]+\"?([^\"#\n]+)\"?.*)$",
    re.MULTILINE,
)
_HELP = re.compile(rf"^[ \t]*{_SKIPPED}[ \t]*(?:---)?help(?:---)?[ \t\r]*(?:#.*)?$", re.MULTILINE)
_AFTER_HELP = re.compile(r"help(?:---)?[ \t]*\Z")


class ScannedFile(NamedTuple):
    """The names that a file defines, each with its line after it, and the files that it sources.

    Paths with variables are as they are written.
    """

    names: list[str | int]
    sources: list[str]


class ScannedFiles(dict[str, ScannedFile]):
    """The files of a source, each read when it is asked for; one that cannot be read defines nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __missing__(self, path: str, /) -> ScannedFile:
        found = self[path] = self._found(path)
        return found

    def _found(self, path: str) -> ScannedFile:
        try:
            return scan(self._source.read(path).decode("utf-8", "surrogateescape"))
        except InputError:
            return ScannedFile([], [])


class KeptFiles(ScannedFiles):
    """The same, with what a cache has of the files of the tree at a root, if there is one."""

    def __init__(self, source: Tracked, cache: ModelCache | None, root: str) -> None:
        super().__init__(source)
        self._tracked = source
        # Another cache does without.
        self._cache = cache.unnoted() if cache is not None else None
        self._name = disk.key("scanned", root)
        known = self._cache.load_data(self._name) if self._cache is not None else None
        self._known = known if isinstance(known, dict) else {}
        self._is_changed = False

    def _found(self, path: str) -> ScannedFile:
        digest = self._tracked.digest(path)
        known = self._known.get(path)
        if digest and known is not None and known[0] == digest:
            self._tracked.touch(path)
            return ScannedFile(*known[1:])
        found = super()._found(path)
        if digest:
            self._known[path] = [digest, *found]
            self._is_changed = True
        return found

    def store(self) -> None:
        """Keep what is new."""
        if self._is_changed and self._cache is not None:
            self._cache.store_data(self._name, self._known)


def scan(text: str) -> ScannedFile:
    """That of the text of a file."""
    names: list[str | int] = []
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
            word = match[3].strip()
            sources.append(word if "$" in word else os.path.normpath(word))
        else:
            line += text.count("\n", counted, start)
            counted = start
            names += (match[2], line)
    return ScannedFile(names, sources)


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
