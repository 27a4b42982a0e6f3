# SPDX-License-Identifier: GPL-2.0-or-later
"""What a symbol enables, what can enable it, and the ways between two symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from kpolicy.errors import UsageError
from kpolicy.evaluate.values import Values
from kpolicy.explain.chain import Paths, Reach, paths, reach
from kpolicy.explain.edges import KINDS, Graph, Kind
from kpolicy.frozen import dataclass
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.report.views.chain import ChainReport, Note
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import plan_for
from kpolicy.run.remarks import remarks
from kpolicy.run.selection import read_target

Direction: TypeAlias = Literal["in", "out", "both"]
_USUAL: Final = "x86"
# What can enable a symbol grows fast: without --depth only so far.
DEPTH_IN: Final = 2
"""So many steps are followed of what can enable a symbol, unless a depth is asked for."""
MOST_EDGES: Final = 30
"""So many lines are shown of a symbol, unless all are asked for."""
_MOST_PATHS: Final = 10
# However many are asked for: between some symbols there are millions.
_MOST_PATHS_EVER: Final = 1000


@dataclass(frozen=True, slots=True)
class ChainRequest:
    """One symbol, or two: where the ways begin and end.

    `config` is one of the tree, whose values are shown; `in_force` asks for what is in effect there only.  `kinds` are
    those of the edges, `depth` how many of them are followed (None: as many as there are, few for what can
    enable a symbol), and `everything` lifts the limits of what is shown.
    """

    source: KernelTree
    symbols: tuple[str, ...]
    arch: str | None = None
    config: str | None = None
    in_force: bool = False
    direction: Direction = "both"
    kinds: tuple[Kind, ...] = KINDS
    depth: int | None = None
    everything: bool = False
    toolchain: str | None = None


def chain(request: ChainRequest, context: Context) -> ChainReport:
    """The chains that are asked for; raises UsageError for a symbol that the architecture does not define."""
    source, asked, depth = request.source, request.symbols, request.depth
    examiner = Examiner(plan_for(source, request.toolchain, context), source)
    values: Values | None = None
    if request.config is not None:
        values = examiner.values(read_target(request.config, source, request.arch, context.stdin))
        for remark in remarks(values):
            context.listener.warning(remark.location, remark.text)
        model = values.model
    else:
        model = _model(examiner, request, context)
    for name in asked:
        if not model.is_defined(name):
            # Only for errors.
            from kpolicy.run.unknown import unknown_symbol

            raise unknown_symbol(examiner, model, name)
    graph = Graph(model, request.kinds, values, in_force=request.in_force)
    if len(asked) == 2:
        most = _MOST_PATHS_EVER if request.everything else _MOST_PATHS
        found = paths(graph, asked[0], asked[1], depth=depth, most=most)
        return _report(model, values, request.kinds, _names_of(found), ways=found)
    most_edges = None if request.everything else MOST_EDGES
    reaches = []
    if request.direction != "in":
        reaches.append(reach(graph, asked[0], "out", depth=depth, most=most_edges))
    if request.direction != "out":
        reaches.append(reach(graph, asked[0], "in", depth=depth or DEPTH_IN, most=most_edges))
    names = [name for item in reaches for name in item.distances]
    return _report(model, values, request.kinds, names, reaches=tuple(reaches))


def _model(examiner: Examiner, request: ChainRequest, context: Context) -> Model:
    """The model of the architecture that is meant."""
    source, arch, asked = request.source, request.arch, request.symbols
    folders = architectures(source)
    if not folders:
        raise UsageError(f"{source.name} has no arch/*/Kconfig")
    usual = _USUAL if _USUAL in folders else folders[0]
    model = examiner.model(resolve_architecture(source, arch or usual), examiner.toolchain)
    if arch is not None or all(model.is_defined(name) for name in asked):
        return model
    names = examiner.tree.names
    for folder in folders:
        if all(folder in names.having(name) for name in asked):
            context.listener.note(f"{usual} has no {' and '.join(asked)}: this is {folder}, see --arch")
            return examiner.model(resolve_architecture(source, folder), examiner.toolchain)
    return model


def _names_of(found: Paths) -> Iterator[str]:
    yield found.start
    yield from (name for pair in found.edges for name in pair)
    yield found.goal


def _report(
    model: Model,
    values: Values | None,
    kinds: tuple[Kind, ...],
    names: Iterable[str],
    *,
    reaches: tuple[Reach, ...] = (),
    ways: Paths | None = None,
) -> ChainReport:
    config = values.config.name if values is not None and values.config is not None else None
    notes = {name: _note(model, values, name) for name in dict.fromkeys(names)}
    return ChainReport(model.architecture, model.version, config, kinds, notes, reaches, ways)


def _note(model: Model, values: Values | None, name: str) -> Note:
    symbol = model.symbol(name)
    value = None
    if values is not None:
        # With a config much more is loaded anyway.
        from kpolicy.explain.shown import shown

        value = shown(values, name)
    return Note(value, symbol.definitions[0] if symbol is not None else None)
