# SPDX-License-Identifier: GPL-2.0-or-later
"""Values keep the model that they came from, and nothing else does."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import parse_toolchain
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Plan, Target
from tests.cli.support import kpolicy


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def _values(examiner: Examiner, arch: str) -> Values:
    config = parse_config("a.config", b"CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n")
    return examiner.values(Target("a.config", arch, (), config))


def test_a_model_lives_as_long_as_its_values(demo: Path) -> None:
    examiner = Examiner(Plan(str(demo), "linux", None, None), open_tree(demo))
    values = _values(examiner, "x86")
    # What is shown of a model is remembered by it.
    symbol = values.model.symbol("DEBUG_VM")
    before = str(symbol)
    held = weakref.ref(values.model)
    other = examiner.model(resolve_architecture(examiner.source, "x86"), parse_toolchain("clang-18.1"))
    assert values.model is not other
    assert hasattr(values.model, "core"), "emptied while values hold it"
    assert (values.text("DEBUG_VM"), values.text("DEBUG_INFO_NONE")) == ("y", "y")
    del values
    assert held() is None, "the model outlives its values, and only the cycle collector would find it"
    assert str(symbol) == before


def test_a_model_that_nobody_holds_is_freed_before_the_next_is_read(demo: Path) -> None:
    examiner = Examiner(Plan(str(demo), "linux", None, None), open_tree(demo))
    values = _values(examiner, "x86")
    values.model.symbol("DEBUG_VM")
    held = weakref.ref(values.model)
    del values
    _values(examiner, "arm64")
    assert held() is None


@pytest.mark.parametrize(
    "words",
    [
        "diff full.config full.config",
        "expand --no-cache --tree {demo} x86_64_defconfig -q",
        "role --tree {demo} full.config",
    ],
)
def test_nothing_is_left_of_a_run(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("full.config").write_text(kpolicy("expand", "-q", "--tree", demo, "x86_64_defconfig").out)
    command = words.format(demo=demo).split()
    assert kpolicy(*command).status == 0
    gc.unfreeze()
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert kpolicy(*command).status == 0
        gc.unfreeze()
        gc.collect()
        left = {type(item).__name__ for item in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert not left & {"Model", "Values", "Reader", "Core", "Details", "Tree", "SourceFile"}
