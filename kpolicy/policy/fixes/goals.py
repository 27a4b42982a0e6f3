# SPDX-License-Identifier: GPL-2.0-or-later
"""What it takes to clear a finding: when it is cleared, and the edits that lead there."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Protocol

from kpolicy.config.lines import parse_lines
from kpolicy.frozen import dataclass, replace
from kpolicy.policy.checks.old_names import replacement
from kpolicy.policy.checks.registry import RENAMED, SWITCHES_OFF, UNREADABLE
from kpolicy.policy.expressions.decisive import rests_on_command_line
from kpolicy.policy.expressions.expression import And, Compare, Expression, Not, Or, Predicate, Symbol, symbols
from kpolicy.policy.fixes.assumed import is_refused_by_assumption
from kpolicy.policy.fixes.honour import ASKED
from kpolicy.policy.fixes.renaming import RenamingGoal
from kpolicy.policy.fixes.ways import Ways
from kpolicy.policy.judging.known_as import known_as
from kpolicy.policy.judging.remedy import remedy_lines
from kpolicy.policy.judging.required import keeps, wanted_value

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.fixes.lines import Document, Edit
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule

_LINE = "config/"
_UNKNOWN = "config/unknown-symbol"
_OUT_OF_RANGE = "config/out-of-range"
_UNMET = "config/unmet-direct-dependency"
# About values, about lines that need no edit, and about a line that is honoured.
_NOT_LINES = (
    _UNMET,
    "config/other-release",
    "config/other-release-line",
    SWITCHES_OFF,
)
_WRONG_TYPE = "config/wrong-type"


class Goal(Protocol):
    """What is to become of one finding."""

    def met(self, values: Values) -> bool:
        """Whether the finding may be gone; a first look, the whole policy is asked later."""

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """The edits that lead on, the most natural one first."""


@dataclass(frozen=True)
class RuleGoal:
    """The condition of a rule is not to hold any more.

    Of its parts those are changed that the `remedy` names; where there are none, or with `anyhow`, all are.
    """

    rule: Rule
    anyhow: bool = False

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        return not (self.rule.requires.holds(values) and self.rule.when.holds(values))

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        lines = remedy_lines(self.rule)
        if self.anyhow and rests_on_command_line(self.rule.when, ways.values):
            # What CONFIG_CMDLINE enables is not cured by leaving out what it would have enabled.
            return
        named = frozenset[str]() if self.anyhow else frozenset(line.name for line in lines)
        edits = itertools.chain(_stated(ways, self.rule, lines), _towards(ways, self.rule.when, named, wanted=False))
        yield from _first_as_written(edits, lines)


@dataclass(frozen=True)
class RequirementGoal:
    """A symbol is to have the values that are required of it."""

    requirements: tuple[Requirement, ...]

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        return not any(True for _ in self.unmet(values))

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        for wanted in self.unmet(ways.values):
            value = wanted_value(ways.values, wanted)
            if value:
                yield from ways.want(wanted.symbol, value)

    def unmet(self, values: Values) -> Iterator[Requirement]:
        """The requirements that are not kept, under the names that this kernel has."""
        for item in self.requirements:
            here = known_as(values.model, item)
            if not keeps(values, here):
                yield here


@dataclass(frozen=True)
class JointGoal:
    """Several goals at once: together they may make the kind of kernel in which each is welcome."""

    goals: tuple[Goal, ...]

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        return all(goal.met(values) for goal in self.goals)

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        for goal in self.goals:
            if not goal.met(ways.values):
                yield from goal.moves(ways)


@dataclass(frozen=True)
class LineGoal:
    """A line of the config is to be there no more, or to be honoured.

    Without `also` only the line itself is edited: it asks for nothing that the kernel has.
    """

    finding: Finding
    also: bool = False

    def met(self, values: Values) -> bool:  # noqa: ARG002 - as every goal is asked
        """See `Goal`: only the check itself can decide."""
        return False

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        finding, document, values = self.finding, ways.document, ways.values
        if finding.rule in ASKED and is_refused_by_assumption(values, finding.symbol):
            return
        if not document.has(finding.place):
            # A line for what has no prompt would have no effect.
            if finding.rule in (*ASKED, _OUT_OF_RANGE) and values.model.has_prompt(finding.symbol):
                yield from ways.put(finding.symbol, _as_written(values, finding.symbol))
            return
        line = finding.place.line
        for name, value in _instead(values, finding, document):
            own = values.assignment(name)
            if own is None or own.location.path != finding.place.path:
                yield document.instead(line, name, value)
        if finding.rule == _OUT_OF_RANGE:
            yield document.instead(line, finding.symbol, _as_written(values, finding.symbol))
        corrections = tuple(_as_meant(document, finding))
        yield from corrections
        if corrections or finding.rule == UNREADABLE or values.model.is_transitional(finding.symbol):
            # To delete what `conf` does not read, or an old name, would be to forget what was asked for.
            return
        yield _given_up(ways, finding)
        if self.also and finding.rule in ASKED:
            yield from ways.want(finding.symbol, _value_at(document, line))


@dataclass(frozen=True)
class StaleGoal:
    """A line for a name that the tree does not know: the present name takes its place, or it goes."""

    rule: Rule
    finding: Finding

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        return RuleGoal(self.rule).met(values)

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        yield from LineGoal(replace(self.finding, rule=_UNKNOWN)).moves(ways)


@dataclass(frozen=True)
class UnmetGoal:
    """A symbol is selected, and what it depends on is off: either is to end."""

    symbol: str

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        symbol = values.model.symbol(self.symbol)
        return symbol is None or values.tristate(self.symbol) <= values.evaluate(symbol.direct_dependency)

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        symbol = ways.values.model.symbol(self.symbol)
        assert symbol is not None
        yield from ways.make(symbol.direct_dependency, ways.values.tristate(self.symbol), up=True)
        yield from ways.fall(self.symbol, ways.values.evaluate(symbol.direct_dependency))


def goal_of(
    finding: Finding, rules: Collection[Rule], requirements: Collection[Requirement], *, wide: bool = False
) -> Goal | None:
    """The goal that a finding stands for, None for one that no config line is about.

    `wide` takes in the ways that change more than the finding asks for.
    """
    rule = next((item for item in rules if item.id == finding.rule), None)
    if rule is not None and rule.kind == "stale":
        return StaleGoal(rule, finding)
    if rule is not None:
        return RuleGoal(rule, anyhow=wide)
    required = tuple(item for item in requirements if item.id == finding.rule)
    if required:
        return RequirementGoal(required)
    if finding.rule == _UNMET:
        return UnmetGoal(finding.symbol)
    if finding.rule == RENAMED:
        return RenamingGoal(finding)
    return LineGoal(finding, also=wide) if is_about_a_line(finding) else None


def is_about_a_line(finding: Finding) -> bool:
    """Whether a finding is about a line of the config, and not about what came out."""
    return finding.rule == RENAMED or (finding.rule.startswith(_LINE) and finding.rule not in _NOT_LINES)


def is_idle_line(finding: Finding) -> bool:
    """Whether a finding is about a line that does nothing, or not what it says: it can go."""
    return is_about_a_line(finding) and finding.rule != RENAMED


def _stated(ways: Ways, rule: Rule, lines: tuple[Assignment, ...]) -> Iterator[Edit]:
    """What a remedy states and a condition does not: numbers, their minimum or maximum, and roots."""
    told = symbols(rule.when)
    for line in lines:
        if ways.values.model.type_of(line.name) in ("int", "hex", "string") or line.name not in told:
            yield from ways.want(line.name, line.value)


def _first_as_written(edits: Iterator[Edit], lines: tuple[Assignment, ...]) -> Iterator[Edit]:
    """The edits, first those that write a line of the remedy, or take away what it turns off."""
    texts = {line.text for line in lines}
    found = list(dict.fromkeys(edits))
    yield from (edit for edit in found if edit.text in texts)
    yield from (edit for edit in found if edit.text not in texts)


def _towards(ways: Ways, expression: Expression, named: frozenset[str], *, wanted: bool) -> Iterator[Edit]:
    """Edits towards a condition of a rule that holds, or does not."""
    values = ways.values
    if expression.holds(values) == wanted:
        return
    match expression:
        case Symbol(name):
            yield from ways.rise(name, 1) if wanted else ways.fall(name, 0)
        case Not(operand):
            yield from _towards(ways, operand, named, wanted=not wanted)
        case And(operands) | Or(operands):
            if isinstance(expression, And) == wanted:
                operands = tuple(item for item in operands if item.holds(values) != wanted)[:1]
            else:
                operands = tuple(item for item in operands if named.intersection(symbols(item))) or operands
            for operand in operands:
                yield from _towards(ways, operand, named, wanted=wanted)
        case Compare(word, left, right):
            for own, other, flipped in ((left, right, False), (right, left, True)):
                if isinstance(own, Symbol):
                    yield from ways.compared(own.name, word, other.text(values), wanted=wanted, flipped=flipped)
        case Predicate():
            yield from _answer(ways, expression, wanted=wanted)
        case _:
            return


def _answer(ways: Ways, question: Predicate, *, wanted: bool) -> Iterator[Edit]:
    """Edits after which a question about how a symbol came by its value is answered otherwise."""
    values, name = ways.values, question.symbol
    if question.name in ("assigned", "requested") and not wanted:
        yield from ways.remove(name)
    elif question.name == "assigned" and values.visibility(name):
        yield from ways.put(name, _as_written(values, name))
    elif question.name == "selected" and not wanted:
        for edge in values.selectors(name)[:1]:
            yield from ways.fall(edge.source, 0)
            yield from ways.make(edge.condition, 0, up=False)
    elif question.name == "settable":
        symbol = values.model.symbol(name)
        for prompt in symbol.prompts if symbol is not None else ():
            yield from ways.make(prompt.condition, 1 if wanted else 0, up=wanted)


def _instead(values: Values, finding: Finding, document: Document) -> tuple[tuple[str, str], ...]:
    """What stands for a symbol now that a line cannot set any more: a table knows it."""
    if finding.rule not in (_UNKNOWN, "config/dropped-request"):
        return ()
    line = next((item for item in document.config.assignments if item.location == finding.place), None)
    if line is None:
        # It is about what an edit says.
        return ()
    found = replacement(values, line)
    if values.model.is_transitional(line.name) and not all(values.visibility(name) for name, _ in found):
        return ()
    return found if len(found) == 1 else ()


def _as_meant(document: Document, finding: Finding) -> Iterator[Edit]:
    """A line that `conf` does not read, or whose value it does not take, as it would."""
    line = finding.place.line
    if finding.rule in (UNREADABLE, _WRONG_TYPE):
        text = "".join(f"{item}\n" for item in finding.remedy)
        for item in parse_lines(finding.rule, text.encode("utf-8", "surrogateescape")).assignments:
            yield document.instead(line, item.name, item.value)


def _given_up(ways: Ways, finding: Finding) -> Edit:
    """The line goes; where it had a part of what it asks for, it asks for that."""
    values, document, line, name = ways.values, ways.document, finding.place.line, finding.symbol
    edit = document.cut(line)
    if finding.rule in ASKED and values.visibility(name) and values.is_on(name):
        after = values.again(document.edited((*ways.done, edit)))
        if after.text(name) != values.text(name):
            return document.instead(line, name, _as_written(values, name))
    return edit


def _value_at(document: Document, line: int) -> str:
    return next(item.value for item in document.config.assignments if item.location == (document.path, line))


def _as_written(values: Values, name: str) -> str:
    """The present value as a config line has it."""
    text = values.text(name)
    if values.model.type_of(name) == "string":
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text or "n"
