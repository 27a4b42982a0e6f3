# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernel trees for the tests of kpolicy/kernel: those of KPOLICY_TEST_TREES, or of the test cache."""

from __future__ import annotations

import os

import pytest

from kpolicy.kernel.source import DirectorySource, open_tree
from tests.oracle.trees import find_trees

_KERNELS = find_trees().kernels


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "tree" in metafunc.fixturenames:
        metafunc.parametrize("tree", sorted(_KERNELS) or [None], indirect=True, scope="session")


@pytest.fixture(scope="session")
def tree(request: pytest.FixtureRequest) -> DirectorySource:
    if request.param is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no kernel trees: set KPOLICY_TEST_TREES, or run make trees")
        pytest.skip("no kernel trees: set KPOLICY_TEST_TREES, or run make trees")
    return open_tree(_KERNELS[request.param])
