# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of Kconfig files tried out in memory, on one architecture: its models and configs with and without them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import failure
from kpolicy.config.read import config_in_tree
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.grounds import Ground, grounds_in_words
from kpolicy.frozen import dataclass
from kpolicy.kconfig.editable import EditableTree
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.policy.checks.probed import Probed
from kpolicy.policy.checks.provable import KNOWN
from kpolicy.policy.patches.remedies import can_break, unmet_parts
from kpolicy.prove.bulk import Bulk
from kpolicy.prove.equivalence import Changed, Comparison, Same
from kpolicy.prove.expansion import Dependants, changed_line, titles
from kpolicy.prove.formula import Formula
from kpolicy.prove.solver import NoSolverError
from kpolicy.run.selection import defconfig_targets

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.nesting import Nested
    from kpolicy.location import Location
    from kpolicy.run.examine import Examiner


_RECURSION_LIMIT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """An edit, by its number: files with their contents after it, and the architecture that grounds are named on."""

    number: int
    contents: Mapping[str, bytes]
    arch: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What an edit does on an architecture: `reason` says why it is not shown to change nothing, "" where it is.

    `structural` says that its text shows it, without a proof; so many defconfigs were expanded.
    """

    number: int
    arch: str
    reason: str = ""
    structural: bool = True
    configs: int = 0
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class UnmetSelect:
    """A select that can break a dependency, by its number: the symbols, and the line."""

    number: int
    source: str
    target: str
    place: Location


class Bench:
    """The model of an architecture, built in this process, beside which those with edits are built."""

    def __init__(self, looking: Examiner, tree: EditableTree, arch: str) -> None:
        # Expressions nest deeply, see kpolicy.kconfig.load.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
        self.arch = arch
        self.looking = looking
        self._tree = tree
        self._architecture = resolve_architecture(looking.source, arch)
        self.model = self._tree.built(self._architecture, looking.toolchain)
        self._nested: dict[str, tuple[Nested, ...]] = {}
        known = self.model.core.symbols.get(KNOWN)
        self.free = Probed.of(self.model).symbols | ({known} if known is not None else set())
        self._comparison = Comparison(self.model, self._tree.expressions, self.free)

    def close(self) -> None:
        """Free what is not Python's."""
        self._comparison.close()

    def edited(self, contents: Mapping[str, bytes]) -> tuple[EditableTree, Model]:
        """The tree and the model with other contents of files; raises InputError for what conf would refuse."""
        tree = self._tree.variant(contents)
        return tree, tree.built(self._architecture, self.looking.toolchain)

    def tried(self, trial: Trial) -> Tried:
        """Whether an edit changes nothing."""
        try:
            return self._tried(trial)
        except NoSolverError:
            return Tried(trial.number, self.arch, "not decided: proofs need python-sat (pip install 'kpolicy[prove]')")
        except Exception as error:  # noqa: BLE001 - a bug met with one edit must not hide what others show
            return Tried(trial.number, self.arch, f"not decided: {failure(error, self.arch).message}")

    def _tried(self, trial: Trial) -> Tried:
        read = [path for path in trial.contents if path in self.model.details.files]
        if not read:
            return Tried(trial.number, self.arch)
        tree, after = self.edited(trial.contents)
        verdict = self._comparison.with_edit(after)
        if isinstance(verdict, Changed):
            return Tried(trial.number, self.arch, verdict.reason)
        reason = self._expanded(after, verdict) or next(filter(None, (self._moved(tree, path) for path in read)), "")
        grounds: tuple[Ground, ...] = ()
        if verdict.proved and not reason and trial.arch == self.arch:
            grounds = grounds_in_words(self.model, self._comparison.grounds(verdict.difference))
        return Tried(trial.number, self.arch, reason, not verdict.proved, len(self._configs) - len(PRESETS), grounds)

    def unmet_parts(self, select: UnmetSelect) -> tuple[str, ...]:
        """The dependencies that a select can break here, as they would be written; raises NoEditError."""
        return unmet_parts(self.model, self._comparison.bulk, select.source, select.target, select.place)

    def remedied(self, select: UnmetSelect, content: bytes) -> Tried:
        """Whether a select can no longer break a dependency with another content of its file."""
        if select.place.path not in self.model.details.files:
            return Tried(select.number, self.arch)
        try:
            _tree, after = self.edited({select.place.path: content})
            bulk = Bulk(Formula(after))
            try:
                still = can_break(after, bulk, select.source, select.target)
            finally:
                bulk.close()
        except Exception as error:  # noqa: BLE001 - conf refuses it, or a bug met with one edit
            return Tried(select.number, self.arch, failure(error, self.arch).message.splitlines()[0])
        return Tried(select.number, self.arch, "not proved to clear it" if still else "")

    def _expanded(self, after: Model, verdict: Same) -> str:
        """Why some config expands to another .config, "" where all expand to the same."""
        nodes = self._dependants.of(verdict.difference.changed, after.core)
        among = titles(self.model, after, nodes)
        for name, before in self._configs:
            values = evaluate(after, before.config, before.mode)
            lines = changed_line(before, values, nodes, among)
            if lines is not None:
                return f"the .config of {name} has {lines[1]} instead of {lines[0]}"
        return ""

    def _moved(self, tree: EditableTree, path: str) -> str:
        """Which entry of a file menuconfig shows elsewhere, in words."""
        if path not in self._nested:
            self._nested[path] = self._tree.nesting(path)
        for was, is_now in zip(self._nested[path], tree.nesting(path), strict=False):
            if was != is_now:
                below = (f"below {item.below[-1]}" if item.below else "in its menu" for item in (was, is_now))
                return f"menuconfig would no longer show {was.name} {next(below)}, but {next(below)}"
        return ""

    @cached_property
    def _dependants(self) -> Dependants:
        return Dependants(self.model.core)

    @cached_property
    def _configs(self) -> Sequence[tuple[str, Values]]:
        return tuple(self._expansions())

    def _expansions(self) -> Iterator[tuple[str, Values]]:
        """The presets and the defconfigs of the architecture, without the edit."""
        for preset in PRESETS:
            yield preset, evaluate(self.model, None, preset)
        for target in defconfig_targets(self.looking.source, ()):
            if target.arch == self.arch:
                config = config_in_tree(self.looking.source, target.parts[0].path)
                yield target.name, evaluate(self.model, config, "defconfig")


_trees: list[tuple[Examiner, EditableTree]] = []
_benches: list[Bench] = []


def bench(looking: Examiner, arch: str) -> Bench:
    """The bench of an architecture: the last one of this process where that is it.

    All of a process share what the architectures have in common.
    """
    if not _trees or _trees[0][0] is not looking:
        source, revision = looking.source, looking.source.revision
        tree = EditableTree(
            source,
            source.root,
            cache=looking.tree.cache,
            revision=revision.tree if revision is not None else None,
            digests=looking.tree.digests,
        )
        _trees[:] = [(looking, tree)]
    if _benches and (_benches[0].arch, _benches[0].looking) != (arch, looking):
        _benches.pop().close()
    if not _benches:
        _benches.append(Bench(looking, _trees[0][1], arch))
    return _benches[0]


def clear_benches() -> None:
    """Free what this process keeps for the next edit."""
    while _benches:
        _benches.pop().close()
    _trees.clear()
