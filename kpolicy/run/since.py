# SPDX-License-Identifier: GPL-2.0-or-later
"""`--since`: the findings that the tree had at an earlier revision, so that only new ones count."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.revision import open_revision
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.judging.baseline import Baseline, make_baseline
from kpolicy.policy.roles.earlier import EarlierRole, earlier_role
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.batches import examine_all
from kpolicy.run.changes import Question, names_of, with_changes
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import EXECUTE, Plan, Target


@dataclass(frozen=True)
class Past:
    """What there was to say about a tree at an earlier revision: the findings, and the remarks.

    `remarks` are those about the configs, by name and architecture, `same` the configs of which nothing has
    changed, `about_kconfig` those about the Kconfig
    files of the architectures (`folders`) that were looked at again; those of all others have not changed.
    `roles` are those of the configs that were looked at again, where no policy states them.
    """

    findings: Baseline
    remarks: Mapping[tuple[str, str], frozenset[str]]
    same: frozenset[tuple[str, str]]
    about_kconfig: frozenset[tuple[str, str]]
    folders: frozenset[str]
    roles: Mapping[tuple[str, str], EarlierRole]

    def news(self, report: ConfigReport) -> ConfigReport:
        """A report with those remarks that are new, which says whether the config is touched."""
        known = self.remarks.get((report.config, report.architecture), frozenset())
        remarks = tuple(item for item in report.remarks if item.text not in known)
        return replace(report, remarks=remarks, touched=(report.config, report.architecture) not in self.same)

    def is_news(self, remark: Remark) -> bool:
        """Whether a remark about a Kconfig file is new."""
        path, _ = key = _key(remark)
        top, _, rest = path.partition("/")
        folder = rest.partition("/")[0] if top == "arch" else ""
        return bool(self.folders) and (not folder or folder in self.folders) and key not in self.about_kconfig


@dataclass(frozen=True)
class Before:
    """The tree at an earlier revision, and the plan to look at it by the same standards."""

    name: str
    plan: Plan
    source: KernelTree

    def findings(
        self,
        context: Context,
        today: Examiner,
        targets: Sequence[Target],
        now: Sequence[ConfigReport],
        tree_checks: frozenset[str],
        archs: Sequence[str],
    ) -> Past:
        """What was found in configs, and by checks of the tree for some architectures, as they were.

        `today` looks at the tree as it is, `now` is what it found in the configs.  A config that was not there had
        no findings.  One that rests on the same files as now had the same, and is not looked at again.
        """
        found: list[Finding] = []
        said: dict[tuple[str, str], frozenset[str]] = {}
        roles: dict[tuple[str, str], EarlierRole] = {}
        same: set[tuple[str, str]] = set()
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
                said[name, target.arch] = frozenset(item.text for item in report.remarks)
                same.add((name, target.arch))
            else:
                again.append(earlier)
        survey = None
        if tree_checks:
            from kpolicy.run.tree_findings import Survey  # `check` makes none

            survey = Survey(before, archs, tree_checks)
        examined = examine_all(plan, again, context, before, survey.tasks if survey is not None else {})
        outcomes, about_kconfig = examined.outcomes, examined.remarks
        for target, outcome in zip(again, outcomes, strict=True):
            if isinstance(outcome, KpolicyError):
                context.listener.note(
                    f"{target.name} could not be analysed at {self.name}, so all its findings count as new"
                )
            else:
                found += outcome.findings
                report = reports.get((outcome.config, outcome.architecture))
                if report is not None and _looks_the_same(report, outcome) and self._has_same_text(today, target):
                    same.add((outcome.config, outcome.architecture))
                said[outcome.config, outcome.architecture] = frozenset(item.text for item in outcome.remarks)
                role = earlier_role(outcome.verdict)
                if role is not None:
                    roles[outcome.config, outcome.architecture] = role
        if survey is not None:
            about, _, _ = survey.report(examined.beside)
            found += about.findings
        folders = {resolve_architecture(self.source, target.arch).srcarch for target in again}
        return Past(
            make_baseline(found), said, frozenset(same), frozenset(map(_key, about_kconfig)), frozenset(folders), roles
        )

    def _has_same_text(self, today: Examiner, earlier: Target) -> bool:
        files = [part.path for part in earlier.parts if part.in_tree]
        return all(today.source.is_file(path) and today.source.read(path) == self.source.read(path) for path in files)

    def told(
        self, context: Context, today: Examiner, targets: Sequence[Target], now: Sequence[ConfigReport]
    ) -> tuple[ConfigReport, ...]:
        """The reports of some configs as they are, whose findings know the change that caused them."""
        names = {(item.config, item.architecture): names_of(item) for item in now}
        questions = []
        for target in targets:
            name = target.config.name if target.config is not None else target.name
            asked = names.get((name, target.arch))
            earlier = self._earlier(target) if asked else None
            if asked and earlier is not None:
                questions.append(Question(target, earlier, asked))
        if not questions:
            return tuple(now)
        return with_changes(now, questions, today, replace(self.plan, standards=today.plan.standards), context)

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


def _key(remark: Remark) -> tuple[str, str]:
    """What is the same about a remark when lines move."""
    return (remark.location.path if remark.location is not None else "", remark.text)


def open_before(plan: Plan, word: str, environment: Mapping[str, str]) -> Before:
    """The tree of a plan at a revision of its repository; raises UsageError or InputError where there is none."""
    if plan.toolchain == EXECUTE:
        raise UsageError("--toolchain exec runs scripts of a work tree", hint="a revision has none")
    name = f"{plan.name}@{word}"
    source = open_revision(os.fspath(plan.tree), word, name, environment)
    # No costs are computed for that revision.
    earlier = replace(plan, name=name, revision=source.revision, environment=dict(environment), machine=None)
    return Before(word, earlier, source)


def _looks_the_same(now: ConfigReport, before: ConfigReport) -> bool:
    """Whether the same was found in a config, and the same options are on."""
    told, earlier = ([(item.fingerprint, item.message) for item in report.findings] for report in (now, before))
    return now.observation == before.observation and told == earlier


def _same_ground(today: Examiner, target: Target, before: Examiner, earlier: Target) -> bool:
    try:
        ground = today.ground(target)
        return ground is not None and before.has_ground(earlier, ground)
    except KpolicyError:
        return False
