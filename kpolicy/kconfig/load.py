# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of a tree: read from Kconfig, or taken from the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from kpolicy.bounds import contained
from kpolicy.collection import undisturbed
from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.digest_index import DigestIndex, folders_of
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.names import NameIndex, index_names, pack, unpack
from kpolicy.kconfig.payload import Details, Payload, Stored
from kpolicy.kconfig.tracked import Digests, Tracked
from kpolicy.kernel.architecture import Architecture, architectures, root_kconfig
from kpolicy.kernel.makefile import makefile_text
from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain import Toolchain, aliases, build_environment
from kpolicy.kernel.version import KernelVersion, read_version
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.kconfig.base import Written
    from kpolicy.kconfig.bases import Bases
    from kpolicy.kconfig.dialect import Dialect
    from kpolicy.kconfig.file_cache import FileCache
    from kpolicy.kconfig.layout import Layout
    from kpolicy.kconfig.menu_tree import Elaborated
    from kpolicy.kernel.toolchain import Probes

_NAMES = ("", "")


class Tree:
    """A kernel source tree whose models can be had, one architecture at a time.

    Kconfig files are read and split once for all architectures.  `root` is the tree's place for `$(srctree)`; `cache`
    is where models are kept, if anywhere.  With `probes` the toolchain is really asked, and nothing is kept.
    `revision` tells apart, for the cache, what lies at one `root`.  `digests` are those of files of the source that are
    known already.  `deltas`: see `kpolicy.run.plan.Plan`.
    """

    def __init__(
        self,
        source: Source,
        root: str,
        *,
        cache: ModelCache | None = None,
        probes: Probes | None = None,
        revision: str | None = None,
        digests: Mapping[str, str] = MappingProxyType({}),
        deltas: bool = False,
    ) -> None:
        self.source = source
        self.root = root
        self.cache = cache if probes is None else None
        self._index: DigestIndex | None = None
        if self.cache is not None:
            # Not by the revision: most files are the same in the next one.
            name = disk.key("digests", root, revision is not None)
            self._index = DigestIndex(self.cache, name, folders_of(source) if revision is not None else None)
        self._digests = Digests(source, digests, self._index)
        self._tracked = Tracked(source, self._digests)
        # Probes are answered once for all architectures, so every model depends on all their files.
        self._probed = Tracked(source, self._digests)
        self._emulated: dict[str, Probes] = {}
        self._probes = probes
        self._revision = revision
        self._deltas = deltas
        self._aliases: Mapping[str, str] | None = None
        # What architectures share; a model that is stored does without.
        self._shared: tuple[FileCache, Layout] | None = None
        # Whether all probes were answered in time: another time this machine may be quicker.
        self._lasts = True
        self._kept: dict[tuple[str, str], str] = {}

    @property
    def digests(self) -> Mapping[str, str]:
        """The digests of files that were examined, by path: another tree at the same source may start with them."""
        return self._digests.known

    @cached_property
    def _bases(self) -> Bases | None:
        if self.cache is None:
            return None
        from kpolicy.kconfig.bases import Bases  # a model that is stored has none

        return Bases(self.source, self.cache, self.root, self._digests)

    def keep_digests(self) -> None:
        """Keep the digests of files that were read for them, so that the next run does not read these."""
        if self._index is not None:
            self._index.store(self._digests.known)

    def kept_as(self, architecture: Architecture, toolchain: Toolchain) -> str | None:
        """The name in the cache of a model that `model` gave; None where it was not kept."""
        return self._kept.get((architecture.arch, toolchain.identity))

    @property
    def names_kept_as(self) -> str | None:
        """The name in the cache of `names`, once those were requested; None where they were not kept."""
        return self._kept.get(_NAMES)

    @cached_property
    def version(self) -> KernelVersion:
        """The tree's version."""
        return read_version(self.source)

    def environment(self, architecture: Architecture, toolchain: Toolchain) -> dict[str, str]:
        """The variables that make exports; see `build_environment`, and `aliases` for those of this tree alone."""
        return self._with_aliases(build_environment(self.root, self.version, architecture, toolchain))

    def _with_aliases(self, usual: Mapping[str, str]) -> dict[str, str]:
        if self._aliases is None:
            self._aliases = aliases(makefile_text(self.source, "Makefile"))
        own = {name: usual[tool] for name, tool in self._aliases.items() if name not in usual and tool in usual}
        return {**usual, **own}

    def model(self, architecture: Architecture, toolchain: Toolchain) -> Model:
        """The model of an architecture as a toolchain shows it.

        Raises `InputError` for Kconfig files that cannot be read, broken grammar and
        dependency loops.
        """
        environment = self.environment(architecture, toolchain)
        trails = self._trails(environment, toolchain.identity)
        what = (architecture.arch, toolchain.identity)
        found = (self._stored(trail_name, trails[0], environment, toolchain) for trail_name in trails)
        stored = next(filter(None, found), None) or self._by_delta(environment, toolchain)
        if stored is not None:
            # Where one model is in the cache most others are, and what they would share takes much memory.
            self.forget_shared()
            self._kept[what], model = stored
            return model
        tracked = self._tracked
        tracked.used = set()
        with undisturbed(), contained(f"the Kconfig files of {architecture}"):
            payload, written = self._payload(*self._elaborate(architecture, environment, toolchain))
        if self.cache is not None and self._lasts and self._digests.steady:
            used = tracked.used | self._probed.used
            self._kept[what] = self._content_key(used, environment, toolchain)
            if written is not None and self._bases is not None:
                self._bases.store(environment, toolchain.identity, self._kept[what], used, self._probed.used, written)
                # Packing takes memory, too.
                del written
            self.cache.store(self._kept[what], payload)
            for trail_name in trails:
                self.cache.store_trail(trail_name, used)
        return self._model(payload, environment, toolchain)

    def has_to_build(self, architecture: Architecture, toolchain: Toolchain, name: str | None) -> bool:
        """Whether `model` has to build a model, whose `model_key` is `name`, as far as can be told beforehand."""
        if self.cache is None or self._bases is None:
            return True
        if name is not None and self.cache.content(name, "model") is not None:
            return not self._deltas and self.cache.base(name) is not None
        return not (self._deltas and self._bases.has(self.environment(architecture, toolchain), toolchain.identity))

    def forget_shared(self) -> None:
        """Hold nothing any more of what architectures share: it is made again if another model is built."""
        self._shared = None

    @cached_property
    def names(self) -> NameIndex:
        """Where names are defined, over all architectures."""
        stored = self.stored_names()
        if stored is not None:
            return stored
        from kpolicy.kconfig.scanned import KeptFiles  # for the same reason as what builds a model

        tracked = Tracked(self.source, self._digests)
        files = KeptFiles(tracked, self.cache, self.root)
        index = index_names(tracked, files)
        if self.cache is not None and self._digests.steady:
            files.store()
            self._kept[_NAMES] = self.content_key("names", tracked.used)
            self.cache.store_data(self._kept[_NAMES], pack(index))
            for trail_name in self._names_trails:
                self.cache.store_trail(trail_name, tracked.used)
        return index

    def stored_names(self) -> NameIndex | None:
        """`names`, where the cache has them."""
        if self.cache is None:
            return None
        for trail_name in self._names_trails:
            paths = self.cache.trail(trail_name)
            key = self.content_key("names", paths) if paths is not None else ""
            stored = self.cache.load_data(key) if paths is not None else None
            if stored is not None and paths is not None:
                if trail_name != self._names_trails[0]:
                    self.cache.store_trail(self._names_trails[0], paths)
                self._kept[_NAMES] = key
                return unpack(stored)
        return None

    def names_entries(self) -> dict[str, bytes]:
        """The files of the cache by which another one has `names`, by their own; none where they were not kept."""
        kept = self.names_kept_as
        if self.cache is None or kept is None:
            return {}
        return self.cache.entries([f"{kept}.data", f"{self._names_trails[0]}.trail"])

    def model_entries(self, architecture: Architecture, toolchain: Toolchain) -> dict[str, bytes]:
        """The same for a model; none where the cache has none of the files as they are."""
        name = self.model_key(architecture, toolchain)
        if self.cache is None or name is None:
            return {}
        trails = self._trails(self.environment(architecture, toolchain), toolchain.identity)
        models = (name, *filter(None, [self.cache.base(name)]))
        found = self.cache.entries([*(f"{item}.model" for item in models), *(f"{trail}.trail" for trail in trails)])
        return found if f"{name}.model" in found else {}

    @cached_property
    def _names_trails(self) -> tuple[str, ...]:
        return self._trails("names", architectures(self.source))

    def content_key(self, what: str, paths: Iterable[str], code: tuple[str, ...] = ()) -> str:
        """A name for what depends on the content of some files, and on some folders and files of kpolicy."""
        return disk.key(what, self._digests.together(paths), code=code)

    def digest(self, path: str) -> str:
        """The digest of a file of the source, "" where there is none."""
        return self._digests[path]

    def model_key(self, architecture: Architecture, toolchain: Toolchain) -> str | None:
        """The name under which the model of an architecture is kept; None where it is not."""
        environment = self.environment(architecture, toolchain)
        paths = self._trail(environment, toolchain.identity)
        return self._content_key(paths, environment, toolchain) if paths is not None else None

    def names_key(self) -> str | None:
        """The name under which `names` are kept; None where they are not."""
        paths = self.files_of_names()
        return self.content_key("names", paths) if paths is not None else None

    def files_of(self, architecture: Architecture, toolchain: Toolchain) -> list[str] | None:
        """The files that the kept model of an architecture rests on, present or not; None where none is kept."""
        return self._trail(self.environment(architecture, toolchain), toolchain.identity)

    def files_of_names(self) -> list[str] | None:
        """The files that the kept `names` rest on, present or not; None where none are kept."""
        return self._trail("names", architectures(self.source))

    def _trail(self, *parts: object) -> list[str] | None:
        if self.cache is None:
            return None
        return next((paths for paths in map(self.cache.trail, self._trails(*parts)) if paths is not None), None)

    def _trails(self, *parts: object) -> tuple[str, ...]:
        """The names of two trails to try, that of the very revision and that of all that lies at this root.

        Most commits change the content of files, not which files there are.
        """
        return (disk.key(self.root, self._revision, *parts), disk.key(self.root, *parts))

    def _model(self, payload: Payload, environment: dict[str, str], toolchain: Toolchain) -> Model:
        return self._made(Stored(payload.core, lambda: payload.details), environment, toolchain)

    def _made(self, stored: Stored, environment: dict[str, str], tools: Toolchain) -> Model:
        def details() -> Details:
            with undisturbed():
                return stored.details()

        return Model(
            stored.core,
            details,
            architecture=environment["ARCH"],
            srcarch=environment["SRCARCH"],
            version=str(self.version),
            toolchain_identity=tools.identity,
            delta_base=stored.delta_base,
        )

    def _stored(
        self, trail_name: str, first: str, environment: dict[str, str], toolchain: Toolchain
    ) -> tuple[str, Model] | None:
        """A model that the cache has, and its name there."""
        cache = self.cache
        paths = cache.trail(trail_name) if cache is not None else None
        if cache is None or paths is None:
            return None
        key = self._content_key(paths, environment, toolchain)
        with undisturbed():
            found = cache.load(key)
        if found is None or (found.delta_base is not None and not self._deltas):
            return None
        if trail_name != first:  # so that `model_key` follows it
            cache.store_trail(first, paths)
        return key, self._made(found, environment, toolchain)

    def _by_delta(self, environment: dict[str, str], toolchain: Toolchain) -> tuple[str, Model] | None:
        """The model that was built before some Kconfig files were edited, with a delta, and its name in the cache."""
        found = self._bases.model(environment, toolchain.identity) if self._deltas and self._bases is not None else None
        if found is None or self.cache is None:
            return None
        for trail_name in self._trails(environment, toolchain.identity):
            self.cache.store_trail(trail_name, found.files)
        return found.name, self._made(found.model, environment, toolchain)

    def _content_key(self, paths: set[str] | list[str], environment: dict[str, str], toolchain: Toolchain) -> str:
        return disk.key(environment, toolchain.identity, self._digests.together(paths))

    def _elaborate(
        self, architecture: Architecture, environment: dict[str, str], toolchain: Toolchain
    ) -> tuple[Elaborated, Dialect, dict[str, Location]]:
        """The menu tree of an architecture, the dialect of its conf, and the probes that are not known."""
        # Imported here because a cached model does without kconfiglib and the probes.
        from kpolicy.kconfig.answers import Answers
        from kpolicy.kconfig.dialect import read_dialect
        from kpolicy.kconfig.elaborate import elaborate
        from kpolicy.kconfig.file_cache import FileCache
        from kpolicy.kconfig.frontend import Reader
        from kpolicy.kconfig.grammar import read_grammar
        from kpolicy.kconfig.layout import Layout
        from kpolicy.kconfig.parsed import ParsedFiles
        from kpolicy.kernel.toolchain import EmulatedProbes

        dialect, grammar = read_dialect(self._tracked), read_grammar(self._tracked)
        if self._shared is None:
            self._shared = (FileCache(self._tracked, ParsedFiles(self.cache, self.root, grammar)), Layout())
        files, _layout = self._shared
        probes = self._probes or self._emulated.get(toolchain.identity)
        if probes is None:
            probes = self._emulated[toolchain.identity] = EmulatedProbes(toolchain, self._probed)
        answers = Answers(probes, environment)
        reader = Reader(environment, answers, grammar=grammar)
        try:
            elaborated = elaborate(files, reader, environment, root_kconfig(self._tracked, architecture))
        finally:
            # kconfiglib's variables refer back to their reader: without them nothing outlives the model.
            reader.variables.clear()
            self._lasts = self._lasts and answers.lasts
        # Before the model is built, which takes memory too.
        files.parsed.store()
        return elaborated, dialect, answers.unknown

    def _payload(
        self, elaborated: Elaborated, dialect: Dialect, unknown: dict[str, Location]
    ) -> tuple[Payload, Written | None]:
        """See `build_checked`."""
        from kpolicy.kconfig.build import build_checked  # for the same reason

        assert self._shared is not None
        return build_checked(elaborated, dialect, list(unknown.items()), self._shared[1])
