# SPDX-License-Identifier: GPL-2.0-or-later
"""Random configs of real kernels, whose values satisfy the formula: `python -m tests.prove.kernels [TREE ...]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from kpolicy.config.model import Assignment, Config
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import BOOL, TRISTATE, TYPE
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from kpolicy.prove.formula import Formula
from kpolicy.prove.solver import Solver
from tests.models import tree_of
from tests.oracle.trees import find_trees

ARCHITECTURES = ("x86", "arm64", "arm", "powerpc", "s390")
_PLACE = Location("random", 1)


def whole_formula(model: Model) -> Formula:
    """The formula of all symbols of a model."""
    formula = Formula(model)
    for node in logical(model):
        formula.pair(node)
    formula.complete()
    return formula


def logical(model: Model) -> list[int]:
    """The bools and tristates of a model."""
    records = model.core.records
    nodes = ((node, records[node]) for node in model.core.symbols.values())
    return [node for node, record in nodes if record is not None and BOOL <= record[TYPE] <= TRISTATE]


def random_config(model: Model, random: Random) -> Config:
    """Lines for some of the prompts, many or few of them on."""
    names = [model.names_by_node[node] for node in logical(model)]
    names = [name for name in names if model.has_prompt(name)]
    random.shuffle(names)
    density = random.choice((0.01, 0.1, 0.5, 0.9))
    share = random.choice((0.02, 0.3, 1.0))
    chosen = (name for name in names if random.random() < share)
    lines = ((name, random.choice("ym") if random.random() < density else "n") for name in chosen)
    return Config("random", tuple(Assignment(name, value, _PLACE, f"CONFIG_{name}={value}") for name, value in lines))


def refused(formula: Formula, solver: Solver, values: Values) -> list[str]:
    """The symbols whose values contradict the formula, as far as one core names them."""
    wanted: dict[int, str] = {}
    names = values.model.names_by_node
    for node in logical(values.model):
        pair, value = formula.pairs[node], values.node_value(node)
        wanted[pair.on if value else -pair.on] = names[node]
        wanted[pair.y if value == 2 else -pair.y] = names[node]
    if solver.solve(list(wanted)):
        return []
    return sorted({wanted[literal] for literal in solver.core()})


def compare(model: Model, seeds: range, presets: tuple[str, ...] = PRESETS) -> Iterator[tuple[str, list[str]]]:
    """Each config by its name, with what the formula refuses of it."""
    formula = whole_formula(model)
    with Solver(formula.clauses.items) as solver:
        for preset in presets:
            yield preset, refused(formula, solver, evaluate(model, None, preset))
        for seed in seeds:
            values = evaluate(model, random_config(model, Random(seed)))
            yield f"seed {seed}", refused(formula, solver, values)


def main() -> int:
    """Compare, print what is refused and a line for each architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=200, help="configs for each architecture")
    parser.add_argument("--arch", action="append")
    options = parser.parse_args()
    wrong = 0
    for kernel in options.tree or sorted(find_trees().kernels.values()):
        tree = tree_of(kernel)
        for word in options.arch or ARCHITECTURES:
            model = tree.model(resolve_architecture(tree.source, word), Toolchain.dummy())
            found = list(compare(model, range(options.n)))
            bad = [item for item in found if item[1]]
            for name, symbols in bad:
                print(f"{kernel} {word} {name}: {', '.join(symbols[:8])}")
            wrong += len(bad)
            print(f"{kernel} {word}: {len(found)} configs, {len(bad)} refused", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
