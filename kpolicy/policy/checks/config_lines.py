# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the lines of a config: `config/*`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kpolicy.config.model import Assignment
from kpolicy.evaluate.minimal import needed_symbols
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import Link, cause
from kpolicy.location import Location
from kpolicy.policy.checks.effects import LineEffect, line_effects
from kpolicy.policy.checks.names import likely_names
from kpolicy.policy.checks.registry import CHECKS, check_by_id
from kpolicy.policy.checks.renames import renamed
from kpolicy.policy.finding import Finding, SymbolValue
from kpolicy.policy.rule import Severity

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_LETTERS = "nmy"
_LONGEST_LIST = 4
DEFAULT_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "config" and not check.quiet)

# Without the one that has to work out every symbol that something selects.
QUICK_CHECKS = DEFAULT_CHECKS - {"config/unmet-direct-dependency"}


def check_lines(
    values: Values, role: str, *, tree: str = "", wanted: Collection[str] = DEFAULT_CHECKS
) -> tuple[Finding, ...]:
    """What the `wanted` checks have to say about the lines of a config, in the order of the lines."""
    if values.config is None:
        return ()
    maker = _Maker(values, role, tree)
    findings: list[Finding] = []
    effects = tuple(line_effects(values))
    for effect in effects:
        if f"config/{effect.effect}" in wanted and effect.effect != "honoured":
            found = _line_finding(maker, effect)
            if found is not None:
                findings.append(found)
    if "config/unmet-direct-dependency" in wanted:
        findings += _unmet(maker)
    if "config/redundant-line" in wanted:
        findings += _redundant(maker, effects)
    return tuple(findings)


class _Maker:
    """Makes findings of one config."""

    def __init__(self, values: Values, role: str, tree: str) -> None:
        self.values = values
        self._role = role
        self._tree = tree
        self._severity = {check.id: check.severity for check in CHECKS}

    def finding(
        self,
        check: str,
        symbol: str,
        message: str,
        place: Location,
        *,
        got: str = "",
        causes: tuple[Link, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of a check about a symbol."""
        config = self.values.config
        return Finding(
            rule=check_by_id(check).id,
            severity=severity or self._severity[check],
            tree=self._tree,
            architecture=self.values.model.architecture,
            config=config.name if config is not None else "",
            role=self._role,
            symbol=symbol,
            symbols=(SymbolValue(symbol, got or "n"),),
            message=message,
            causes=causes,
            place=place,
            remedy=(),
        )


def _line_finding(maker: _Maker, effect: LineEffect) -> Finding | None:
    assignment = effect.assignment
    name = assignment.name
    if _is_derived(maker, assignment):
        return None
    check = f"config/{effect.effect}"
    causes: tuple[Link, ...] = ()
    if effect.effect == "unknown-symbol":
        message = f"CONFIG_{name} is not known to this kernel on {maker.values.model.srcarch}: the line does nothing"
        message += _hint(maker, name)
    elif effect.effect == "duplicate-assignment":
        other = effect.other
        if other is None or other.location.path != assignment.location.path:
            # In a stack the later file is there to override the earlier one.
            return None
        same = other.value == assignment.value
        message = f"CONFIG_{name} stands again at line {other.location.line}" + (
            ", the same" if same else f" as {_value(other)}, which counts"
        )
    elif effect.effect == "wrong-type":
        kind = maker.values.model.type_of(name)
        message = f"{assignment.value!r} is no value for CONFIG_{name}, which is {_a(kind)}: the line is ignored"
    elif effect.effect == "overridden-by-select":
        causes = cause(maker.values, name)
        message = f"CONFIG_{name} is asked to be {_value(assignment)} and is {effect.got}: {_selects(maker, name)}"
    elif effect.effect == "out-of-range":
        message = f"CONFIG_{name}={assignment.value} is out of its range {_range(maker, name)}: it is {effect.got}"
    else:
        causes = cause(maker.values, name)
        asked = f"CONFIG_{name} is asked to be {_value(assignment)} and {_got(maker, effect)}"
        message = f"{asked}: {_reason(maker, effect)}"
    severity = _severity(maker, effect)
    return maker.finding(check, name, message, assignment.location, got=effect.got, causes=causes, severity=severity)


def _is_derived(maker: _Maker, assignment: Assignment) -> bool:
    """Whether a line only records what followed from others when `conf` wrote a full .config.

    That of a symbol without a prompt does: nobody asked for it, and nobody can.
    """
    config, symbol = maker.values.config, maker.values.model.symbol(assignment.name)
    assert config is not None
    full = config.is_full and assignment.location.path == config.assignments[0].location.path
    return full and symbol is not None and not symbol.prompts


def _severity(maker: _Maker, effect: LineEffect) -> Severity | None:
    """Another severity than the check's own, None for that."""
    config, line = maker.values.config, effect.assignment
    assert config is not None
    if effect.effect == "unknown-symbol" and line.value == "n" and renamed(line.name) is None:
        # It is to be off, and there is no such thing.
        return "note"
    if effect.effect == "wrong-type" and config.is_full:
        # `conf` wrote it for another kernel, in which the type was another.
        return "warning"
    if effect.effect == "choice-conflict" and line.value == "y":
        winner = _winner(maker, line.name)
        if winner is not None and winner.location.path != line.location.path:
            # What one file of a stack chooses another may choose again.
            return "note"
    return None


def _got(maker: _Maker, effect: LineEffect) -> str:
    """The value that came out, in words."""
    name = effect.assignment.name
    is_switch = maker.values.model.type_of(name) in ("bool", "tristate")
    return f"is {effect.got}" if is_switch or maker.values.is_written(name) else "has no value"


def _hint(maker: _Maker, name: str) -> str:
    model = maker.values.model
    names = likely_names(model, name)
    if not names:
        return ""
    settable = any((symbol := model.symbol(item)) is not None and symbol.prompts for item in names)
    return f"; did you mean {' or '.join(names)}{'' if settable else ', which no line can set'}?"


def _value(assignment: Assignment) -> str:
    return assignment.value


def _a(kind: str) -> str:
    return {"int": "an int", "unknown": "of no known type"}.get(kind, f"a {kind}")


def _selects(maker: _Maker, name: str) -> str:
    edges = maker.values.selectors(name)
    shown = [f"{edge.source} selects it at {edge.location}" for edge in edges[:_LONGEST_LIST]]
    more = f", and {len(edges) - _LONGEST_LIST} more do" if len(edges) > _LONGEST_LIST else ""
    return ", ".join(shown) + more


def _range(maker: _Maker, name: str) -> str:
    symbol = maker.values.model.symbol(name)
    for item in symbol.ranges if symbol is not None else ():
        if maker.values.evaluate(item.condition):
            return f"{item.low} to {item.high} ({item.location})"
    return ""


def _reason(maker: _Maker, effect: LineEffect) -> str:
    values, name = maker.values, effect.assignment.name
    if effect.effect == "choice-conflict":
        return _choice_reason(maker, name)
    asked = _LETTERS.find(effect.assignment.value[:1])
    if asked == 1 and effect.got == "y" and not values.node_value(values.model.core.modules):
        return "there are no modules in this configuration"
    # To be n takes a prompt that is seen, as being y does.
    found = blockers(values, name, 1 if asked == 1 else 2)
    if not found:
        return "something else decides"
    told = [str(item) for item in found[:_LONGEST_LIST]]
    more = f", and {len(found) - _LONGEST_LIST} more" if len(found) > _LONGEST_LIST else ""
    whose = "its prompt " if effect.got == "y" and told[0].startswith(("needs", "is never")) else ""
    return whose + ", ".join(told) + more


def _choice_reason(maker: _Maker, name: str) -> str:
    values = maker.values
    symbol = values.model.symbol(name)
    assert symbol is not None
    assert symbol.choice is not None
    choice = values.model.choices[symbol.choice]
    picked = next((member for member in choice.members if values.is_on(member)), None)
    title = choice.prompts[0].text if choice.prompts else "its choice"
    if picked is None:
        return f"the choice {title!r} takes none"
    if picked == name:
        return f"the choice {title!r} must take one, and takes it"
    line, own = values.assignment(picked), values.assignment(name)
    if line is None or not line.value.startswith("y"):
        return f"the choice {title!r} takes {picked}, its default"
    same_file = own is not None and own.location.path == line.location.path
    where = f"line {line.location.line}" if same_file else str(line.location)
    return f"the choice {title!r} takes {picked}, set at {where}"


def _winner(maker: _Maker, name: str) -> Assignment | None:
    """The line of the member that the choice of `name` takes, where there is one."""
    values = maker.values
    symbol = values.model.symbol(name)
    assert symbol is not None
    assert symbol.choice is not None
    picked = next((member for member in values.model.choices[symbol.choice].members if values.is_on(member)), None)
    return values.assignment(picked) if picked is not None else None


def _unmet(maker: _Maker) -> Iterator[Finding]:
    values = maker.values
    for name, (allowed, selected) in values.unmet().items():
        symbol = values.model.symbol(name)
        assert symbol is not None
        edges = [
            edge
            for edge in values.selectors(name)
            if min(values.tristate(edge.source), values.evaluate(edge.condition)) > allowed
        ]
        by = ", ".join(f"{edge.source} at {edge.location}" for edge in edges)
        message = (
            f"unmet direct dependencies of {name}: depends on [{_LETTERS[allowed]}]: {symbol.direct_dependency};"
            f" selected by [{_LETTERS[selected]}]: {by}"
        )
        causes = cause(values, name)
        place = causes[-1].location or (edges[0].location if edges else symbol.definitions[0])
        yield maker.finding(
            "config/unmet-direct-dependency", name, message, place, got=_LETTERS[selected], causes=causes
        )


def _redundant(maker: _Maker, effects: tuple[LineEffect, ...]) -> Iterator[Finding]:
    needed = _needed(maker.values)
    for effect in effects:
        assignment = effect.assignment
        overruled = effect.effect in ("duplicate-assignment", "wrong-type")
        if assignment.name in needed and not overruled:
            continue
        why = "it states the default" if effect.effect == "honoured" else f"it has no effect ({effect.effect})"
        message = f"CONFIG_{assignment.name} can go: {why}"
        yield maker.finding("config/redundant-line", assignment.name, message, assignment.location, got=effect.got)


def _needed(values: Values) -> set[str]:
    """The symbols whose lines a config cannot do without.

    Those of the minimal config; where that names the pick of a choice that the config brought
    about by turning other members off, the lines of those.
    """
    needed = set(needed_symbols(values))
    for choice in values.model.choices:
        picks = needed.intersection(choice.members)
        lines = {name: values.assignment(name) for name in picks}
        if any(line is None for line in lines.values()):
            needed.update(choice.members)
    return needed
