# SPDX-License-Identifier: GPL-2.0-or-later
"""Random implications between debug symbols, each answer tried: `python -m tests.prove.expressions [TREE ...]`.

A proof is tried by random configs in which the left side is on, a witness by the kernel's own conf.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from random import Random

from kpolicy.config.model import Assignment
from kpolicy.config.read import parse_config
from kpolicy.evaluate.recorded import recorded_values
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.expressions.propositional import Condition
from kpolicy.policy.expressions.syntax import parse
from kpolicy.prove.proof import Fails, Holds, decide
from kpolicy.prove.witness import config_of
from tests.models import tree_of
from tests.oracle.conf import Oracle
from tests.oracle.trees import find_trees
from tests.prove.kernels import random_config

_FILES = ("lib/Kconfig", "mm/Kconfig.debug", "kernel/trace/Kconfig", "kernel/rcu/Kconfig.debug")


def debug_symbols(model: Model) -> list[str]:
    """The bools and tristates that the Kconfig files about debugging define."""
    found = []
    for name in model.names():
        symbol = model.symbol(name)
        assert symbol is not None
        if symbol.type in ("bool", "tristate") and symbol.definitions[0].path.startswith(_FILES):
            found.append(name)
    return found


def related(model: Model, name: str, random: Random) -> str:
    """A symbol that one selects or depends on, else itself."""
    symbol = model.symbol(name)
    assert symbol is not None
    near = [edge.target for edge in symbol.selects]
    near += [other for other in symbol.direct_dependency.symbols() if model.type_of(other) in ("bool", "tristate")]
    # Before 6.11 a member of a choice depends on that, which no condition can name.
    return random.choice([other for other in near if not other.startswith("<")] or [name])


def tried(model: Model, oracle: Oracle, arch: str, left: str, right: str, configs: int) -> tuple[str, str]:
    """The answer to `left -> right`, and what is wrong with it."""
    answer = decide(model, Condition(parse(f"{left} -> {right}")))
    if isinstance(answer, Fails):
        text = "".join(f"{line.text}\n" for line in answer.lines).encode()
        written = recorded_values(parse_config("conf", oracle.run(arch, "olddefconfig", text).config))
        good = written.get(left, "n") in "ym" and left in written and written.get(right, "n") == "n"
        return "fails", "" if good else f"conf: {left}={written.get(left)} {right}={written.get(right)}"
    if not isinstance(answer, Holds):
        return "not decided", ""
    able = decide(model, Condition(parse(f"!{left}")))
    if isinstance(able, Holds):
        return "holds, the left side never does", ""
    assert isinstance(able, Fails)
    seen = 0
    for seed in range(configs):
        lines: list[Assignment] = [*random_config(model, Random(seed)).assignments, *able.lines]
        values = evaluate(model, config_of(lines))
        if values.is_on(left):
            seen += 1
            if not values.is_on(right):
                return "holds", f"seed {seed}: {left} without {right}"
    return "holds", "" if seen else "never tried"


def main() -> int:
    """Try, print what is wrong and how often each answer was given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=100, help="implications for each kernel")
    parser.add_argument("--configs", type=int, default=500, help="configs for each proof")
    parser.add_argument("--arch", default="x86")
    options = parser.parse_args()
    wrong = 0
    for kernel in options.tree or sorted(find_trees().kernels.values()):
        tree, oracle, random = tree_of(kernel), Oracle(kernel), Random(7)
        model = tree.model(resolve_architecture(tree.source, options.arch), Toolchain.dummy())
        names, counts = debug_symbols(model), Counter[str]()
        for number in range(options.n):
            left = random.choice(names)
            right = related(model, left, random) if number % 2 else random.choice(names)
            word, fault = tried(model, oracle, options.arch, left, right, options.configs)
            counts[word] += 1
            if fault:
                wrong += fault != "never tried"
                print(f"{kernel}: {left} -> {right} {word}: {fault}", flush=True)
        print(f"{kernel}: {', '.join(f'{count} {word}' for word, count in sorted(counts.items()))}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
