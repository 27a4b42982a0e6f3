# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy's answer to a case of the oracle, and how the two differ."""

from __future__ import annotations

import difflib
from itertools import islice

from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from tests.oracle.cases import Case, case_input
from tests.oracle.conf import Oracle


class Subject:
    """kpolicy on one tree, without a cache; keeps the model of the last architecture."""

    def __init__(self, oracle: Oracle) -> None:
        self._source = open_tree(oracle.tree)
        self._tree = Tree(self._source, str(oracle.tree))
        self._last: tuple[str, Model] | None = None

    def model(self, arch: str) -> Model:
        """The model of an ARCH word with the dummy toolchain."""
        if self._last is None or self._last[0] != arch:
            self._last = None
            self._last = (arch, self._tree.model(resolve_architecture(self._source, arch), Toolchain.dummy()))
        return self._last[1]

    def expand(self, arch: str, mode: str, text: bytes | None) -> bytes:
        """What kpolicy makes of the text of a config, or of a preset."""
        config = parse_config("config", text) if text is not None else None
        return dotconfig(evaluate(self.model(arch), config, mode))


def expanded(subject: Subject, oracle: Oracle, case: Case) -> bytes:
    """kpolicy's answer to a case."""
    return subject.expand(case.arch, case.mode, case_input(oracle, case))


def difference(name: str, ours: bytes, theirs: bytes) -> str:
    """The first lines of a diff, "" for equal texts."""
    if ours == theirs:
        return ""
    old, new = (text.decode("utf-8", "backslashreplace").split("\n") for text in (theirs, ours))
    lines = difflib.unified_diff(old, new, f"{name} (conf)", f"{name} (kpolicy)", n=1, lineterm="")
    return "\n".join(islice(lines, 12))
