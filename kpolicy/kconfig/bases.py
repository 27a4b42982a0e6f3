# SPDX-License-Identifier: GPL-2.0-or-later
"""The models that a cache has of a tree from before an edit of its Kconfig files: those of now are deltas to them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.collection import undisturbed
from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.base import Base, Written
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.payload import Stored
from kpolicy.kconfig.tracked import Digests
from kpolicy.kernel.source import Source
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.edited import EditedFiles


class ByDelta(NamedTuple):
    """A model that was made with a delta, its name in the cache, and the files that it rests on."""

    name: str
    model: Stored
    files: dict[str, str]


class Bases:
    """The bases of the models of the tree at a root, one for each environment and toolchain."""

    def __init__(self, source: Source, cache: ModelCache, root: str, digests: Digests) -> None:
        self._source = source
        self._cache = cache
        # Another cache does without, as it does without parsed files.
        self._unnoted = cache.unnoted()
        self._root = root
        self._digests = digests

    @cached_property
    def _edited(self) -> EditedFiles:
        from kpolicy.kconfig.edited import EditedFiles  # most runs make no delta

        return EditedFiles(self._source, self._cache, self._root)

    def store(
        self, environment: dict[str, str], toolchain: str, model: str, files: set[str], probed: set[str], built: Written
    ) -> None:
        """Keep a stored model as a base, and which files it rests on, among them those that probes read."""
        base = Base.of(model, self._digests.of(files), built.files - probed)
        base.store(self._unnoted, self._name(environment, toolchain), built.depths)

    def has(self, environment: dict[str, str], toolchain: str) -> bool:
        """Whether there is a base, and few enough files have changed for a delta; what changed in them is not read."""
        base = Base.load(self._unnoted, self._name(environment, toolchain))
        return base is not None and base.changed(self._digests.of(base.files)) is not None

    def model(self, environment: dict[str, str], toolchain: str) -> ByDelta | None:
        """The model of the files as they are, which is stored as a delta; None where it has to be built."""
        base = Base.load(self._unnoted, self._name(environment, toolchain))
        if base is None:
            return None
        digests = self._digests.of(base.files)
        name = disk.key(environment, toolchain, self._digests.together(base.files))
        with undisturbed():
            found = base.model_by_delta(name, digests, self._cache, self._edited)
        return ByDelta(name, found, base.files) if found is not None else None

    def _name(self, environment: dict[str, str], toolchain: str) -> str:
        return disk.key("base", self._root, environment, toolchain)
