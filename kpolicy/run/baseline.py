# SPDX-License-Identifier: GPL-2.0-or-later
"""An updated baseline."""

from __future__ import annotations

import os

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.judging.baseline import Baseline, KnownRole, read_baseline, subtract, with_roles
from kpolicy.policy.judging.baseline import update as updated
from kpolicy.run.acceptance import accept, judged
from kpolicy.run.audit import AuditRequest, audit_work
from kpolicy.run.check import check_work
from kpolicy.run.conclude import examine, keep_roles
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.request import Terms


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """The baseline in the file `path`, of some configs of a tree, or of all its defconfigs.

    With `grow` new findings are added, and the file need not exist.
    """

    source: KernelTree
    path: str
    configs: tuple[str, ...] = ()
    archs: tuple[str, ...] = ()
    grow: bool = False
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class Update:
    """The new content of a baseline, and how it differs: how many findings are known, gone and new.

    `changed` says whether the file has to be written; `errors` are of what could not be looked at.
    """

    text: str
    changed: bool
    known: int
    gone: int
    new: int
    errors: tuple[KpolicyError, ...]


def update(request: UpdateRequest, context: Context) -> Update:
    """What has to be in a baseline now; nothing is written."""
    source, terms, archs = request.source, request.terms, request.archs
    exists = os.path.exists(request.path)
    before = Baseline() if request.grow and not exists else read_baseline(request.path)
    if request.configs:
        if len(archs) > 1:
            raise UsageError("CONFIGs are for one architecture", hint="pass one --arch, or none")
        work = check_work(source, request.configs, archs[0] if archs else None, terms, context)
    else:
        work = audit_work(AuditRequest(source, archs, terms), context)
    looking = Examiner(work.plan, work.plan.open())
    work, reports, _ = examine(work, looking, context)
    if not request.grow:
        # What the known roles say is not gone because options make another role.
        reports = keep_roles(reports, before.earlier_roles(), work, looking)
    standards = work.plan.standards
    if standards:
        canonical = standards[0].policy.vocabulary.canonical
        before = replace(before, known=tuple(replace(item, rule=canonical(item.rule)) for item in before.known))
    accepted = accept(reports, standards, None, context.today, about=work.about)
    judgements = [*accepted.configs, *([accepted.about] if accepted.about is not None else ())]
    findings = [item for judgement in judgements for item in judgement.findings]
    scope = judged(judgements, work.unmade)
    changes = subtract(findings, before, scope)
    after = updated(before, findings, scope, grow=request.grow)
    roles = (KnownRole(item.config, item.architecture, item.verdict.role) for item in accepted.configs)
    after = with_roles(after, roles, grow=request.grow)
    gone, total = (sum(item.count for item in known) for known in (changes.gone, after.known))
    changed = after.text() != before.text() or not exists
    return Update(after.text(), changed, total, gone, len(changes.new), work.failed)
