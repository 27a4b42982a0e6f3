# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about Kconfig lines, put to the test: without those lines every value stays what it was."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import make_target
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from kpolicy.policy.checks.kconfig import check_kconfig

pytestmark = [pytest.mark.trees, pytest.mark.slow]

_RANDOM_CONFIGS = 8


class _Without(DirectorySource):
    """A tree in which some lines are empty."""

    def __init__(self, root: Path, lines: set[Location]) -> None:
        super().__init__(root)
        self._lines: dict[str, set[int]] = {}
        for place in lines:
            self._lines.setdefault(place.path, set()).add(place.line)

    def read(self, path: str) -> bytes:
        content = super().read(path)
        if path not in self._lines:
            return content
        lines = content.split(b"\n")
        for number in self._lines[path]:
            while lines[number - 1].endswith(b"\\"):
                lines[number - 1] = b""
                number += 1
            lines[number - 1] = b""
        return b"\n".join(lines)


def _model(source: DirectorySource, arch: str) -> Model:
    return Tree(source, str(source.root)).model(resolve_architecture(source, arch), Toolchain.dummy())


def _random_config(model: Model, seed: int) -> Config:
    chosen = random.Random(seed)
    lines = []
    for name in model.names():
        kind = model.type_of(name)
        if kind in ("bool", "tristate") and chosen.random() < 0.6:
            lines.append(f"CONFIG_{name}={chosen.choice('ny' if kind == 'bool' else 'nmmy')}")
    return parse_config(f"random {seed}", "\n".join(lines).encode())


def _configs(source: DirectorySource, model: Model, arch: str) -> Iterator[tuple[Config | None, str]]:
    yield from ((None, preset) for preset in PRESETS)
    for path in make_target(source, resolve_architecture(source, arch), "defconfig"):
        yield parse_config(path, source.read(path)), "defconfig"
    yield from ((_random_config(model, seed), "olddefconfig") for seed in range(_RANDOM_CONFIGS))


@pytest.mark.newest_kernel
@pytest.mark.parametrize("arch", ["x86", "s390"])
def test_lines_that_do_nothing_do_nothing(kernel: Path, arch: str) -> None:
    source = DirectorySource(kernel)
    model = _model(source, arch)
    claims = check_kconfig(model).claims
    counts = Counter(claim.check for claim in claims)
    assert counts["kconfig/redundant-select"] > 200
    without = _model(_Without(kernel, {claim.place for claim in claims}), arch)
    assert len(check_kconfig(without).claims) < len(claims) / 50  # they are really gone
    for config, mode in _configs(source, model, arch):
        assert dotconfig(evaluate(model, config, mode)) == dotconfig(evaluate(without, config, mode)), mode


@pytest.mark.newest_kernel
def test_a_select_that_is_not_redundant_is_missed(kernel: Path) -> None:
    """The test above can fail: as many other selects are not without effect."""
    source = DirectorySource(kernel)
    model = _model(source, "x86")
    said = {claim.place for claim in check_kconfig(model).claims}
    others = {
        edge.location
        for name in model.names()
        if (symbol := model.symbol(name)) is not None
        for edge in symbol.selects
        if edge.location not in said
    }
    without = _model(_Without(kernel, others), "x86")
    assert dotconfig(evaluate(model, None, "allmodconfig")) != dotconfig(evaluate(without, None, "allmodconfig"))
