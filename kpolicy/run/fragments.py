# SPDX-License-Identifier: GPL-2.0-or-later
"""The fragments of a tree, laid on what they are for: those that make takes, and those of the kernel's own tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import failure
from kpolicy.config.lines import parse_lines
from kpolicy.config.model import Assignment, Config
from kpolicy.config.read import config_in_tree, content_in_tree, stack
from kpolicy.errors import KpolicyError
from kpolicy.evaluate.values import evaluate
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.config_files import ConfigFile, config_files, make_target
from kpolicy.kernel.suites import SELFTESTS, SuiteFragment, suite_fragments
from kpolicy.location import Location
from kpolicy.policy.checks.fragments import Unheard, unheard
from kpolicy.policy.checks.suites import beside, contradictions, lines_to_add, unmet_checks, unreadable

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kernel.architecture import Architecture
    from kpolicy.kernel.source import KernelTree
    from kpolicy.run.examine import Examiner

_MODE: Final = "olddefconfig"


@dataclass(frozen=True, slots=True)
class Laid:
    """The fragments that were laid on something, their lines that are not honoured there, and what went wrong."""

    asked: tuple[str, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    errors: tuple[KpolicyError, ...] = ()


def fragments_of(source: KernelTree, architecture: Architecture) -> list[ConfigFile]:
    """The fragments that `make ARCH=... X.config` knows."""
    return [
        file
        for file in config_files(source)
        if file.kind == "fragment" and file.srcarch in (None, architecture.srcarch)
    ]


def lay_on(looking: Examiner, architecture: Architecture) -> Laid:
    """The fragments that make knows, each by itself on the default config of an architecture."""
    source = looking.source
    try:
        base = _default(source, architecture)
    except KpolicyError as error:
        return Laid(errors=(error,))
    laying = _Laying(looking, architecture)
    for file in fragments_of(source, architecture):
        if file.srcarch is not None or base:
            laying.lay(file.path, base)
    return laying.result()


def lay_tests_on(looking: Examiner, architecture: Architecture, unit_tests: Sequence[str], *, advise: bool) -> Laid:
    """The fragments of the kernel's tests, each on what it is for, and those of all selftests together.

    `unit_tests` are those of `kunitconfigs`.  With `advise` lines are looked for with which a line would be honoured.
    """
    source = looking.source
    try:
        base = _default(source, architecture)
    except KpolicyError as error:
        return Laid(errors=(error,))
    laying = _Laying(looking, architecture, advise=advise)
    merging: list[str] = []
    for item in suite_fragments(source, architecture, unit_tests):
        if item.suite == "kunit":
            laying.lay(item.path, _machine(source, item))
        elif base:
            on = [*base, *(config_in_tree(source, path) for path in item.on)]
            laying.lay(item.path, on, at_least=item.suite == "selftests")
            merging += [item.path] if item.suite == "selftests" else []
    if merging:
        laying.lay_together(merging, base)
    return laying.result()


def suite_files(source: KernelTree, architecture: Architecture, unit_tests: Sequence[str]) -> set[str]:
    """The files that `lay_tests_on` reads."""
    found = set(make_target(source, architecture, "defconfig"))
    for item in suite_fragments(source, architecture, unit_tests):
        found |= {item.path, *item.on, *filter(None, (item.lines[0],))}
    return found


def _default(source: KernelTree, architecture: Architecture) -> list[Config]:
    return [config_in_tree(source, path) for path in make_target(source, architecture, "defconfig")]


def _machine(source: KernelTree, item: SuiteFragment) -> list[Config]:
    path, text = item.lines
    return [parse_lines(path, text.encode()), *(config_in_tree(source, path) for path in item.on)]


class _Laying:
    """Fragments being laid on configs of an architecture."""

    def __init__(self, looking: Examiner, architecture: Architecture, *, advise: bool = False) -> None:
        self._looking, self._advise = looking, advise
        self._model: Model = looking.model(architecture, looking.toolchain)
        self._asked: list[str] = []
        self._unheard: list[Unheard] = []
        self._errors: list[KpolicyError] = []

    def result(self) -> Laid:
        return Laid(tuple(self._asked), tuple(self._unheard), tuple(self._errors))

    def lay(self, path: str, base: Sequence[Config], *, at_least: bool = False) -> None:
        """One fragment by itself; with `at_least` it is content with y where it asks for m."""
        try:
            own = self._read(path)
            config = _merged(path, [*base, own])
            values = evaluate(self._model, config, _MODE)
            found = [*unreadable(own, self._model.srcarch), *unmet_checks(values, own, self._names)]
            found += unheard(values, (path,), self._names)
            found = [item for item in found if not (at_least and _is_more(values, item))]
            self._unheard += [self._with_lines(values, item, config) for item in found]
        except Exception as error:  # noqa: BLE001 - what is met in one fragment must not hide what the others show
            self._errors.append(failure(error, "the fragment", Location(path, 0)))
        else:
            self._asked.append(path)

    def lay_together(self, paths: Collection[str], base: Sequence[Config]) -> None:
        """What make kselftest-merge does."""
        try:
            config = _merged(SELFTESTS, [*base, *map(self._read, paths)])
            values = evaluate(self._model, config, _MODE)
            together = [item for item in unheard(values, paths, self._names) if not _is_more(values, item)]
            self._unheard += list(beside(self._unheard, [*together, *contradictions(values, paths)]))
        except Exception as error:  # noqa: BLE001 - as above
            self._errors.append(failure(error, "the merged fragments", Location(SELFTESTS, 0)))

    def _read(self, path: str) -> Config:
        """A fragment; one in which no line is a config line is no other kind of file here, but a fault of the test."""
        return parse_lines(path, content_in_tree(self._looking.source, path))

    def _names(self) -> NameIndex:
        return self._looking.tree.names

    def _with_lines(self, values: Values, item: Unheard, config: Config) -> Unheard:
        if not self._advise or item.foreign:
            return item

        def again(lines: Sequence[Assignment]) -> Values:
            return evaluate(self._model, replace(config, assignments=(*config.assignments, *lines)), _MODE)

        return replace(item, lines=lines_to_add(values, item, again))


def _is_more(values: Values, item: Unheard) -> bool:
    """Whether a symbol is y where m is asked for."""
    line = values.assignment(item.symbol)
    return line is not None and line.value == "m" and values.result(item.symbol) == "y"


def _merged(name: str, configs: Sequence[Config]) -> Config:
    """Files as merge_config.sh -y puts them together: a line that asks for m does not undo one that asks for y."""
    config = stack(name, list(configs))
    return replace(config, assignments=tuple(_kept(config.assignments)))


def _kept(lines: Sequence[Assignment]) -> Iterator[Assignment]:
    before: dict[str, str] = {}
    for line in lines:
        if line.value == "m" and before.get(line.name) == "y":
            continue
        before[line.name] = line.value
        yield line
