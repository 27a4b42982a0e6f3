# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the lines of a config: `config/*`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kpolicy.evaluate.minimal import needed_symbols
from kpolicy.explain.cause import Link, cause
from kpolicy.location import Location
from kpolicy.policy.checks.effects import LineEffect, line_effects
from kpolicy.policy.checks.reasons import Names, is_foreign, message
from kpolicy.policy.checks.registry import CHECKS, check_by_id
from kpolicy.policy.finding import Finding, SymbolValue

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_LETTERS = "nmy"
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
        remedy: tuple[str, ...] = (),
    ) -> Finding:
        """A finding of a check about a symbol."""
        config = self.values.config
        return Finding(
            rule=check_by_id(check).id,
            severity=self._severity[check],
            tree=self._tree,
            architecture=self.values.model.architecture,
            config=config.name if config is not None else "",
            role=self._role,
            symbol=symbol,
            symbols=(SymbolValue(symbol, got or "n"),),
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
    found = maker.finding(
        f"config/{effect.effect}",
        name,
        message(maker.values, effect, names),
        assignment.location,
        got=effect.got,
        causes=cause(maker.values, name) if effect.effect in _CAUSED else (),
    )
    # Nothing that was asked for has gone from the kernel: the line is for another architecture.
    foreign = effect.effect == "unknown-symbol" and is_foreign(name, names)
    return replace(found, severity="note") if foreign else found


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
