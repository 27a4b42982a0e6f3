# SPDX-License-Identifier: GPL-2.0-or-later
"""The first of several models is built before workers are forked: they inherit it, and what the architectures share.

Most of the work on a model is to read some 1600 Kconfig files, which is done once for all architectures of a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kpolicy.errors import KpolicyError
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.run.attempt import attempt
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Target
from kpolicy.tuples import NamedTuple


class Unbuilt(NamedTuple):
    """A model that has to be built for a piece of work."""

    architecture: Architecture
    toolchain: Toolchain


def unbuilt_model(looking: Examiner, arch: str, target: Target | None) -> Unbuilt | None:
    """The model that a target of an architecture wants first, or other work on it, if it has to be built.

    None, too, where only the work can tell.
    """
    try:
        toolchain = looking.toolchain
        if target is not None:
            toolchain = looking.toolchains(target, looking.full_config(target, looking.contents(target)))[0]
        if not looking.has_to_build(arch, toolchain):
            return None
        return Unbuilt(looking.architecture(arch), toolchain)
    except KpolicyError:
        return None


def build_first(looking: Examiner, unbuilt: Sequence[Unbuilt]) -> None:
    """Build the first of the models that pieces of work want, one for each, unless only one of them wants any."""
    if len(unbuilt) < 2:
        return
    first, tree = unbuilt[0], looking.tree
    # Whoever wants the model meets what is wrong with it again, and reports it.
    attempt(partial(looking.model, *first), str(first.architecture))
    if tree.kept_as(*first) is not None and all(item == first for item in unbuilt):
        # The others are in the cache.
        tree.forget_shared()
