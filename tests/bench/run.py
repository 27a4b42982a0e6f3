# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure kpolicy against conf and write docs/performance.md: `python -m tests.bench.run` (`make bench`).

Everything is measured in one run on the same two processors, one thing after the other.  Ratios count;
seconds only say what they are ratios of.  The exit status is 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.oracle.cases import architectures, defconfigs
from tests.oracle.conf import PATH, Oracle
from tests.oracle.trees import find_trees

_PROCESSORS = 2
_RELEASE, _OLDER = "6.12", "6.1"
_PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_KPOLICY = [sys.executable, "-m", "kpolicy"]


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what was measured, against what, and how much at most."""

    what: str
    ours: str
    against: str
    ratio: str
    bar: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds and megabytes (the largest of all processes) of one command."""

    seconds: float
    megabytes: float


def measured(command: Sequence[str], cache: Path, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command with its output thrown away."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return Run(seconds, usage.ru_maxrss / 1024)


def conf(oracle: Oracle, path: str) -> None:
    """One `conf --defconfig`, as make would run it but for what it prints."""
    arch = path.split("/")[1]
    environment = {**oracle.environment(arch), "srctree": str(oracle.tree), "PATH": PATH}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        auto = Path(name) / "include" / "config" / "auto.conf"
        auto.parent.mkdir(parents=True)
        auto.touch()
        command = [str(oracle.program), "-s", f"--defconfig={path}", "Kconfig"]
        subprocess.run(command, cwd=name, env=environment, check=True, capture_output=True)


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def audit_rows(oracle: Oracle, older: Path, scratch: Path) -> list[Row]:
    """All defconfigs of a tree, two at a time; also those that an older tree has too, compared."""
    paths = [path for arch in architectures(oracle.tree) for path in defconfigs(oracle.tree, arch)]

    def sweep() -> None:
        with ThreadPoolExecutor(_PROCESSORS) as pool:
            list(pool.map(lambda path: conf(oracle, path), paths))

    theirs = seconds(sweep)
    command = [*_KPOLICY, "audit", str(oracle.tree), "-j", str(_PROCESSORS)]
    cold, warm = cold_and_warm(command, scratch / "audit")
    diff = [*_KPOLICY, "diff", str(older), str(oracle.tree), "-j", str(_PROCESSORS)]
    cold_diff = measured(diff, scratch / "diff", (0, 1))
    # By turns: processors are now faster, now slower, and it is the ratio that counts.
    turns = [(measured(diff, scratch / "diff", (0, 1)), measured(command, scratch / "audit", (0, 1))) for _ in range(5)]
    warm_diff, warm_beside = (statistics.median(run.seconds for run in column) for column in zip(*turns, strict=True))
    # Also those that are quiet, or that an audit leaves out for the time that they take.
    everything = scratch / "everything.toml"
    everything.write_text('[rules]\n"*" = "on"\n')
    command += ["--policy", str(everything)]
    cold_all, warm_all = cold_and_warm(command, scratch / "everything")
    what = f"audit of {len(paths)} defconfigs"
    megabytes = max(run.megabytes for run in (cold, warm, cold_all, warm_all, cold_diff, turns[0][0]))
    return [
        _ratio(f"{what}, empty cache", cold.seconds, theirs, 8),
        _ratio(f"{what}, warm cache", warm.seconds, theirs, 20),
        _ratio(f"{what}, every check on, empty cache", cold_all.seconds, theirs, 8),
        _ratio(f"{what}, every check on, warm cache", warm_all.seconds, theirs, 20),
        _times("diff of two trees, empty cache", cold_diff.seconds, cold.seconds, 3),
        _times("diff of two trees, warm cache", warm_diff, warm_beside, 3),
        Row("memory, largest process", f"{megabytes:.0f} MB", "", "", "300 MB", megabytes <= 300),
    ]


def cold_and_warm(command: Sequence[str], cache: Path) -> tuple[Run, Run]:
    """A command with an empty cache, and the best of three runs after it."""
    cold = measured(command, cache, (0, 1))
    return cold, min((measured(command, cache, (0, 1)) for _ in range(3)), key=lambda run: run.seconds)


def single_row(oracle: Oracle, scratch: Path, words: Sequence[str], bar: float, times: int = 9) -> Row:
    """One question, again and again, against one run of conf."""
    path = "arch/x86/configs/x86_64_defconfig"
    command = [*_KPOLICY, *words, "--tree", str(oracle.tree), "--arch", "x86"]
    measured(command, scratch / words[0], (0, 1))
    pairs = [
        (measured(command, scratch / words[0], (0, 1)).seconds, seconds(lambda: conf(oracle, path)))
        for _ in range(times)
    ]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return _ratio(f"{' '.join(words)}, warm cache", ours, theirs, bar)


def version_row(scratch: Path, times: int = 25) -> Row:
    """`kpolicy --version`, against Python that does nothing."""
    pairs = [
        (
            measured([*_KPOLICY, "--version"], scratch).seconds,
            measured([sys.executable, "-c", "pass"], scratch).seconds,
        )
        for _ in range(times)
    ]
    ours, bare = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    kept = ours - bare <= 100
    return Row("--version", f"{ours:.0f} ms", f"python: {bare:.0f} ms", f"+{ours - bare:.0f} ms", "+100 ms", kept)


def _ratio(what: str, ours: float, theirs: float, bar: float) -> Row:
    return Row(
        what, f"{ours:.2f} s", f"conf: {theirs:.2f} s", f"1/{theirs / ours:.1f}", f"1/{bar}", ours * bar <= theirs
    )


def _times(what: str, ours: float, audit: float, most: float) -> Row:
    """A bar against one audit, as cold or as warm as this was."""
    return Row(what, f"{ours:.2f} s", f"audit: {audit:.2f} s", f"{ours / audit:.1f}x", f"{most}x", ours <= most * audit)


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as a Markdown table with aligned columns."""
    head = ("what", "kpolicy", "against", "ratio", "bar", "kept")
    cells = [head, *((*_texts(row), "yes" if row.kept else "NO") for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _texts(row: Row) -> tuple[str, str, str, str, str]:
    return row.what, row.ours, row.against, row.ratio, row.bar


def page(rows: Sequence[Row], version: str) -> str:
    """docs/performance.md."""
    machine = f"{_PROCESSORS} processors, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Performance",
            "",
            "Written by `make bench`: kpolicy against the kernel's own `conf`, in one run on one machine",
            f"({machine}), on Linux {version}.  `conf` runs with the tree's",
            "`scripts/dummy-tools`, two at a time where kpolicy has two processes.  The trees that are compared",
            f"are those of {_OLDER} and {_RELEASE}, over every defconfig that both have.",
            "",
            *table(rows),
            "",
            "Where the time of an audit goes: with an empty cache two thirds are spent on reading the Kconfig",
            "files of each architecture and working out its model, once; the rest, and all of a warm run, on the",
            "values of each config, of which only those that rules, roles and the census ask for are worked out.",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-page", action="store_true", help="only print the table")
    options = parser.parse_args()
    kernels = find_trees().kernels
    tree, older = kernels.get(_RELEASE), kernels.get(_OLDER)
    if tree is None or older is None:
        print(f"no kernel trees of {_RELEASE} and {_OLDER}: run `make trees`", file=sys.stderr)
        return 1
    processors = sorted(os.sched_getaffinity(0))[:_PROCESSORS]
    os.sched_setaffinity(0, processors)
    oracle = Oracle(tree)
    for arch in architectures(tree):
        oracle.environment(arch)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        scratch = Path(name)
        rows = [
            version_row(scratch),
            single_row(oracle, scratch, ["check", "x86_64_defconfig"], 2),
            single_row(oracle, scratch, ["chain", "KASAN"], 1.6),
            single_row(oracle, scratch, ["explain", "STACKTRACE", "--config", "x86_64_defconfig"], 1.6),
            *audit_rows(oracle, older, scratch),
        ]
    print("\n".join(table(rows)))
    if not options.no_page:
        _PAGE.parent.mkdir(exist_ok=True)
        _PAGE.write_text(page(rows, oracle.environment("x86")["KERNELVERSION"]))
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
