# SPDX-License-Identifier: GPL-2.0-or-later
"""The searches for one finding, from what takes no request to what takes any, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import replace
from kpolicy.policy.checks.registry import UNREADABLE
from kpolicy.policy.edits import line_of
from kpolicy.policy.fixes.goals import RequirementGoal, is_about_a_line
from kpolicy.policy.fixes.honour import HonourGoal
from kpolicy.policy.fixes.hopeless import Hopeless, unsafe_only, why_hopeless
from kpolicy.policy.fixes.requests import Guard
from kpolicy.policy.fixes.search import Search, Step

if TYPE_CHECKING:
    from kpolicy.policy.fixes.goals import Goal
    from kpolicy.policy.fixes.lines import Document
    from kpolicy.policy.fixes.plan import Task
    from kpolicy.policy.fixes.workbench import Edits, Workbench
    from kpolicy.policy.rules.finding import Finding

# Only for the reason: that --unsafe would help.
_MOST_TRIES: Final = 12


def searches(
    task: Task, bench: Workbench, start: Edits, guard: Guard, finding: Finding, goals: Sequence[Goal | None]
) -> Iterator[Search]:
    """The searches for a finding after the edits of `start`; `guard` is the strictest."""
    required = any(isinstance(goal, RequirementGoal) for goal in goals)
    # A requirement is stronger than any request, and yet takes as few as can be.
    levels = [(guard, False), (replace(guard, denials=True), True)] if required else [(guard, True)]
    if task.unsafe:
        levels.append((replace(guard, unsafe=True), True))
    for level, forced in levels:
        for item in dict.fromkeys(goals):
            if item is not None:
                yield Search(bench, finding, item, level, start, forced=forced)


def why_none(task: Task, bench: Workbench, start: Edits, finding: Finding, tried: Sequence[Search]) -> Hopeless:
    """Why the searches for a finding found nothing."""
    found = [item for item in tried if not isinstance(item.goal, HonourGoal)]
    # One that met another finding on its way knows more.
    found.sort(key=lambda item: item.obstacle is None or is_about_a_line(item.obstacle))
    search = found[0] if found else Search(bench, finding, None, Guard({}, frozenset()), start)
    reason = why_hopeless(task.values, task.document, finding, search)
    if search.goal is None or task.unsafe or not any(item.cost or item.denied for item in tried):
        return reason
    free = Search(bench, finding, search.goal, replace(search.guard, unsafe=True), start, forced=True)
    solution = next(free.solutions(_MOST_TRIES), None)
    return reason if solution is None else unsafe_only(finding, free.lost(solution)) or reason


def tidied(document: Document, search: Search, step: Step) -> Step:
    """Lines that turn off what is off without them go, as savedefconfig has it; in a full .config they stay."""
    if document.config.is_full or search.finding.rule == UNREADABLE:
        return step
    for number, edit in enumerate(step.edits):
        if edit.line and edit.text == line_of(edit.symbol, "n") and edit.symbol in edit.was:
            shorter = step.to((*step.edits[:number], document.cut(edit.line), *step.edits[number + 1 :]))
            if search.is_cleared(shorter):
                step = shorter
    return step
