# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits tried on every architecture that reads a file of theirs, in as many processes as the run has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import failure
from kpolicy.frozen import dataclass
from kpolicy.policy.patches.message import Proof
from kpolicy.run.executors import examiner, spread
from kpolicy.run.patch_bench import Trial, Tried, bench

if TYPE_CHECKING:
    from kpolicy.run.context import Context
    from kpolicy.run.examine import Examiner

_AT_ONCE: Final = 8
"""So many edits are tried in one go on an architecture, whose model is built first."""


@dataclass(frozen=True, slots=True)
class _Task:
    arch: str
    trials: tuple[Trial, ...]


def tried(trials: Sequence[Trial], looking: Examiner, context: Context) -> list[Proof | str]:
    """By edit, why it changes nothing, or in words why that is not shown."""
    files = looking.tree.names.files
    readers = [_readers(trial, files) for trial in trials]
    by_arch: dict[str, list[Trial]] = {}
    for trial, archs in zip(trials, readers, strict=True):
        for arch in archs:
            by_arch.setdefault(arch, []).append(trial)
    tasks = [
        _Task(arch, tuple(several[start : start + _AT_ONCE]))
        for arch, several in by_arch.items()
        for start in range(0, len(several), _AT_ONCE)
    ]
    results: dict[int, list[Tried]] = {}
    total, done = sum(len(task.trials) for task in tasks), 0
    for found in spread(looking.plan, _try, tasks, context, looking):
        for item in found:
            results.setdefault(item.number, []).append(item)
        done += len(found)
        context.listener.progress(done, total)
    return [_proof(results.get(trial.number, []), archs) for trial, archs in zip(trials, readers, strict=True)]


def _readers(trial: Trial, files: Mapping[str, Sequence[str]]) -> list[str]:
    """The architectures that read a file of an edit."""
    return sorted({arch for path in trial.contents for arch in files.get(path, ())})


def _try(task: _Task) -> list[Tried]:
    """Some edits on one architecture; runs in a worker."""
    try:
        place = bench(examiner(), task.arch)
    except Exception as error:  # noqa: BLE001 - what is wrong with one architecture must not hide what others show
        reason = f"not decided: {failure(error, task.arch).message}"
        return [Tried(trial.number, task.arch, reason) for trial in task.trials]
    return [place.tried(trial) for trial in task.trials]


def _proof(results: Sequence[Tried], archs: Sequence[str]) -> Proof | str:
    by_arch = {item.arch: item for item in results}
    missing = [arch for arch in archs if arch not in by_arch]
    if missing:
        return f"not decided on {', '.join(missing)}: a worker process died"
    failed = [by_arch[arch] for arch in archs if by_arch[arch].reason]
    if failed:
        return f"{failed[0].reason} (on {failed[0].arch})"
    return Proof(
        architectures=tuple(archs),
        structural=all(item.structural for item in results),
        configs=sum(item.configs for item in results),
        grounds=tuple(ground for item in results for ground in item.grounds),
    )
