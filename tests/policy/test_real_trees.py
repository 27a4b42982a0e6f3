# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules, roles and causes on real kernels."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.recorded import recorded_probes
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.cause import cause
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import read_version
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.expressions.expression import Symbol
from kpolicy.policy.folding.fold import fold
from kpolicy.policy.judging.check import judge
from kpolicy.policy.roles.role import role_of
from kpolicy.policy.roles.shipped import shipped_roles
from kpolicy.policy.rules.catalogue import shipped_catalogue
from tests.models import tree_of

pytestmark = pytest.mark.trees

_CITATION = re.compile(r"Linux (6\.\d+\.\d+) ((?:\S+:\d[^;]*)+)")
_PLACE = re.compile(r"([A-Za-z0-9_./-]+):(\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)")


@cache
def model_of(tree: Path, word: str) -> Model:
    source = open_tree(tree)
    return tree_of(tree).model(resolve_architecture(source, word), Toolchain.dummy())


def values_in(tree: Path, word: str, config: str) -> Values:
    return evaluate(model_of(tree, word), read_config(config, folder=tree), "defconfig")


@pytest.mark.parametrize(
    ("word", "config", "role"),
    [
        ("s390", "arch/s390/configs/debug_defconfig", "debug"),
        ("s390", "arch/s390/configs/defconfig", "production"),
        ("x86", "arch/x86/configs/x86_64_defconfig", "production"),
        ("x86", "arch/x86/configs/x86_64_defconfig+kernel/configs/debug.config", "debug"),
        # Heavy options that somebody left in the config of a board.
        ("arm", "arch/arm/configs/moxart_defconfig", "production"),
        ("arm", "arch/arm/configs/exynos_defconfig", "production"),
        ("powerpc", "arch/powerpc/configs/ppc6xx_defconfig", "production"),
    ],
)
def test_roles(kernel: Path, word: str, config: str, role: str) -> None:
    assert role_of(values_in(kernel, word, config)).role == role


def test_debians_kernels_are_production_kernels_without_a_finding(kernel: Path, debian_configs: Path) -> None:
    configs = sorted(debian_configs.glob("config.amd64*"))
    assert len(configs) == 3
    for path in configs:
        config = read_config(str(path))
        model = model_of(kernel, "x86")
        values = evaluate(model, config, "olddefconfig", recorded_probes(model, config))
        verdict = role_of(values)
        assert verdict.role == "production"
        assert judge(values, shipped_catalogue(), verdict.role) == ()
        if "_rt_" not in path.name:
            # Those are made for a tree with the patches for real time.
            assert check_lines(values, verdict.role) == ()


def test_a_config_for_another_tree_is_one_warning(kernel: Path, debian_configs: Path) -> None:
    """Debian's trees do not have the patches for real time."""
    config = read_config(str(debian_configs / "config.amd64_rt_amd64.xz"))
    model = model_of(kernel, config.arch or "")
    values = evaluate(model, config, "olddefconfig", recorded_probes(model, config))
    found = check_lines(values, "production")
    (one,) = fold(found)
    assert one.root is not None
    assert (one.rule, one.severity, one.root.kind) == ("config/unknown-symbol", "warning", "tree")
    assert one.message.startswith(f"made with other Kconfig files ({one.symbol} and 2 more are not defined here): ")
    assert set(one.members) == set(found)


def test_the_config_of_the_mails(kernel: Path) -> None:
    values = values_in(kernel, "powerpc", "arch/powerpc/configs/ppc6xx_defconfig")
    found = {finding.rule: finding for finding in judge(values, shipped_catalogue(), "production")}
    assert {"debug-vm/in-production", "kvmalloc/sg-in-production", "slab/debug-on-in-production"} <= set(found)
    implied = found["pgtable/boot-test-implied"]
    assert [(link.kind, link.symbol) for link in implied.causes] == [
        ("default", "DEBUG_VM_PGTABLE"),
        ("assigned", "DEBUG_VM"),
    ]
    eager = found["stackdepot/early-in-production"]
    assert [link.symbol for link in eager.causes] == ["STACKDEPOT_ALWAYS_INIT", "SLUB_DEBUG_ON"]
    for finding in (implied, eager):
        line = (kernel / finding.place.path).read_text().splitlines()[finding.place.line - 1]
        assert line == f"CONFIG_{finding.causes[-1].symbol}=y"


def test_links_stand_at_their_own_lines(kernel: Path) -> None:
    values = values_in(kernel, "x86", "arch/x86/configs/x86_64_defconfig")
    texts: dict[str, list[str]] = {}
    checked = 0
    for name in values.model.names():
        for link in cause(values, name) if values.is_on(name) else ():
            assert link.location is not None, link
            path, line = link.location
            lines = texts.setdefault(path, (kernel / path).read_text().splitlines())
            if link.kind == "selected":
                assert re.match(rf"\s+select\s+{link.symbol}\b", lines[line - 1]), link
                checked += 1
            elif link.kind in ("default", "toolchain"):
                assert re.match(r"\s+(default|def_bool|def_tristate)\b", lines[line - 1]), link
                checked += 1
    assert checked > 1000


def test_marks_know_their_symbols(kernel: Path) -> None:
    model = model_of(kernel, "x86")
    for role in shipped_roles():
        for mark in role.marks:
            if isinstance(mark.when, Symbol):
                assert model.is_defined(mark.when.name)


def test_cited_lines_are_there(kernel: Path) -> None:
    release = str(read_version(open_tree(kernel)))
    catalogue = shipped_catalogue()
    sources = [reference.source for rule in catalogue for reference in rule.references]
    sources += [rule.cost.source for rule in catalogue if rule.cost]
    sources += [mark.source for role in shipped_roles() for mark in role.marks]
    cited = 0
    for source in sources:
        for version, places in _CITATION.findall(source):
            for path, numbers in _PLACE.findall(places) if version == release else ():
                file = kernel / path
                if not file.is_file():
                    continue  # The trees of the tests hold Kconfig files and configs only.
                last = len(file.read_text(errors="replace").splitlines())
                assert all(int(number) <= last for number in re.findall(r"\d+", numbers)), source
                cited += 1
    if any(f"Linux {release} " in source for source in sources):
        assert cited
