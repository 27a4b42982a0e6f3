# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured as text: tables for the terminal and for docs/performance.md."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.bench.against_conf import ConfRow
from tests.bench.growth import Configs, Forecast, Growth, Releases, forecast
from tests.bench.phases import Profile
from tests.bench.rows import Row
from tests.bench.sampled import PHASES
from tests.bench.sides import TODAY

_MANY_CONFIGS, _MANY_RELEASES = 10_000, 50
_MIB, _GIB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Measured:
    """All that a run of the benchmark found out; what it left out, and why."""

    machine: str
    version: str
    times: int
    rows: Sequence[Row] = ()
    profiles: Sequence[Profile] = ()
    growth: Growth | None = None
    conf: Sequence[ConfRow] = ()
    left_out: Sequence[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether no bar is missed."""
        return all(row.kept for row in self.rows) and all(row.kept for row in self.conf)


def page(found: Measured) -> str:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on one machine ({found.machine}), with the defconfigs of Linux {found.version}.",
        f'"Today" is commit {TODAY}. Both sides are installed alike, with their `.pyc` files, and run in turn;',
        f"each figure is the median of {found.times} runs in seconds: processor time of all processes, and wall-clock",
        "time. Ratios and bars are of processor time.",
        "",
        *sections(found),
    ]
    return "\n".join(lines)


def sections(found: Measured) -> list[str]:
    """The tables, each followed by an empty line."""
    lines: list[str] = []
    if found.rows:
        lines += [*table(_ROWS, map(_row, found.rows)), ""]
    lines += [f"Not measured: {reason}." for reason in found.left_out]
    lines += [""] if found.left_out else []
    if found.profiles:
        lines += [
            "## Where the time goes",
            "",
            *_PROFILES,
            "",
            *table(_phases_head(), map(_phases, found.profiles)),
            "",
        ]
    if found.growth is not None:
        lines += ["## How cost grows", "", *_growth(found.growth), ""]
    if found.conf:
        lines += ["## Against conf", "", *_CONF, "", *table(_CONF_HEAD, map(_conf, found.conf)), ""]
    return lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table with aligned columns."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


_ROWS = ("work", "CPU", "wall", "against", "CPU", "wall", "ratio", "bar", "kept")


def _row(row: Row) -> tuple[str, ...]:
    theirs = ("", "") if row.theirs is None else (_seconds(row.theirs.cpu), _seconds(row.theirs.wall))
    ours = ("", "") if row.theirs is None else (_seconds(row.ours.cpu), _seconds(row.ours.wall))
    return (row.what, *ours, row.against, *theirs, row.compared, row.bar, "yes" if row.kept else "NO")


_PROFILES = (
    "CPU seconds in one process (`-j 1`), sampled every few milliseconds: start (the interpreter and all imports),",
    "Kconfig (reading files and building models, or loading them from the cache), values of symbols, judging (rules,",
    "roles, causes), the report, and the rest (command line, selection of configs, remembered results).",
)


def _phases_head() -> tuple[str, ...]:
    return ("work", "kpolicy", *PHASES, "sum")


def _phases(profile: Profile) -> tuple[str, ...]:
    side = "today" if profile.side == TODAY else "now"
    return (profile.what, side, *(_seconds(profile.seconds[name]) for name in PHASES), _seconds(profile.total))


_CONF = (
    "Wall-clock seconds against the kernel's own `conf`, which runs with the tree's `scripts/dummy-tools`, two at a",
    "time where kpolicy has two processes. The two trees that are compared are the oldest and the newest of the tests.",
)
_CONF_HEAD = ("work", "kpolicy", "against", "seconds", "ratio", "bar", "kept")


def _conf(row: ConfRow) -> tuple[str, ...]:
    kept = "yes" if row.kept else "NO"
    return (row.what, _seconds(row.seconds), row.against, _seconds(row.others), row.compared, row.bar, kept)


def _growth(found: Growth) -> list[str]:
    configs = ("configs", "architectures", "empty cache", "models cached", "nothing changed", "largest process")
    releases = ("releases", "configs", "empty cache", "nothing changed", "models", "results", "largest process")
    lines = ["CPU seconds of one run of `check` on configs spread over the tree:", ""]
    lines += [*table(configs, map(_configs, found.configs)), ""]
    if found.releases:
        lines += [
            "CPU seconds of audits of whole trees, one after the other, and what the cache folder holds then:",
            "",
        ]
        lines += [*table(releases, map(_releases, found.releases)), ""]
        if len(found.configs) > 1:
            lines += _told(found, forecast(found, _MANY_CONFIGS, _MANY_RELEASES))
    return lines


def _configs(step: Configs) -> tuple[str, ...]:
    costs = (step.cold, step.models, step.known)
    most = max(cost.megabytes for cost in costs)
    return (str(step.configs), str(step.archs), *(_seconds(cost.cpu) for cost in costs), f"{most:.0f} MB")


def _releases(step: Releases) -> tuple[str, ...]:
    names = f"{len(step.names)} ({', '.join(step.names)})"
    costs = (_seconds(step.cold.cpu), _seconds(step.known.cpu))
    most = max(step.cold.megabytes, step.known.megabytes)
    return (names, str(step.configs), *costs, _bytes(step.model_bytes), _bytes(step.result_bytes), f"{most:.0f} MB")


def _told(found: Growth, told: Forecast) -> list[str]:
    """The forecast in words, and its first limit."""
    text = (
        f"At these rates {told.configs:,} configs on each of {told.releases} releases take"
        f" {_duration(told.build_seconds)} of CPU time to build the models, {_duration(told.judge_seconds)} to judge"
        f" the configs, and {_duration(told.known_seconds)} for another run when nothing changed. An audit of"
        f" {told.configs:,} configs needs {told.megabytes:,.0f} MB in its largest process; the cache needs"
        f" {_bytes(told.model_bytes)} for models and {_bytes(told.result_bytes)} for results."
    )
    return textwrap.wrap(f"{text} {first_limit(found, told)}", 110)


def first_limit(found: Growth, told: Forecast) -> str:
    """What would be reached first: the limit of the cache folder, the memory of this machine, or neither."""
    needs = [("memory", told.megabytes * _MIB / found.memory)]
    if found.cache_limit is not None:
        needs.append(("cache", told.cache_bytes / found.cache_limit))
    name, share = max(needs, key=lambda need: need[1])
    if share <= 1:
        return "Neither memory nor the cache folder is a limit then: the first one is processor time."
    if name == "memory":
        return f"The first limit is memory: this machine has {_bytes(found.memory)}, {1 / share:.0%} of what is needed."
    assert found.cache_limit is not None
    return (
        f"The first limit is the cache folder: {_bytes(found.cache_limit)} hold {told.releases / share:.1f} such"
        " releases; beyond that the oldest entries are removed, and made again when they are needed."
    )


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 0.0995 else f"{seconds:.2f} s"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _bytes(count: float) -> str:
    return f"{count / _GIB:.1f} GiB" if count >= _GIB else f"{count / _MIB:.1f} MiB"
