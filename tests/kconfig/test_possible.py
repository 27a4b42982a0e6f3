# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said to be n in every config is n in every config that is tried."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from kpolicy.config.lines import parse_lines
from kpolicy.errors import InputError
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.possible import Possible
from tests.kconfig import odd
from tests.kconfig.generate import config
from tests.kconfig.small import load, make_tree

_TEXT = """\
config NEVER
	bool "never" if MISSING

config HIDDEN
	bool

config ONLY_NEVER
	bool "needs what cannot be"
	depends on NEVER || HIDDEN

config RESTS_ON_HIDDEN
	bool
	default HIDDEN

config HAND
	bool "hand"
	select SELECTED
	imply IMPLIED

config SELECTED
	bool

config IMPLIED
	bool
	depends on !NEVER

config UNEQUAL
	bool "compared" if MISSING != "x"

config OLD
	bool
	transitional

config NEW
	bool
	default OLD

config TEXT
	string "text"
"""


def _can_be_on(model: Model) -> set[str]:
    possible = Possible(model.core)
    return {name for name in model.names() if possible.can_be_on(model.core.symbols[name])}


def test_each_way_to_be_on(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT}))
    assert _can_be_on(model) == {"HAND", "SELECTED", "IMPLIED", "UNEQUAL", "OLD", "NEW"}


@pytest.mark.parametrize("tristate_choices", [True, False])
def test_nothing_impossible_is_on(tristate_choices: bool, tmp_path: Path) -> None:
    impossible = 0
    for seed in range(150):
        random = Random(seed)
        try:
            model = load(make_tree(tmp_path / str(seed), odd.tree(random, tristate_choices)))
        except InputError:
            continue
        on = {name for name in model.names() if model.type_of(name) in ("bool", "tristate")} - _can_be_on(model)
        impossible += len(on)
        tried = [evaluate(model, None, preset) for preset in PRESETS]
        tried += [evaluate(model, parse_lines("x", config(random)), "defconfig") for _ in range(5)]
        for values in tried:
            assert [name for name in on if values.is_on(name)] == [], seed
    # Enough that the test says something.
    assert impossible >= 20
