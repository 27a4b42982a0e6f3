# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of real kernels for tests that are about something else: built once for all of them."""

from __future__ import annotations

from pathlib import Path

from kpolicy.kconfig.cache import ModelCache
from kpolicy.kconfig.load import Tree
from kpolicy.kernel.source import open_tree
from tests.oracle.cache import cache_folder


def tree_of(kernel: Path) -> Tree:
    """A kernel tree whose models are kept from run to run, by the content of its files and of kpolicy's code."""
    source = open_tree(kernel)
    return Tree(source, str(source.root), cache=ModelCache(cache_folder("models")))
