# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy against the kernel's own `conf`, by the clock: two processes each where kpolicy has two."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Cost, alternating
from tests.bench.setting import DEFCONFIG, PROCESSORS, Setting, audit, emptied, without_results
from tests.bench.sides import Words
from tests.oracle.conf import PATH, Oracle


@dataclass(frozen=True, slots=True)
class ConfRow:
    """One bar: seconds of the clock, those of something else, and how often the one must fit into the other."""

    what: str
    seconds: float
    against: str
    others: float
    compared: str
    bar: str
    kept: bool


def _faster(what: str, ours: float, theirs: float, bar: float) -> ConfRow:
    return ConfRow(what, ours, "conf", theirs, f"1/{theirs / ours:.1f}", f"1/{bar:g}", ours * bar <= theirs)


def _times(what: str, ours: float, audited: float, most: float) -> ConfRow:
    return ConfRow(what, ours, "audit", audited, f"{ours / audited:.1f} x", f"<= {most:g} x", ours <= most * audited)


def conf_rows(setting: Setting) -> list[ConfRow]:
    """Single questions, and all defconfigs."""
    oracle = Oracle(setting.tree)
    # Asks make for each architecture's environment, which is no part of a run.
    for path in setting.configs:
        oracle.environment(path.split("/")[1])
    return [
        _question(setting, oracle, ["check", "x86_64_defconfig"], 2),
        _question(setting, oracle, ["chain", "KASAN"], 1.6),
        _question(setting, oracle, ["explain", "STACKTRACE", "--config", "x86_64_defconfig"], 1.6),
        *_sweeps(setting, oracle),
    ]


def _conf(oracle: Oracle, path: str) -> Cost:
    """One `conf --defconfig`, as make would run it but for what it prints."""
    environment = {**oracle.environment(path.split("/")[1]), "srctree": str(oracle.tree), "PATH": PATH}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        auto = Path(name) / "include" / "config" / "auto.conf"
        auto.parent.mkdir(parents=True)
        auto.touch()
        command = [str(oracle.program), "-s", f"--defconfig={path}", "Kconfig"]
        return _timed(lambda: subprocess.run(command, cwd=name, env=environment, check=True, capture_output=True))


def _timed(action: Callable[[], object]) -> Cost:
    """By the clock alone: several processes of several threads."""
    start = time.perf_counter()
    action()
    wall = time.perf_counter() - start
    return Cost(wall, wall)


def _question(setting: Setting, oracle: Oracle, words: Sequence[str], bar: float) -> ConfRow:
    line: Words = [*words, "--tree", setting.tree, "--arch", "x86"]
    cache = setting.cache("conf")
    setting.now.run(line, cache)
    ours, theirs = alternating(setting.times, lambda: setting.now.run(line, cache), lambda: _conf(oracle, DEFCONFIG))
    return _faster(f"`{' '.join(words)}`, again", ours.wall, theirs.wall, bar)


def _sweeps(setting: Setting, oracle: Oracle) -> list[ConfRow]:
    def sweep() -> None:
        with ThreadPoolExecutor(PROCESSORS) as pool:
            list(pool.map(lambda path: _conf(oracle, path), setting.configs))

    theirs = _timed(sweep).wall
    # Also the rules that are quiet, and those that an audit leaves out for the time that they take.
    everything = setting.scratch / "everything.toml"
    everything.write_text('[rules]\n"*" = "on"\n')
    words = audit(setting.tree)
    diff: Words = ["diff", setting.older, setting.tree, "-j", str(PROCESSORS)]
    cold, again = _cold_and_again(setting, words)
    models = setting.now.run(words, without_results(setting.cache("conf"))).wall
    cold_all, again_all = _cold_and_again(setting, [*words, "--policy", everything])
    cold_diff, again_diff = _cold_and_again(setting, diff)
    what = f"`audit` of {len(setting.configs)} defconfigs"
    return [
        _faster(f"{what}, empty cache", cold, theirs, 8),
        _faster(f"{what}, again", again, theirs, 20),
        _faster(f"{what}, every check on, empty cache", cold_all, theirs, 8),
        _faster(f"{what}, every check on, again", again_all, theirs, 20),
        _times("`diff` of two trees, empty cache", cold_diff, cold, 3),
        # Against an audit that judges: `diff` does.
        _times("`diff` of two trees, again", again_diff, models, 3),
    ]


def _cold_and_again(setting: Setting, words: Words) -> tuple[float, float]:
    cache = emptied(setting.cache("conf"))
    cold = setting.now.run(words, cache).wall
    (again,) = alternating(min(setting.times, 3), lambda: setting.now.run(words, cache))
    return cold, again.wall
