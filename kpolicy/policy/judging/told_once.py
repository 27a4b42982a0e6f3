# SPDX-License-Identifier: GPL-2.0-or-later
"""What two findings say counts once: for a line that a check reports too, and for what another finding's fix clears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import replace
from kpolicy.policy.expressions.expression import And, Expression, Not, Or, Predicate, Symbol
from kpolicy.policy.judging.remedy import remedy_lines

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule, Severity

_LOST: Final = ("config/unknown-symbol", "config/dropped-request")
"""The checks that say no more than that a line does not take effect."""
_ORDER: Final[tuple[Severity, ...]] = ("note", "warning", "error")


def told_once(
    values: Values, rules: Iterable[Rule], findings: Iterable[Finding], lines: Iterable[Finding]
) -> tuple[Finding, ...]:
    """The findings of rules, then those of checks of `lines`, without the latter where a rule says what to do instead.

    The rule's finding has the severity of the graver one, so that no exit status depends on which of them remains, and
    the remedy of the other where it has none.  That an option enables another is a note where findings as grave ask to
    turn the first one off.
    """
    left = list(lines)
    findings = tuple(findings)
    if not findings:
        return tuple(left)
    about = {rule.id: rule for rule in rules}
    told: list[Finding] = []
    for finding in findings:
        lost = lost_lines(values, about[finding.rule])
        same = [item for item in left if item.rule in _LOST and item.symbol in lost]
        left = [item for item in left if item not in same]
        told.append(_merged(finding, same))
    told = [replace(item, severity="note") if _follows(values, item, about, told) else item for item in told]
    return (*told, *left)


def _follows(values: Values, finding: Finding, about: Mapping[str, Rule], told: Iterable[Finding]) -> bool:
    """Whether a finding of a `drag` rule goes with others: each option that enables its symbol is to be turned off."""
    rule = about[finding.rule]
    if rule.kind != "drag":
        return False
    off = {
        other.symbol
        for other in told
        if f"# CONFIG_{other.symbol} is not set" in about[other.rule].remedy
        and _ORDER.index(other.severity) >= _ORDER.index(finding.severity)
    }
    named = (line.name for line in remedy_lines(rule) if line.value == "n" and values.is_on(line.name))
    enabling = {name for name in named if name not in rule.symbols} or {finding.causes[-1].symbol}
    return finding.symbol not in enabling and enabling <= off


def lost_lines(values: Values, rule: Rule) -> tuple[str, ...]:
    """The symbols of which a rule that fires says that a line names them and they are off, or not there."""
    held = tuple(_held(rule.when, values))
    off = {item.operand.name for item in held if isinstance(item, Not) and isinstance(item.operand, Symbol)}
    named = (item.symbol for item in held if isinstance(item, Predicate) and item.name in ("assigned", "requested"))
    gone = rule.kind == "stale"
    return tuple(name for name in named if name in off or (gone and not values.model.is_defined(name)))


def _held(expression: Expression, values: Values) -> Iterator[Expression]:
    """The parts of a condition that hold."""
    match expression:
        case And(operands) | Or(operands):
            for operand in operands:
                if operand.holds(values):
                    yield from _held(operand, values)
        case _:
            yield expression


def _merged(finding: Finding, same: Sequence[Finding]) -> Finding:
    if not same:
        return finding
    remedies = (item.remedy for item in (finding, *same) if item.remedy)
    return replace(
        finding,
        severity=max((finding.severity, *(item.severity for item in same)), key=_ORDER.index),
        remedy=next(remedies, ()),
    )
