# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stored model was built from, kept as JSON values, so that a delta can follow an edit of Kconfig files."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING

from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.payload import Stored
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.edited import EditedFiles

# Beyond that a model is built, for which all that the architectures share is worth the time.
_MOST_FILES = 32


class Written(NamedTuple):
    """The Kconfig files of a model, and the depths of the names in them, see `loops.depths_of_names`."""

    files: set[str]
    depths: Mapping[str, int]


class Base(NamedTuple):
    """The name of a stored model, the digests of all files that it rests on, and those that are more than Kconfig."""

    model: str
    files: dict[str, str]
    others: list[str]

    @classmethod
    def of(cls, model: str, digests: Iterable[tuple[str, str]], kconfig: Container[str]) -> Base:
        """That of a model which is stored under a name; `kconfig` are files that are nothing else but Kconfig files."""
        files = dict(digests)
        return cls(model, files, [path for path in files if path not in kconfig])

    @classmethod
    def load(cls, cache: ModelCache, name: str) -> Base | None:
        """The base that is stored under a name; None where there is none."""
        found = cache.load_data(name)
        try:
            return cls(str(found["model"]), dict(found["files"]), list(found["others"])) if found is not None else None
        except (TypeError, ValueError, KeyError):
            return None

    def store(self, cache: ModelCache, name: str, depths: Mapping[str, int]) -> None:
        """Keep it under a name, and the depths of names with it."""
        cache.store_data(name, self._asdict())
        cache.store_data(disk.key("depths", self.model), ["\n".join(depths), list(depths.values())])

    def _depths(self, cache: ModelCache) -> Mapping[str, int] | None:
        found = cache.load_data(disk.key("depths", self.model))
        if not isinstance(found, list):
            return None
        names, depths = found
        return dict(zip(names.split("\n"), depths, strict=True))

    def changed(self, digests: Iterable[tuple[str, str]]) -> list[tuple[str, str]] | None:
        """The files that are others by `digests`, as they are now; None for none, or where a model has to be built."""
        found = [(path, digest) for path, digest in digests if self.files[path] != digest]
        return found if 0 < len(found) <= _MOST_FILES and not any(path in self.others for path, _ in found) else None

    def model_by_delta(
        self, name: str, digests: Iterable[tuple[str, str]], cache: ModelCache, edited: EditedFiles
    ) -> Stored | None:
        """The model of the files as they are, by `digests`, and stored under a name; None where it has to be built."""
        changed = self.changed(digests)
        if changed is None:
            return None
        edits = []
        for path, digest in changed:
            edit = edited.edit(path, self.files[path], digest)
            if edit is None:
                return None
            edits.append(edit)
        whole = cache.whole(self.model)
        if whole is None:
            return None
        # As late as all else that few runs need.
        from kpolicy.kconfig.delta import apply_delta
        from kpolicy.kconfig.make_delta import delta_for

        delta = delta_for(whole, edits, edited.grammar, lambda: self._depths(cache.unnoted()))
        if delta is None:
            return None
        cache.store_delta(name, whole, delta)
        return apply_delta(whole, delta)
