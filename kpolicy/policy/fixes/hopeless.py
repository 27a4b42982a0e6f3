# SPDX-License-Identifier: GPL-2.0-or-later
"""Why no edit of a config clears a finding, and the line that is responsible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import cause
from kpolicy.explain.shown import assignment_of
from kpolicy.frozen import dataclass
from kpolicy.kconfig.transitional import successors
from kpolicy.location import Location
from kpolicy.policy.checks.reasons import listed, outside_range
from kpolicy.policy.checks.registry import UNREADABLE
from kpolicy.policy.expressions.decisive import passed_words, rests_on_command_line
from kpolicy.policy.expressions.expression import (
    COMMAND_LINE,
    And,
    Compare,
    Expression,
    Not,
    Or,
    Predicate,
    Symbol,
    symbols,
)
from kpolicy.policy.fixes.assumed import is_refused_by_assumption, toolchain_name
from kpolicy.policy.fixes.goals import LineGoal, RequirementGoal, RuleGoal, UnmetGoal, is_about_a_line
from kpolicy.policy.fixes.renaming import RenamingGoal
from kpolicy.policy.judging.required import wanted_value
from kpolicy.policy.roles.names import is_own_defconfig

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.fixes.lines import Document
    from kpolicy.policy.fixes.requests import Request
    from kpolicy.policy.fixes.search import Search
    from kpolicy.policy.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Hopeless:
    """A finding that no edit clears: why, and the line that would have to change.

    `obstacle` is the rule of the finding that would come instead, if one would.
    """

    finding: Finding
    reason: str
    location: Location | None
    obstacle: str = ""


def why_hopeless(values: Values, document: Document, finding: Finding, search: Search) -> Hopeless:
    """The reason, after a search that found nothing."""
    if search.goal is None:
        return Hopeless(finding, "it is not about the value of a config line", finding.place)
    if is_about_a_line(finding) and not document.has(finding.place):
        return Hopeless(finding, _elsewhere(finding.place), finding.place)
    if isinstance(search.goal, LineGoal) and is_refused_by_assumption(values, finding.symbol):
        assumed = toolchain_name(values)
        reason = f"the assumed toolchain ({assumed}) does not support it, a real one may: try --toolchain exec"
        return Hopeless(finding, reason, finding.place)
    reasons = list(dict.fromkeys(_reasons(values, document, search)))
    other = search.obstacle
    # Of lines that are lost on a far way round there is nothing to learn.
    if other is not None and not (reasons and is_about_a_line(other)):
        reason = f"the edit that clears it causes another finding: {other.message} [{other.rule}]"
        if isinstance(search.goal, RequirementGoal) and other.role == "production" and is_own_defconfig(values):
            reason += (
                "; a defconfig of the tree is no debug kernel by its name: edit a fragment on it, or state the role"
            )
        # The place may be a line that only the edit adds.
        place = other.place if other.place.path != document.path or document.has(other.place) else finding.place
        return Hopeless(finding, reason, place, other.rule)
    if isinstance(search.goal, RenamingGoal):
        return Hopeless(finding, "no single line under the new name gives the same values", finding.place)
    if search.other_machine:
        reason = f"the edit that clears it makes a {search.other_machine}-bit kernel of it"
        return Hopeless(finding, reason, finding.place)
    if search.other_role:
        return Hopeless(finding, f"the edit that clears it changes the role to {search.other_role}", finding.place)
    if not reasons and finding.rule == UNREADABLE:
        return Hopeless(finding, "it is not clear what the line requests", finding.place)
    if not reasons and search.cost:
        lost = listed([item.line.text for item in search.cost])
        return Hopeless(finding, f"the edits that were tried give up {lost}", search.cost[0].line.location)
    if not reasons:
        return Hopeless(finding, "no config line decides it", finding.place)
    text = "; ".join(dict.fromkeys(reason for reason, _location in reasons))
    return Hopeless(finding, text, next((place for _reason, place in reasons if place is not None), finding.place))


def guessed(finding: Finding) -> Hopeless:
    """A finding of a rule for a role that is only guessed: no edit adds debugging for a guess."""
    role = finding.role
    reason = f"the role {role} is a guess: pass --policy {role} to fix it"
    return Hopeless(finding, reason, finding.place)


def unclear(finding: Finding, other: str) -> Hopeless:
    """A finding of a rule for the role of a config that another role has marks in, and the rule is not for that."""
    role = finding.role
    reason = f"the role is unclear, {role} or {other}: pass --policy {role} or --policy {other}"
    return Hopeless(finding, reason, finding.place)


def unsafe_only(finding: Finding, lost: Sequence[Request]) -> Hopeless | None:
    """A finding that takes requests which work; None where it takes none."""
    if not lost:
        return None
    texts = listed([item.line.text for item in lost])
    return Hopeless(finding, f"clearing it gives up {texts}: pass --unsafe for that", lost[0].line.location)


def _elsewhere(place: Location) -> str:
    return f"the line is in {place.path}, which is not edited"


def _reasons(values: Values, document: Document, search: Search) -> Iterator[tuple[str, Location | None]]:
    goal = search.goal
    if isinstance(goal, RuleGoal):
        for name in symbols(goal.rule.when):
            line = assignment_of(values, name)
            if line is not None and not values.model.is_defined(name) and not document.has(line.location):
                yield _elsewhere(line.location), line.location
        for word in passed_words(goal.rule.when, values)[-1:]:
            yield f"it depends on the boot parameter {word.text}", word.location
            return
        line = values.assignment(COMMAND_LINE)
        if line is not None and rests_on_command_line(goal.rule.when, values):
            yield f"it depends on a boot parameter in {line.text}", line.location
            return
        for name, up in _wanted(values, goal.rule.when, wanted=False):
            yield from _why(values, name, up=up)
    elif isinstance(goal, RequirementGoal):
        for item in goal.unmet(values):
            name, value = item.symbol, wanted_value(values, item)
            outside = outside_range(values, name, value)
            if outside:
                yield outside, None
                continue
            yield from _why(values, name, up=value not in ("", "n") and (value != "m" or not values.is_on(name)))
    elif isinstance(goal, UnmetGoal):
        yield from _why(values, goal.symbol, up=False)
    elif isinstance(goal, LineGoal) and values.model.is_transitional(goal.finding.symbol):
        for name in successors(values.model, goal.finding.symbol):
            yield from _why(values, name, up=True)


def _wanted(values: Values, expression: Expression, *, wanted: bool) -> Iterator[tuple[str, bool]]:
    """The symbols that would have to go up or down."""
    if expression.holds(values) == wanted:
        return
    match expression:
        case Symbol(name):
            yield name, wanted
        case Not(operand):
            yield from _wanted(values, operand, wanted=not wanted)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _wanted(values, operand, wanted=wanted)
        case Compare(_, left, right):
            for side in (left, right):
                if isinstance(side, Symbol):
                    yield side.name, not values.is_on(side.name)
        case Predicate(name, symbol) if name == "selected":
            yield symbol, False


def _why(values: Values, name: str, *, up: bool) -> Iterator[tuple[str, Location | None]]:
    """Why a symbol cannot be turned on, or off."""
    if up:
        for item in blockers(values, name):
            yield f"{name} cannot be on: {item.text}{item.more}", item.location
        return
    chain = cause(values, name)
    root = chain[-1]
    steps = " < ".join(f"{link.symbol}={link.value} {link.text}" for link in chain)
    yield f"{name} stays on: {steps}", root.location
