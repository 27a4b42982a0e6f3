# SPDX-License-Identifier: GPL-2.0-or-later
"""Every defconfig of a tree."""

from __future__ import annotations

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.checks.registry import FRAGMENT_CHECKS, PROOF_CHECKS, SLOW_CHECKS, TREE_CHECKS
from kpolicy.report.records import Report
from kpolicy.run.conclude import Work, conclude, plan_by
from kpolicy.run.context import Context
from kpolicy.run.policies import Standards, known_findings
from kpolicy.run.request import Terms
from kpolicy.run.selection import defconfig_targets


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """All defconfigs of a tree, or those of the ARCH words `archs`.

    Without `own_policy` no `kpolicy.toml` is looked for beside the tree; with `fragments` the config fragments are
    checked as well.
    """

    source: KernelTree
    archs: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)
    own_policy: bool = True
    fragments: bool = False


def audit(request: AuditRequest, context: Context) -> Report:
    """The report on a tree, with the census; raises UsageError where there are no defconfigs."""
    return conclude(audit_work(request, context), request.source, request.terms, context, census=True)


def audit_work(request: AuditRequest, context: Context) -> Work:
    """What an audit has to do."""
    source, archs, terms = request.source, request.archs, request.terms
    standards = Standards(terms.policy, source, context, quiet=SLOW_CHECKS)
    if request.own_policy:
        standards.number_for(source.root)
    else:
        standards.by_default()
    targets = defconfig_targets(source, archs)
    if not targets:
        of = f" for {' '.join(archs)}" if archs else ""
        raise UsageError(
            f"{source.name}: there are no defconfigs{of}", hint="defconfigs are expected in arch/*/configs"
        )
    fragments = FRAGMENT_CHECKS if request.fragments else frozenset()
    tree_checks = standards.all[0].policy.settings("").checks & TREE_CHECKS | fragments
    plan = plan_by(source, terms, context)
    plan = replace(plan, standards=tuple(standards.all), deltas=tree_checks.isdisjoint(PROOF_CHECKS))
    return Work(
        command="audit",
        plan=plan,
        targets=tuple(targets),
        complete=not archs,
        unmade=SLOW_CHECKS,
        tree_checks=tree_checks,
        archs=archs,
        baseline=known_findings(terms.policy, standards),
    )
