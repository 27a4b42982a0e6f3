# SPDX-License-Identifier: GPL-2.0-or-later
"""A small tree without one of its lines, or with another one: the verdict against every config that there is.

`python -m tests.patches.edited [COUNT]` tries many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kpolicy.config.model import Config
from kpolicy.errors import InputError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.editable import EditableTree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.probed import Probed
from kpolicy.prove.equivalence import Changed, Comparison, Same, Verdict
from kpolicy.prove.expansion import Dependants, changed_line, titles
from kpolicy.prove.formula import Formula
from tests.patches.trials import asked_for, outcomes
from tests.prove.generate import LINES, SmallTree, small_tree
from tests.prove.trial import config_of, texts_of

_KEEP = ("config", "choice", "endchoice", "if", "endif", "menu", "endmenu", "modules", "bool", "tristate")
_MOST_CONFIGS = 400
ARCHITECTURE = Architecture("x86", "x86", "x86", None)


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of one edit: the verdict, whether some config differs, and what is wrong with that, in words."""

    is_same: bool
    by_text: bool
    differs: bool
    wrong: str


def compare(text: str, after: str, folder: Path) -> tuple[Model, Model, Verdict]:
    """The models of a Kconfig file and of another text of it, and whether they are equivalent."""
    (folder / "Kconfig").write_text(text)
    tree = EditableTree(DirectorySource(folder), str(folder))
    before = tree.built(ARCHITECTURE, Toolchain.dummy())
    comparison = Comparison(before, tree.expressions, Probed.of(before).symbols)
    try:
        later = tree.variant({"Kconfig": after.encode()}).built(ARCHITECTURE, Toolchain.dummy())
        return before, later, comparison.with_edit(later)
    finally:
        comparison.close()


def trial(seed: int, folder: Path, *, old: bool) -> Edited | None:
    """Edit one random tree; None where conf would refuse it, or there are too many configs."""
    random = Random(seed)
    tree = small_tree(random, old)
    after = _edit(random, tree.text)
    try:
        before, later, verdict = compare(tree.text, after, folder)
    except InputError:
        return None
    if before.refused or later.refused:
        return None
    return _judge(tree, after, before, later, verdict)


def _edit(random: Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    properties = [at for at, line in enumerate(lines) if line.split()[:1] and line.split()[0] not in _KEEP]
    conditional = [at for at in properties if " if " in lines[at]]
    again = random.random()
    if not properties:
        return text
    if again < 0.2:
        at = random.choice(properties)
        return "".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])
    if again < 0.5 and conditional:
        at = random.choice(conditional)
        lines[at] = lines[at].split(" if ")[0].rstrip() + "\n"
        return "".join(lines)
    del lines[random.choice(properties)]
    return "".join(lines)


def _judge(tree: SmallTree, after: str, before: Model, later: Model, verdict: Verdict) -> Edited | None:
    formula = Formula(before)
    texts = {
        name: texts_of(formula, before.core.symbols[name])
        for name in tree.types
        if tree.types[name] not in LINES and before.is_defined(name)
    }
    if set(tree.types) - set(before.names()) or tree.count(texts) > _MOST_CONFIGS:
        return None
    differing = ""
    said: list[str] = []
    is_same = isinstance(verdict, Same)
    configs: list[tuple[Config | None, str]] = [(None, preset) for preset in PRESETS]
    configs += [(config_of(lines), mode) for lines in tree.configs(texts) for mode in ("olddefconfig", "defconfig")]
    if isinstance(verdict, Same):
        nodes = Dependants(before.core).of(verdict.difference.changed, later.core)
        among = titles(before, later, nodes)
    for config, mode in configs:
        one, other = evaluate(before, config, mode), evaluate(later, config, mode)
        if dotconfig(one) != dotconfig(other):
            differing = differing or f"{mode}: {[line.text for line in config.assignments] if config else ''}"
            if is_same:
                said.append(f"not the same: {differing}")
                break
        elif is_same and changed_line(one, other, nodes, among) is not None:
            said.append("a line is said to differ that does not")
            break
    if isinstance(verdict, Changed) and verdict.reason.startswith("with ") and not differing:
        said.append(f"shown to differ, but it does not: {verdict}")
    wrong = f"{tree.text}---\n{after}---\n" + "\n".join(said) if said else ""
    return Edited(is_same, isinstance(verdict, Same) and not verdict.proved, bool(differing), wrong)


def some(seeds: range, kernel: Path | None) -> list[Edited]:
    """Trials in the dialect of a kernel, None for today's."""
    return outcomes(trial, seeds, kernel)


def main() -> None:
    """Count what became of many edits, and print what is wrong."""
    found = asked_for(some, __doc__)
    print("\n".join(item.wrong for item in found if item.wrong))
    print(Counter((item.is_same, item.by_text, item.differs) for item in found))


if __name__ == "__main__":
    main()
