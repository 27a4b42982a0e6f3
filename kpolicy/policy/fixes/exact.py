# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether fewer edits would do, where there are too many to try: asked of the formula of all configurations.

What the formula allows is tried by evaluation, what it excludes is proved.  This needs python-sat.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.errors import UsageError
from kpolicy.frozen import replace
from kpolicy.policy.checks.effects import asked_value
from kpolicy.policy.expressions.expression import And, Compare, Constant, Not, Symbol
from kpolicy.policy.expressions.propositional import Condition, check_provable
from kpolicy.policy.fixes.goals import RuleGoal
from kpolicy.policy.fixes.honour import HonourGoal
from kpolicy.prove.fewest import Asked, few_changes
from kpolicy.prove.solver import GaveUpError, NoSolverError

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.fixes.goals import Goal
    from kpolicy.policy.fixes.lines import Document, Edit
    from kpolicy.policy.fixes.requests import Request
    from kpolicy.policy.fixes.search import Search
    from kpolicy.policy.fixes.workbench import Edits, Workbench

_MOST_TRIES: Final = 100
_MOST_CHANGES: Final = 12
_STATED: Final = ("bool", "tristate", "int", "hex")


def fewer_by_proof(
    parts: Sequence[tuple[Search, Edits]],
    edits: Edits,
    rest: Edits,
    still: Iterable[Request],
    bench: Workbench,
    suffice: Callable[[Edits], bool],
) -> tuple[Edits | None, bool]:
    """A smaller set of edits that suffices, None where none was found; and whether what there is then is smallest.

    `rest` are the edits besides.  `still` are the requests that have to be honoured as they are; what defaults turn on,
    and these edits leave on, is to be on, too.  Other lines than those that the searches tried are no natural edits.
    """
    values, document = bench.evaluate(()), bench.document
    model = values.model
    fixed = [edit for edit in edits if edit.line and not _is_settable(model, document.touched(edit)[-1])]
    if any(len(document.touched(edit)) > 1 for edit in edits if edit not in fixed):
        # One edit for two symbols is counted twice.
        return None, False
    places = {search.finding.place.line for search, _edits in parts}
    must = [edit for edit in fixed if edit.line in places]
    names = {edit.symbol for edit in must}
    after = bench.evaluate((*edits, *rest))
    by_default = list(_on_by_default(values))
    elsewhere = {edit.symbol for edit in rest}.union(
        item.symbol for item in bench.outcome((*edits, *rest)).all_findings
    )
    asked = Asked(
        wanted=list(_wanted(model, (search.goal for search, _edits in parts), still)),
        kept=[name for name in by_default if after.is_on(name)],
        told={line.name for line in document.config.assignments if line.name not in elsewhere},
        among={*_symbols(parts), *(edit.symbol for edit in edits), *by_default},
        beside=names,
    )
    undecided = False
    sets = ((*must, *_edits(document, item, names)) for item in few_changes(values, asked, len(edits) - 1 - len(must)))
    try:
        for number, some in enumerate(itertools.islice(sets, _MOST_TRIES)):
            if len(some) < len(edits) and all(map(bench.evaluate(some).is_on, asked.kept)) and suffice(some):
                # After one that did not suffice there may be others of that size: with another number, for example.
                return some, not number
            undecided = True
    except (GaveUpError, NoSolverError):
        return None, False
    return None, not undecided


def honoured_by_proof(
    goal: HonourGoal, search: Search, still: Iterable[Request], cleared: Callable[[Edits], bool]
) -> tuple[Edits | None, bool]:
    """Edits after those that a search starts with, which honour a line; and whether there are provably none.

    None where none were found.  `still` are the requests that have to be honoured as they are.
    """
    bench = search.bench
    values, document = bench.evaluate(search.start), bench.document
    if values.model.type_of(goal.line.name) not in _STATED:
        return None, False
    asked = Asked(list(_wanted(values.model, (goal,), still)))
    edited = {edit.line for edit in search.start if edit.line}
    try:
        if next(few_changes(values, asked, None), None) is None:
            return None, True
        natural = replace(asked, among={*_symbols([(search, ())]), *_on_by_default(values)})
        for change in itertools.islice(few_changes(values, natural, _MOST_CHANGES), _MOST_TRIES):
            edits = tuple(_edits(document, change))
            if edited.isdisjoint(edit.line for edit in edits) and cleared(edits):
                return edits, False
    except (GaveUpError, NoSolverError):
        pass
    return None, False


def _symbols(parts: Iterable[tuple[Search, Edits]]) -> Iterator[str]:
    """The symbols whose lines searches tried to edit."""
    return (edit.symbol for search, _edits in parts for edit in search.tried)


def _on_by_default(values: Values) -> Iterator[str]:
    """What no line sets, a line could, and a default turns on."""
    names = values.model.names_by_node
    for name in (names[node] for node in values.on_nodes):
        if values.assignment(name) is None and values.model.has_prompt(name) and values.default_number(name) >= 0:
            yield name


def _edits(document: Document, change: Mapping[str, str], beside: Collection[str] = ()) -> Iterator[Edit]:
    return (document.put(name, value) for name, value in sorted(change.items()) if name not in beside)


def _wanted(model: Model, goals: Iterable[Goal | None], still: Iterable[Request]) -> Iterator[Condition]:
    """What has to hold, as far as it can be stated: less only makes the proof harder."""
    asked = {item.line.name: item.value for item in still}
    for goal in goals:
        if isinstance(goal, HonourGoal):
            asked[goal.line.name] = asked_value(model.type_of(goal.line.name), goal.line.value)
        elif isinstance(goal, RuleGoal):
            gone = Not(And((goal.rule.requires, goal.rule.when)))
            try:
                check_provable(gone)
            except UsageError:
                continue
            yield Condition(gone)
    for name, value in asked.items():
        if model.type_of(name) in _STATED:
            yield Condition(Compare("=", Symbol(name), Constant(value)))


def _is_settable(model: Model, name: str) -> bool:
    return model.is_defined(name) and model.has_prompt(name)
