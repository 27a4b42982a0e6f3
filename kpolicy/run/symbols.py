# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols as a tree has them: on every architecture, and in its defconfigs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby

from kpolicy.bounds import failure
from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.explain.survey import Survey, survey
from kpolicy.frozen import dataclass
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.report.views.symbol import SymbolReport, SymbolThere
from kpolicy.run.attempt import attempt
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.plan import Target, plan_for
from kpolicy.run.selection import defconfig_targets

_USUAL = "x86"


@dataclass(frozen=True, slots=True)
class SymbolsRequest:
    """Symbols of a tree, for some ARCH words, or for all architectures."""

    source: KernelTree
    symbols: tuple[str, ...]
    archs: tuple[str, ...] = ()
    toolchain: str | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    arch: str
    symbols: tuple[str, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one architecture gave, by symbol; and the configs in which each has a value other than n."""

    arch: str
    surveys: dict[str, Survey]
    values: dict[str, tuple[tuple[str, str], ...]]
    configs: int = 0
    errors: tuple[KpolicyError, ...] = ()


def symbols_of(request: SymbolsRequest, context: Context) -> tuple[tuple[SymbolReport, ...], tuple[KpolicyError, ...]]:
    """A report for each symbol that some architecture defines; errors for the others, and for what cannot be read."""
    source = request.source
    looking = Examiner(plan_for(source, request.toolchain, context), source)
    asked = tuple(dict.fromkeys(word.removeprefix("CONFIG_") for word in request.symbols))
    words = list(dict.fromkeys(request.archs)) or list(architectures(source))
    names = looking.tree.names
    folders = {word: resolve_architecture(source, word).srcarch for word in words}
    wanted = {word: tuple(name for name in asked if folders[word] in names.having(name)) for word in words}
    errors: list[KpolicyError] = []
    for name in asked:
        if not any(name in found for found in wanted.values()):
            # Only for errors.
            from kpolicy.run.unknown import unknown_symbol

            usual = words[0] if request.archs or _USUAL not in words else _USUAL
            model = looking.model(resolve_architecture(source, usual), looking.toolchain)
            errors.append(unknown_symbol(looking, model, name))
    targets = {
        arch: tuple(group) for arch, group in groupby(defconfig_targets(source, request.archs), lambda item: item.arch)
    }
    tasks = [_Task(word, wanted[word], targets.get(word, ())) for word in words if wanted[word]]
    found: list[_Found] = []
    with no_collection():
        for item in spread(looking.plan, _look, tasks, context, looking):
            found.append(item)
            context.listener.progress(len(found), len(tasks))
    found.sort(key=lambda item: words.index(item.arch))
    errors += dict.fromkeys(error for item in found for error in item.errors)
    if len(found) < len(tasks):
        errors.append(LOST)
    version, tools = str(looking.tree.version), looking.toolchain.identity
    reports = (_report(name, found, words, version, tools) for name in asked)
    return tuple(report for report in reports if report is not None), tuple(errors)


def _report(
    name: str, found: Sequence[_Found], words: Sequence[str], version: str, toolchain: str
) -> SymbolReport | None:
    there = [SymbolThere(item.surveys[name], item.values[name], item.configs) for item in found if name in item.surveys]
    if not there:
        return None
    # As the usual architecture has it, or another one where the symbol can be set.
    shown = min(there, key=lambda item: (not item.survey.is_possible, item.survey.architecture != _USUAL))
    # Nothing is known of an architecture that could not be read: its errors are reported.
    known = {item.survey.architecture for item in there} | {item.arch for item in found if not item.surveys}
    return SymbolReport(name, version, toolchain, shown.survey, tuple(there), tuple(w for w in words if w not in known))


def _look(task: _Task) -> _Found:
    """One architecture; runs in a worker."""
    looking = examiner()
    looking.begin()
    errors: list[KpolicyError] = []
    values: dict[str, list[tuple[str, str]]] = {name: [] for name in task.symbols}
    try:
        model = looking.model(resolve_architecture(looking.source, task.arch), looking.toolchain)
        surveys = {name: survey(model, name) for name in task.symbols if model.is_defined(name)}
    except Exception as error:  # noqa: BLE001 - a bug met in one architecture must not hide what the others show
        return _Found(task.arch, {}, {}, errors=(failure(error, f"the Kconfig files of {task.arch}").kept(),))
    for target in task.targets:
        found = attempt(partial(_values, looking, target, task.symbols), target.name)
        if isinstance(found, KpolicyError):
            errors.append(found)
            continue
        for name, value in found.items():
            values[name].append((target.name, value))
    kept = {name: tuple(items) for name, items in values.items()}
    return _Found(task.arch, surveys, kept, len(task.targets) - len(errors), tuple(errors))


def _values(looking: Examiner, target: Target, names: Sequence[str]) -> dict[str, str]:
    """The values of those symbols that are not n in a config."""
    # Only here: a symbol without defconfigs needs no values.
    from kpolicy.explain.shown import shown

    values = looking.values(target)
    return {name: value for name in names if (value := shown(values, name)) != "n"}
