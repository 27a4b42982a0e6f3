# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the lines of a config: `config/*`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kpolicy.evaluate.minimal import needed_symbols
from kpolicy.explain.cause import Link, cause
from kpolicy.location import Location
from kpolicy.policy.checks.effects import LineEffect, line_effects
from kpolicy.policy.checks.reasons import Names, is_foreign, message, winner
from kpolicy.policy.checks.registry import CHECKS, check_by_id
from kpolicy.policy.checks.renames import renamed
from kpolicy.policy.checks.unreadable import unreadable_lines
from kpolicy.policy.finding import Finding, SymbolValue
from kpolicy.policy.rule import Severity

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values

_LETTERS = "nmy"
UNREADABLE = "config/unreadable-line"
_CAUSED = ("overridden-by-select", "choice-conflict", "dropped-request")
DEFAULT_CHECKS = frozenset(check.id for check in CHECKS if check.subject == "config" and not check.quiet)

SLOW_CHECKS = frozenset({"config/unmet-direct-dependency"})
"""Those that have to work out every symbol that something selects."""


def check_lines(
    values: Values,
    role: str,
    *,
    tree: str = "",
    wanted: Collection[str] = DEFAULT_CHECKS,
    names: Names | None = None,
) -> tuple[Finding, ...]:
    """What the `wanted` checks have to say about the lines of a config, in the order of the lines.

    `names` gives the names of all architectures; it is called only where this one does not know a name.
    """
    if values.config is None:
        return ()
    maker = _Maker(values, role, tree)
    findings: list[Finding] = []
    effects = tuple(line_effects(values))
    for effect in effects:
        if f"config/{effect.effect}" in wanted and effect.effect != "honoured":
            found = _line_finding(maker, effect, names)
            if found is not None:
                findings.append(found)
    if UNREADABLE in wanted:
        findings += _unreadable(maker)
    if "config/unmet-direct-dependency" in wanted:
        findings += _unmet(maker)
    if "config/redundant-line" in wanted:
        findings += _redundant(maker, effects)
    return tuple(findings)


def check_reading(
    values: Values, role: str, *, tree: str = "", wanted: Collection[str] = DEFAULT_CHECKS
) -> tuple[Finding, ...]:
    """What of `check_lines` takes no Kconfig files: the lines that are not read as they are written."""
    return tuple(_unreadable(_Maker(values, role, tree))) if UNREADABLE in wanted else ()


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
        remedy: tuple[str, ...] = (),
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
            symbols=(SymbolValue(symbol, got or "n"),) if symbol else (),
            message=message,
            causes=causes,
            place=place,
            remedy=remedy,
        )


def _line_finding(maker: _Maker, effect: LineEffect, names: Names | None) -> Finding | None:
    assignment, other = effect.assignment, effect.other
    if effect.effect == "duplicate-assignment" and (other is None or other.location.path != assignment.location.path):
        # In a stack the later file is there to override the earlier one.
        return None
    name = assignment.name
    if _is_derived(maker, assignment):
        return None
    return maker.finding(
        f"config/{effect.effect}",
        name,
        message(maker.values, effect, names),
        assignment.location,
        got=effect.got,
        causes=cause(maker.values, name) if effect.effect in _CAUSED else (),
        severity=_severity(maker, effect, names),
    )


def _is_derived(maker: _Maker, assignment: Assignment) -> bool:
    """Whether a line only records what followed from others when `conf` wrote a full .config.

    That of a symbol without a prompt does: nobody asked for it, and nobody can.
    """
    config, symbol = maker.values.config, maker.values.model.symbol(assignment.name)
    assert config is not None
    full = config.is_full and assignment.location.path == config.assignments[0].location.path
    return full and symbol is not None and not symbol.prompts


def _severity(maker: _Maker, effect: LineEffect, names: Names | None) -> Severity | None:
    """Another severity than the check's own, None for that."""
    config, line = maker.values.config, effect.assignment
    assert config is not None
    if effect.effect == "unknown-symbol" and is_foreign(line.name, names):
        # Nothing that was asked for has gone from the kernel: the line is for another architecture.
        return "note"
    if effect.effect == "unknown-symbol" and line.value == "n" and renamed(line.name) is None:
        # It is to be off, and there is no such thing.
        return "note"
    if effect.effect == "wrong-type" and config.is_full:
        # `conf` wrote it for another kernel, in which the type was another.
        return "warning"
    if effect.effect == "choice-conflict" and line.value == "y":
        chosen = winner(maker.values, line.name)
        if chosen is not None and chosen.location.path != line.location.path:
            # What one file of a stack chooses another may choose again.
            return "note"
    return None


def _unreadable(maker: _Maker) -> Iterator[Finding]:
    for line in unreadable_lines(maker.values):
        remedy = (line.better,) if line.better else ()
        yield maker.finding(
            UNREADABLE,
            line.symbol,
            line.message,
            line.location,
            got=line.got,
            severity=line.severity,
            remedy=remedy,
        )


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
    assert values.config is not None
    named = {line.name for line in values.config.assignments}
    choices = [choice for choice in values.model.choices if not named.isdisjoint(choice.members)]
    needed = set(needed_symbols(values, named.union(*(choice.members for choice in choices))))
    for choice in choices:
        picks = needed.intersection(choice.members)
        lines = {name: values.assignment(name) for name in picks}
        if any(line is None for line in lines.values()):
            needed.update(choice.members)
    return needed
