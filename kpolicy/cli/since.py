# SPDX-License-Identifier: GPL-2.0-or-later
"""`--since`: the findings that the tree had at an earlier revision, so that only new ones count."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpolicy.cli.console import Console
from kpolicy.cli.examine import EXECUTE, Examiner, Plan, Target
from kpolicy.cli.pool import examine_all
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.kernel.revision import open_revision
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.baseline import Baseline, make_baseline
from kpolicy.policy.finding import Finding
from kpolicy.report.records import ConfigReport


@dataclass(frozen=True)
class Before:
    """The tree at an earlier revision, and the plan to look at it by the same standards."""

    name: str
    plan: Plan
    source: KernelTree

    def findings(
        self,
        console: Console,
        today: Examiner,
        targets: Sequence[Target],
        now: Sequence[ConfigReport],
        tree_checks: frozenset[str],
        archs: Sequence[str],
        jobs: int,
    ) -> Baseline:
        """The findings of configs, and of checks of the tree for some architectures, as they were.

        `today` looks at the tree as it is, `now` is what it found in the configs.  A config that was not there had
        none.  One that rests on the same files as now had the same, and is not looked at again.
        """
        found: list[Finding] = []
        again: list[Target] = []
        plan = replace(self.plan, standards=today.plan.standards)
        before = Examiner(plan, self.source)
        reports = {(item.config, item.architecture): item for item in now}
        for target in targets:
            earlier = self._earlier(target)
            if earlier is None:
                continue
            name = target.config.name if target.config is not None else target.name
            report = reports.get((name, target.arch))
            if report is not None and _same_ground(today, target, before, earlier):
                found += report.findings
            else:
                again.append(earlier)
        outcomes, _ = examine_all(plan, again, jobs, console.progress) if again else ([], [])
        for target, outcome in zip(again, outcomes, strict=True):
            if isinstance(outcome, KpolicyError):
                console.note(f"{target.name} could not be analysed at {self.name}, so what is found now counts as new")
            else:
                found += outcome.findings
        if tree_checks:
            from kpolicy.cli.tree_findings import look_at_tree

            about, _, _ = look_at_tree(plan, archs, tree_checks, jobs, console.progress)
            found += about.findings
        console.clear_progress()
        return make_baseline(found)

    def touched(self, today: Examiner, targets: Sequence[Target]) -> tuple[Target, ...]:
        """The configs that rest on other files of the tree than before: all others have the same findings."""
        before = Examiner(replace(self.plan, standards=today.plan.standards), self.source)
        earlier = ((target, self._earlier(target)) for target in targets)
        return tuple(target for target, was in earlier if was is None or not _same_ground(today, target, before, was))

    def _earlier(self, target: Target) -> Target | None:
        """A target as it was; None where a file of it was not there."""
        inside = [part for part in target.parts if part.in_tree]
        if not all(self.source.is_file(part.path) for part in inside):
            return None
        # Standard input is read already, and can not be read twice.
        is_read_again = inside and not any(part.path == "-" for part in target.parts)
        return replace(target, config=None) if is_read_again else target


def open_before(console: Console, plan: Plan, word: str) -> Before:
    """The tree of a plan at a revision of its repository; raises UsageError or InputError where there is none."""
    if plan.toolchain == EXECUTE:
        raise UsageError("--toolchain exec runs scripts of the tree", hint="those of a revision are in no file")
    name = f"{plan.name}@{word}"
    source = open_revision(os.fspath(plan.tree), word, name, console.environment)
    # Nobody asks what was paid then.
    earlier = replace(plan, name=name, revision=source.revision, environment=dict(console.environment), machine=None)
    return Before(word, earlier, source)


def _same_ground(today: Examiner, target: Target, before: Examiner, earlier: Target) -> bool:
    try:
        ground = today.ground(target)
        return ground is not None and ground == before.ground(earlier)
    except KpolicyError:
        return False
