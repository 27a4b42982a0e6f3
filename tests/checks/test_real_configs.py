# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks on lines, held against what the kernel's own conf does with every defconfig."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.minimal import minimal_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.effects import line_effects
from tests.oracle.cases import architectures, ask_for_minimal, ask_for_warnings, defconfig_sample, defconfigs
from tests.oracle.conf import Oracle

# Measuring coverage would double the time, and the small tests cover the same code.
pytestmark = [pytest.mark.trees, pytest.mark.slow, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def every(kernel: Path) -> list[tuple[str, str]]:
    """Every defconfig with its architecture."""
    return [(arch, path) for arch in architectures(kernel) for path in defconfigs(kernel, arch)]


def _evaluated(kernel: Path, chosen: list[tuple[str, str]]) -> Iterator[tuple[str, str, Config, Values]]:
    source = DirectorySource(kernel)
    tree = Tree(source, str(kernel))
    last, model = "", None
    for arch, path in sorted(chosen):
        if arch != last or model is None:
            last, model = arch, tree.model(resolve_architecture(source, arch), Toolchain.dummy())
        config = parse_config(path, (kernel / path).read_bytes())
        yield arch, path, config, evaluate(model, config, "defconfig")


def test_unknown_symbols_and_unmet_dependencies(kernel: Path, oracle: Oracle) -> None:
    total = 0
    for arch, path, _config, values in _evaluated(kernel, defconfig_sample(oracle, "warnings")):
        said = ask_for_warnings(oracle, arch, path)
        found = check_lines(values, "production")
        lines = sorted(item.place.line for item in found if item.rule == "config/unknown-symbol")
        assert lines == sorted(int(line) for line in re.findall(r":(\d+):warning: unknown symbol", said)), path
        unmet = {item.symbol for item in found if item.rule == "config/unmet-direct-dependency"}
        assert unmet == set(re.findall(r"unmet direct dependencies detected for (\w+)", said)), path
        total += len(lines)
    assert total


def test_what_differs_is_named(kernel: Path, oracle: Oracle, every: list[tuple[str, str]]) -> None:
    differing = 0
    for arch, path, _config, values in _evaluated(kernel, every):
        result = {
            item.name: item.value
            for item in parse_config("", oracle.run(arch, "defconfig", path=path).config).assignments
        }
        for effect in line_effects(values):
            line = effect.assignment
            if effect.effect in ("unknown-symbol", "duplicate-assignment"):
                continue
            asked = line.value[:1] if values.model.type_of(line.name) in ("bool", "tristate") else line.value
            differs = result.get(line.name, "n") != asked
            assert differs == (effect.effect != "honoured"), f"{line.location}: {line.text}: {effect}"
            differing += differs
    assert differing > 500


def test_without_redundant_lines_nothing_changes(kernel: Path, every: list[tuple[str, str]]) -> None:
    for _arch, path, config, values in _evaluated(kernel, every):
        redundant = {item.place.line for item in check_lines(values, "production", wanted={"config/redundant-line"})}
        kept = [item.text for item in config.assignments if item.location.line not in redundant]
        again = evaluate(values.model, parse_config(path, "\n".join(kept).encode()), "defconfig")
        assert dotconfig(again) == dotconfig(values), path
        assert len(kept) <= len(minimal_config(again)), path


def test_the_minimal_config_is_that_of_conf(kernel: Path, oracle: Oracle) -> None:
    for arch, path, _config, values in _evaluated(kernel, defconfig_sample(oracle, "minimal")):
        theirs = ask_for_minimal(oracle, arch, path)
        assert "".join(f"{line}\n" for line in minimal_config(values)).encode() == theirs, path
