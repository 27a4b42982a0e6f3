# SPDX-License-Identifier: GPL-2.0-or-later
"""Write kpolicy/names/: `python -m names.make TREE...` (`make names TREES='...'`).

The trees are kernel sources of any releases, in any order; of several trees of one release the earliest counts, since
stable releases take symbols of later ones in.  What is written is the same for the same trees.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from names.evidence import Successor, successors
from names.tree import Tree, read_tree, release_of

DATA: Final = Path(__file__).resolve().parent.parent / "kpolicy" / "names"
REFUSED: Final = Path(__file__).resolve().parent / "refused.txt"
OLDER: Final = Path(__file__).resolve().parent / "older.txt"
PATCHED: Final = Path(__file__).resolve().parent / "patched.txt"
_RELEASE: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-rc(\d+))?")

_SEEN_HEAD: Final = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Which releases of Linux define a symbol on any architecture: first-last, or first- if the newest of them still does.
# Made by names/make.py.  Trees: {trees}
# Names that only releases before the first of these define have no first one.
"""
_SUCCESSORS_HEAD: Final = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# What became of symbols that Linux no longer defines: old name, kind, new name, last tree with the old name, first tree
# with the new one, evidence.  Made by names/make.py; docs/names.md says what the words of the evidence mean.
"""


def order(release: str) -> tuple[int, int, int, int]:
    """Releases from the oldest to the newest; a release candidate comes before its release."""
    found = _RELEASE.match(release)
    if found is None:
        raise SystemExit(f"not a release of Linux: {release}")
    return int(found[1]), int(found[2]), int(found[3]), int(found[4] or 1_000)


def series(release: str) -> str:
    """The series of a release: 6.12 for 6.12.117."""
    return ".".join(release.split(".")[:2])


def earliest(folders: Iterable[Path]) -> list[Path]:
    """The earliest tree of each series, from the oldest to the newest."""
    by_release = {release_of(folder): folder for folder in folders}
    chosen: dict[str, Path] = {}
    for release in sorted(by_release, key=order):
        chosen.setdefault(series(release), by_release[release])
    return list(chosen.values())


def spans(present: Sequence[bool], releases: Sequence[str]) -> str:
    """The runs of releases that have a symbol, in words of the data."""
    runs: list[tuple[int, int]] = []
    for at, has in enumerate(present):
        if has and runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        elif has:
            runs.append((at, at))
    last = len(releases) - 1
    return " ".join(f"{releases[first]}-{releases[end] if end < last else ''}" for first, end in runs)


def table(trees: Sequence[str], names: Mapping[str, Sequence[bool]], older: Iterable[str]) -> str:
    """The text of kpolicy/names/seen.txt."""
    releases = [series(tree) for tree in trees]
    lines = {name: f"{name} {spans(present, releases)}" for name, present in names.items()}
    lines |= {name: f"{name} -" for name in older if name not in lines}
    head = _SEEN_HEAD.format(trees=" ".join(trees))
    return head + "".join(f"{lines[name]}\n" for name in sorted(lines))


def plausible(present: Mapping[str, Sequence[bool]], patched: Iterable[str]) -> dict[str, Sequence[bool]]:
    """The names without those of patches: a tree with a patch of its own has names that its neighbours lack."""
    wrong = set(patched)
    return {
        name: runs
        for name, runs in present.items()
        if name not in wrong and not (sum(runs) == 1 and not runs[0] and not runs[-1])
    }


def chosen(found: Iterable[Successor], refused: Iterable[tuple[str, str]]) -> list[Successor]:
    """The successors to ship: without those that a person refused, and without names that have two."""
    wrong = set(refused)
    every = [item for item in found if (item.old, item.new) not in wrong]
    count = Counter(item.old for item in every)
    return sorted((item for item in every if count[item.old] == 1), key=lambda item: item.old)


def listed(found: Iterable[Successor]) -> str:
    """The text of kpolicy/names/successors.txt."""
    rows = [" ".join((s.old, s.kind, s.new, s.last, s.first, "+".join(s.evidence))) for s in found]
    return _SUCCESSORS_HEAD + "".join(f"{row}\n" for row in rows)


def compared(trees: Iterator[Tree], present: Mapping[str, Sequence[bool]]) -> Iterator[Successor]:
    """The successors that neighbouring trees show; of a symbol only where its last run of releases ends."""
    before: Tree | None = None
    for at, tree in enumerate(trees):
        if before is not None:
            gone = {name for name in before.symbols if name in present and not any(present[name][at:])}
            fresh = {name for name in tree.symbols if name in present and not any(present[name][:at])}
            yield from successors(before, tree, gone, fresh)
        before = tree


def words(path: Path) -> list[str]:
    """The words of a list of names; `#` begins a comment."""
    return [word for line in path.read_text().splitlines() for word in line.partition("#")[0].split()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the trees twice, so that no more than two are held at a time, and write the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path, metavar="TREE")
    parser.add_argument("--output", type=Path, default=DATA)
    options = parser.parse_args(arguments)
    folders = earliest(options.trees)
    present: dict[str, list[bool]] = defaultdict(lambda: [False] * len(folders))
    releases: list[str] = []
    for at, folder in enumerate(folders):
        tree = read_tree(folder)
        releases.append(tree.release)
        for name in tree.symbols:
            present[name][at] = True
        print(f"{tree.release}: {len(tree.symbols)} symbols", file=sys.stderr)
    names = plausible(present, words(PATCHED))
    pairs = words(REFUSED)
    refused = zip(pairs[::2], pairs[1::2], strict=True)
    found = chosen(compared(map(read_tree, folders), names), refused)
    (options.output / "seen.txt").write_text(table(releases, names, words(OLDER)))
    (options.output / "successors.txt").write_text(listed(found))
    print(f"{len(names)} symbols of {len(releases)} releases, {len(found)} successors", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
