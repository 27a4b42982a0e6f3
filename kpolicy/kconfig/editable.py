# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree with edits in memory: its models can be compared with those of the same tree without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.bounds import contained
from kpolicy.collection import undisturbed
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.nesting import Nested, nesting
from kpolicy.kconfig.shape import shaper_of
from kpolicy.kernel.overlay import Overlay

if TYPE_CHECKING:
    from kpolicy.kconfig.dialect import Dialect
    from kpolicy.kconfig.menu_tree import Elaborated
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Table
    from kpolicy.kernel.architecture import Architecture
    from kpolicy.kernel.toolchain import Toolchain


class EditableTree(Tree):
    """A tree whose models are built in this process, never taken from the cache.

    Equal expressions have equal nodes in all models of it and of its variants.
    """

    _built: tuple[Elaborated, Dialect] | None = None

    def built(self, architecture: Architecture, toolchain: Toolchain) -> Model:
        """The model of an architecture; raises as `model` does."""
        environment = self.environment(architecture, toolchain)
        self._tracked.used = set()
        with undisturbed(), contained(f"the Kconfig files of {architecture}"):
            elaborated, dialect, unknown = self._elaborate(architecture, environment, toolchain)
            self._built = elaborated, dialect
            return self._model(self._payload(elaborated, dialect, unknown)[0], environment, toolchain)

    def variant(self, contents: Mapping[str, bytes]) -> EditableTree:
        """This tree with other contents of some files; of the others those that were read are not read again."""
        assert self._shared is not None, "a model is built first"
        files, layout = self._shared
        tree = EditableTree(Overlay(self.source, contents), self.root, probes=self._probes)
        tree._shared = (files.variant(tree._tracked, contents), layout)
        tree._emulated = self._emulated
        return tree

    @property
    def expressions(self) -> Table:
        """Those of all models of this tree and its variants, which grow with each; see `Model.knowing`."""
        assert self._shared is not None, "a model is built first"
        return self._shared[1].tables.expressions.nodes

    def nesting(self, path: str) -> tuple[Nested, ...]:
        """How menuconfig nests the entries of a file, on the architecture whose model was built last."""
        assert self._built is not None, "a model is built first"
        elaborated, dialect = self._built
        return nesting(elaborated.root, shaper_of(elaborated, dialect), path)
