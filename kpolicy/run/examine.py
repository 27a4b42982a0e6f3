# SPDX-License-Identifier: GPL-2.0-or-later
"""From one config to its values; used in this process or in workers."""

from __future__ import annotations

import gc
import json

from kpolicy.config.model import Config
from kpolicy.config.read import config_in_tree, read_config, stack
from kpolicy.errors import KpolicyError
from kpolicy.evaluate.recorded import recorded_probes, recorded_values
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.cache import ModelCache, digest
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.toolchain import Toolchain, recorded_toolchain
from kpolicy.report.remark import Remark
from kpolicy.run.plan import EXECUTE, Part, Plan, Target, chosen_toolchain


class Examiner:
    """Looks at one config after the other; keeps the model of the last architecture."""

    def __init__(self, plan: Plan, source: KernelTree) -> None:
        # Only here: a .config is judged without a tree, too.
        from kpolicy.kconfig.load import Tree

        self.plan = plan
        self.source = source
        root = str(source.root)
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
            )
        self._chosen = chosen_toolchain(plan.toolchain)
        self._last: tuple[tuple[str, str], Model | KpolicyError] | None = None
        self._remarks: dict[Remark, None] = {}
        self._architectures: dict[str, Architecture] = {}
        self._keys: dict[tuple[str, str], str] = {}

    @property
    def toolchain(self) -> Toolchain:
        """What answers the probes where no config says so: the user's word, that of the policy, dummies."""
        stated = self.plan.standards[0].policy.toolchain if self.plan.standards else None
        return self._chosen or stated or Toolchain.dummy()

    def _architecture(self, word: str) -> Architecture:
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
        return config_in_tree(self.source, part.path) if part.in_tree else read_config(part.path)

    def model(self, architecture: Architecture, toolchain: Toolchain) -> Model:
        """The model of an architecture; what was wrong with its Kconfig files is raised again when it was."""
        key = (architecture.arch, toolchain.identity)
        if self._last is None or self._last[0] != key:
            self._note_remarks()
            # Before the next one is read: a model that no values hold is freed here.
            self._last = None
            gc.unfreeze()
            try:
                self._last = (key, self.tree.model(architecture, toolchain))
                # A model lives as long as its configs are looked at: no collection needs to look at it.
                gc.freeze()
            except KpolicyError as error:
                self._last = (key, error)
        found = self._last[1]
        if isinstance(found, KpolicyError):
            # Without the frames of whoever met it before, which hold the values of their config.
            raise found.with_traceback(None)
        return found

    def _note_remarks(self) -> None:
        model = self._last[1] if self._last is not None else None
        if isinstance(model, Model):
            self._remarks.update(dict.fromkeys(Remark(*warning) for warning in model.warnings))
            for location, _symbol, text in model.refused:
                self._remarks[Remark(location, text)] = None
            for probe in model.unknown_probes:
                self._remarks[Remark(probe.location, f"unknown probe, taken to print nothing: {probe.text}")] = None

    def kconfig_remarks(self) -> tuple[Remark, ...]:
        """What there is to say about the Kconfig files that were read, each thing once."""
        self._note_remarks()
        return tuple(self._remarks)

    def values(self, target: Target, mode: str | None = None) -> Values:
        """The values of a target's config.

        `mode` as in `evaluate`; without it a file named *defconfig is taken as make takes that, and
        anything else as olddefconfig takes it.  A full .config is judged by the toolchain that it
        records, unless the user or the policy states one.
        """
        architecture = self._architecture(target.arch)
        standards = self.plan.standards
        chosen = self._chosen or (standards[target.standard].policy.toolchain if standards else None)
        if not target.parts and target.config is None:
            return evaluate(self.model(architecture, chosen or Toolchain.dummy()), None, mode or "alldefconfig")
        config = self.read(target)
        # Targets that make puts together from several files end with olddefconfig.
        single = len(target.parts) == 1 and config.name.endswith("defconfig")
        mode = mode or ("defconfig" if single else "olddefconfig")
        toolchain = recorded_toolchain(recorded_values(config)) if config.is_full and not chosen else None
        if toolchain is not None:
            model = self.model(architecture, toolchain)
            recorded = recorded_probes(model, config)
            if recorded is not None:
                return evaluate(model, config, mode, recorded)
        return evaluate(self.model(architecture, chosen or Toolchain.dummy()), config, mode)

    def ground(self, target: Target) -> str | None:
        """A name for all of the tree that the findings about a target rest on; None where the cache cannot tell.

        Equal names mean equal findings.
        """
        keys = self.kconfig_keys(target)
        if not all(keys) or self.read(target).is_full:
            return None
        contents = [self.source.read(part.path).hex() if part.in_tree else part.path for part in target.parts]
        return digest(json.dumps([keys, contents]).encode("ascii", "backslashreplace"))

    def kconfig_keys(self, target: Target) -> tuple[str | None, str | None]:
        """Names for the model of a target and for the names of all architectures, as the cache knows them."""
        toolchain = self._chosen or self.plan.standards[target.standard].policy.toolchain or Toolchain.dummy()
        return self._key(target.arch, toolchain), self._key("", toolchain)

    def _key(self, arch: str, toolchain: Toolchain) -> str | None:
        """The name of a model in the cache, without an architecture that of all names; once known it stays."""
        key = (arch, toolchain.identity)
        found = self._keys.get(key)
        if found is None:
            tree = self.tree
            found = tree.model_key(self._architecture(arch), toolchain) if arch else tree.names_key()
            if found is not None:
                self._keys[key] = found
        return found
