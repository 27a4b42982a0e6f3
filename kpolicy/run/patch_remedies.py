# SPDX-License-Identifier: GPL-2.0-or-later
"""The remedies for selects that can break a dependency, tried out on every architecture that reads the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kpolicy.errors import KpolicyError
from kpolicy.frozen import dataclass
from kpolicy.kconfig.entries import written_entries
from kpolicy.policy.patches.edits import edited
from kpolicy.policy.patches.remedies import Remedy, remedies
from kpolicy.policy.patches.statement import NoEditError
from kpolicy.report.views.patches import Advice
from kpolicy.run.executors import examiner, spread
from kpolicy.run.patch_bench import Tried, UnmetSelect, bench

if TYPE_CHECKING:
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.run.context import Context
    from kpolicy.run.examine import Examiner


@dataclass(frozen=True, slots=True)
class _Parts:
    """Selects whose broken dependencies are asked for on an architecture."""

    arch: str
    selects: tuple[UnmetSelect, ...]


@dataclass(frozen=True, slots=True)
class _Trials:
    """Selects to try on an architecture, each with the contents of its file by two remedies."""

    arch: str
    selects: tuple[tuple[UnmetSelect, tuple[bytes, ...]], ...]


def advise(findings: Sequence[Finding], looking: Examiner, context: Context) -> tuple[Advice, ...]:
    """What can be done about each of some `kconfig/unmet-select` findings, and what was proved of it."""
    selects = [UnmetSelect(number, item.symbol, item.part, item.place) for number, item in enumerate(findings)]
    found = _parts(selects, findings, looking, context)
    ways: dict[int, tuple[Remedy, ...]] = {}
    problems: dict[int, str] = {}
    for select in selects:
        parts = found[select.number]
        try:
            ways[select.number] = _ways(select, parts, looking) if not isinstance(parts, str) else ()
        except NoEditError as error:
            ways[select.number], parts = (), error.message
        if isinstance(parts, str):
            problems[select.number] = parts
    outcomes = _tried([item for item in selects if ways[item.number]], ways, looking, context)
    return tuple(
        Advice(
            finding,
            tuple((way.line, outcomes.get((number, at), "")) for at, way in enumerate(ways[number])),
            problems.get(number, ""),
        )
        for number, finding in enumerate(findings)
    )


def _parts(
    selects: Sequence[UnmetSelect], findings: Sequence[Finding], looking: Examiner, context: Context
) -> Mapping[int, tuple[str, ...] | str]:
    """By select the dependencies that it breaks, on any architecture; in words why they cannot be named."""
    by_arch: dict[str, list[UnmetSelect]] = {}
    for select, finding in zip(selects, findings, strict=True):
        for arch in finding.architectures:
            by_arch.setdefault(arch, []).append(select)
    tasks = [_Parts(arch, tuple(several)) for arch, several in by_arch.items()]
    named: dict[int, dict[str, None]] = {select.number: {} for select in selects}
    problems: dict[int, str] = {}
    for done, answers in enumerate(spread(looking.plan, _ask, tasks, context, looking), 1):
        context.listener.progress(done, len(tasks))
        for number, parts in answers:
            if isinstance(parts, str):
                problems[number] = parts
            else:
                named[number].update(dict.fromkeys(parts))
    return {number: problems.get(number) or tuple(sorted(parts)) for number, parts in named.items()}


def _ask(task: _Parts) -> list[tuple[int, tuple[str, ...] | str]]:
    """Runs in a worker."""
    found: list[tuple[int, tuple[str, ...] | str]] = []
    for select in task.selects:
        try:
            found.append((select.number, bench(examiner(), task.arch).unmet_parts(select)))
        except KpolicyError as error:
            found.append((select.number, error.message))
    return found


def _ways(select: UnmetSelect, parts: Sequence[str], looking: Examiner) -> tuple[Remedy, ...]:
    if not parts:
        raise NoEditError("which dependency it breaks is not decided")
    path, line = select.place
    content = looking.source.read(path)
    entries = written_entries(looking.source, [path])
    entry = next((entry for entry in entries if any(item.line == line for item in entry.statements)), None)
    if entry is None:
        raise NoEditError("the line cannot be read by itself")
    return remedies(entry, select.place, parts, content.decode("utf-8", "surrogateescape").split("\n"))


def _tried(
    selects: Iterable[UnmetSelect], ways: Mapping[int, Sequence[Remedy]], looking: Examiner, context: Context
) -> Mapping[tuple[int, int], str]:
    """By select and remedy why that does not help, "" where it does on every architecture."""
    by_arch: dict[str, list[tuple[UnmetSelect, tuple[bytes, ...]]]] = {}
    for select in selects:
        content = looking.source.read(select.place.path)
        contents = tuple(edited(content, [way.edit]) for way in ways[select.number])
        for arch in looking.tree.names.files.get(select.place.path, ()):
            by_arch.setdefault(arch, []).append((select, contents))
    tasks = [_Trials(arch, tuple(several)) for arch, several in by_arch.items()]
    reasons: dict[tuple[int, int], str] = {}
    for done, answers in enumerate(spread(looking.plan, _try, tasks, context, looking), 1):
        context.listener.progress(done, len(tasks))
        for at, tried in answers:
            if tried.reason:
                reasons.setdefault((tried.number, at), f"{tried.reason} (on {tried.arch})")
    return reasons


def _try(task: _Trials) -> list[tuple[int, Tried]]:
    """Runs in a worker."""
    found: list[tuple[int, Tried]] = []
    for select, contents in task.selects:
        for at, content in enumerate(contents):
            try:
                found.append((at, bench(examiner(), task.arch).remedied(select, content)))
            except KpolicyError as error:
                # The architecture cannot be read at all.
                found.append((at, Tried(select.number, task.arch, f"not decided: {error.message}")))
    return found
