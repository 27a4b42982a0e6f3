# SPDX-License-Identifier: GPL-2.0-or-later
"""The finding that a change makes another kind of kernel of a config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.explain.cause import cause, config_line
from kpolicy.explain.shown import shown
from kpolicy.policy.checks.registry import ROLE_CHANGED, check_by_id
from kpolicy.policy.roles.earlier import EarlierRole, all_evidence
from kpolicy.policy.roles.role import Evidence, RoleVerdict
from kpolicy.policy.rules.finding import Finding, SymbolValue

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def changed(values: Values, verdict: RoleVerdict, earlier: EarlierRole, tree: str) -> Finding:
    """The finding that the role of a config is another than before, at the line that made it so."""
    items = _new(values, verdict, earlier)
    symbol = items[0].symbol if items else ""
    names = [item.symbol for item in items]
    check = check_by_id(ROLE_CHANGED)
    options = ", ".join(f"{item.symbol}={item.value}" for item in items[:3])
    why = f": {options}{' ...' if len(items) > 3 else ''}" if options else ""
    return Finding(
        rule=check.id,
        severity=check.severity,
        tree=tree,
        architecture=values.model.architecture,
        config=values.config.name if values.config is not None else "",
        role=earlier.role,
        symbol=symbol,
        symbols=tuple(SymbolValue(item.symbol, item.value) for item in items),
        message=f"role changes from {earlier.role} to {verdict.role}{why}; still judged as {earlier.role}",
        causes=cause(values, symbol) if symbol else (),
        place=config_line(values, *(names or [""])),
        remedy=(),
    )


def _new(values: Values, verdict: RoleVerdict, earlier: EarlierRole) -> list[Evidence]:
    """What the new role rests on and was not so before, options with a line first; else what the old one rested on."""
    now = [item for item in all_evidence(verdict) if (item.symbol, item.value) not in earlier.options]
    now = [item for item in now if values.model.is_defined(item.symbol) and item.value != "n"]
    if not now and earlier.exact:
        gone = sorted(earlier.options)
        now = [
            Evidence(name, shown(values, name), None, "")
            for name, value in gone
            if values.model.is_defined(name) and value != shown(values, name)
        ]
    return sorted(now, key=lambda item: item.location is None)
