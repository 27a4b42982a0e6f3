# SPDX-License-Identifier: GPL-2.0-or-later
"""The models of several trees, built and kept in the cache before work that looks at these trees together.

Who builds models holds all Kconfig files of their tree, and reads them once for all of its architectures.  So the trees
are read by processes of their own, at the same time; a model that is kept is soon loaded, and takes little memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from kpolicy.frozen import dataclass
from kpolicy.run.attempt import attempt
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import examiner, spread
from kpolicy.run.first_model import Unbuilt, build_first
from kpolicy.run.plan import Plan


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some models of a tree, and maybe the names of all its architectures; `number` is that of the tree."""

    number: int
    plan: Plan
    models: tuple[Unbuilt, ...]
    with_names: bool


def build_all(trees: Sequence[Examiner], unbuilt: Sequence[Sequence[Unbuilt]], context: Context) -> list[Examiner]:
    """Build what is `unbuilt` of each tree, where that is more than one model; what looks at the trees from here on.

    Without a cache nobody would have the models, and the workers of a cluster have none in common.
    """
    wanted = [tuple(dict.fromkeys(models)) for models in unbuilt]
    kept = context.cluster is None and all(looking.tree.cache is not None for looking in trees)
    if not kept or sum(map(len, wanted)) < 2:
        return list(trees)
    each = max(context.jobs // sum(map(bool, wanted)), 1)
    # In another order in every other tree: a model that is the same in both is found by who comes to it second.
    ordered = [models[::-1] if number % 2 else models for number, models in enumerate(wanted)]
    pieces = [list(_pieces(number, trees[number].plan, models, each)) for number, models in enumerate(ordered)]

    def ahead() -> None:
        for looking, own in zip(trees, pieces, strict=True):
            build_first(looking, [piece.models[0] for piece in own])

    items = [piece for own in pieces for piece in own]
    digests = [dict(looking.tree.digests) for looking in trees]
    first, *others = trees
    for number, found in spread(first.plan, _build, items, context, first, ahead, tuple(others)):
        digests[number].update(found)
    # Who built the models knows what is in the files that they rest on.
    return [Examiner(looking.plan, looking.source, known) for looking, known in zip(trees, digests, strict=True)]


def _pieces(number: int, plan: Plan, models: tuple[Unbuilt, ...], count: int) -> Iterator[_Piece]:
    size = math.ceil(len(models) / count)
    for at in range(0, len(models), max(size, 1)):
        yield _Piece(number, plan, models[at : at + size], with_names=at == 0)


def _build(piece: _Piece) -> tuple[int, Mapping[str, str]]:
    """The digests of the files that were read for a piece; runs in a worker."""
    looking = examiner(piece.plan)
    for model in piece.models:
        # Whoever wants it meets what is wrong with it again, and reports it.
        attempt(partial(looking.model, *model), str(model.architecture))
    if piece.with_names:
        attempt(looking.names, "the names of all architectures")
    looking.forget_models()
    return piece.number, looking.tree.digests
