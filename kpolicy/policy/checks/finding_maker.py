# SPDX-License-Identifier: GPL-2.0-or-later
"""What all findings about one config share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.policy.checks.registry import check_by_id
from kpolicy.policy.rules.finding import Finding, SymbolValue

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.cause import Link
    from kpolicy.explain.root import Root
    from kpolicy.location import Location
    from kpolicy.policy.rules.rule import Severity


class FindingMaker:
    """Makes findings of one config."""

    def __init__(self, values: Values, role: str, tree: str) -> None:
        self.values = values
        self._role = role
        self._tree = tree

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
        root: Root | None = None,
    ) -> Finding:
        """A finding of a check about a symbol."""
        config = self.values.config
        known = check_by_id(check)
        return Finding(
            rule=known.id,
            severity=severity or known.severity,
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
            root=root,
        )
