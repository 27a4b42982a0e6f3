# SPDX-License-Identifier: GPL-2.0-or-later
"""Write kpolicy/rules/prompts.toml: `python -m tests.oracle.prompts TREE... > kpolicy/rules/prompts.toml`.

Which names of Kconfig had a prompt in which release, over all architectures, where the releases differ: what had none
was never asked for by a person.  The trees are given from the oldest to the newest.  Names that are without a prompt in
all of them, or are told by their shape, are left out.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from kpolicy.kconfig.payload import HAS_PROMPT
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import read_version
from kpolicy.policy.checks.prompts import has_shape_of_result
from tests.models import tree_of

_HEAD = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Names that some Linux release defines without a prompt, so that nobody can ask for them, and another release does not
# define, or gives a prompt.  Made by tests/oracle/prompts.py from the Kconfig files of these releases, all
# architectures; a name that has a prompt on one architecture has one.
"""


def prompts_of(kernel: Path) -> dict[str, bool]:
    """Every name that a tree defines, and whether some architecture gives it a prompt."""
    source = open_tree(kernel)
    found: dict[str, bool] = {}
    for name in architectures(source):
        model = tree_of(kernel).model(resolve_architecture(source, name), Toolchain.dummy())
        for symbol in model.names():
            prompt = bool(model.flags_of(model.core.symbols[symbol]) & HAS_PROMPT)
            found[symbol] = found.get(symbol, False) or prompt
    return found


def marks(found: Sequence[Mapping[str, bool]], name: str) -> str:
    """A letter a release: p with a prompt, - without one, . where the name is not defined."""
    return "".join("." if name not in item else "p" if item[name] else "-" for item in found)


def table(releases: Sequence[str], found: Sequence[Mapping[str, bool]]) -> str:
    """The text of the file."""
    names = sorted({name for item in found for name in item})
    all_marks = {name: marks(found, name) for name in names}
    never = [name for name in names if "p" not in all_marks[name] and "." in all_marks[name]]
    never = [name for name in never if not has_shape_of_result(name)]
    changed = [name for name in names if {"p", "-"} <= set(all_marks[name])]
    shaped = [name for name in names if "p" in all_marks[name] and has_shape_of_result(name) and name not in changed]
    lines = [_HEAD + f"\nreleases = [{', '.join(f'{item!r}' for item in releases)}]".replace("'", '"')]
    for key, why, group in (
        ("never", "Without a prompt in every release that defines them.", never),
        ("asked", "With a prompt, although their names look like those of results.", shaped),
    ):
        text = textwrap.fill(" ".join(group), 118, break_long_words=False, break_on_hyphens=False)
        lines.append(f'\n# {why}\n{key} = """\n{text}\n"""')
    lines.append("\n# A letter a release: p with a prompt, - without one, . not defined.\n[changed]")
    lines += [f'{name} = "{all_marks[name]}"' for name in changed]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table of the trees that are named."""
    trees = [Path(word) for word in sys.argv[1:]]
    releases = [str(read_version(open_tree(tree))) for tree in trees]
    print(table(releases, [prompts_of(tree) for tree in trees]), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
