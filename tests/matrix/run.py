# SPDX-License-Identifier: GPL-2.0-or-later
"""All commands on all configs of a folder and on all pairs: `python -m tests.matrix.run FOLDER` (`make matrix`).

The configs are full .config files, plain or packed, anywhere below FOLDER.  Each is looked at with every test tree
and without one.  The exit status is 1 when a command fails in a way that no input may make it fail.
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from kpolicy.run.endings import end_with_parent
from tests.cli.support import kpolicy
from tests.matrix.lines import Line, alone, fault, pair, whole_tree
from tests.oracle.trees import find_trees

_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".config": bytes,
    ".config.xz": lzma.decompress,
    ".config.gz": gzip.decompress,
}


@dataclass(frozen=True, slots=True)
class Task:
    """One config, or two, by their names in the folder of the run, or none, for what is about the tree itself."""

    configs: tuple[str, ...]
    tree: str | None
    folder: str


@dataclass(slots=True)
class Done:
    """What came of a task: how often each command had which exit status, and the command lines at fault."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: int = 0


def tasks(configs: list[str], trees: list[str], folder: str) -> Iterator[Task]:
    """Everything that there is to do, the pairs of one tree together; without a tree it is quickest."""
    for tree in (None, *trees):
        if tree is not None:
            yield Task((), tree, folder)
        for one in (*((name,) for name in configs), *combinations(configs, 2)):
            yield Task(one, tree, folder)


def _lines(task: Task, new: str) -> Iterator[Line]:
    if not task.configs:
        assert task.tree is not None
        return whole_tree(task.tree, "x86", new)
    if len(task.configs) == 1:
        return alone(task.configs[0], task.tree, new)
    return pair(task.configs[0], task.configs[1], task.tree, new)


def work(task: Task) -> Done:
    """Run the command lines of a task in this process."""
    os.chdir(task.folder)
    done = Done()
    with tempfile.TemporaryDirectory() as new:
        for line in _lines(task, new):
            outcome = kpolicy(*line.words)
            done.statuses[line.words[0], outcome.status] += 1
            wrong = fault(outcome)
            if wrong is not None:
                done.faults.append(f"kpolicy {' '.join(line.words)}\n    {wrong}")
    done.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return done


def unpack(folder: Path, into: Path) -> list[str]:
    """Plain copies of the configs below a folder; returns their names."""
    names = []
    for path in sorted(folder.rglob("*")):
        ending = next((ending for ending in _UNPACK if path.name.endswith(ending)), None)
        if ending is not None and path.is_file():
            name = "-".join(path.relative_to(folder).parts).removesuffix(ending) + ".config"
            (into / name).write_bytes(_UNPACK[ending](path.read_bytes()))
            names.append(name)
    return names


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th config and pair")
    parser.add_argument("--start", type=int, default=1, metavar="N", help="go on with the N-th of them")
    options = parser.parse_args()
    trees = [str(tree) for tree in find_trees().kernels.values()]
    if not trees:
        print("no kernel trees: run `make trees`", file=sys.stderr)
        return 1
    total, faults, memory, start = Counter[tuple[str, int]](), 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        configs = unpack(options.folder, Path(folder))
        if not configs:
            print(f"no config files below {options.folder}", file=sys.stderr)
            return 1
        waiting = list(tasks(configs, trees, folder))[:: options.every]
        with ProcessPoolExecutor(options.j, initializer=end_with_parent) as pool:
            for number, done in enumerate(pool.map(work, waiting[options.start - 1 :]), options.start):
                total += done.statuses
                faults += len(done.faults)
                memory = max(memory, done.memory)
                for text in done.faults:
                    print(text, flush=True)
                if not number % 10:
                    print(f"{number} of {len(waiting)} done, {faults} faults", file=sys.stderr, flush=True)
    print(f"{len(configs)} configs, {len(trees)} trees; {sum(total.values())} command lines, {faults} faults")
    for (command, status), count in sorted(total.items()):
        print(f"  {command:10} exit status {status}: {count}")
    print(f"largest process {memory} MB, {time.monotonic() - start:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
