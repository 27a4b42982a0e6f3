# SPDX-License-Identifier: GPL-2.0-or-later
"""The values of the default configs of a tree, to hold rules against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpolicy.config.read import parse_config
from kpolicy.errors import KpolicyError
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kernel.architecture import Architecture, architecture_words, architectures, resolve_architecture
from kpolicy.kernel.config_files import default_config
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.rules.rule import Rule
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import chosen_toolchain, plan_for


class Defaults:
    """The values of the default configs of a tree, an architecture after the other.

    Without words for architectures all folders of arch/ are looked at, and what examples name besides
    (`i386`).  `errors` are those of the architectures that cannot be read.
    """

    def __init__(
        self,
        source: KernelTree,
        words: Sequence[str],
        rules: Sequence[Rule],
        toolchain: str | None,
        context: Context,
    ) -> None:
        self._listener = context.listener
        self._source = source
        self._toolchain = chosen_toolchain(toolchain) or Toolchain.dummy()
        self._architectures = [
            resolve_architecture(self._source, word) for word in words or _all_words(self._source, rules)
        ]
        self._examiner = Examiner(plan_for(self._source, toolchain, context), self._source)
        self.title = f"{self._source.name}, Linux {self._examiner.tree.version}"
        self.errors: list[KpolicyError] = []

    @property
    def known(self) -> frozenset[str]:
        """The symbols that the Kconfig files of any architecture define."""
        return frozenset(self._examiner.tree.names.places)

    def __iter__(self) -> Iterator[Values]:
        for number, architecture in enumerate(self._architectures):
            self._listener.progress(number, len(self._architectures))
            try:
                values = self._values(architecture)
            except KpolicyError as error:
                self.errors.append(error)
                continue
            yield values

    def _values(self, architecture: Architecture) -> Values:
        model = self._examiner.model(architecture, self._toolchain)
        path = default_config(self._source, architecture)
        if path is None:
            return evaluate(model, None, "alldefconfig")
        return evaluate(model, parse_config(path, self._source.read(path)), "defconfig")


def _all_words(source: KernelTree, rules: Sequence[Rule]) -> list[str]:
    known = architecture_words(source)
    named = {example.architecture for rule in rules for example in rule.examples}
    return sorted({*architectures(source), *(word for word in named if word in known)})
