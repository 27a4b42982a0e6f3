# SPDX-License-Identifier: GPL-2.0-or-later
"""Undefined names as the script of 7.2 and later reports them; `python -m tests.oracle.sym_check TREE` prints them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.kconfig.small import make_tree
from tests.oracle.sym_check import Compared, compare, has_sym_check
from tests.oracle.trees import VARIABLE, find_trees

_TREES = [tree for tree in find_trees().kernels.values() if has_sym_check(tree)]


@pytest.fixture(scope="module")
def tree() -> Path:
    if not _TREES:
        pytest.skip(f"no kernel that has kconfig-sym-check (7.2 or later): name one in {VARIABLE}")
    return _TREES[0]


@pytest.mark.trees
@pytest.mark.slow
def test_the_same_names(tree: Path) -> None:
    found = compare(tree)
    assert found.both
    assert (found.missed, found.more) == ((), ())


@pytest.mark.skipif(shutil.which("perl") is None, reason="no perl")
def test_what_differs_is_found(tmp_path: Path) -> None:
    """With a script that reports something else: the comparison can fail."""
    text = 'config A\n\tbool "a"\n\tdepends on GONE && LOST\n'
    files = {"Kconfig": text, "lib/Kconfig": "config B\n\tbool\n\tdepends on ASIDE\n", "arch/x86/Kconfig": ""}
    folder = make_tree(tmp_path / "linux", files)
    script = tmp_path / "check.pl"
    script.write_text('print "A\\nGONE\\nASIDE\\n"; exit 1;')
    assert compare(folder, script) == Compared(("GONE",), ("A",), ("LOST",), ("ASIDE",))
