# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the processor time goes, before and after: the same work in one process, sampled."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import sampled
from tests.bench.setting import Setting, audit, check, emptied, without_results
from tests.bench.sides import Side, Words


@dataclass(frozen=True, slots=True)
class Profile:
    """Seconds of processor time of each phase of some work."""

    what: str
    side: str
    seconds: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def profiles(setting: Setting) -> list[Profile]:
    """One defconfig and all, each by both kpolicies where both are to be had."""
    one, every = check(setting.tree), audit(setting.tree, 1)
    found: list[Profile] = []
    for side in (setting.before, setting.now):
        if side is not None:
            found += _of_side(setting, side, one, every)
    order = list(dict.fromkeys(profile.what for profile in found))
    return sorted(found, key=lambda profile: order.index(profile.what))


def _of_side(setting: Setting, side: Side, one: Words, every: Words) -> Iterator[Profile]:
    cache = setting.cache(f"phases-{side.name}")
    side.run(one, cache)
    yield _profile("`check x86_64_defconfig`, model cached", side, one, without_results(cache))
    yield _profile("`audit`, empty cache", side, every, emptied(cache))
    yield _profile("`audit`, models cached", side, every, without_results(cache))
    if side is setting.now:
        yield _profile("`audit`, nothing changed", side, every, cache)


def _profile(what: str, side: Side, words: Words, cache: Path) -> Profile:
    output = cache / "phases.txt"
    command = [side.python, "-P", sampled.__file__, output, *words]
    done = subprocess.run(command, env=side.environment(cache), stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stderr.decode()}")
    lines = (line.split() for line in output.read_text().splitlines())
    return Profile(what, side.name, {name: float(seconds) for name, seconds in lines})
