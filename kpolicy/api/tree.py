# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees and their configs, and what can be asked about them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from kpolicy.api.config import Config
from kpolicy.api.convert import (
    cost_result,
    difference,
    fix_result,
    history_result,
    report_result,
    role_result,
    upgrade_result,
)
from kpolicy.api.decode import decode
from kpolicy.api.listener import Message, Progress, Told
from kpolicy.api.results import (
    CostReport,
    Difference,
    Fix,
    History,
    Proof,
    Report,
    RoleReport,
    SymbolChain,
    SymbolInTree,
    Upgrade,
)
from kpolicy.api.terms import Policy
from kpolicy.errors import together
from kpolicy.kernel.architecture import architectures
from kpolicy.kernel.config_files import config_files
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.version import read_version
from kpolicy.run.context import Context
from kpolicy.run.trees import tree_named

if TYPE_CHECKING:
    from kpolicy.explain.edges import Kind
    from kpolicy.run.chain import Direction
    from kpolicy.run.request import Terms


def open_tree(
    path: str | os.PathLike[str],
    *,
    revision: str | None = None,
    patch: bytes | None = None,
    toolchain: str | None = None,
    cache: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    message: Message | None = None,
    environment: Mapping[str, str] | None = None,
) -> Tree:
    """The kernel tree in a folder, or a `revision` of its git repository, or that with a `patch` applied in memory.

    `toolchain` is what answers the kernel's probes, as for `--toolchain`.  Models and results are kept in the folder
    `cache`, where one is named.  `jobs` processes work at once; `progress` and `message` are called during long work.
    `environment` is what git and `--toolchain exec` see of the process's.  Raises Error for what is no kernel tree.
    """
    context = Context(
        environment=dict(environment or {}),
        cache=os.fspath(cache) if cache is not None else None,
        jobs=jobs,
        listener=Told(progress, message),
    )
    folder = os.fspath(path)
    source = tree_named(folder if revision is None else f"{folder}@{revision}", context.environment)
    scratch = None
    if patch is not None:
        scratch = tempfile.TemporaryDirectory(prefix="kpolicy-")
        source = _patched(source, patch, scratch.name, context)
    return Tree(source, context, toolchain, scratch)


def _patched(source: KernelTree, patch: bytes, scratch: str, context: Context) -> KernelTree:
    # Only here: most trees are as they are.
    from kpolicy.kernel.git import resolve
    from kpolicy.kernel.patch import apply_patch, patch_text
    from kpolicy.kernel.revision import tree_at

    base = source.revision or resolve(source.root, "HEAD", context.environment)
    after = apply_patch(base, patch_text(patch, "patch"), scratch, context.environment)
    return tree_at(after, f"{source.name} with the patch", context.environment)


class Tree:
    """A kernel tree.  Use `open_tree` to get one; a tree with a patch is a context manager that tidies up."""

    def __init__(
        self,
        source: KernelTree,
        context: Context,
        toolchain: str | None,
        scratch: tempfile.TemporaryDirectory[str] | None,
    ) -> None:
        self._source = source
        self._context = context
        self._toolchain = toolchain
        self._scratch = scratch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._scratch is not None:
            self._scratch.cleanup()

    @property
    def name(self) -> str:
        """What the tree is called in reports."""
        return self._source.name

    @cached_property
    def version(self) -> str:
        """Its release, for example 6.12.117."""
        return str(read_version(self._source))

    def architectures(self) -> tuple[str, ...]:
        """The folders of arch/ that have Kconfig files."""
        return tuple(architectures(self._source))

    def configs(self, arch: str | None = None) -> tuple[str, ...]:
        """The paths of its defconfigs and config fragments, of all architectures or of one."""
        files = config_files(self._source)
        return tuple(file.path for file in files if arch is None or file.srcarch == arch)

    def config(self, name: str, *, arch: str | None = None, mode: str | None = None) -> Config:
        """A config, named as for `kpolicy check`: a file, a config of the tree, or a stack a+b+c; nothing is judged."""
        from kpolicy.run.expand import ValuesRequest

        return Config(ValuesRequest(self._source, name, arch, None, mode, self._toolchain), self._context)

    def preset(self, name: str, arch: str) -> Config:
        """What a target of make such as allmodconfig would write."""
        from kpolicy.run.expand import ValuesRequest

        return Config(ValuesRequest(self._source, None, arch, name, None, self._toolchain), self._context)

    def audit(self, archs: Sequence[str] = (), policy: Policy | None = None) -> Report:
        """Every defconfig, of all architectures or of some; with the Kconfig files where the policy asks for that."""
        from kpolicy.run.audit import AuditRequest, audit

        request = AuditRequest(self._source, tuple(archs), self._terms(policy))
        return report_result(audit(request, self._context))

    def check(self, *configs: str, arch: str | None = None, policy: Policy | None = None) -> Report:
        """Some configs."""
        from kpolicy.run.check import CheckRequest, check

        request = CheckRequest(self._source, configs, arch, None, self._terms(policy))
        return report_result(check(request, self._context))

    def check_running(
        self,
        root: str | os.PathLike[str] = "/",
        config: str | None = None,
        *,
        arch: str | None = None,
        policy: Policy | None = None,
    ) -> Report:
        """The running kernel, whose tree this is, or the one whose files are below `root`; `config` as for `check`."""
        from kpolicy.run.running import RunningRequest, check_running, root_folder

        request = RunningRequest(self._source, root_folder(os.fspath(root)), config, arch, None, self._terms(policy))
        return report_result(check_running(request, self._context))

    def check_kconfig(
        self,
        archs: Sequence[str] = (),
        checks: Sequence[str] = (),
        paths: Sequence[str] = (),
        policy: Policy | None = None,
    ) -> Report:
        """The Kconfig files and fragments."""
        from kpolicy.run.kconfig import KconfigRequest, check_tree

        request = KconfigRequest(self._source, tuple(archs), tuple(checks), tuple(paths), self._terms(policy))
        return report_result(check_tree(request, self._context))

    def chain(
        self,
        symbol: str,
        to: str | None = None,
        *,
        arch: str | None = None,
        config: str | None = None,
        direction: Direction = "both",
        kinds: Sequence[Kind] | None = None,
        depth: int | None = None,
    ) -> SymbolChain:
        """What a symbol enables and what can enable it, or the ways from it `to` another."""
        from kpolicy.explain.edges import KINDS
        from kpolicy.report.views.chain import chain_document
        from kpolicy.run.chain import ChainRequest, chain

        request = ChainRequest(
            source=self._source,
            symbols=tuple(name.removeprefix("CONFIG_") for name in (symbol, to) if name is not None),
            arch=arch,
            config=config,
            direction=direction,
            kinds=tuple(kinds) if kinds is not None else KINDS,
            depth=depth,
            everything=to is None,
            toolchain=self._toolchain,
        )
        return decode(SymbolChain, chain_document(chain(request, self._context)))

    def symbol(self, name: str, archs: Sequence[str] = ()) -> SymbolInTree:
        """What the tree says of a symbol: on which architectures what can set it, and in which defconfigs it is set.

        Raises Error for a name that no architecture defines; an architecture or config that cannot be read is left out,
        with a message.
        """
        from kpolicy.report.views.symbol import symbol_document
        from kpolicy.run.symbols import SymbolsRequest, symbols_of

        reports, errors = symbols_of(
            SymbolsRequest(self._source, (name,), tuple(archs), self._toolchain), self._context
        )
        if not reports:
            raise together(errors)
        for error in errors:
            self._context.listener.note(error.render())
        return decode(SymbolInTree, symbol_document(reports[0]))

    def prove(self, condition: str, archs: Sequence[str] = (), given: str | None = None) -> Proof:
        """Whether a condition holds in all configurations of each architecture, for `given` a config with its values.

        An empty condition asks whether the lines of `given` can hold together.  Raises Error without python-sat,
        and for a condition that is none; an architecture that cannot be read is left out, with a message.
        """
        from kpolicy.report.views.prove import proof_document
        from kpolicy.run.prove import ProveRequest, prove

        conditions = (condition,) if condition else ()
        request = ProveRequest(self._source, conditions, tuple(archs), given, self._toolchain)
        report, errors = prove(request, self._context)
        if not report.verdicts:
            raise together(errors)
        for error in errors:
            self._context.listener.note(error.render())
        return decode(Proof, proof_document(report)["conditions"][0])

    def fix(
        self,
        config: str,
        *,
        arch: str | None = None,
        rules: Sequence[str] = (),
        as_fragment: bool = False,
        alternatives: bool = False,
        unsafe: bool = False,
        policy: Policy | None = None,
    ) -> Fix:
        """The fewest edits that clear the findings of a config, or those of some rules; nothing is written.

        With `unsafe` requests that work may be given up.  `costs` of the policy asks for what the edits cost.
        """
        from kpolicy.run.fix import FixRequest, fix, subject_of

        terms = self._terms(policy)
        request = FixRequest(self._source, config, arch, tuple(rules), as_fragment, alternatives, unsafe, terms=terms)
        return fix_result(fix(subject_of(request, self._context), request, self._context))

    def diff(
        self, other: Tree, configs: Sequence[str] = (), archs: Sequence[str] = (), policy: Policy | None = None
    ) -> Difference:
        """What differs in effect from here to another tree, over every defconfig that both have, or some configs."""
        from kpolicy.run.diff import TreesDiff, diff_trees

        request = TreesDiff(self._source, other._source, tuple(configs), tuple(archs), self._terms(policy))
        return difference(diff_trees(request, self._context))

    def diff_configs(
        self, before: str, after: str, *, arch: str | None = None, policy: Policy | None = None
    ) -> Difference:
        """What differs in effect between two configs of this tree."""
        from kpolicy.run.diff import ConfigsDiff, diff_configs

        request = ConfigsDiff(self._source, before, after, arch, None, self._terms(policy))
        return difference(diff_configs(request, self._context))

    def upgrade(self, config: str, to: Tree, *, arch: str | None = None, policy: Policy | None = None) -> Upgrade:
        """What the kernel of another tree makes of a config of this one; nothing is written."""
        from kpolicy.run.upgrade import UpgradeRequest, upgrade

        request = UpgradeRequest(self._source, to._source, config, arch, self._terms(policy))
        return upgrade_result(upgrade(request, self._context).report)

    def history(
        self,
        *later: Tree,
        configs: Sequence[str] = (),
        archs: Sequence[str] = (),
        symbols: Sequence[str] = (),
        policy: Policy | None = None,
    ) -> History:
        """How debug options and findings of the defconfigs change from this tree to the next of the `later` ones."""
        from kpolicy.run.history import HistoryRequest, history

        trees = (self._source, *(tree._source for tree in later))
        request = HistoryRequest(trees, tuple(configs), tuple(archs), tuple(symbols), self._terms(policy))
        return history_result(history(request, self._context))

    def cost(
        self, config: str, *, arch: str | None = None, ram: int | None = None, cpus: int | None = None
    ) -> CostReport:
        """What the debug options of a config cost."""
        return cost_result(self._source, config, arch, None, ram, cpus, self._toolchain, self._context)

    def role(self, config: str, *, arch: str | None = None, policy: Policy | None = None) -> RoleReport:
        """What a config is for, and why."""
        return role_result(self._source, config, arch, None, self._terms(policy), self._context)

    def _terms(self, policy: Policy | None) -> Terms:
        return (policy or Policy()).terms(self._toolchain)
