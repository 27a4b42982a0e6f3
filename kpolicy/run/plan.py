# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be looked at: configs by their files, and what all of a run have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.config.model import Config
from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass, field
from kpolicy.kernel.toolchain import Toolchain, parse_toolchain
from kpolicy.run.context import Context

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine
    from kpolicy.costing.bill import Machine
    from kpolicy.kernel.answers import AnsweredTree
    from kpolicy.kernel.git import Revision
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.judging.standard import Standard
    from kpolicy.running.system import System

EXECUTE = "exec"
"""The word for really running the probes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a config: in the tree (a path with `/`) or outside of it."""

    path: str
    in_tree: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A config to look at and the ARCH word to do it for.

    `config` is there when it has been read already; else `parts` say what to read.  `standard` is the
    number of the standard, among those of the plan, that it is checked against.
    """

    name: str
    arch: str
    parts: tuple[Part, ...]
    config: Config | None = None
    standard: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What all targets of a run have in common.

    `tree` is the path of the tree, `name` what the user calls it, `revision` says which commit's files are meant,
    None for those of the directory; `toolchain` is the user's word, None
    for the default; `cache` the folder for models, if any; `environment` that of the process, which
    only an executed toolchain and git look at; `standards` is what configs are checked against; `machine` is the
    one that costs are computed for, None if no costs are requested; `loader` is the command line that the boot loader
    passes, None where that is not stated; `system` is the running kernel that is judged with its config, if any.
    `answered` is the tree in a process that lacks its files.  `deltas`: after an edit of Kconfig files models may be
    deltas to those from before.  These have the same values and lines, but other numbers for their expressions, and
    maybe more of these, by which proofs find other examples, and chains have another order.
    """

    tree: str
    name: str
    toolchain: str | None
    cache: str | None
    environment: Mapping[str, str] = field(default_factory=dict)
    standards: tuple[Standard, ...] = ()
    machine: Machine | None = None
    revision: Revision | None = None
    loader: CommandLine | None = None
    system: System | None = None
    answered: AnsweredTree | None = None
    deltas: bool = False

    def open(self) -> KernelTree:
        """The tree, to be read in this process: a connection to git is no other process's."""
        if self.answered is not None:
            return self.answered
        if self.revision is not None:
            from kpolicy.kernel.revision import RevisionSource

            return RevisionSource(self.revision, self.name, self.environment)
        from kpolicy.kernel.source import DirectorySource  # a .config is judged without a tree, too

        return DirectorySource(self.tree, self.name)


def chosen_toolchain(word: str | None) -> Toolchain | None:
    """What --toolchain names, None for the default; raises UsageError for an unknown word."""
    if word is None:
        return None
    return Toolchain.dummy() if word == EXECUTE else parse_toolchain(word)


def plan_for(source: KernelTree, toolchain: str | None, context: Context) -> Plan:
    """A plan without standards for a tree; raises UsageError for a toolchain that there is not."""
    chosen_toolchain(toolchain)
    if context.cluster is not None and toolchain == EXECUTE:
        raise UsageError("--toolchain exec runs the compiler of this machine", hint="leave out --scheduler")
    if source.revision is not None and toolchain == EXECUTE:
        raise UsageError(
            "--toolchain exec runs scripts of a work tree", hint="check out the revision first: git worktree add"
        )
    return Plan(
        tree=source.root,
        name=source.name,
        toolchain=toolchain,
        cache=context.cache,
        environment=dict(context.environment) if toolchain == EXECUTE or source.revision is not None else {},
        revision=source.revision,
    )
