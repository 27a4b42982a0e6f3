# SPDX-License-Identifier: GPL-2.0-or-later
"""Fix every defconfig of kernel trees: `python -m tests.fixes.whole TREE...`.

Of each patch: nothing else may change in the effective configuration than what the plan names, and with `--conf` the
tree's own conf has to make the same of the edited file.  What does not hold is printed and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Plan, Task, make_plan
from kpolicy.policy.judging.standard import Assessment, Standard, assess
from tests.fixes.bench import counts
from tests.models import tree_of
from tests.oracle.cases import architectures, defconfigs
from tests.oracle.conf import Oracle


def planned(standard: Standard, tree: Tree, values: Values, path: str, content: bytes) -> Plan:
    def judge(found: Values) -> Assessment:
        return assess(found, path, standard, names=lambda: tree.names)

    assert values.config is not None
    return make_plan(
        Task(
            values=values,
            document=Document(values.config, path, content, values.model),
            findings=[item for item in judge(values).findings if counts(item)],
            judge=judge,
            counts=counts,
            rules=standard.policy.settings(path).rules,
            requirements=(),
        )
    )


def unpromised(before: bytes, after: bytes, plan: Plan) -> dict[str, tuple[str, str]]:
    """What differs between two .config files and is not what the plan says: symbol to both values.

    A change that the plan names and that did not happen is there too.
    """
    old, new = ({item.name: item.value for item in parse_config("", text).assignments} for text in (before, after))
    changed = {name: new.get(name, "n") for name in {*old, *new} if old.get(name, "n") != new.get(name, "n")}
    promised = {item.symbol: item.after for item in (*plan.changes, *plan.side_effects)}
    differing = dict(changed.items() ^ promised.items())
    return {name: (old.get(name, "n"), new.get(name, "n")) for name in differing}


def fix_all(root: Path, arch: str, ask_conf: bool) -> tuple[Counter[str], list[str]]:
    """Fix every defconfig of an architecture; the figures, and what does not hold."""
    standard = Standard(default_policy(shipped_vocabulary(examples=False)))
    source, tree = DirectorySource(root), tree_of(root)
    model = tree.model(resolve_architecture(source, arch), Toolchain.dummy())
    oracle = Oracle(root)
    number: Counter[str] = Counter()
    wrong = []
    for path in defconfigs(root, arch):
        content = source.read(path)
        before = evaluate(model, parse_config(path, content), "defconfig")
        plan = planned(standard, tree, before, path, content)
        number.update(configs=1, patches=bool(plan.edits))
        number.update(cleared=len(plan.fixes), findings=len(plan.fixes) + len(plan.hopeless))
        after = dotconfig(evaluate(model, parse_config(path, plan.text), "defconfig"))
        if differing := unpromised(dotconfig(before), after, plan):
            wrong.append(f"{path}: changes that the plan does not name: {differing}")
        if ask_conf and plan.edits and oracle.run(arch, "defconfig", plan.text).config != after:
            wrong.append(f"{path}: conf makes another configuration of the edited file")
    return number, wrong


def main() -> int:
    """Print figures and what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="+")
    parser.add_argument("--conf", action="store_true", help="ask the tree's conf about every edited file")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    failed = False
    for root in options.tree:
        archs = architectures(root)
        number: Counter[str] = Counter()
        with ProcessPoolExecutor(options.j) as pool:
            for found, wrong in pool.map(fix_all, [root] * len(archs), archs, [options.conf] * len(archs)):
                number += found
                failed |= bool(wrong)
                print("\n".join(wrong), end="\n" if wrong else "", flush=True)
        print(f"{root.name}: {', '.join(f'{count} {name}' for name, count in number.items())}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
