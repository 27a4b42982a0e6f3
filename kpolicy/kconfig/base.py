# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stored model was built from, so that it can be amended when Kconfig files are edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kpolicy.kconfig.cache import ModelCache

if TYPE_CHECKING:
    from kpolicy.kconfig.amendment import Amendment
    from kpolicy.kconfig.edited import EditedFiles

# Beyond that a model is built, for which all that the architectures share is worth the time.
_MOST_FILES = 32


class Base(NamedTuple):
    """The name of a stored model, the digests of all files that it rests on, and those that are more than Kconfig."""

    model: str
    files: dict[str, str]
    others: list[str]

    @classmethod
    def load(cls, cache: ModelCache, name: str) -> Base | None:
        """The base that is stored under a name; None where there is none."""
        found = cache.load_data(name)
        try:
            return cls(str(found["model"]), dict(found["files"]), list(found["others"])) if found is not None else None
        except (TypeError, ValueError, KeyError):
            return None

    def store(self, cache: ModelCache, name: str) -> None:
        """Keep it under a name."""
        cache.store_data(name, self._asdict())

    def amendment(self, cache: ModelCache, digests: Iterable[tuple[str, str]], edited: EditedFiles) -> Amendment | None:
        """What makes a model of the files as they are, by their `digests`; None where that has to be built."""
        changed = [(path, digest) for path, digest in digests if self.files[path] != digest]
        if not 0 < len(changed) <= _MOST_FILES or any(path in self.others for path, _ in changed):
            return None
        edits = []
        for path, digest in changed:
            edit = edited.edit(path, self.files[path], digest)
            if edit is None:
                return None
            edits.append(edit)
        halves = cache.halves(self.model)
        if halves is None:
            return None
        from kpolicy.kconfig.amend import amendment_for  # as late as all else that few runs need

        return amendment_for(*halves, edits, edited.grammar)
