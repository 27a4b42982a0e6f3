# SPDX-License-Identifier: GPL-2.0-or-later
"""Random small trees: kpolicy and the kernel's conf agree on every one that conf accepts."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpolicy.errors import InputError
from tests.kconfig.generate import config, kconfig
from tests.kconfig.small import expand, load, make_tree, run_conf
from tests.oracle.conf import PRESETS, Oracle

pytestmark = pytest.mark.trees


@given(seed=st.integers(0, 1 << 32))
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_agrees_with_conf(seed: int, kernel: Path, oracle: Oracle, release: str, tmp_path: Path) -> None:
    random = Random(seed)
    folder = tmp_path / "tree"
    shutil.rmtree(folder, ignore_errors=True)
    text = kconfig(random, tristate_choices=release == "6.1")
    tree = make_tree(folder, {"Kconfig": text}, kernel)
    oracle.environment("x86")
    try:
        model = load(tree)
    except InputError as error:
        # Also where conf sees that the condition which closes the loop is always y: `A || !A`.
        if "recursive dependency" not in error.message:
            raise
        return
    for mode in ("defconfig", "olddefconfig", "olddefconfig", *PRESETS):
        lines = config(random)
        theirs, said = run_conf(oracle.program, tree, tmp_path / "work", mode, lines)
        if theirs is None:
            assert "recursive dependency" in said or not said, said
            return
        assert expand(model, mode, lines).decode() == theirs.decode(), f"{mode}\n{text}\n{lines.decode()}"
