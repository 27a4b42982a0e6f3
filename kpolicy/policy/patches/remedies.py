# SPDX-License-Identifier: GPL-2.0-or-later
"""The two usual remedies for a select that can break a dependency: a person has to decide between them.

Either the selecting symbol gets the dependency, or the select gets it as a condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.kconfig.expressions import Expr, conjuncts
from kpolicy.kconfig.nodes import NO
from kpolicy.kconfig.payload import DIRECT
from kpolicy.location import Location
from kpolicy.policy.checks.unmet import SELECTS, breaks
from kpolicy.policy.patches.edits import Edit
from kpolicy.policy.patches.statement import NoEditError, Written, condition, written
from kpolicy.prove.clauses import FALSE
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.entries import WrittenEntry
    from kpolicy.kconfig.model import Model
    from kpolicy.prove.bulk import Bulk


class Remedy(NamedTuple):
    """A line to write, and the edit that writes it."""

    line: str
    edit: Edit


def unmet_parts(model: Model, bulk: Bulk, source: str, target: str, place: Location) -> tuple[str, ...]:
    """The dependencies of a target that its select on a line can break, each as it would be written.

    Raises NoEditError where one cannot be written: an old conf has choices among them.
    """
    symbols = model.core.symbols
    if source not in symbols or target not in symbols:
        return ()
    node = symbols[target]
    found: dict[str, None] = {}
    for part in conjuncts(model.expression(model.core.records[node][DIRECT])):
        for condition_, where in _selects(model, symbols[source], node):
            if where == place and _can_break(bulk, symbols[source], node, condition_, part.node):
                if any(_has_choice(part)):
                    raise NoEditError("it depends on a choice, which no line can name")
                found[f"({part})" if part.op == "or" else str(part)] = None
    return tuple(found)


def can_break(model: Model, bulk: Bulk, source: str, target: str) -> bool:
    """Whether a select of one symbol by another can still break a dependency."""
    symbols = model.core.symbols
    if source not in symbols or target not in symbols:
        return False
    direct = model.core.records[symbols[target]][DIRECT]
    return any(
        _can_break(bulk, symbols[source], symbols[target], condition_, direct)
        for condition_, _where in _selects(model, symbols[source], symbols[target])
    )


def remedies(entry: WrittenEntry, place: Location, parts: Sequence[str], lines: Sequence[str]) -> tuple[Remedy, Remedy]:
    """The two remedies for a select in an entry, by the lines of its file; raises NoEditError."""
    select = written(lines, place.line)
    if select.has_comment:
        raise NoEditError("a comment is on the line")
    above = [item for item in entry.statements if item.keyword == "depends"] or [
        item for item in entry.statements if item.keyword in ("config", "menuconfig", "type", "prompt")
    ]
    after = above[-1].line + written(lines, above[-1].line).lines
    dependency = f"depends on {_joined(parts)}"
    conditional = _with_condition(select, parts)
    return (
        Remedy(dependency, Edit(after, 0, f"{select.indent}{dependency}")),
        Remedy(conditional, Edit(place.line, select.lines, f"{select.indent}{conditional}")),
    )


def _with_condition(select: Written, parts: Sequence[str]) -> str:
    tokens = condition(select)
    if not tokens:
        return f"select {select.tokens[1].text} if {_joined(parts)}"
    own = select.text[tokens[0].start : tokens[-1].end].replace("\\\n", " ")
    own = " ".join(own.split())
    has_or = any(token.kind == "operator" and token.text == "||" for token in tokens)
    return f"select {select.tokens[1].text} if {' && '.join((f'({own})' if has_or else own, *parts))}"


def _joined(parts: Sequence[str]) -> str:
    """Parts that must all hold; a single one needs no parentheses."""
    only = parts[0] if len(parts) == 1 else ""
    return only[1:-1] if only.startswith("(") else " && ".join(parts)


def _can_break(bulk: Bulk, source: int, target: int, condition_: int, needed: int) -> bool:
    against = breaks(bulk.formula, source, target, condition_, needed)
    return against != FALSE and bulk.solve([against], fixed=True) is not None


def _selects(model: Model, source: int, target: int) -> Iterator[tuple[int, Location]]:
    files = model.details.files
    rows = model.details.symbols[source]
    for other, condition_, file, line in rows[SELECTS] if rows is not None else ():
        if other == target and condition_ != NO:
            yield condition_, Location(files[file], line)


def _has_choice(part: Expr) -> Iterator[bool]:
    yield part.is_choice
    for operand in part.operands:
        yield from _has_choice(operand)
