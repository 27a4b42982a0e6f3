# SPDX-License-Identifier: GPL-2.0-or-later
"""Satisfiability solvers by way of python-sat (the extra `kpolicy[prove]`): CaDiCaL, Glucose for many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from kpolicy.errors import KpolicyError

if TYPE_CHECKING:
    from kpolicy.prove.clauses import Clauses, Literal


MOST_CONFLICTS: Final = 1_000_000
"""So many conflicts a question may take; those of kernels take some hundreds at most."""


class NoSolverError(KpolicyError):
    """python-sat is not installed, or cannot be loaded."""

    exit_status = 2


class GaveUpError(KpolicyError):
    """A question that the solver did not answer within its limit."""


_CADICAL: Final = "Cadical195"


class Solver:
    """Clauses that can be asked for a solution again and again, under different assumptions."""

    _name = _CADICAL

    def __init__(self, items: Iterable[Sequence[Literal]] = ()) -> None:
        self._solver = _solver(self._name)(bootstrap_with=items)
        self._added = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory, which is not Python's."""
        self._solver.delete()

    def extend(self, clauses: Clauses) -> None:
        """Add those of some clauses that were not added yet."""
        self._solver.append_formula(clauses.items[self._added :])
        self._added = len(clauses.items)

    def add(self, literals: Sequence[Literal]) -> None:
        """Add one clause."""
        self._solver.add_clause(literals)

    def solve(self, assumptions: Sequence[Literal] = ()) -> bool:
        """Whether the clauses can hold together with the assumptions; raises GaveUpError beyond MOST_CONFLICTS."""
        self._solver.conf_budget(MOST_CONFLICTS)
        answer = self._solver.solve_limited(assumptions=assumptions)
        if answer is None:
            raise GaveUpError(f"the solver gave up after {MOST_CONFLICTS:,} conflicts")
        return bool(answer)

    def solution(self) -> frozenset[Literal]:
        """The literals that hold in the solution that was found."""
        return frozenset(self._solver.get_model())

    def core(self) -> tuple[Literal, ...]:
        """Assumptions that cannot hold together, when there was no solution."""
        return tuple(self._solver.get_core() or ())


class GuidedSolver(Solver):
    """A solver that takes hints, Glucose: solutions as different as one likes, where CaDiCaL stays near the last."""

    _name = "Glucose4"

    def prefer(self, literals: Iterable[Literal]) -> None:
        """Try these literals first where nothing decides."""
        self._solver.set_phases(literals)


def counter(literals: Sequence[Literal], most: int, variables: int) -> tuple[list[list[Literal]], list[Literal]]:
    """Clauses that count which literals hold, up to `most`; the n-th of the other literals holds where more than n do.

    The variables come after those that are in use.
    """
    require_solver()
    from pysat.card import ITotalizer  # as below

    with ITotalizer(list(literals), min(most, len(literals) - 1), variables) as totalizer:
        return [list(clause) for clause in totalizer.cnf.clauses], list(totalizer.rhs)


def require_solver() -> None:
    """Raise NoSolverError where no proof can be made."""
    _solver(_CADICAL)


def _solver(name: str) -> Any:
    try:
        # An extra, and slow to import: only where something is to be proved.
        from pysat import solvers
    except ImportError as error:
        raise NoSolverError(
            f"proofs need python-sat ({error})", hint="install it: pip install 'kpolicy[prove]'"
        ) from None
    return getattr(solvers, name)
