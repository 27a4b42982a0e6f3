# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether conditions hold in every configuration of a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kpolicy.bounds import failure
from kpolicy.collection import no_collection
from kpolicy.config.model import Assignment, Config
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.evaluate.strings import is_valid
from kpolicy.explain.grounds import Ground, grounds_in_words
from kpolicy.frozen import dataclass
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import TYPES
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import Expression, symbols
from kpolicy.policy.expressions.propositional import Condition, asks_whether_exists, check_provable, not_about_values
from kpolicy.policy.expressions.syntax import parse
from kpolicy.prove.proof import Answer, Conflict, Excluded, Fails, Holds, Never, Question, Undecided, asked_text, decide
from kpolicy.prove.solver import require_solver
from kpolicy.report.views.prove import ProofReport, ShownConflict, Verdict
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.plan import plan_for
from kpolicy.run.selection import read_target

_USUAL = "x86"
_BOOT = re.compile(r"\b(?:boot|fallback)\s*\([^)]*\)?")


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
    given: Config | None


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
    conditions = tuple(map(_condition, request.conditions))
    # At once, before anything is read.
    require_solver()
    looking = Examiner(plan_for(source, request.toolchain, context), source)
    given, word = _given(request, context)
    if given is not None:
        for location, text in _oddities(given):
            context.listener.warning(location, text)
    words = list(dict.fromkeys(request.archs)) or ([word] if word else list(architectures(source)))
    folders = [resolve_architecture(source, item).srcarch for item in words]
    _check_names(looking, conditions, folders, words[0])
    tasks = [_Task(item, conditions, given) for item in words]
    found: list[_Found] = []
    with no_collection():
        for item in spread(looking.plan, _look, tasks, context, looking):
            found.append(item)
            context.listener.progress(len(found), len(tasks))
    found.sort(key=lambda item: words.index(item.arch))
    errors = [item.error for item in found if item.error is not None]
    if len(found) < len(tasks):
        errors.append(LOST)
    verdicts = tuple(verdict for item in found for verdict in item.verdicts)
    questions = request.conditions or ("",)
    report = ProofReport(questions, request.given, str(looking.tree.version), looking.toolchain.identity, verdicts)
    return report, tuple(errors)


def is_condition(text: str) -> bool:
    """Whether a text can be read as a condition."""
    try:
        parse(text)
    except UsageError:
        return False
    return True


def _condition(text: str) -> Expression:
    """A condition that can be proved; what boot() asks is refused whatever stands in its brackets."""
    if (found := _BOOT.search(text)) is not None:
        raise not_about_values(found.group())
    condition = parse(text)
    check_provable(condition)
    return condition


def _given(request: ProveRequest, context: Context) -> tuple[Config | None, str | None]:
    """The config whose lines are taken for granted, and the architecture that it is for."""
    if request.given is None:
        return None, None
    folders = architectures(request.source)
    usual = _USUAL if _USUAL in folders else folders[0]
    try:
        target = read_target(request.given, request.source, request.archs[0] if request.archs else None, context.stdin)
        word: str | None = target.arch
    except UsageError:
        # A fragment for all architectures: which one it is read for changes nothing.
        target, word = read_target(request.given, request.source, usual, context.stdin), None
    return target.config, word


def _oddities(given: Config) -> Iterator[tuple[Location, str]]:
    """Lines of the given config that are not taken for granted as they are written."""
    for line in given.unread:
        yield line.location, f"conf ignores this line ({line.fault}): it is not taken for granted"
    last: dict[str, Assignment] = {}
    for item in given.assignments:
        before = last.get(item.name)
        # In a stack the later file is there to override the earlier one.
        if before is not None and before.location.path == item.location.path:
            again = "to the same value" if before.value == item.value else f"to {item.value}"
            text = f"CONFIG_{item.name} is set again, {again}, on line {item.location.line}: the last line is taken"
            yield before.location, text
        last[item.name] = item


def _check_names(looking: Examiner, conditions: Sequence[Expression], folders: Sequence[str], word: str) -> None:
    """Refuse a symbol that none of the architectures defines: a slip would be proved at once.

    A condition that asks whether the symbol exists means it.
    """
    names = looking.tree.names
    for condition in conditions:
        asked = frozenset(asks_whether_exists(condition))
        for name in symbols(condition):
            if name not in asked and not any(folder in names.having(name) for folder in folders):
                # Only for errors.
                from kpolicy.run.unknown import unknown_symbol

                model = looking.model(resolve_architecture(looking.source, word), looking.toolchain)
                raise unknown_symbol(looking, model, name)


def _lines(model: Model, config: Config, *, ask: bool) -> Iterator[Assignment]:
    """The lines whose values are taken for granted, the last one for each symbol.

    Of a full .config those that a person could have written: the others are results, many of another toolchain.  Where
    the lines are not themselves in question (`ask`), those for undefined symbols are left out, as conf does.
    """
    probed = {name for name, _decides in model.probed()} if config.is_full else set[str]()
    for name, line in {line.name: line for line in config.assignments}.items():
        if config.is_full and (name in probed or not model.has_prompt(name)):
            continue
        if ask or model.is_defined(name):
            yield line


def _look(task: _Task) -> _Found:
    """One architecture; runs in a worker."""
    looking = examiner()
    looking.begin()
    try:
        model = looking.model(resolve_architecture(looking.source, task.arch), looking.toolchain)
        given = tuple(_lines(model, task.given, ask=not task.conditions)) if task.given is not None else ()
        questions: list[Question] = [Condition(expression) for expression in task.conditions] or [Never()]
        return _Found(
            task.arch,
            tuple(
                _verdict(model, number, decide(model, question, given), _names_of(question))
                for number, question in enumerate(questions)
            ),
        )
    except Exception as error:  # noqa: BLE001 - a bug met in one architecture must not hide what the others show
        return _Found(task.arch, error=failure(error, f"the Kconfig files of {task.arch}").kept())


def _names_of(question: Question) -> tuple[str, ...]:
    return symbols(question.expression) if isinstance(question, Condition) else ()


def _fault(model: Model, line: Assignment) -> str:
    """Why no configuration at all can have the value of a line, whatever the Kconfig files say of the symbol."""
    kind, value = model.type_of(line.name), asked_text(line)
    if not model.is_defined(line.name):
        return f"no Kconfig file of {model.architecture} defines {line.name}"
    if kind in ("bool", "tristate"):
        valid = value in ("n", "y") or (value == "m" and kind == "tristate")
    else:
        valid = is_valid(TYPES.index(kind), value)
    return "" if valid else f"{value} is no value of {'an' if kind == 'int' else 'a'} {kind}"


def _shown(model: Model, conflict: Conflict) -> ShownConflict:
    lines = tuple(Ground(line.text, line.location) for line in conflict.lines)
    odd = [(line, fault) for line in conflict.lines if (fault := _fault(model, line))]
    if odd:
        return ShownConflict(lines, tuple(Ground(fault, line.location) for line, fault in odd))
    return ShownConflict(lines, grounds_in_words(model, conflict.grounds))


def _verdict(model: Model, number: int, answer: Answer, names: Sequence[str] = ()) -> Verdict:
    """An answer in words; `names` are the symbols of the condition."""
    arch = model.architecture
    match answer:
        case Holds(grounds, given):
            lines = tuple(Ground(line.text, line.location) for line in given)
            undefined = [name for name in names if not model.is_defined(name)]
            lines += tuple(Ground(f"no Kconfig file of {arch} defines {name}", None) for name in undefined)
            return Verdict(number, arch, "holds", grounds=(*lines, *grounds_in_words(model, grounds)))
        case Fails(lines):
            return Verdict(number, arch, "fails", lines=tuple(line.text for line in lines))
        case Excluded(conflicts):
            return Verdict(number, arch, "excluded", conflicts=tuple(_shown(model, item) for item in conflicts))
        case Undecided(reasons):
            return Verdict(number, arch, "undecided", reasons=reasons)
