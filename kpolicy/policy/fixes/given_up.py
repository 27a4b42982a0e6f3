# SPDX-License-Identifier: GPL-2.0-or-later
"""The requests that a fix gives up, and why each cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import cause
from kpolicy.explain.shown import shown
from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.reasons import listed, reason
from kpolicy.policy.fixes.goals import RequirementGoal, is_about_a_line
from kpolicy.policy.fixes.honour import ASKED, HonourGoal
from kpolicy.policy.fixes.requests import GivenUp, files_below, is_kept, members_beside, requests_of, rests_on

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.checks.effects import LineEffect
    from kpolicy.policy.fixes.plan import Fix, Task
    from kpolicy.policy.fixes.requests import Request
    from kpolicy.policy.rules.finding import Finding

Kept: TypeAlias = "Callable[[Assignment], tuple[Values, tuple[Finding, ...]]]"

# Where another line of the same file says it, or the same line under another name.
_NOT_LOST: Final = ("config/duplicate-assignment", "config/redundant-line", "stale/renamed")


def given_up(
    task: Task,
    fixes: Sequence[Fix],
    after: Values,
    unproved: Collection[Location] = (),
    followed: Sequence[Finding] = (),
    kept: Kept | None = None,
) -> Iterator[GivenUp]:
    """The requests of a config that are made no more, and those that are honoured no more.

    `followed` are findings that would have come instead of those that are cleared.  `kept` gives the values if a line
    were kept that is given up, and the findings that it would cause: reasons are about the edited config.
    """
    effects = {item.assignment.location: item for item in line_effects(task.values)}
    for fix in fixes:
        effect = effects.get(fix.finding.place)
        if effect is not None and _is_given_up(fix, effect, after):
            line = effect.assignment
            why = (
                f"{fix.finding.rule} reports it" if effect.effect == "honoured" else _refused(task, effect, after, kept)
            )
            proved = line.location not in unproved
            yield GivenUp(line.name, line.text, line.location, why, works=False, proved=proved)
    others = [item for item in followed if not is_about_a_line(item)]
    required = any(isinstance(task.goal(fix.finding), RequirementGoal) for fix in fixes)
    named = frozenset(name for fix in fixes for name in _named(task, fix.finding))
    remedies = {name: fix.finding.rule for fix in fixes for name in task.remedied(fix.finding)}
    for name, request in requests_of(task.values).items():
        if is_kept(after, request):
            continue
        if name in named and name in remedies:
            line = request.line
            yield GivenUp(name, line.text, line.location, f"the fix of {remedies[name]} names it", works=False)
        elif name not in named:
            line = request.line
            instead = next((item.rule for item in others if name in task.about(task.values, item)), None)
            why, works = _why(task, fixes, after, request)
            why = f"{instead} would report it" if instead is not None else why
            works = works and instead is None and not required and not rests_on(after, name, named)
            yield GivenUp(name, line.text, line.location, why, works=works)


def _named(task: Task, finding: Finding) -> frozenset[str]:
    """The symbols that a finding is about; of a requirement that one: another member of its choice gives way."""
    every = task.about(task.values, finding)
    if not isinstance(task.goal(finding), RequirementGoal):
        return every
    return every - frozenset(members_beside(task.values.model, finding.symbol)) | {finding.symbol}


def _refused(task: Task, effect: LineEffect, after: Values, kept: Kept | None) -> str:
    """Why a line is not honoured; where the edits change what is in its way, why it would not be after them."""
    line, before = effect.assignment, task.values
    if kept is None or all(shown(before, name) == shown(after, name) for name in _in_the_way(before, line.name)):
        return reason(before, effect)
    values, findings = kept(line)
    then = next((item for item in line_effects(values) if item.assignment.location == line.location), None)
    if then is not None and then.effect != "honoured":
        return reason(values, then)
    return f"{findings[0].rule} would report it" if findings else reason(before, effect)


def _in_the_way(values: Values, name: str) -> Iterator[str]:
    if not values.model.is_defined(name):
        return
    yield from (symbol for item in blockers(values, name) for symbol in item.symbols)
    yield from (edge.source for edge in values.selectors(name))
    yield from members_beside(values.model, name)


def _is_given_up(fix: Fix, effect: LineEffect, after: Values) -> bool:
    """Whether a finding about a line was cleared without what the line requests."""
    finding, line = fix.finding, effect.assignment
    if not is_about_a_line(finding) or finding.rule in _NOT_LOST:
        return False
    if finding.rule in (*ASKED, "config/out-of-range"):
        return not HonourGoal(line).met(after)
    if effect.effect == "honoured" and after.result(line.name) == effect.got:
        # A line that is not read as it is written, and whose value comes from elsewhere as well.
        return False
    # A line that is corrected, or written under another name, asks for the same as before.
    return any(edit.line == line.location.line and not edit.text for edit in fix.edits)


def _why(task: Task, fixes: Sequence[Fix], after: Values, request: Request) -> tuple[str, bool]:
    """Why a request that worked is lost, and whether that could have been avoided."""
    line = request.line
    edited = any(edit.symbol == line.name for fix in fixes for edit in fix.edits)
    if edited and request.is_denial:
        served = [fix for fix in fixes if fix.finding.rule in ASKED and _is_served(fix, line.name)]
        needing = [fix.finding.symbol for fix in served]
        certain = [name for name in needing if rests_on(task.values, name, (line.name,))]
        if needing:
            return f"needed by {listed(certain or needing)}", False
    later = [
        fix.finding
        for fix in fixes
        if fix.finding.rule in ASKED
        and any(_decides(after, edit.symbol, line.name) for edit in fix.edits if edit.text or edit.symbol == line.name)
        and line.location.path in files_below(task.document, fix.finding.place)
    ]
    if later:
        return f"{later[0].place} overrides it", False
    asked = 1 if request.value == "m" else 2
    found = [str(item) for item in blockers(after, line.name, asked)] if after.result(line.name) == "n" else []
    return (listed(found) or _instead(after, fixes, line.name)), True


def _instead(after: Values, fixes: Sequence[Fix], name: str) -> str:
    """What a symbol has instead of the value that it had, and for which findings a choice takes another member."""
    members = members_beside(after.model, name)
    taken = next((member for member in members if after.is_on(member) and member != name), None)
    if taken is None:
        return f"it becomes {after.result(name)}: {cause(after, name)[0].text}"
    needing = [fix.finding.symbol for fix in fixes if any(edit.symbol == taken and edit.text for edit in fix.edits)]
    why = f" for {listed([f'CONFIG_{item}' for item in needing])}" if needing else ""
    return f"the choice takes CONFIG_{taken}=y{why}"


def _decides(values: Values, name: str, other: str) -> bool:
    """Whether a line for a symbol decides the value of another one: of itself, or of a member of the same choice."""
    symbol, about = values.model.symbol(name), values.model.symbol(other)
    if symbol is None or about is None:
        return name == other
    return name == other or (symbol.choice is not None and symbol.choice == about.choice)


def _is_served(fix: Fix, name: str) -> bool:
    """Whether a finding is cleared by an edit of a symbol's line, or by what clears another."""
    return not fix.edits or any(edit.symbol == name for edit in fix.edits)
