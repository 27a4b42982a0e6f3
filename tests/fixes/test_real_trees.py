# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixes of real defconfigs: how many findings they clear, whether git takes them, what conf makes of them."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import evaluate
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.fixes.plan import Plan
from kpolicy.policy.judging.standard import Standard
from kpolicy.report.views.fix import FixReport, patch
from tests.fixes.whole import planned, unpromised
from tests.models import tree_of
from tests.oracle.cases import defconfig_sample, run_defconfig
from tests.oracle.conf import Oracle

# Measuring coverage would double the time, and the small tests cover the same code.
pytestmark = [pytest.mark.trees, pytest.mark.slow, pytest.mark.no_cover]

_SAMPLE = 10
_LEAST_CLEARED = 0.95
# Those with the most findings of rules.
_RICH = [("sh", "arch/sh/configs/sdk7786_defconfig"), ("powerpc", "arch/powerpc/configs/ppc6xx_defconfig")]


@pytest.mark.newest_kernel
def test_what_fixes_clear_and_what_conf_makes_of_them(kernel: Path, oracle: Oracle, tmp_path: Path) -> None:
    standard = Standard(default_policy(shipped_vocabulary(examples=False)))
    source = DirectorySource(kernel)
    tree = tree_of(kernel)
    subprocess.run(["git", "init", "-q", tmp_path], check=True, capture_output=True)
    number: Counter[str] = Counter()
    for arch, path in sorted({*defconfig_sample(oracle, "fixes", _SAMPLE), *_RICH}):
        content = source.read(path)
        model = tree.model(resolve_architecture(source, arch), Toolchain.dummy())
        before = evaluate(model, parse_config(path, content), "defconfig")
        plan = planned(standard, tree, before, path, content)
        number.update(cleared=len(plan.fixes), all=len(plan.fixes) + len(plan.hopeless))
        assert all(item.reason for item in plan.hopeless)
        if not plan.edits:
            continue
        after = evaluate(model, parse_config(path, plan.text), "defconfig")
        number["patches"] += 1
        _git_takes(tmp_path, path, content, plan)
        if number["patches"] % 3 == 1 or (arch, path) in _RICH:
            theirs = oracle.run(arch, "defconfig", plan.text).config
            assert dotconfig(after) == theirs, path
            assert not unpromised(run_defconfig(oracle, arch, path).config, theirs, plan)
    assert number["patches"] > _SAMPLE / 2
    assert number["cleared"] >= _LEAST_CLEARED * number["all"], number


def _git_takes(repository: Path, path: str, content: bytes, plan: Plan) -> None:
    file = repository / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    diff = patch(FixReport(path, "", path, plan))
    subprocess.run(["git", "-C", repository, "apply", "-"], input=diff, check=True, capture_output=True)
    assert file.read_bytes() == plan.text
