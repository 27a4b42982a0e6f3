# SPDX-License-Identifier: GPL-2.0-or-later
"""How few lines of a config have to change: never more are asked for than some config shows to do."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from kpolicy.errors import InputError
from kpolicy.evaluate.values import evaluate
from kpolicy.policy.expressions.expression import Compare, Constant, Symbol
from kpolicy.policy.expressions.propositional import Condition
from kpolicy.prove.fewest import Asked, few_changes
from tests.kconfig.small import load, make_tree
from tests.kconfig.trial import kinds
from tests.prove.generate import LINES, small_tree
from tests.prove.trial import config_of

_TEXT = """\
config MODULES
	bool
	modules

config EXPERT
	bool "expert"

config A
	bool "a"
	depends on EXPERT

config B
	bool "b"
	default !EXPERT

config C
	bool "c"
	select A if B

choice
	prompt "pick"

config P
	bool "p"

config Q
	bool "q"

endchoice
"""


def _is(name: str, value: str) -> Condition:
    return Condition(Compare("=", Symbol(name), Constant(value)))


def test_the_fewest_lines_come_first(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT}))
    values = evaluate(model, config_of(()))
    # By a line, which needs another, or by what selects it.
    found = [dict(change) for change in few_changes(values, Asked([_is("A", "y")]), 2)]
    assert found[0] == {"C": "y"}
    assert {"EXPERT": "y", "A": "y"} in found
    # B is on by a default, which EXPERT=y ends: that takes one more line.
    kept = few_changes(values, Asked([_is("A", "y"), _is("C", "n")], kept=["B"]), 3)
    assert dict(next(kept)) == {"EXPERT": "y", "A": "y", "B": "y"}
    assert not list(few_changes(values, Asked([_is("A", "y"), _is("C", "n")], kept=["B"]), 2))
    assert not list(few_changes(values, Asked([_is("A", "y")], among=["EXPERT", "B"]), None))
    # Another member of a choice takes a line, too.
    assert dict(next(few_changes(values, Asked([_is("Q", "y")]), 1))) == {"Q": "y"}
    assert not list(few_changes(values, Asked([_is("Q", "y")]), 0))


def test_a_line_that_is_told_changes_or_is_honoured(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT}))
    values = evaluate(model, config_of((("A", "y"),)))
    found = [dict(change) for change in few_changes(values, Asked([], told=["A"]), 1)]
    assert {"A": "n"} in found
    assert {"EXPERT": "y"} in found
    assert {"C": "y"} in found
    assert {} not in found


@pytest.mark.trees
@pytest.mark.parametrize("start", range(0, 200, 50))
def test_no_fewer_lines_do_than_are_asked_for(start: int, kernel: Path, tmp_path: Path) -> None:
    folder = make_tree(tmp_path, {"Kconfig": ""}, kernel)
    tried = 0
    for seed in range(start, start + 50):
        random = Random(seed)
        tree = small_tree(random, kinds(kernel)[0])
        (folder / "Kconfig").write_text(tree.text)
        try:
            model = load(folder)
        except InputError:
            continue
        names = [name for name, kind in tree.types.items() if kind in LINES and model.is_defined(name)]
        if model.refused or len(names) < 2:
            continue
        lines = {name: random.choice(LINES[tree.types[name]]) for name in names}
        before = config_of(tuple((name, value) for name, value in lines.items() if value is not None))
        values = evaluate(model, before)
        for _ in range(4):
            changed = dict(lines)
            for name in random.sample(names, random.randrange(1, 3)):
                changed[name] = random.choice(LINES[tree.types[name]])
            # A line changes in its place, and a new one comes last.
            order = [name for name in names if lines[name] is not None]
            order += [name for name in names if lines[name] is None]
            after = config_of(tuple((name, changed[name] or "") for name in order if changed[name] is not None))
            got = evaluate(model, after)
            wanted = [_is(name, got.text(name)) for name in random.sample(names, 2)]
            count = sum(changed[name] != lines[name] for name in names)
            assert any(True for _ in few_changes(values, Asked(wanted), count)), f"seed {seed}\n{tree.text}\n{after}"
            tried += 1
    assert tried > 20
