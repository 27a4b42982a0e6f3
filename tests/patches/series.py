# SPDX-License-Identifier: GPL-2.0-or-later
"""All patches for a random small tree, applied one after the other: every config that there is, before and after.

`python -m tests.patches.series [COUNT]` tries many.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

from kpolicy.config.model import Config
from kpolicy.errors import InputError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kernel.source import DirectorySource
from kpolicy.policy.patches.edits import MECHANICAL
from kpolicy.prove.formula import Formula
from kpolicy.report.views.patches import Patches
from kpolicy.run.context import Context
from kpolicy.run.kconfig import KconfigRequest, check_tree
from kpolicy.run.patches import PatchesRequest, make_patches
from tests.kconfig.small import load
from tests.patches.trials import asked_for, outcomes
from tests.prove.generate import LINES, SmallTree, small_tree
from tests.prove.trial import config_of, texts_of

_MOST_CONFIGS = 200
_APART = "\n" * 8
"""Between lines, so that hunks do not meet."""


@dataclass(frozen=True, slots=True)
class Applied:
    """So many patches, so many edits that were not proved after others, and what differs, in words."""

    patches: int
    refused: int
    wrong: str


def redundant(random: Random, text: str) -> str:
    """A Kconfig file with more lines than it needs: some are said twice, some dependencies follow from others."""
    found: list[str] = []
    depends: list[str] = []
    again: list[str] = []
    for line in (*text.splitlines(), ""):
        if not line.startswith("\t"):
            found += again
            again = []
        found.append(line)
        word = line.split()[:1]
        if word == ["depends"]:
            depends.append(line.removeprefix("\tdepends on "))
        if word in (["depends"], ["select"], ["imply"], ["range"], ["default"]) and random.random() < 0.6:
            again.append(line)
        if word == ["depends"] and random.random() < 0.5:
            again.append(f"{line} && {random.choice(depends)}")
    return "".join(f"{line}{_APART if line else ''}" for line in found)


def trial(seed: int, folder: Path, *, old: bool) -> Applied | None:
    """Patch one random tree; None where conf would refuse it, there are too many configs, or nothing to patch."""
    random = Random(seed)
    tree = small_tree(random, old)
    text = redundant(random, tree.text)
    (folder / "Kconfig").write_text(text)
    try:
        before = load(folder)
    except InputError:
        return None
    formula = Formula(before)
    texts = {
        name: texts_of(formula, before.core.symbols[name])
        for name in tree.types
        if tree.types[name] not in LINES and before.is_defined(name)
    }
    if before.refused or set(tree.types) - set(before.names()) or tree.count(texts) > _MOST_CONFIGS:
        return None
    patches = _patches(folder)
    if not patches.commits:
        return None
    wrong = ""
    afters = [commit.after.decode() for _name, commit in patches.commits]
    # After each of them: whoever takes only the first ones must not see another .config either.
    for count in range(1, len(afters) + 1):
        after = _applied(text, afters[:count])
        (folder / "Kconfig").write_text(after)
        said = _differing(before, load(folder), tree, texts)
        if said:
            wrong = f"{text}--- after {count} patches\n{after}--- {said}\n"
            break
    return Applied(len(afters), sum("not proved after" in item.reason for item in patches.left), wrong)


def _patches(folder: Path) -> Patches:
    source, context = DirectorySource(folder), Context()
    about = check_tree(KconfigRequest(source, checks=MECHANICAL), context).about
    assert about is not None
    return make_patches(PatchesRequest(source, about.findings, ("A U Thor", "author@example.org")), context)


def _applied(text: str, afters: Sequence[str]) -> str:
    """A text with the changes of each of some others to it, which do not meet."""
    lines = text.splitlines(keepends=True)
    changes = []
    for after in afters:
        new = after.splitlines(keepends=True)
        opcodes = SequenceMatcher(None, lines, new, autojunk=False).get_opcodes()
        changes += [(first, last, new[start:end]) for word, first, last, start, end in opcodes if word != "equal"]
    for first, last, new in sorted(changes, reverse=True):
        lines[first:last] = new
    return "".join(lines)


def _differing(before: Model, after: Model, tree: SmallTree, texts: dict[str, list[str]]) -> str:
    """A config that gives another .config, in words."""
    for config, mode in _configs(tree, texts):
        one, other = evaluate(before, config, mode), evaluate(after, config, mode)
        if dotconfig(one) != dotconfig(other):
            return f"{mode}: {[line.text for line in config.assignments] if config else ''}"
    return ""


def _configs(tree: SmallTree, texts: dict[str, list[str]]) -> Iterator[tuple[Config | None, str]]:
    yield from ((None, preset) for preset in PRESETS)
    for lines in tree.configs(texts):
        yield from ((config_of(lines), mode) for mode in ("olddefconfig", "defconfig"))


def some(seeds: range, kernel: Path | None) -> list[Applied]:
    """Trials in the dialect of a kernel, None for today's."""
    return outcomes(trial, seeds, kernel, {"arch/x86/Kconfig": ""})


def main() -> int:
    """Count what became of many trees, and print what is wrong."""
    found = asked_for(some, __doc__)
    wrong = [item.wrong for item in found if item.wrong]
    print("\n".join(wrong))
    counts = Counter(min(item.patches, 5) for item in found)
    print(f"{len(found)} trees by patches: {sorted(counts.items())}; {sum(i.refused for i in found)} not proved after")
    print(f"{len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
