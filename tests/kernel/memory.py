# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel source in memory, for tests that need a few files only."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.errors import InputError


class MemorySource:
    """See `kpolicy.kernel.source.Source`."""

    def __init__(self, files: Mapping[str, str], name: str = "memory") -> None:
        self._files = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise InputError(f"{path}: no such file in the kernel tree")
        return self._files[path]

    def is_file(self, path: str) -> bool:
        return path in self._files

    def list_dir(self, path: str) -> tuple[str, ...]:
        prefix = f"{path}/" if path else ""
        inside = [name.removeprefix(prefix) for name in self._files if name.startswith(prefix)]
        return tuple(sorted({name.split("/")[0] for name in inside}))

    def stamp(self, _path: str) -> str | None:
        return None
