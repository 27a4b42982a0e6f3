# SPDX-License-Identifier: GPL-2.0-or-later
"""Decisions: the lines alone keep a value, their opposites change it; each claim is tried here once more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from kpolicy.config.model import Assignment, Config
from kpolicy.config.read import parse_config, read_config
from kpolicy.errors import InputError
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.explanation import Explanation, explain
from kpolicy.explain.shown import shown
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import make_target
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.kconfig import generate
from tests.kconfig.small import load, make_tree
from tests.models import tree_of

_KERNELS = [("6.12", "arm64"), ("6.12", "riscv"), ("6.12", "s390"), ("6.1", "x86_64"), ("6.12", "x86_64")]
_DEBUG_FILES = ("Kconfig.debug", "Kconfig.kasan", "Kconfig.kcsan", "Kconfig.kfence", "Kconfig.kmsan", "Kconfig.ubsan")


def _again(values: Values, lines: Iterable[str], without: Iterable[str] = ()) -> Values:
    """The values of the config of some values with more lines at its end, and without those of some symbols."""
    assert values.config is not None
    new = parse_config("more", "".join(f"{line}\n" for line in lines).encode())
    gone = {*without, *(line.name for line in new.assignments)}
    kept = tuple(line for line in values.config.assignments if line.name not in gone)
    return evaluate(values.model, replace(values.config, assignments=(*kept, *new.assignments)), values.mode)


def _only(values: Values, lines: Iterable[Assignment]) -> Values:
    return evaluate(values.model, Config("only", tuple(lines)), values.mode)


def hold_to_claims(values: Values, found: Explanation) -> None:
    """Everything that an explanation says of decisions is so."""
    made = found.decisions
    name, value = found.symbol, shown(values, found.symbol)
    assert found.value == value
    lines = [item.line for item in made.all if item.line is not None]
    assert [line for line in values.config.assignments if line in lines] == lines  # type: ignore[union-attr]
    assert made.alone == shown(_only(values, lines), name)
    assert made.reversed == shown(_again(values, [item.opposite for item in made.all]), name)
    for item in made.all:
        if item.gives is not None:
            assert item.gives == shown(_again(values, [item.opposite]), name), item
    if made.changed is None:
        assert not made.changes
    else:
        assert made.changed == shown(_again(values, made.changes), name) != value
        # What changes a value are decisions that are named.
        changes = parse_config("changes", "\n".join(made.changes).encode()).assignments
        assert {line.name for line in changes} <= {item.symbol for item in made.all}


def _is_debug(model: Model, name: str) -> bool:
    symbol = model.symbol(name)
    assert symbol is not None
    return "DEBUG" in name or any(place.path.endswith(_DEBUG_FILES) for place in symbol.definitions)


@cache
def _real(kernel: Path, word: str) -> Values:
    source = DirectorySource(kernel)
    architecture = resolve_architecture(source, word)
    stack = (*make_target(source, architecture, "defconfig"), *make_target(source, architecture, "debug.config"))
    model = tree_of(kernel).model(architecture, Toolchain.dummy())
    return evaluate(model, read_config("+".join(stack), folder=kernel))


@pytest.mark.trees
@pytest.mark.slow
# Measuring coverage would double the time, and the small trees cover the same code.
@pytest.mark.no_cover
@pytest.mark.parametrize(("release", "word"), _KERNELS, scope="session")
def test_every_debug_symbol_that_is_on(kernel: Path, word: str) -> None:
    """Sufficient and necessary: the lines alone keep the value, and the opposite of the decisions changes it."""
    values = _real(kernel, word)
    names = [name for name in values.model.names() if values.is_on(name) and _is_debug(values.model, name)]
    assert len(names) > 100
    decided = 0
    for name in names:
        found = explain(values, name)
        hold_to_claims(values, found)
        made = found.decisions
        assert made.alone == found.value, name
        if made.all:
            decided += 1
            assert made.reversed != found.value, name
            assert made.changed is not None, name
        else:
            # Nobody's decision in a config: neither with nor without a line of its own.
            for line in (f"# CONFIG_{name} is not set", f"CONFIG_{name}=y"):
                assert shown(_again(values, [line]), name) == found.value, name
            assert shown(_only(values, ()), name) == found.value
    assert decided > 70


@pytest.mark.trees
@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(("release", "word"), _KERNELS[-1:], scope="session")
def test_symbols_and_lines_at_random(kernel: Path, word: str) -> None:
    """A part of the config, and symbols of every kind, on and off."""
    whole = _real(kernel, word)
    assert whole.config is not None
    random = Random(word)
    names = list(whole.model.names())
    for _ in range(5):
        part = tuple(line for line in whole.config.assignments if random.random() < 0.7)
        values = evaluate(whole.model, replace(whole.config, assignments=part))
        for name in random.sample(names, 40):
            found = explain(values, name)
            hold_to_claims(values, found)
            assert found.decisions.alone == found.value, name


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_random_trees_and_configs(seed: int) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        try:
            model = load(make_tree(Path(folder), {"Kconfig": generate.kconfig(random, tristate_choices=False)}))
        except InputError:
            reject()
        values = evaluate(model, parse_config("config", generate.config(random)))
        for name in model.names():
            found = explain(values, name)
            hold_to_claims(values, found)
            assert found.decisions.alone == found.value, (name, found.decisions)


@pytest.mark.trees
@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_random_trees_of_older_kernels(older: Path, seed: int) -> None:
    """A choice with a value of its own has its quirks; nothing that is said of it is wrong."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        files = {"Kconfig": generate.kconfig(random, tristate_choices=True)}
        try:
            model = load(make_tree(Path(folder), files, older))
        except InputError:
            reject()
        values = evaluate(model, parse_config("config", generate.config(random)))
        for name in model.names():
            hold_to_claims(values, explain(values, name))


@pytest.fixture(scope="module")
def older() -> Path:
    from tests.oracle.trees import find_trees

    path = find_trees().kernels.get("6.1")
    if path is None:
        pytest.skip("no linux-source-6.1: run `make trees`")
    return path


@pytest.mark.parametrize("line", ["", "# CONFIG_MODULES is not set\n"])
@pytest.mark.parametrize(("value", "changes"), [("m", ["CONFIG_MODULES=y"]), ("y", ["# CONFIG_X is not set"])])
def test_what_is_requested_as_a_module_is_made_one(line: str, value: str, changes: list[str], tmp_path: Path) -> None:
    text = 'config MODULES\n\tbool "modules"\n\tmodules\n\nconfig X\n\ttristate "x"\n'
    config = parse_config("some.config", f"{line}CONFIG_X={value}\n".encode())
    values = evaluate(load(make_tree(tmp_path, {"Kconfig": text})), config)
    found = explain(values, "X")
    hold_to_claims(values, found)
    assert list(found.decisions.changes) == changes
    assert found.decisions.changed == ("m" if value == "m" else "n")


def test_without_modules_in_the_tree_no_line_makes_one(tmp_path: Path) -> None:
    config = parse_config("some.config", b"CONFIG_X=m\n")
    values = evaluate(load(make_tree(tmp_path, {"Kconfig": 'config X\n\ttristate "x"\n'})), config)
    found = explain(values, "X")
    hold_to_claims(values, found)
    assert found.decisions.changed == "n"
