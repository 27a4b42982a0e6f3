# SPDX-License-Identifier: GPL-2.0-or-later
"""One random small tree: its formula against all of its configs, each worked out by evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pysat.solvers import Cadical195

from kpolicy.bounds import whole
from kpolicy.config.model import Assignment, Config
from kpolicy.errors import InputError
from kpolicy.evaluate.strings import is_valid, operand
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import STRING
from kpolicy.location import Location
from kpolicy.policy.expressions.propositional import Condition
from kpolicy.policy.expressions.syntax import parse
from kpolicy.prove.formula import Formula
from kpolicy.prove.proof import Fails, Holds, decide
from tests.kconfig.small import load
from tests.prove.generate import LINES, MOST_CONFIGS, SmallTree, small_tree

_PLACE = Location("config", 1)
_QUESTIONS = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often the formula refuses what a config gives, and allows what none gives; with the tree where it does.

    Also of some implications: how many were asked, not decided, and answered against the configs.
    """

    configs: int
    missing: int
    beyond: int
    free: bool
    asked: int
    undecided: int
    wrong: int
    text: str = ""


def config_of(lines: tuple[tuple[str, str], ...]) -> Config:
    """A config with some lines."""
    return Config("config", tuple(Assignment(name, value, _PLACE, f"CONFIG_{name}={value}") for name, value in lines))


def trial(seed: int, folder: Path, *, old: bool) -> Outcome | None:
    """Compare; None for a tree that conf refuses, and for one with too many configs."""
    random = Random(seed)
    tree = small_tree(random, old)
    (folder / "Kconfig").write_text(tree.text)
    try:
        model = load(folder)
    except InputError:
        return None
    return None if model.refused else compare(model, tree, seed)


def compare(model: Model, tree: SmallTree, seed: int = 0) -> Outcome | None:
    """Compare the values that configs give with those that the formula allows; None where there are too many."""
    names = [name for name in tree.types if model.is_defined(name)]
    formula = Formula(model)
    for name in names:
        node = model.core.symbols[name]
        if formula.classes.is_text(node):
            formula.texts.value(node)
        else:
            formula.pair(node)
    literals = [_literals(formula, model, name) for name in names]
    formula.complete()
    texts = {name: texts_of(formula, model.core.symbols[name]) for name in names if tree.types[name] not in LINES}
    if tree.count(texts) > MOST_CONFIGS:
        return None
    seen: dict[tuple[int, ...], str] = {}
    # A number that nothing sets is 0 and has no line, which conditions tell apart.
    results: dict[tuple[object, ...], Values] = {}
    count = 0
    for lines in tree.configs(texts):
        count += 1
        values = evaluate(model, config_of(lines))
        state = tuple(_state(formula, model, values, names))
        seen.setdefault(state, repr(lines))
        results.setdefault((state, *map(values.is_written, names)), values)
    told: list[str] = []
    missing = beyond = 0
    with Cadical195(bootstrap_with=formula.clauses.items) as solver:
        for state, told_lines in seen.items():
            if not solver.solve([literals[at][choice] for at, choice in enumerate(state)]):
                missing += 1
                told.append(f"refused: {told_lines} gives {dict(zip(names, state, strict=True))}")
        for state in _models(solver, literals):
            if state not in seen:
                beyond += 1
                told.append(f"given by no config: {dict(zip(names, state, strict=True))}")
    free = bool(formula.texts.free)
    verdicts = [
        _verdict(model, text, results.values()) for text in _implications(model, formula, tree, names, Random(seed))
    ]
    told += [f"answered against the configs: {text}" for text, verdict in verdicts if verdict == "wrong"]
    undecided, wrong = (sum(verdict == word for _, verdict in verdicts) for word in ("undecided", "wrong"))
    text = f"seed {seed}\n{tree.text}" + "\n".join(told) if told else ""
    return Outcome(count, missing, beyond, free, len(verdicts), undecided, wrong, text)


def _implications(model: Model, formula: Formula, tree: SmallTree, names: list[str], random: Random) -> Iterator[str]:
    """Conditions about two values, one of each."""
    for _ in range(_QUESTIONS if names else 0):
        left, right = (_comparison(model, formula, tree, random.choice(names), random) for _ in "ab")
        yield f"{left} -> {right}"


def _comparison(model: Model, formula: Formula, tree: SmallTree, name: str, random: Random) -> str:
    classes = () if tree.types[name] in LINES else formula.classes.of(model.core.symbols[name])
    texts = [item.text for item in classes if item.kind in ("number", "text")]
    if not texts:
        return f"{name} {random.choice(('=', '!='))} {random.choice('nmy')}"
    number = tree.types[name] != "string"
    return f'{name} {random.choice(("=", "!=", "<", ">=") if number else ("=", "!="))} "{random.choice(texts)}"'


def _verdict(model: Model, text: str, results: Collection[Values]) -> tuple[str, str]:
    """What is to be said of the answer to a condition, every result of a config being known."""
    question = Condition(parse(text))
    against = any(not question.holds(values) for values in results)
    match decide(model, question):
        case Holds():
            return text, "wrong" if against else "right"
        case Fails(lines):
            shown = not question.holds(evaluate(model, Config("config", lines)))
            return text, "right" if against and shown else "wrong"
        case _:
            return text, "undecided"


def texts_of(formula: Formula, symbol: int) -> list[str]:
    """A value of each class that a line of a config can give."""
    classes = formula.classes.of(symbol)
    if classes[0].type_code == STRING:
        return [f'"{item.text}"' for item in classes]
    return [item.text for item in classes if is_valid(item.type_code, item.text)]


def _state(formula: Formula, model: Model, values: Values, names: list[str]) -> Iterator[int]:
    for name in names:
        node = model.core.symbols[name]
        if formula.classes.is_text(node):
            yield _class_of(formula, node, values.text(name))
        else:
            yield values.tristate(name)


def _class_of(formula: Formula, node: int, text: str) -> int:
    classes = formula.classes.of(node)
    type_code = classes[0].type_code
    read = operand(text, type_code) if type_code != STRING else None
    if read is None:
        return formula.classes.index(node, text)
    numbers = [(at, whole(item.text, 0)) for at, item in enumerate(classes) if item.kind == "number"]
    exact = [at for at, value in numbers if value == read[1]]
    if exact:
        return exact[0]
    # A gap is beside the numbers that bound it.
    below = [at for at, value in numbers if value < read[1]]
    return below[-1] + 1 if below else numbers[0][0] - 1


def _literals(formula: Formula, model: Model, name: str) -> list[int]:
    """A literal for each value of a symbol, which is true of it alone."""
    node = model.core.symbols[name]
    if formula.classes.is_text(node):
        return formula.texts.last_value(node)
    pair = formula.pair(node)
    return [-pair.on, formula.clauses.all_of((pair.on, -pair.y)), pair.y]


def _models(solver: Cadical195, literals: list[list[int]]) -> Iterator[tuple[int, ...]]:
    while solver.solve():
        model = set(solver.get_model())
        state = tuple(next(at for at, literal in enumerate(row) if literal in model) for row in literals)
        yield state
        solver.add_clause([-literals[at][choice] for at, choice in enumerate(state)])
