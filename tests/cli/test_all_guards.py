# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree in which every guard trips: each is told, and what is fine is reported all the same."""

from __future__ import annotations

import multiprocessing
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.hostile_tree import Sizes, spoil
from tests.cli.support import copy_of_demo, kpolicy

_SMALL = Sizes(
    file=400_000,
    config=120_000,
    kconfig_file=60_000,
    makefile=50_000,
    expansion=20_000,
    expansions=3000,
    files=300,
    statements=4000,
    blocks=40,
    members=60,
    value=4000,
    digits=5000,
    steps=4000,
    probes=60,
    text=60_000,
)
_LIMITS = {
    "kpolicy.kernel.source.MAX_SIZE": 300_000,
    "kpolicy.config.read.MAX_SIZE": 100_000,
    "kpolicy.kconfig.limits.MAX_SIZE": 50_000,
    "kpolicy.kernel.makefile.MAX_SIZE": 40_000,
    "kpolicy.kconfig.limits.LONGEST_EXPANSION": 15_000,
    "kpolicy.kconfig.limits.MOST_EXPANSIONS": 2500,
    "kpolicy.kconfig.limits.MOST_FILES": 200,
    "kpolicy.kconfig.limits.MOST_STATEMENTS": 3500,
    "kpolicy.kconfig.elaborate.MOST_BLOCKS": 30,
    "kpolicy.kconfig.build.MOST_MEMBERS": 50,
    "kpolicy.kernel.makefile.LONGEST_VALUE": 3000,
    "kpolicy.kernel.makefile.MOST_WORK": 20_000,
    "kpolicy.kernel.toolchain.probes._EACH": 0.02,
    "kpolicy.kernel.toolchain.probes._TOGETHER": 0.3,
    "kpolicy.kernel.toolchain.patience.MOST_TEXT": 200_000,
}


def test_every_guard_is_told_and_the_rest_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in _LIMITS.items():
        module, _, _ = name.rpartition(".")
        if find_spec(module) is not None:
            monkeypatch.setattr(name, limit, raising=False)
    tree = copy_of_demo(tmp_path)
    said = spoil(tree, _SMALL)
    start = time.process_time()
    outcome = kpolicy("audit", tree, "--no-cache", "-j", "1")
    assert time.process_time() - start < 60
    assert outcome.status == status.FAILURE
    missing = [guard for guard, words in said.items() if words not in outcome.err]
    assert not missing, outcome.err[:5000]
    assert "internal error" not in outcome.err
    assert "arch/x86/configs/graphics_defconfig:" in outcome.out
    assert "arch/arm64/configs/defconfig:" in outcome.out, "its own architecture has bad probes only"
    assert outcome.err.count("the probes of this tree take more than") == 1, "told once"
    assert not multiprocessing.active_children()
