# SPDX-License-Identifier: GPL-2.0-or-later
"""The formula of a real kernel has its presets and random configs among its solutions."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.toolchain import Toolchain
from tests.models import tree_of
from tests.prove.kernels import compare

pytestmark = pytest.mark.trees


def test_satisfied(kernel: Path) -> None:
    tree = tree_of(kernel)
    model = tree.model(resolve_architecture(tree.source, "x86"), Toolchain.dummy())
    found = list(compare(model, range(2)))
    assert len(found) == 6
    assert [item for item in found if item[1]] == []
