# SPDX-License-Identifier: GPL-2.0-or-later
"""A small sample of the odd inputs; `make fuzz` runs the whole."""

from __future__ import annotations

import pytest

from tests.fuzz.generate import ARCHITECTURES, sample
from tests.oracle.compare import Subject, difference
from tests.oracle.conf import Oracle
from tests.oracle.prepare import FUZZ_SEEDS

pytestmark = [pytest.mark.trees, pytest.mark.slow]


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_same_as_olddefconfig(oracle: Oracle, arch: str) -> None:
    subject = Subject(oracle)
    wrong = []
    for seed in FUZZ_SEEDS:
        made = sample(oracle, arch, seed)
        assert made.expected.status == 0, made.expected.stderr
        ours = subject.expand(arch, "olddefconfig", made.text)
        wrong.append(difference(f"{arch} seed {seed}", ours, made.expected.config))
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_a_sample_is_odd_and_repeatable(oracle: Oracle) -> None:
    first, second = (sample(oracle, "arm64", 3) for _ in range(2))
    assert first.text == second.text
    assert "invalid for" in first.expected.stderr
