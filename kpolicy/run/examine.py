# SPDX-License-Identifier: GPL-2.0-or-later
"""From one config to its values; used in this process or in workers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Config
from kpolicy.config.read import config_in_tree, content_in_tree, read_config, stack
from kpolicy.errors import KpolicyError
from kpolicy.kconfig.cache import ModelCache, digest
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture, architecture_words, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.toolchain import Toolchain, recorded_toolchain
from kpolicy.location import Location
from kpolicy.report.remark import Remark
from kpolicy.run.plan import EXECUTE, Part, Plan, Target, chosen_toolchain

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kernel.answers import AnsweredTree, KeptModel
    from kpolicy.policy.boot.words import Known

_HEADER: Final = b"# Linux/"
"""Is in every full .config."""


class _Once:
    """The files of a source, each read once until they are forgotten: what is judged is what a name was given to."""

    def __init__(self, source: KernelTree) -> None:
        self._source = source
        self._contents: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        found = self._contents.get(path)
        if found is None:
            found = self._contents[path] = self._source.read(path)
        return found

    def forget(self) -> None:
        self._contents.clear()


class Examiner:
    """Looks at one config after the other; keeps the model of the last architecture.

    `digests` are those of files of the source that are known already.
    """

    def __init__(self, plan: Plan, source: KernelTree, digests: Mapping[str, str] = MappingProxyType({})) -> None:
        # Only here: a .config is judged without a tree, too.
        from kpolicy.kconfig.load import Tree

        self.plan = plan
        self.source = source
        root = source.root
        if plan.toolchain == EXECUTE:
            # Only here: what runs programs is seldom wanted, and takes a while to import.
            from kpolicy.run.executed import ExecutedTree

            self.tree: Tree = ExecutedTree(source, root, plan.environment)
        else:
            self.tree = Tree(
                source,
                root,
                cache=ModelCache(plan.cache) if plan.cache is not None else None,
                revision=source.revision.tree if source.revision is not None else None,
                digests=digests,
                deltas=plan.deltas,
            )
        self._chosen = chosen_toolchain(plan.toolchain)
        self._last: tuple[tuple[str, str], Model | KpolicyError] | None = None
        self._files = _Once(source)
        self._said: tuple[Remark, ...] = ()
        self._remarks: dict[Remark, None] = {}
        self.named = False
        # What an architecture contradicts of what would have to hold on all (`kpolicy.policy.checks.provable`).
        self.refuted: set[tuple[str, Location, str, str]] = set()
        self._is_named = False
        self._architectures: dict[str, Architecture] = {}
        self._keys: dict[tuple[str, ...], str] = {}
        self._known_parameters: dict[str, Known] = {}

    @property
    def toolchain(self) -> Toolchain:
        """What answers the probes where no config says so: the user's word, that of the policy, dummies."""
        stated = self.plan.standards[0].policy.toolchain if self.plan.standards else None
        return self._chosen or stated or Toolchain.dummy()

    def architecture(self, word: str) -> Architecture:
        """What an ARCH word stands for in this tree."""
        found = self._architectures.get(word)
        if found is None:
            found = self._architectures[word] = resolve_architecture(self.source, word)
        return found

    def read(self, target: Target) -> Config:
        """The config of a target."""
        if target.config is not None:
            return target.config
        return stack(target.name, [self._read_part(part) for part in target.parts])

    def _read_part(self, part: Part) -> Config:
        return config_in_tree(self._files, part.path) if part.in_tree else read_config(part.path)

    def model(self, architecture: Architecture, toolchain: Toolchain) -> Model:
        """The model of an architecture; what was wrong with its Kconfig files is raised again when it was."""
        key = (architecture.arch, toolchain.identity)
        if self._last is None or self._last[0] != key:
            # Before the next one is read: a model that no values hold is freed here.
            self._last, self._said = None, ()
            if self.plan.answered is not None:
                self._want(self.plan.answered, architecture, toolchain)
            try:
                model = self.tree.model(architecture, toolchain)
                # Only now it is sure which files it rests on.
                self._forget(*key)
                self._last, self._said = (key, model), tuple(_remarks(model))
            except KpolicyError as error:
                self._last = (key, error)
        self._remarks.update(dict.fromkeys(self._said))
        found = self._last[1]
        if isinstance(found, KpolicyError):
            # Without the frames of whoever met it before, which hold the values of their config.
            raise found.with_traceback(None)
        return found

    def forget_models(self) -> None:
        """Hold neither the last model nor what architectures share: workers that were forked do."""
        self._last, self._said = None, ()
        self.tree.forget_shared()

    def _want(self, answered: AnsweredTree, architecture: Architecture, toolchain: Toolchain) -> None:
        """Ask for the model that is kept where the tree is, unless the cache here has the same.

        One that is read here can number its parts in another way: what rests on it would not be found there.
        """
        # Only here: what has the tree itself asks nobody.
        from kpolicy.kernel.answers import Question, UnansweredError

        kept = answered.kept_model(architecture.arch)
        if kept is not None and self.tree.cache is not None and kept.toolchain == toolchain.identity:
            name = self.tree.model_key(architecture, toolchain)
            if name != kept.name or self._content(name, "model") != kept.content:
                raise UnansweredError(answered, Question("model", architecture.arch))

    def kept_models(self) -> Mapping[str, KeptModel]:
        """The models with the usual toolchain that the cache has of the tree as it is, by ARCH word."""
        from kpolicy.kernel.answers import KeptModel  # only a cluster is told

        found = {}
        for word in architecture_words(self.source) if self.tree.cache is not None else ():
            name, content = self.model_key(word, self.toolchain), self.model_content(word, self.toolchain)
            if name is not None and content is not None:
                found[word] = KeptModel(self.toolchain.identity, name, content)
        return found

    def names(self) -> NameIndex:
        """The names of all architectures; that they were asked for is noted in `named`."""
        self.named = True
        if not self._is_named:
            self._is_named = True
            self._forget("", "")
        return self.tree.names

    def known_parameters(self, srcarch: str) -> Known | None:
        """What tells whether the tree has a boot parameter; None where no boot loader's command line is stated."""
        if self.plan.loader is None:
            return None
        found = self._known_parameters.get(srcarch)
        if found is None:
            # Only here: most runs state none.
            from kpolicy.run.tree_parameters import known_parameters

            found = self._known_parameters[srcarch] = known_parameters(self.source, srcarch, self.plan.cache)
        return found

    def begin(self) -> None:
        """Note from here on what is looked at; files of configs are read again."""
        self._files.forget()
        self._remarks.clear()
        self.named = False

    def remark(self, remarks: Iterable[Remark]) -> None:
        """Note what is to be said about the Kconfig files that are looked at."""
        self._remarks.update(dict.fromkeys(remarks))

    def kconfig_remarks(self) -> tuple[Remark, ...]:
        """Remarks about the Kconfig files that were looked at since `begin`, each thing once."""
        return tuple(self._remarks)

    def values(self, target: Target, mode: str | None = None) -> Values:
        """The values of a target's config, as a kernel has them that is booted with the command line of the plan.

        `mode` as in `evaluate`; without it a file named *defconfig is taken as make takes that, and
        anything else as olddefconfig takes it.  A full .config is judged by the toolchain that it
        records, unless the user or the policy states one.
        """
        return self._values(target, mode).booted(self.plan.loader)

    def _values(self, target: Target, mode: str | None) -> Values:
        # Only here: what is known already needs no values.
        from kpolicy.evaluate.recorded import recorded_probes
        from kpolicy.evaluate.values import evaluate

        architecture = self.architecture(target.arch)
        if not target.parts and target.config is None:
            return evaluate(self.model(architecture, self.toolchains(target)[0]), None, mode or "alldefconfig")
        config = self.read(target)
        # Targets that make puts together from several files end with olddefconfig.
        single = len(target.parts) == 1 and config.name.endswith("defconfig")
        mode = mode or ("defconfig" if single else "olddefconfig")
        *recorded, fallback = self.toolchains(target, config)
        for toolchain in recorded:
            model = self.model(architecture, toolchain)
            probes = recorded_probes(model, config)
            if probes is not None:
                return evaluate(model, config, mode, probes)
        return evaluate(self.model(architecture, fallback), config, mode)

    def toolchains(self, target: Target, config: Config | None = None) -> tuple[Toolchain, ...]:
        """The toolchains to try for a target: the one that its full .config records, then the usual one."""
        standards = self.plan.standards
        stated = self._chosen or (standards[target.standard].policy.toolchain if standards else None)
        usual = stated or Toolchain.dummy()
        if stated is not None or config is None or not config.is_full:
            return (usual,)
        # Only here: most configs are no full ones.
        from kpolicy.evaluate.recorded import recorded_values

        recorded = recorded_toolchain(recorded_values(config))
        return (recorded, usual) if recorded is not None else (usual,)

    def ground(self, target: Target) -> str | None:
        """A name for all of the tree that the findings about a target rest on; None if it cannot be cached.

        Equal names mean equal findings.  Those about a command line rest on the parameters in C files, too.
        """
        if self.plan.loader is not None:
            return None
        keys = self.kconfig_keys(target)
        contents = self.contents(target)
        if not all(keys) or self.full_config(target, contents) is not None:
            return None
        return _named(keys, map(digest, contents))

    def has_ground(self, target: Target, ground: str) -> bool:
        """Whether what the findings about a target rest on has the name that `ground` gave, in any tree.

        Digests say so: the files of a revision that are known need not be read.
        """
        keys = self.kconfig_keys(target)
        digests = [
            self.tree.digest(part.path) if part.in_tree else digest(os.fsencode(part.path)) for part in target.parts
        ]
        return all(keys) and ground == _named(keys, digests)

    def contents(self, target: Target) -> list[bytes]:
        """What is in the files of a target that lie in the tree, and the names of the others."""
        return [
            content_in_tree(self._files, part.path) if part.in_tree else os.fsencode(part.path) for part in target.parts
        ]

    def full_config(self, target: Target, contents: Sequence[bytes]) -> Config | None:
        """The config of a target that is a full .config; None for any other, of which most need not be read."""
        if target.config is None and not any(_HEADER in content for content in contents):
            return None
        config = self.read(target)
        return config if config.is_full else None

    def kconfig_keys(self, target: Target) -> tuple[str | None, str | None]:
        """Names for the model of a target and for the names of all architectures, as the cache knows them."""
        return self.model_key(target.arch, self.toolchains(target)[0]), self.names_key()

    def model_key(self, arch: str, toolchain: Toolchain) -> str | None:
        """The name of the model of an architecture in the cache; once known it stays."""
        return self._key((arch, toolchain.identity), lambda: self.tree.model_key(self.architecture(arch), toolchain))

    def has_to_build(self, arch: str, toolchain: Toolchain) -> bool:
        """Whether the model of an architecture has to be built; see `Tree.has_to_build`."""
        return self.tree.has_to_build(self.architecture(arch), toolchain, self.model_key(arch, toolchain))

    def forget_keys(self) -> None:
        """Ask the cache again from here on: other processes read Kconfig files."""
        self._keys.clear()

    def names_key(self) -> str | None:
        """The name of the names of all architectures in the cache; once known it stays."""
        return self._key(("", ""), self.tree.names_key)

    def model_content(self, arch: str, toolchain: Toolchain) -> str | None:
        """The digest of the model of an architecture, as the cache has it: that of an equal model is the same."""
        return self._key(
            ("content", arch, toolchain.identity), lambda: self._content(self.model_key(arch, toolchain), "model")
        )

    def names_content(self) -> str | None:
        """The digest of the names of all architectures, as the cache has them."""
        return self._key(("content", "", ""), lambda: self._content(self.names_key(), "data"))

    def _content(self, key: str | None, kind: str) -> str | None:
        cache = self.tree.cache
        return cache.content(key, kind) if cache is not None and key is not None else None

    def _forget(self, *what: str) -> None:
        self._keys.pop(what, None)
        self._keys.pop(("content", *what), None)

    def _key(self, what: tuple[str, ...], find: Callable[[], str | None]) -> str | None:
        found = self._keys.get(what)
        if found is None:
            found = find()
            if found is not None:
                self._keys[what] = found
        return found


def _named(keys: tuple[str | None, str | None], digests: Iterable[str]) -> str:
    return digest(json.dumps([keys, *digests]).encode("ascii"))


def _remarks(model: Model) -> Iterator[Remark]:
    """Remarks about the Kconfig files of a model."""
    for warning in model.warnings:
        yield Remark(*warning)
    for location, _symbol, text in model.refused:
        yield Remark(location, text)
    for probe in model.unknown_probes:
        yield Remark(probe.location, f"unknown probe, assumed to print nothing: {probe.text}")
