# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks on lines, held against what the kernel's own conf does with every defconfig."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.minimal import minimal_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.registry import DEFAULT_CHECKS
from kpolicy.policy.rules.finding import Finding
from tests.models import tree_of
from tests.oracle.cases import (
    GROUPS,
    ask_for_minimal,
    defconfig_sample,
    defconfigs,
    group,
    is_sampled_defconfig,
    run_defconfig,
)
from tests.oracle.conf import Oracle, Result

pytestmark = [pytest.mark.trees, pytest.mark.slow]


def _evaluated(kernel: Path, chosen: list[tuple[str, str]]) -> Iterator[tuple[str, str, Config, Values]]:
    source = DirectorySource(kernel)
    tree = tree_of(kernel)
    last, model = "", None
    for arch, path in sorted(chosen):
        if arch != last or model is None:
            last, model = arch, tree.model(resolve_architecture(source, arch), Toolchain.dummy())
        config = parse_config(path, (kernel / path).read_bytes())
        yield arch, path, config, evaluate(model, config, "defconfig")


@pytest.mark.parametrize("name", GROUPS)
def test_every_defconfig(kernel: Path, oracle: Oracle, name: str, pytestconfig: pytest.Config) -> None:
    every = [(arch, path) for arch in group(kernel, name) for path in defconfigs(kernel, arch)]
    if not pytestconfig.getoption("--whole"):
        every = [pair for pair in every if is_sampled_defconfig(*pair)]
    seen: Counter[str] = Counter()
    for arch, path, config, values in _evaluated(kernel, every):
        theirs = run_defconfig(oracle, arch, path)
        found = check_lines(values, "production", wanted={*DEFAULT_CHECKS, "config/redundant-line"})
        assert not _other_warnings(found, theirs), path
        assert not _other_differences(values, theirs), path
        assert not _badly_reduced(config, values, found), path
        seen.update(finding.rule for finding in found)
    assert seen["config/unknown-symbol"]
    assert seen["config/dropped-request"] > 5
    assert seen["config/redundant-line"] > 5


def _other_warnings(found: tuple[Finding, ...], theirs: Result) -> list[str]:
    """Lines and symbols that only one of us warns of."""
    lines = Counter(item.place.line for item in found if item.rule == "config/unknown-symbol")
    lines.subtract(Counter(int(line) for line in re.findall(r":(\d+):warning: unknown symbol", theirs.stderr)))
    unmet = {item.symbol for item in found if item.rule == "config/unmet-direct-dependency"}
    unmet ^= set(re.findall(r"unmet direct dependencies detected for (\w+)", theirs.stderr))
    return [f"line {line}" for line, count in lines.items() if count] + sorted(unmet)


def _other_differences(values: Values, theirs: Result) -> list[str]:
    """Lines that are said to be honoured and are not in conf's result, or the other way round."""
    result = {item.name: item.value for item in parse_config("", theirs.config).assignments}
    wrong = []
    for effect in line_effects(values):
        line = effect.assignment
        if effect.effect in ("unknown-symbol", "duplicate-assignment"):
            continue
        asked = line.value[:1] if values.model.type_of(line.name) in ("bool", "tristate") else line.value
        if (result.get(line.name, "n") != asked) != (effect.effect != "honoured"):
            wrong.append(f"{line.location}: {line.text}: {effect}")
    return wrong


def _badly_reduced(config: Config, values: Values, found: tuple[Finding, ...]) -> str:
    """What is wrong with the config without its redundant lines: another result, or still too long."""
    redundant = {item.place.line for item in found if item.rule == "config/redundant-line"}
    kept = [item.text for item in config.assignments if item.location.line not in redundant]
    again = evaluate(values.model, parse_config(config.name, "\n".join(kept).encode()), "defconfig")
    if dotconfig(again) != dotconfig(values):
        return "another result"
    return "too long" if len(kept) > len(minimal_config(again)) else ""


def test_the_minimal_config_is_that_of_conf(kernel: Path, oracle: Oracle, pytestconfig: pytest.Config) -> None:
    every = [(arch, path) for name in GROUPS for arch in group(kernel, name) for path in defconfigs(kernel, arch)]
    chosen = every if pytestconfig.getoption("--whole") else defconfig_sample(oracle, "minimal")
    for arch, path, _config, values in _evaluated(kernel, chosen):
        theirs = ask_for_minimal(oracle, arch, path)
        assert "".join(f"{line}\n" for line in minimal_config(values)).encode() == theirs, path
