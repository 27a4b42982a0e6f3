# SPDX-License-Identifier: GPL-2.0-or-later
"""Fix every defconfig of kernel trees: `python -m tests.fixes.whole TREE...`.

Of each patch: nothing else may change in the effective configuration than what the plan names, no request may be lost
that the plan does not name as given up, and with `--conf` the tree's own conf has to make the same of the edited file.
What does not hold is printed and the exit status is 1.  Requests are told apart by the lines before and after alone:

kept        a line that was not honoured and is
impossible  a line that was not honoured and is given up after all edits that could honour it were tried, or for which
            there are none
unproved    the same where there were too many to try
working     a line that was honoured, is not, and that no finding is about
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kpolicy.config.model import Assignment
from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.effects import asked_value, line_effects
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Plan, Task
from kpolicy.policy.fixes.planner import make_plan
from kpolicy.policy.judging.standard import Assessment, Standard, assess
from tests.fixes.bench import counts
from tests.models import tree_of
from tests.oracle.cases import architectures, defconfigs
from tests.oracle.conf import Oracle

_FEW = 8
_ASKED = ("config/dropped-request", "config/overridden-by-select", "config/choice-conflict")


def planned(standard: Standard, tree: Tree, values: Values, path: str, content: bytes) -> Plan:
    def judge(found: Values, *, remedies: bool = False) -> Assessment:
        return assess(found, path, standard, names=lambda: tree.names, remedies=remedies)

    assert values.config is not None
    # As `kpolicy fix` does: the remedies of what edits bring are nobody's concern.
    verdict = judge(values, remedies=True)
    return make_plan(
        Task(
            values=values,
            document=Document(values.config, path, content, values.model),
            findings=[item for item in verdict.findings if counts(item)],
            judge=judge,
            counts=counts,
            rules=standard.policy.settings(path).rules,
            requirements=(),
            stated=False,
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


def outcomes(before: Values, after: Values, plan: Plan) -> Iterator[str]:
    """What became of each finding and of each request."""
    yield from ("left" for _ in plan.hopeless)
    given = {item.location: item for item in plan.given_up}
    for fix in plan.fixes:
        finding = fix.finding
        line = given.get(finding.place)
        if finding.rule in _ASKED:
            name = finding.symbol
            text = next(item.value for item in _lines(before) if item.location == finding.place)
            asked = asked_value(before.model.type_of(name), text)
            if after.result(name) == asked:
                yield "kept"
                continue
            yield "given up in silence" if line is None else "impossible" if line.proved else "unproved"
        else:
            yield "other" if line is None else "impossible" if line.proved else "unproved"


def lost(standard: Standard, before: Values, after: Values, plan: Plan) -> Iterator[tuple[str, str]]:
    """The lines that were honoured and are not, each with how the plan accounts for it."""
    given = {item.location for item in plan.given_up}
    rules = {rule.id: rule for rule in standard.policy.settings(plan.document.path).rules}
    about: set[str] = set()
    for finding in (fix.finding for fix in plan.fixes):
        about.update((finding.symbol, *(item.symbol for item in finding.symbols)))
        about.update(link.symbol for link in finding.causes if finding.rule not in _ASKED)
        if finding.rule in rules:
            about.update(symbols(rules[finding.rule].when))
    for effect in line_effects(before):
        name = effect.assignment.name
        if effect.effect == "honoured" and after.result(name) != effect.got:
            named = effect.assignment.location in given
            how = "about" if name in about else "lost, named" if named else "lost in silence"
            yield how, effect.assignment.text


def _lines(values: Values) -> tuple[Assignment, ...]:
    assert values.config is not None
    return tuple(values.config.assignments)


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
        began = time.process_time()
        plan = planned(standard, tree, before, path, content)
        number["ms"] += round(1000 * (time.process_time() - began))
        findings = len(plan.fixes) + len(plan.hopeless)
        number.update(configs=1, patches=bool(plan.edits), findings=findings, edits=len(plan.edits))
        number.update(cleared=len(plan.fixes))
        if 0 < findings <= _FEW:
            number.update({"few": 1, "few minimal": plan.minimal})
        values = evaluate(model, parse_config(path, plan.text), "defconfig")
        number.update(outcomes(before, values, plan))
        for how, text in lost(standard, before, values, plan):
            number[how] += 1
            if how == "lost in silence":
                wrong.append(f"{path}: {text} works and is given up in silence")
            if how != "about":
                print(f"{path}: {how}: {text}", flush=True)
        number["works"] += sum(item.works for item in plan.given_up)
        wrong += [f"{path}: {item.text} works and is given up" for item in plan.given_up if item.works]
        if 0 < findings <= _FEW and not plan.minimal:
            print(f"{path}: not shown to be minimal", flush=True)
        for item in plan.hopeless:
            print(f"{path}: left: {item.finding.symbol} [{item.finding.rule}]: {item.reason}", flush=True)
        after = dotconfig(values)
        if differing := unpromised(dotconfig(before), after, plan):
            wrong.append(f"{path}: changes that the plan does not name: {differing}")
        if ask_conf and plan.edits and oracle.run(arch, "defconfig", plan.text).config != after:
            wrong.append(f"{path}: conf makes another configuration of the edited file")
    return number, wrong


def main() -> int:
    """Print figures and what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="+")
    parser.add_argument("--arch", action="append", help="only this architecture (may be repeated)")
    parser.add_argument("--conf", action="store_true", help="ask the tree's conf about every edited file")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    failed = False
    for root in options.tree:
        archs = options.arch or architectures(root)
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
