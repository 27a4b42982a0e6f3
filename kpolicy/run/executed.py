# SPDX-License-Identifier: GPL-2.0-or-later
"""`--toolchain exec`: the commands of a tree's Kconfig files are really run."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping

from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain import ExecutedProbes, Toolchain, executed_environment, executed_identity

# Expressions nest deeply, see kpolicy.kconfig.load.
_RECURSION_LIMIT = 20_000


class ExecutedTree(Tree):
    """A tree whose probes are answered by the compiler, linker ... of `environment`, as make would have it.

    The user's CC, LD, CROSS_COMPILE, LLVM ... are looked for in `environment`.  Nothing is cached.
    """

    def __init__(self, source: Source, root: str, environment: Mapping[str, str]) -> None:
        self._executed = ExecutedProbes()
        super().__init__(source, root, probes=self._executed)
        self._process_environment = environment

    def model(self, architecture: Architecture, toolchain: Toolchain) -> Model:
        """The model of an architecture as the executed tools show it; `toolchain` is not looked at."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
        variables = self._process_environment
        try:
            environment = executed_environment(
                self.root, self.version, architecture, self._executed, variables, variables
            )
            environment = self._with_aliases(environment)
            named = dataclasses.replace(toolchain, name=executed_identity(environment))
            return self._model(self._payload(*self._elaborate(architecture, environment, named))[0], environment, named)
        finally:
            # At once, since a worker process may end without a chance to clean up.
            self._executed.close()
