# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether conditions hold in every configuration of a tree."""

from __future__ import annotations

from collections.abc import Sequence

from kpolicy.collection import no_collection
from kpolicy.config.model import Assignment
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.explain.grounds import Ground, grounds_in_words
from kpolicy.frozen import dataclass
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.expressions.expression import Expression, symbols
from kpolicy.policy.expressions.propositional import Condition, check_provable
from kpolicy.policy.expressions.syntax import parse
from kpolicy.prove.proof import Answer, Conflict, Excluded, Fails, Holds, Never, Question, Undecided, decide
from kpolicy.prove.solver import Solver
from kpolicy.report.views.prove import ProofReport, ShownConflict, Verdict
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import spread
from kpolicy.run.plan import plan_for
from kpolicy.run.selection import read_target

_USUAL = "x86"


@dataclass(frozen=True, slots=True)
class ProveRequest:
    """Conditions, in the language of rules, and the ARCH words for which they are to hold (all where none is named).

    `given` is a config or a stack, whose lines are taken for granted; without a condition the question is whether
    they can hold together.
    """

    source: KernelTree
    conditions: tuple[str, ...]
    archs: tuple[str, ...] = ()
    given: str | None = None
    toolchain: str | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    arch: str
    conditions: tuple[Expression, ...]
    given: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one architecture gave, a verdict for each condition."""

    arch: str
    verdicts: tuple[Verdict, ...] = ()
    error: KpolicyError | None = None


def prove(request: ProveRequest, context: Context) -> tuple[ProofReport, tuple[KpolicyError, ...]]:
    """The verdict on each condition, on each architecture; raises UsageError for a condition that is none."""
    source = request.source
    if not request.conditions and request.given is None:
        raise UsageError("nothing to prove", hint="for example: kpolicy prove 'KASAN -> STACKDEPOT'")
    conditions = tuple(parse(text) for text in request.conditions)
    for condition in conditions:
        check_provable(condition)
    with Solver():
        # Says at once that there is none, before anything is read.
        pass
    looking = Examiner(plan_for(source, request.toolchain, context), source)
    given, word = _given(request, context)
    words = list(dict.fromkeys(request.archs)) or ([word] if word else list(architectures(source)))
    folders = [resolve_architecture(source, item).srcarch for item in words]
    _check_names(looking, conditions, folders, words[0])
    tasks = [_Task(item, conditions, given) for item in words]
    found: list[_Found] = []
    with no_collection():
        for item in spread(looking.plan, _look, tasks, context.jobs, looking):
            found.append(item)
            context.listener.progress(len(found), len(tasks))
    found.sort(key=lambda item: words.index(item.arch))
    errors = [item.error for item in found if item.error is not None]
    if len(found) < len(tasks):
        # Only then.
        from kpolicy.run.executors import LOST

        errors.append(LOST)
    verdicts = tuple(verdict for item in found for verdict in item.verdicts)
    questions = request.conditions or ("",)
    report = ProofReport(questions, request.given, str(looking.tree.version), looking.toolchain.identity, verdicts)
    return report, tuple(errors)


def _given(request: ProveRequest, context: Context) -> tuple[tuple[Assignment, ...], str | None]:
    """The lines that are taken for granted, the last one for each symbol, and the architecture that they are for."""
    if request.given is None:
        return (), None
    folders = architectures(request.source)
    usual = _USUAL if _USUAL in folders else folders[0]
    try:
        target = read_target(request.given, request.source, request.archs[0] if request.archs else None, context.stdin)
        word: str | None = target.arch
    except UsageError:
        # A fragment for all architectures: which one it is read for changes nothing.
        target, word = read_target(request.given, request.source, usual, context.stdin), None
    config = target.config
    assert config is not None
    return tuple({line.name: line for line in config.assignments}.values()), word


def _check_names(looking: Examiner, conditions: Sequence[Expression], folders: Sequence[str], word: str) -> None:
    """Refuse a symbol that none of the architectures defines: a slip would be proved at once."""
    names = looking.tree.names
    for condition in conditions:
        for name in symbols(condition):
            if not any(folder in names.having(name) for folder in folders):
                # Only for errors.
                from kpolicy.run.unknown import unknown_symbol

                model = looking.model(resolve_architecture(looking.source, word), looking.toolchain)
                raise unknown_symbol(looking, model, name)


def _look(task: _Task) -> _Found:
    """One architecture; runs in a worker."""
    from kpolicy.bounds import failure
    from kpolicy.run.executors import examiner

    looking = examiner()
    looking.begin()
    try:
        model = looking.model(resolve_architecture(looking.source, task.arch), looking.toolchain)
        given = task.given
        if task.conditions:
            # As conf does: a line for a symbol that nothing defines says nothing.
            given = tuple(line for line in given if model.is_defined(line.name))
        questions: list[Question] = [Condition(expression) for expression in task.conditions] or [Never()]
        return _Found(
            task.arch,
            tuple(_verdict(model, number, decide(model, question, given)) for number, question in enumerate(questions)),
        )
    except Exception as error:  # noqa: BLE001 - a bug met in one architecture must not hide what the others show
        return _Found(task.arch, error=failure(error, f"the Kconfig files of {task.arch}").kept())


def _shown(model: Model, conflict: Conflict) -> ShownConflict:
    lines = tuple(Ground(line.text, line.location) for line in conflict.lines)
    unknown = [line for line in conflict.lines if not model.is_defined(line.name)]
    if unknown:
        arch = model.architecture
        return ShownConflict(lines, tuple(Ground(f"{arch} has no {line.name}", line.location) for line in unknown))
    return ShownConflict(lines, grounds_in_words(model, conflict.grounds))


def _verdict(model: Model, number: int, answer: Answer) -> Verdict:
    """An answer in words."""
    arch = model.architecture
    match answer:
        case Holds(grounds):
            return Verdict(number, arch, "holds", grounds=grounds_in_words(model, grounds))
        case Fails(lines, _values):
            return Verdict(number, arch, "fails", lines=tuple(line.text for line in lines))
        case Excluded(conflicts):
            return Verdict(number, arch, "excluded", conflicts=tuple(_shown(model, item) for item in conflicts))
        case Undecided(reasons):
            return Verdict(number, arch, "undecided", reasons=reasons)
