# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig files and fragments of a tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.config_files import config_files
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.suites import kunitconfigs
from kpolicy.policy.checks.registry import FRAGMENT_CHECKS, PROOF_CHECKS, TEST_CHECKS, TREE_CHECKS, UNASKED_CHECKS
from kpolicy.report.records import Report
from kpolicy.run.conclude import Work, conclude, plan_by
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.fragments import suite_files
from kpolicy.run.policies import Standards, known_findings
from kpolicy.run.request import Terms

_FAMILY: Final = "kconfig/"
PROOFS: Final = frozenset(
    f"kconfig/{name}" for name in ("unmet-select", "dead-option", "never-together", "always-on", "dead-default")
)
"""What `--check proofs` stands for: the checks with proofs that find few lines."""
_GROUPS: Final = {"proofs": PROOFS, "fragments": FRAGMENT_CHECKS}
_CHECKED: Final = (
    "only Kconfig files that an architecture sources are checked, and the fragments in kernel/configs and\n"
    "arch/*/configs; with --check fragments also the configs of the kernel's own tests"
)


@dataclass(frozen=True, slots=True)
class KconfigRequest:
    """Checks of Kconfig files and fragments, by their names; all where none is named.

    For the ARCH words `archs`, and below the `paths` of the tree, where any are named.
    """

    source: KernelTree
    archs: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


def check_tree(request: KconfigRequest, context: Context) -> Report:
    """The report on the Kconfig files of a tree.

    Raises UsageError for a check, path or architecture that is none, and NoSolverError for a check by name that needs
    the solver where that is not installed.
    """
    source, terms = request.source, request.terms
    wanted = frozenset[str]().union(*map(_named, request.checks))
    if wanted & PROOF_CHECKS:
        # Only here: the solver is an extra, and only what is asked for by name fails without it.
        from kpolicy.prove.solver import require_solver

        require_solver()
    for arch in request.archs:
        resolve_architecture(source, arch)
    standards = Standards(terms.policy, source, context)
    standards.number_for(source.root)
    if not wanted:
        in_force = standards.all[0].policy.settings("").checks
        wanted = TREE_CHECKS - (UNASKED_CHECKS - in_force)
    plan = plan_by(source, terms, context)
    plan = replace(plan, standards=tuple(standards.all), deltas=wanted.isdisjoint(PROOF_CHECKS))
    below = tuple(os.path.normpath(path) for path in request.paths)
    if below:
        _check_paths(Examiner(plan, source), below, request.archs if wanted & TEST_CHECKS else None)
    work = Work(
        command="kconfig",
        plan=plan,
        targets=(),
        baseline=known_findings(terms.policy, standards),
        tree_checks=wanted,
        archs=request.archs,
        paths=below,
    )
    return conclude(work, source, terms, context, census=False)


def _check_paths(examiner: Examiner, paths: tuple[str, ...], tests_for: tuple[str, ...] | None) -> None:
    """Refuse a path at which there is nothing to check: no findings there would look like a clean result."""
    source = examiner.source
    files = {*examiner.tree.names.files, *(file.path for file in config_files(source) if file.kind == "fragment")}
    if tests_for is not None:
        unit_tests, words = kunitconfigs(source), tests_for or architectures(source)
        files.update(*(suite_files(source, examiner.architecture(word), unit_tests) for word in words))
    known = files.union(*map(_folders, files))
    for path in paths:
        if path in known or path == ".":
            continue
        exists = source.is_file(path) or bool(source.list_dir(path))
        message = f"--path {path}: {'nothing there is checked' if exists else 'no such path in the tree'}"
        guess = None if exists else did_you_mean(path, sorted(known))
        raise UsageError(message, hint=guess or _CHECKED)


def _folders(path: str) -> Iterator[str]:
    while path := os.path.dirname(path):
        yield path


def _named(word: str) -> frozenset[str]:
    """The ids of the checks that a word names."""
    return _GROUPS.get(word) or frozenset({_check(word)})


def _check(word: str) -> str:
    """The id of a check, which may be named without its family."""
    check = word if word.startswith(_FAMILY) else _FAMILY + word
    if check not in TREE_CHECKS:
        names = [*_GROUPS, *sorted(item.removeprefix(_FAMILY) for item in TREE_CHECKS)]
        guess = did_you_mean(word.removeprefix(_FAMILY), names)
        raise UsageError(f"unknown check {word!r} of Kconfig files", hint=guess or f"there are {', '.join(names)}")
    return check
