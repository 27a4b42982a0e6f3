# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy upgrade` loses, asks and writes what conf shows; `tests.upgrade.whole` takes all configs."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import kpolicy
from tests.kconfig.small import run_conf
from tests.oracle.conf import Oracle
from tests.oracle.trees import Trees
from tests.upgrade.against_conf import Kernels
from tests.upgrade.small import DEFCONFIG, TEXT, kernels
from tests.upgrade.whole import cases

_SAMPLE = 2


def test_small_kernels_by_conf(oracle: Oracle, kernel: Path, tmp_path: Path) -> None:
    oracle.environment("x86")
    old, new = kernels(tmp_path, conf=kernel)
    whole, small, patched = (
        kpolicy("upgrade", DEFCONFIG, "--from", old, "--to", new, "--format", form).out
        for form in ("config", "minimal", "diff")
    )
    work = tmp_path / "conf"
    before, said = run_conf(oracle.program, old, work, "defconfig", TEXT.encode())
    assert before is not None, said
    assert "+CONFIG_MITIGATION_RETPOLINE=y" in patched
    expanded, said = run_conf(oracle.program, new, work, "defconfig", small.encode())
    assert expanded is not None, said
    assert _values(expanded) == _values(whole.encode())
    assert run_conf(oracle.program, new, work, "olddefconfig", whole.encode())[0] == expanded


def _values(content: bytes) -> list[str]:
    return [line for line in content.decode().splitlines() if "CONFIG_" in line]


def test_a_sample_of_real_defconfigs(trees: Trees) -> None:
    before, after = trees.kernels["6.1"], trees.kernels["6.12"]
    kernels_of = Kernels(before, after)
    for arch, paths in cases(before, after, _SAMPLE).items():
        for path in paths:
            counts, wrong = kernels_of.check(arch, path)
            assert wrong == [], "\n".join(wrong)
            assert counts.questions
