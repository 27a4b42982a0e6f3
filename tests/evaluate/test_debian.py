# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's own configs on Debian's own source come back unchanged, by the toolchain that they record."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config, read_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.recorded import recorded_probes
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.models import tree_of

pytestmark = pytest.mark.trees

# Taken out of the shipped files, so that a rebuild does not ask for Debian's keys.
_STRIPPED = {"BUILD_SALT", "MODULE_SIG_ALL", "MODULE_SIG_KEY", "SYSTEM_TRUSTED_KEYS"}


@pytest.fixture(scope="module")
def x86(kernel: Path) -> Model:
    source = DirectorySource(kernel)
    return tree_of(kernel).model(resolve_architecture(source, "x86"), Toolchain.dummy())


def _round_trip(model: Model, path: Path) -> tuple[Config, Config]:
    config = read_config(str(path))
    values = evaluate(model, config, recorded=recorded_probes(model, config))
    return config, parse_config("expanded", dotconfig(values))


@pytest.mark.parametrize("flavour", ["none_amd64", "none_cloud-amd64"])
def test_nothing_changes(x86: Model, debian_configs: Path, flavour: str) -> None:
    before, after = _round_trip(x86, debian_configs / f"config.amd64_{flavour}.xz")
    old = {item.name: item.value for item in before.assignments}
    new = {item.name: item.value for item in after.assignments}
    changed = {name for name in old | new if old.get(name, "n") != new.get(name, "n")}
    assert changed <= _STRIPPED
    assert set(new) - set(old) <= _STRIPPED
    assert set(old) <= set(new)


# What the rt patches change in Kconfig files that the source has too: x86 supports PREEMPT_RT in 6.1; in 6.12 i915 and
# PREEMPT_DYNAMIC no longer exclude it.
_PATCHED = {"6.1": {"ARCH_SUPPORTS_RT"}, "6.12": {"DRM_I915", "PREEMPT_DYNAMIC"}}


def test_the_rt_flavour_differs_by_its_patches(x86: Model, debian_configs: Path, release: str) -> None:
    """Every value that changes is patched, unknown here, or rests on another one that changes."""
    before, after = _round_trip(x86, debian_configs / "config.amd64_rt_amd64.xz")
    old = {item.name: item.value for item in before.assignments}
    new = {item.name: item.value for item in after.assignments}
    foreign = {name for name in old if not x86.is_defined(name)}
    changed = {name for name in old | new if old.get(name, "n") != new.get(name, "n")} - _STRIPPED
    assert foreign
    assert _PATCHED[release] <= changed
    unexplained = changed - foreign - _PATCHED[release]
    assert {name for name in unexplained if not _near(x86, name) & (changed | foreign)} == set()


def _near(model: Model, name: str) -> set[str]:
    """The symbols that a symbol's value rests on directly, the other members of its choice among them."""
    symbol = model.symbol(name)
    assert symbol is not None
    expressions = [symbol.direct_dependency, *(item.condition for item in symbol.prompts)]
    for default in symbol.defaults:
        expressions += [default.value, default.condition]
    near = {other for expression in expressions for other in expression.symbols()}
    near |= {edge.source for edge in symbol.selected_by}
    if symbol.choice is not None:
        near |= set(model.choices[symbol.choice].members)
    return near - {name}
