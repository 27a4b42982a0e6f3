# SPDX-License-Identifier: GPL-2.0-or-later
"""Random small trees: kpolicy and the kernel's conf agree on whether each is Kconfig, and on its values.

`python -m tests.kconfig.sweep` compares thousands, also with the conf of other kernels.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.kconfig.trial import trial
from tests.oracle.conf import Oracle

pytestmark = pytest.mark.trees


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_agrees_with_conf(start: int, kernel: Path, oracle: Oracle, tmp_path: Path) -> None:
    oracle.environment("x86")
    words: Counter[str] = Counter()
    for seed in range(start, start + 100):
        outcome = trial(seed, kernel, oracle.program, tmp_path / "trial")
        assert outcome.word != "different", outcome.text
        words[outcome.word] += 1
    # Of each kind there are enough to be worth the name.
    assert words["accepted"] > 15
    assert words["refused"] > 15
