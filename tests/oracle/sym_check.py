# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that no Kconfig file defines, by the kernel's own script: `python -m tests.oracle.sym_check TREE [SCRIPT]`.

`make kconfig-sym-check` of Linux 7.2 and later reads every file named Kconfig* in the tree.  kpolicy reads those that
an architecture sources, so names that only other files refer to are `beyond` what it looks at.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.references import references
from kpolicy.kernel.source import DirectorySource
from kpolicy.policy.checks.tree import undefined

_SCRIPT = "scripts/kconfig/kconfig-sym-check.pl"


def has_sym_check(tree: Path) -> bool:
    """Whether a tree has the script, and this machine perl."""
    return (tree / _SCRIPT).is_file() and shutil.which("perl") is not None


@dataclass(frozen=True, slots=True)
class Compared:
    """The names that both report, that only the script reports, and that only kpolicy does.

    `beyond` are those of the script that only files which no architecture sources refer to.
    """

    both: tuple[str, ...]
    missed: tuple[str, ...]
    more: tuple[str, ...]
    beyond: tuple[str, ...]


def compare(folder: Path, script: Path | None = None) -> Compared:
    """What the script, by default that of the tree, and kpolicy report of a tree."""
    command = ["perl", str(script or folder / _SCRIPT), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    # It exits with 1 if it finds any.
    assert done.returncode in (0, 1), done.stderr
    theirs = {line.split()[0] for line in done.stdout.splitlines()}
    source = DirectorySource(folder)
    index = Tree(source, str(folder)).names
    ours = {item.symbol for item in undefined(references(source, index.files), index)}
    missed = theirs - ours
    read = {name for path in index.files for name in missed if re.search(rf"\b{name}\b", _text(folder / path))}
    return Compared(*(tuple(sorted(names)) for names in (theirs & ours, missed & read, ours - theirs, missed - read)))


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


def main() -> int:
    """Print what differs; the exit status is 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("script", type=Path, nargs="?", help="the script of another tree")
    given = parser.parse_args()
    found = compare(given.tree.resolve(), given.script)
    print(f"both report {len(found.both)} names")
    for title, names in (
        ("only the script", found.missed),
        ("only kpolicy", found.more),
        ("only the script, in files that no architecture sources", found.beyond),
    ):
        print(f"{title}: {', '.join(names) or 'none'}")
    return 1 if found.missed or found.more else 0


if __name__ == "__main__":
    sys.exit(main())
