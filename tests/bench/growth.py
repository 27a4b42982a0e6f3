# SPDX-License-Identifier: GPL-2.0-or-later
"""How cost grows with configs and with kernel releases, and what that says about many more of both."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Cost
from tests.bench.setting import PROCESSORS, Setting, audit, emptied, without_results
from tests.bench.sides import Words

_COUNTS = (1, 10, 100)


@dataclass(frozen=True, slots=True)
class Configs:
    """So many configs of so many architectures of one tree: with nothing cached, with models, with results too."""

    configs: int
    archs: int
    cold: Cost
    models: Cost
    known: Cost


@dataclass(frozen=True, slots=True)
class Releases:
    """Whole audits of some trees by one cache: the first, another with nothing changed, and what the cache holds."""

    names: tuple[str, ...]
    configs: int
    cold: Cost
    known: Cost
    model_bytes: int
    result_bytes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """All that was measured, with the limits of this machine and of the cache in bytes (None: not to be told)."""

    configs: Sequence[Configs]
    releases: Sequence[Releases]
    memory: int
    cache_limit: int | None


def growth(setting: Setting, trees: Sequence[tuple[str, Path]]) -> Growth:
    """1, 10, 100 and all configs of the tree; 1, 2, 4 of some trees."""
    counts = [count for count in _COUNTS if count < len(setting.configs)] + [len(setting.configs)]
    steps = [count for count in (1, 2, 4) if count <= len(trees)]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Growth(
        [_configs(setting, count) for count in counts],
        [_releases(setting, trees[:count]) for count in steps],
        memory,
        _limit(setting),
    )


def _configs(setting: Setting, count: int) -> Configs:
    every = setting.configs
    chosen = [every[(2 * number + 1) * len(every) // (2 * count)] for number in range(count)]
    words: Words = ["check", "--tree", setting.tree, "-j", str(PROCESSORS), *chosen]
    cache = setting.cache("growth")
    cold = setting.now.run(words, emptied(cache))
    models = setting.now.run(words, without_results(cache))
    return Configs(count, len({path.split("/")[1] for path in chosen}), cold, models, setting.now.run(words, cache))


def _releases(setting: Setting, trees: Sequence[tuple[str, Path]]) -> Releases:
    cache = emptied(setting.cache("growth"))
    cold = total([setting.now.run(audit(tree), cache) for _, tree in trees])
    known = total([setting.now.run(audit(tree), cache) for _, tree in trees])
    sizes = {"model": 0, "result": 0}
    for path in cache.glob("kpolicy/*"):
        kind = path.suffix[1:]
        sizes[kind] = sizes.get(kind, 0) + path.stat().st_size
    configs = sum(1 for _, tree in trees for _ in tree.glob("arch/*/configs/**/*defconfig"))
    return Releases(tuple(name for name, _ in trees), configs, cold, known, sizes["model"], sizes["result"])


def total(costs: Sequence[Cost]) -> Cost:
    """What several runs cost, one after the other."""
    return Cost(
        sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs), max(cost.megabytes for cost in costs)
    )


def _limit(setting: Setting) -> int | None:
    """How much the cache may hold, as kpolicy itself says; None where it does not say."""
    said = setting.now.output(["cache", "--format", "json"], setting.cache("growth"))
    return int(json.loads(said)["limit"]) if said is not None else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What many configs on each of many releases would cost, as far as what was measured goes on like this."""

    configs: int
    releases: int
    build_seconds: float
    judge_seconds: float
    known_seconds: float
    megabytes: float
    model_bytes: float
    result_bytes: float

    @property
    def cache_bytes(self) -> float:
        return self.model_bytes + self.result_bytes


def forecast(found: Growth, configs: int, releases: int) -> Forecast:
    """Models grow with releases, judging with configs of each, memory with the configs of one audit.

    That is the memory of the process that gathers all reports.  Those that build models need more to begin with, and
    no more for more configs of the same architectures.
    """
    fewer, most, trees = found.configs[-2], found.configs[-1], found.releases[-1]
    building = max(most.cold.megabytes, most.models.megabytes)
    slope = max(0.0, (most.known.megabytes - fewer.known.megabytes) / (most.configs - fewer.configs))
    gathering = most.known.megabytes + slope * max(0, configs - most.configs)
    return Forecast(
        configs,
        releases,
        build_seconds=releases * max(0.0, most.cold.cpu - most.models.cpu),
        judge_seconds=releases * configs * most.models.cpu / most.configs,
        known_seconds=releases * configs * most.known.cpu / most.configs,
        megabytes=max(building, gathering),
        model_bytes=releases * trees.model_bytes / len(trees.names),
        result_bytes=releases * configs * trees.result_bytes / trees.configs,
    )
