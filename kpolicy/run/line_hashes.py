# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines that findings point at, read again for their hashes: those in the tree, and the user's own files."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.errors import InputError
from kpolicy.files import read_file
from kpolicy.kernel.source import KernelTree
from kpolicy.location import Location
from kpolicy.report.line_hash import line_hashes
from kpolicy.report.records import Report


def hashes_of_lines(report: Report, source: KernelTree | None) -> Mapping[Location, str]:
    """The hash of every line that a finding points at, where its file can be read and has such a line."""
    found: dict[Location, str] = {}
    files: dict[str, tuple[str, ...]] = {}
    for place in sorted(report.places):
        if place.path not in files:
            content = _content(place.path, source)
            files[place.path] = line_hashes(content) if content is not None else ()
        hashes = files[place.path]
        if 0 < place.line <= len(hashes):
            found[place] = hashes[place.line - 1]
    return found


def _content(path: str, source: KernelTree | None) -> bytes | None:
    try:
        if source is not None and source.is_file(path):
            return source.read(path)
        # A pipe was read already, and is empty now; so is standard input, which is no file.
        return read_file(path, pipes=False)
    except (InputError, OSError, ValueError):
        return None
