# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure kpolicy against an earlier commit, its peers and conf: `python -m tests.bench.run` (`make bench`).

Everything is measured in one run on the same two processors, the sides of each bar by turns.  All groups together
write docs/performance.md.  The exit status is 1 when a bar is missed.

Groups: check, diff (without a tree, against peers); defconfig, audit, edit, since (against the earlier commit);
help; prove; phases; growth; conf.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.against_conf import ConfRow, conf_rows
from tests.bench.growth import Growth, growth
from tests.bench.page import Measured, page, sections
from tests.bench.phases import Profile, profiles
from tests.bench.proofs import prove_rows
from tests.bench.rows import GROUPS, Row, memory
from tests.bench.setting import PROCESSORS, Setting
from tests.bench.sides import ROOT, LeftOut, Side, kpolicy_now, kpolicy_today
from tests.oracle.trees import RELEASES, Trees, find_trees

_PAGE = ROOT / "docs" / "performance.md"
_PROOFS = "prove"
_OTHERS = (_PROOFS, "phases", "growth", "conf")
_RELEASE, _OLDER = RELEASES


def groups(text: str) -> list[str]:
    """The groups of an option's value, in the order of the tables."""
    known = (*GROUPS, *_OTHERS)
    names = text.split(",")
    if wrong := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"no group {wrong[0]!r}; there are {', '.join(known)}")
    return [name for name in known if name in names]


def measure(
    setting: Setting, chosen: Sequence[str], trees: Sequence[tuple[str, Path]], left_out: list[str]
) -> Measured:
    """All that some groups measure."""
    rows: list[Row] = []
    proofs: list[Row] = []
    for name in chosen:
        if name in GROUPS or name == _PROOFS:
            _say(name)
            try:
                if name == _PROOFS:
                    proofs = prove_rows(setting)
                else:
                    rows += GROUPS[name](setting)
            except LeftOut as reason:
                left_out.append(f"`{name}`: {reason}")
    if rows:
        rows.append(memory(rows))
    rows += proofs
    found_profiles: list[Profile] = []
    found_growth: Growth | None = None
    found_conf: list[ConfRow] = []
    if "phases" in chosen:
        _say("phases")
        found_profiles = profiles(setting)
    if "growth" in chosen:
        _say("growth")
        found_growth = growth(setting, trees)
    if "conf" in chosen:
        _say("conf")
        found_conf = conf_rows(setting)
    machine = f"{PROCESSORS} processors, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return Measured(
        machine, _version(setting.tree), setting.times, rows, found_profiles, found_growth, found_conf, left_out
    )


def _version(tree: Path) -> str:
    values = dict(line.split(" = ", 1) for line in (tree / "Makefile").read_text().splitlines()[:6] if " = " in line)
    return f"{values['VERSION']}.{values['PATCHLEVEL']}.{values['SUBLEVEL']}"


def _say(text: str) -> None:
    print(f"measuring {text}", file=sys.stderr)


def _today(scratch: Path) -> tuple[Side | None, list[str]]:
    try:
        return kpolicy_today(scratch / "today"), []
    except LeftOut as reason:
        return None, [f"bars against today: {reason}"]


def _full_configs(trees: Trees) -> tuple[Path, ...]:
    """Debian's own amd64 configs of both kernels, the newer first."""
    folders = [trees.configs[release] for release in RELEASES if release in trees.configs]
    return tuple(path for folder in folders for path in [folder / "config.amd64_none_amd64.xz"] if path.is_file())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = [*GROUPS, *_OTHERS]
    parser.add_argument("--only", type=groups, default=every, metavar="GROUP,...", help="measure these, write no page")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each side (default: 5)")
    parser.add_argument("--no-page", action="store_true", help="only print the tables")
    parser.add_argument("trees", nargs="*", type=Path, metavar="TREE", help="more releases to see how cost grows")
    options = parser.parse_args()
    trees = find_trees()
    tree, older = trees.kernels.get(_RELEASE), trees.kernels.get(_OLDER)
    if tree is None or older is None:
        print(f"no kernel trees of {_RELEASE} and {_OLDER}: run `make trees`", file=sys.stderr)
        return 1
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        scratch = Path(name)
        before, left_out = _today(scratch)
        now = kpolicy_now(scratch / "now")
        setting = Setting(now, before, tree, older, _full_configs(trees), scratch, max(1, options.runs))
        releases = [(_version(path), path.resolve()) for path in (tree, older, *options.trees)]
        found = measure(setting, options.only, releases, left_out)
    print("\n".join(sections(found)))
    if options.only == every and not options.no_page:
        _PAGE.write_text(page(found))
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
