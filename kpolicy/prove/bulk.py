# SPDX-License-Identifier: GPL-2.0-or-later
"""Many questions about one model, with one formula and one solver: most solutions answer hundreds of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from random import Random
from typing import Final

from kpolicy.prove.clauses import FALSE, TRUE, Literal
from kpolicy.prove.formula import Formula
from kpolicy.prove.solver import GuidedSolver

_AT_ONCE: Final = 400
_OFTEN: Final = 0.75
"""How often a solution is asked to have a variable true, unless a question says otherwise."""


class Bulk:
    """Asks which literals of a formula some solution has; `symbols` are those that rest on the toolchain.

    What is said of these holds for one toolchain only.  Without `fixed` their clauses do not count, so that what is
    impossible is so with every toolchain.
    """

    def __init__(self, formula: Formula, symbols: Collection[int] = ()) -> None:
        self.formula = formula
        self._symbols = symbols
        self._fixed = formula.clauses.fresh()
        self._solver = GuidedSolver()
        self._added = 0
        # Always the same: what is found first must not change from run to run.
        self._random = Random(0)  # noqa: S311 - no secret

    def close(self) -> None:
        """Free the memory of the solver."""
        self._solver.close()

    def solve(self, literals: Iterable[Literal], *, fixed: bool = False) -> frozenset[Literal] | None:
        """A solution that has some literals, None where there is none."""
        self._extend()
        found = self._solver.solve([*literals, *([self._fixed] if fixed else [])])
        return self._solver.solution() if found else None

    def is_possible(self, literals: Iterable[Literal]) -> bool:
        """Whether a solution has some literals all at once."""
        self._extend()
        return self._solver.solve([*literals])

    def add(self, literals: Iterable[Literal]) -> None:
        """Demand that one of some literals holds from here on."""
        self._solver.add([*literals])

    def possible(self, literals: Iterable[Literal], *, fixed: bool = False) -> set[Literal]:
        """Those of some literals that a solution has, each one of its own."""
        asked = dict.fromkeys(literals)
        found = {TRUE} if TRUE in asked else set()
        waiting = [literal for literal in asked if literal not in (TRUE, FALSE)]
        while waiting:
            part = waiting[:_AT_ONCE]
            one_of = self.formula.clauses.fresh()
            self._extend()
            self._solver.add([-one_of, *part])
            self._scatter(waiting)
            solution = self.solve([one_of], fixed=fixed)
            self._solver.add([-one_of])
            if solution is None:
                waiting = waiting[_AT_ONCE:]
                continue
            found.update(literal for literal in waiting if literal in solution)
            waiting = [literal for literal in waiting if literal not in solution]
        return found

    def _scatter(self, wanted: Iterable[Literal]) -> None:
        """Ask for a solution far from the last one that has many of some literals."""
        draw = self._random.random
        self._solver.prefer([at if draw() < _OFTEN else -at for at in range(2, self.formula.clauses.variables + 1)])
        self._solver.prefer(wanted)

    def _extend(self) -> None:
        formula = self.formula
        formula.complete()
        items, origins = formula.clauses.items, formula.clauses.origins
        for at in range(self._added, len(items)):
            rests = bool(origins[at]) and formula.statements[origins[at]].symbol in self._symbols
            self._solver.add((*items[at], -self._fixed) if rests else items[at])
        self._added = len(items)
