# SPDX-License-Identifier: GPL-2.0-or-later
"""A sample of `tests.prove.sweep`: formulas of small trees have exactly the values that some config gives, and answers
to implications are those of the configs."""

from __future__ import annotations

import pytest

from tests.oracle.trees import find_trees
from tests.prove.sweep import some

_SAMPLE = range(18)


def _compare(seeds: range, kernel: str | None, *, strong_imply: bool = False) -> None:
    path = find_trees().kernels[kernel] if kernel is not None else None
    outcomes = [item for item in some(seeds, path, strong_imply=strong_imply) if item is not None]
    assert len(outcomes) > len(seeds) // 2
    assert sum(item.configs for item in outcomes) > 1000
    wrong = [item for item in outcomes if item.missing or item.wrong or (item.beyond and not item.free)]
    assert "".join(item.text for item in wrong) == ""


def test_today() -> None:
    _compare(_SAMPLE, None)


@pytest.mark.trees
@pytest.mark.parametrize(("kernel", "strong_imply"), [("6.12", False), ("6.1", False), ("6.1", True)])
def test_dialects_of_kernels(kernel: str, strong_imply: bool) -> None:
    if kernel not in find_trees().kernels:
        pytest.skip(f"no kernel {kernel}")
    _compare(_SAMPLE, kernel, strong_imply=strong_imply)
