# SPDX-License-Identifier: GPL-2.0-or-later
"""Minimal means minimal: no smaller set of edits of the symbols that matter would do, by trying them all.

A set that loses more of what was requested, or was on by default, than the plan does is no smaller one.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.expressions import Expr
from kpolicy.policy.fixes.about import about
from kpolicy.policy.fixes.lines import Document, Edit
from kpolicy.policy.fixes.repair import Repair
from kpolicy.policy.fixes.requests import Guard, requests_of
from kpolicy.policy.fixes.workbench import key_of
from tests.fixes.bench import PATH, Small, counts, rule
from tests.kconfig.generate import kconfig

_MOST = 3
_SWITCHES = "BTC"


def _config(chance: random.Random) -> str:
    lines = []
    for name in [f"{kind}{number}" for kind in _SWITCHES for number in range(6)]:
        if chance.random() < 0.5:
            value = chance.choice("nyy" if name[0] != "T" else "nmyy")
            lines.append(f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}")
    return "".join(f"{line}\n" for line in lines)


def _relevant(values: Values, name: str, *, up: bool, seen: set[tuple[str, bool]]) -> None:
    """What has a say in a symbol going up or down, told from the Kconfig files alone."""
    symbol = values.model.symbol(name)
    if symbol is None or (name, up) in seen:
        return
    seen.add((name, up))
    conditions: list[tuple[Expr, bool]] = []
    if up:
        conditions += [(prompt.condition, True) for prompt in symbol.prompts]
    for edge in symbol.selected_by:
        _relevant(values, edge.source, up=up, seen=seen)
        conditions.append((edge.condition, up))
    if symbol.choice is not None:
        for member in values.model.choices[symbol.choice].members:
            seen.add((member, not up))
    if up or not symbol.prompts:
        for edge in symbol.implied_by:
            _relevant(values, edge.source, up=up, seen=seen)
            conditions.append((edge.condition, up))
        for default in symbol.defaults:
            conditions += [(default.value, up), (default.condition, up)]
    for expression, direction in conditions:
        for other, way in _signed(expression, up=direction):
            _relevant(values, other, up=way, seen=seen)


def _signed(expression: Expr, *, up: bool) -> Iterator[tuple[str, bool]]:
    if expression.op == "symbol":
        yield expression.name, up
    elif expression.op == "not":
        yield from _signed(expression.operands[0], up=not up)
    elif expression.op in ("and", "or"):
        for operand in expression.operands:
            yield from _signed(operand, up=up)
    else:
        for name in expression.symbols():
            yield name, True
            yield name, False


def _every_edit(values: Values, document: Document, relevant: set[tuple[str, bool]]) -> Iterator[Edit]:
    for name in sorted({name for name, _up in relevant}):
        kind = values.model.type_of(name)
        if (name, True) in relevant:
            for value in "my" if kind == "tristate" else "y" if kind == "bool" else "":
                yield document.put(name, value)
        if (name, False) in relevant and kind in ("bool", "tristate"):
            yield document.put(name, "n")
        removed = document.remove(name)
        if removed is not None:
            yield removed


def _lost(small: Small, values: Values, document: Document, edits: tuple[Edit, ...]) -> frozenset[str]:
    """What was requested, or on by a default that something ends, and is lost."""
    (finding,) = (item for item in small.judge(values).findings if item.rule == "own/rule")
    guard = Guard(requests_of(values), about(values, finding, small.rules, ()))

    def after(some: tuple[Edit, ...]) -> Values:
        return evaluate(small.model, document.edited(some), "olddefconfig")

    return Repair(values, document, guard, after, lambda _values: True).losses(edits, edits)


def _smaller(
    small: Small, text: str, relevant: set[tuple[str, bool]], most: int, plan: tuple[Edit, ...] = ()
) -> tuple[Edit, ...] | None:
    """Any set of fewer edits than those of a plan that clears the finding of the rule, and takes and brings no more."""
    config = small.config(text)
    values = evaluate(small.model, config, "olddefconfig")
    document = Document(config, PATH, text.encode(), small.model)
    lost = _lost(small, values, document, plan)
    before = Counter(key_of(item) for item in small.judge(values).findings if counts(item))
    atoms = list(_every_edit(values, document, relevant))
    for size in range(1, most + 1):
        for edits in itertools.combinations(atoms, size):
            if len({edit.symbol for edit in edits}) < size:
                continue
            after = evaluate(small.model, document.edited(edits), "olddefconfig")
            if small.rules[0].when.holds(after):
                continue
            if Counter(key_of(item) for item in small.judge(after).findings if counts(item)) - before:
                continue
            if _lost(small, values, document, edits) <= lost:
                return edits
    return None


@pytest.mark.parametrize("seed", range(100))
def test_no_smaller_set_of_edits_does_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(f"fix {seed}")
    text = kconfig(chance, tristate_choices=False)
    for number in range(6):
        try:
            small = Small(tmp_path / str(number), text)
        except InputError:
            # A loop, which `conf` refuses too.
            return
        config = _config(chance)
        values = small.values(config)
        name = chance.choice([f"{kind}{number}" for kind in "BT" for number in range(6)])
        up = not values.is_on(name)
        small.rules = [rule(f"!{name}" if up else name)]
        relevant: set[tuple[str, bool]] = set()
        _relevant(values, name, up=up, seen=relevant)
        # Without it every m is a y: it has a say in everything.
        relevant -= {("MODULES", True), ("MODULES", False)}
        plan = small.fix(config, only="own/rule")
        assert len(plan.fixes) + len(plan.hopeless) == 1
        for fix in plan.fixes:
            after = small.values(plan.text)
            assert after.is_on(name) == up
            if len(fix.edits) <= _MOST:
                found = _smaller(small, config, relevant, len(fix.edits) - 1, fix.edits)
                assert found is None, (number, name, up, [str(e) for e in fix.edits], [str(e) for e in found])
        if plan.hopeless:
            found = _smaller(small, config, relevant, 2)
            assert found is None, (number, name, up, plan.hopeless[0].reason, [str(e) for e in found])


_MANY_DEFAULTS = "".join(f'config D{number}\n\tbool "d{number}"\n\tdefault !EXPERT\n\n' for number in range(8))
_LINES_OF_EXPERTS = f"""\
config EXPERT
	bool "expert"

{_MANY_DEFAULTS}
config N
	int "n" if EXPERT
	default 10

config COSTLY
	bool "costly"
"""


def test_what_takes_many_lines_is_shown_to_be_minimal(tmp_path: Path) -> None:
    """There are too many sets of edits to try them all: the formula of all configurations decides."""
    small = Small(tmp_path, _LINES_OF_EXPERTS, [rule("COSTLY && !EXPERT")])
    plan = small.fix("CONFIG_N=3\nCONFIG_COSTLY=y\n")
    texts = {str(edit) for edit in plan.edits}
    # What honours the number clears the other finding as well.
    assert texts == {"add CONFIG_EXPERT=y", *(f"add CONFIG_D{number}=y" for number in range(8))}
    assert plan.minimal
