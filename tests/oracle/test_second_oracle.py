# SPDX-License-Identifier: GPL-2.0-or-later
"""Lost lines as the conf of 7.x names them; `python -m tests.oracle.second TREE` compares all configs of a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Subject
from tests.oracle.conf import Oracle
from tests.oracle.second import compare, defconfig_verdicts, has_second_oracle, random_verdicts
from tests.oracle.trees import VARIABLE, find_trees

pytestmark = [pytest.mark.trees, pytest.mark.slow]

_ARCHITECTURES = ("x86", "arm64", "s390")
_SEEDS = range(4)


@pytest.fixture(scope="module")
def tree() -> Path:
    found = [path for path in find_trees().kernels.values() if has_second_oracle(path)]
    if not found:
        pytest.skip(f"no kernel whose conf knows KCONFIG_WARN_CHANGED_INPUT (7.x): name one in {VARIABLE}")
    return found[0]


@pytest.mark.parametrize("arch", _ARCHITECTURES)
def test_the_same_lines_of_defconfigs(tree: Path, arch: str) -> None:
    verdicts = defconfig_verdicts(tree, arch)
    assert verdicts
    assert [item for item in verdicts if item.missed or item.more] == []


@pytest.mark.parametrize("arch", ["x86", "arm"])
def test_the_same_lines_of_random_configs(tree: Path, arch: str) -> None:
    verdicts = random_verdicts(tree, arch, _SEEDS)
    assert [item for item in verdicts if item.missed or item.more] == []
    assert sum(item.both for item in verdicts) > 100


def test_old_names_are_not_lost(tree: Path) -> None:
    oracle = Oracle(tree)
    text = b"CONFIG_CFI_CLANG=y\nCONFIG_RANDOM_KMALLOC_CACHES=y\nCONFIG_DEBUG_VM=y\n"
    verdict = compare(Subject(oracle), oracle, "x86", "old names", text)
    assert (verdict.both, verdict.missed, verdict.more, verdict.beyond) == (1, (), (), ())
