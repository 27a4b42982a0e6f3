# SPDX-License-Identifier: GPL-2.0-or-later
"""What configs are checked against, and checking one against it: a role, and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.policy.files.settings import Policy, verdict
from kpolicy.policy.roles.earlier import EarlierRole, judged_by
from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.boot.words import Known
    from kpolicy.policy.checks.reasons import Names
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.running.value import Truth
    from kpolicy.running.system import System


@dataclass(frozen=True, slots=True)
class Standard:
    """A policy and the requirements of it, and of the fragments that it or the command line names."""

    policy: Policy
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Boot:
    """What is known about the kernel once it is booted.

    `known` tells whether a tree has a boot parameter, None without its sources; `system` is the running kernel, None
    where only the config is judged, and `truth` what a condition comes to there, None where every one can be told.
    `cache` is the folder of the cache, if any.
    """

    known: Known | None = None
    cache: str | None = None
    system: System | None = None
    truth: Truth | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What came out: the role, the findings, and the ids of the rules that could not be judged."""

    verdict: RoleVerdict
    findings: tuple[Finding, ...]
    unjudged: tuple[str, ...]


def assess(
    values: Values,
    name: str,
    standard: Standard,
    *,
    tree: str = "",
    answer: Callable[[Rule], bool | None] | None = None,
    names: Names | None = None,
    remedies: bool = True,
    earlier: EarlierRole | None = None,
    boot: Boot | None = None,
) -> Assessment:
    """A config's values checked against a standard: by the rules that are on, then line by line, then requirements.

    `name` is the config as findings have it, `tree` that of the tree.  `answer` says whether a rule fires where the
    values come without Kconfig files, None where they do not show it; lines are not compared with Kconfig files then.
    `names` gives the names of all architectures, for lines that this one does not know.  Without `remedies` the
    findings of rules have none.  With an `earlier` role that one judges, and a change of role is a finding.  `boot` is
    what the checks of the command line and of a running kernel need.
    """
    # Only here: what is known already needs no judging.
    from kpolicy.policy.judging.check import judge

    settings = standard.policy.settings(name)
    own = verdict(values, settings)
    role = judged_by(own, earlier)
    rules = settings.rules
    unjudged: tuple[str, ...] = ()
    if answer is not None:
        answers = [(rule, answer(rule)) for rule in rules if rule.is_for(role.role)]
        unjudged = tuple(rule.id for rule, fires in answers if fires is None)
        rules = tuple(rule for rule, fires in answers if fires)
    judged = judge(values, rules, role.role, tree=tree, complete=answer is None, remedies=remedies)
    if answer is None:
        from kpolicy.policy.checks.config_lines import check_lines

        lines = check_lines(values, role.role, tree=tree, wanted=settings.checks, names=names)
    else:
        from kpolicy.policy.checks.unreadable_findings import check_reading

        kept = boot.cache if boot is not None else None
        lines = check_reading(values, role.role, tree=tree, wanted=settings.checks, cache=kept)
    findings = [*settings.adjust(lines)]
    if judged:
        from kpolicy.policy.judging.told_once import told_once  # for many configs no rule has anything to say

        findings = [*told_once(values, rules, judged, findings)]
    if values.has_command_line:
        # Only here: few configs have a command line.
        from kpolicy.policy.checks.command_line import check_command_line

        known, cache = (boot.known, boot.cache) if boot is not None else (None, None)
        words = check_command_line(values, role.role, tree=tree, wanted=settings.checks, known=known, cache=cache)
        findings += settings.adjust(words)
    if boot is not None and boot.system is not None:
        # Only here: most configs are not of a running kernel.
        from kpolicy.policy.checks.running import check_system
        from kpolicy.policy.running.value import holds

        truth = boot.truth or holds
        running = check_system(
            values, role.role, boot.system, truth, tree=tree, wanted=settings.checks, cache=boot.cache
        )
        findings += settings.adjust(running)
    if earlier is not None and role is not own:
        from kpolicy.policy.judging.role_changed import changed

        findings += settings.adjust([changed(values, own, earlier, tree)])
    if standard.requirements:
        # Only here: most runs require nothing.
        from kpolicy.policy.judging.required import judge_requirements

        required = judge_requirements(
            values,
            standard.requirements,
            role.role,
            tree=tree,
            complete=answer is None,
            names=names,
            config=name,
        )
        findings += settings.adjust(required)
    return Assessment(role, tuple(findings), unjudged)
