# SPDX-License-Identifier: GPL-2.0-or-later
"""The findings that a patch adds to the defconfigs of a tree; the patch is applied in memory only."""

from __future__ import annotations

import os
import tempfile

from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.git import ask, resolve
from kpolicy.kernel.patch import apply_patch, base_of, patch_text
from kpolicy.kernel.revision import tree_at
from kpolicy.kernel.source import KernelTree
from kpolicy.report.records import Report
from kpolicy.run.audit import AuditRequest, audit_work
from kpolicy.run.conclude import conclude
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.request import Terms
from kpolicy.run.since import open_before


@dataclass(frozen=True, slots=True)
class PatchRequest:
    """A patch, its `content` and the `name` to show for it, on a tree in a git repository or a revision of one."""

    source: KernelTree
    content: bytes
    name: str
    archs: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


def checkpatch(request: PatchRequest, context: Context) -> Report:
    """The report on the findings that a patch adds; raises UsageError or InputError for one that does not apply."""
    environment, named = context.environment, request.source
    tip = named.revision or resolve(os.fspath(named.root), "HEAD", environment)
    with tempfile.TemporaryDirectory(prefix="kpolicy-") as scratch:
        text = patch_text(request.content, request.name)
        base = base_of(tip, text, scratch, environment)
        after = apply_patch(base, text, scratch, environment)
        short = ask(base.folder, environment, "rev-parse", "--short=12", base.commit)
        if base.commit != tip.commit:
            context.listener.note(f"the patch is applied to {short}, which has the files that it was made for")
        source = tree_at(after, f"{named.name} with the patch", environment)
        terms = replace(request.terms, policy=replace(request.terms.policy, since=short))
        work = audit_work(AuditRequest(source, request.archs, terms), context)
        work = replace(work, command="checkpatch", complete=False)
        today = Examiner(work.plan, source)
        before = open_before(work.plan, short, environment)
        work = replace(work, targets=before.touched(today, work.targets))
        return conclude(work, source, terms, context, census=False)
