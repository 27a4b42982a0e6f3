# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy upgrade`: a config, or all defconfigs of a tree, on another kernel."""

from __future__ import annotations

import os
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kpolicy.collection import no_collection
from kpolicy.config.read import is_packed, unpacked
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.version import read_version
from kpolicy.location import Location
from kpolicy.report.views.diff import Side
from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport, UpgradeRow, row_of
from kpolicy.run.attempt import attempt
from kpolicy.run.conclude import plan_by
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.policies import Standards
from kpolicy.run.remarks import other_architecture
from kpolicy.run.request import Terms
from kpolicy.run.selection import defconfig_targets, policy_start, read_edited
from kpolicy.run.upgraded import Moved, Moving, Sides, move

if TYPE_CHECKING:
    import datetime as dt

    from kpolicy.kernel.source import KernelTree
    from kpolicy.run.context import Context
    from kpolicy.run.plan import Plan, Target

_STDIN: Final = "-"
_INPUT: Final = "<stdin>"
_BATCH: Final = 20
"""So many defconfigs of one architecture are looked at in one process."""


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """A config that goes to the kernel `after`; `before` is the tree of the kernel that it is for, None if unknown."""

    before: KernelTree | None
    after: KernelTree
    config: str
    arch: str | None = None
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class TreeRequest:
    """All defconfigs that two trees have, as the tree `before` has them; for some ARCH words where any are named."""

    before: KernelTree
    after: KernelTree
    archs: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Result:
    """What became of a config, and the report on it; `path` is that of its file, None for one that is none to edit."""

    moved: Moved
    report: UpgradeReport
    name: str
    path: str | None
    packed: bool

    def check_is_a_file(self) -> None:
        """Refuse what no patch can edit; raises UsageError."""
        hint = "--format minimal and config need no file"
        if self.path is None:
            what = "standard input" if self.name == _INPUT else self.moved.plan.document.path
            raise UsageError(f"{what} is not a file", hint=hint)
        if self.packed:
            raise UsageError(f"{self.path} is compressed", hint=f"decompress it first; {hint}")
        if any(ord(letter) < ord(" ") or letter in '"\\\x7f' for letter in self.name):
            raise UsageError(f"{self.name}: git quotes such a name", hint="rename the file")


def upgrade(request: UpgradeRequest, context: Context) -> Result:
    """What becomes of a config; raises UsageError or InputError for one that cannot be looked at on both kernels."""
    before, after, terms = request.before, request.after, request.terms
    if context.cluster is not None:
        raise UsageError("one config is upgraded on this machine", hint="leave out --scheduler")
    target, content = read_edited(request.config, before or after, request.arch, context.stdin)
    _check_architecture(target, request)
    if before is None and any(part.in_tree for part in target.parts):
        raise UsageError(f"{request.config}: a config of {after.name}, the new kernel", hint="pass --from TREE")
    standards = Standards(terms.policy, after, context)
    number = standards.number_for(policy_start(target, before or after))
    target = replace(target, standard=number)
    moving, name, path, packed = _moving(target, content)
    old, new = (_looking(source, terms, standards, context) for source in (before, after))
    assert new is not None
    moved = move(Sides(old, new, terms, context.today()), moving)
    for remark in moved.remarks:
        context.listener.warning(remark.location, remark.text)
    release = moved.values.config.version if moved.values.config is not None else None
    if moved.upgrade.shifts is None:
        context.listener.note("values and findings of the kernel before are unknown: pass --from, or a full .config")
    made = Side(before.name, str(read_version(before))) if before is not None else Side("", release or "")
    report = UpgradeReport(
        config=moved.name,
        architecture=moved.values.model.architecture,
        before=made,
        after=Side(after.name, str(read_version(after))),
        upgrade=moved.upgrade,
        fail_on=terms.fail_on or standards.all[number].policy.fail_on.value,
    )
    return Result(moved, report, name, path, packed)


def _check_architecture(target: Target, request: UpgradeRequest) -> None:
    """Refuse a config of another architecture before the work begins: on this one it loses nearly all of its lines."""
    config, word = target.config, target.arch
    if request.arch is None or config is None:
        return
    made_for = other_architecture(config, word, resolve_architecture(request.after, word).srcarch)
    if made_for is not None:
        message = f"--arch {word} contradicts the config, which is for {made_for}"
        raise UsageError(message, Location(config.name, 0), hint="remove --arch")


def _looking(source: KernelTree | None, terms: Terms, standards: Standards, context: Context) -> Examiner | None:
    if source is None:
        return None
    return Examiner(replace(plan_by(source, terms, context), standards=tuple(standards.all)), source)


def _moving(target: Target, content: bytes) -> tuple[Moving, str, str | None, bool]:
    """The last file of a config, which is edited: its name in a patch, where it is, and whether it is packed.

    `content` are its bytes.  It is nowhere if it is no file: standard input, or a pipe.
    """
    last = target.parts[-1]
    path: str | None
    if last.path == _STDIN:
        name, path, shown = _INPUT, None, _INPUT
    elif last.in_tree:
        name, path, shown = last.path, last.path, last.path
    else:
        inside = os.path.relpath(os.path.realpath(last.path))
        # For git apply in this folder; what lies elsewhere is patched where it lies.
        name = os.path.basename(last.path) if inside.startswith(os.pardir) else inside
        shown = last.path
        path = shown if os.path.isfile(shown) else None
    return Moving(target, shown, unpacked(content, shown)), name, path, is_packed(content)


@dataclass(frozen=True, slots=True)
class _Work:
    before: Plan
    after: Plan
    terms: Terms
    today: dt.date
    targets: tuple[Target, ...]


def upgrade_tree(request: TreeRequest, context: Context) -> TreeUpgrade:
    """A row for each defconfig that both trees have; raises UsageError where there is none."""
    before, after, terms = request.before, request.after, request.terms
    old = {(item.name, item.arch): item for item in defconfig_targets(before, request.archs)}
    known = {(item.name, item.arch) for item in defconfig_targets(after, request.archs)}
    targets = [item for key, item in old.items() if key in known]
    if not targets:
        raise UsageError("no defconfig is in both trees", hint="defconfigs are expected in arch/*/configs")
    standards = Standards(terms.policy, after, context)
    number = standards.number_for(after.root)
    targets = [replace(item, standard=number) for item in targets]
    plans = [replace(plan_by(item, terms, context), standards=tuple(standards.all)) for item in (before, after)]
    fail_on = terms.fail_on or standards.all[number].policy.fail_on.value
    works: list[_Work] = []
    day = context.today()
    for _, group in groupby(sorted(targets, key=lambda item: item.arch), key=lambda item: item.arch):
        items = tuple(group)
        works += [_Work(plans[0], plans[1], terms, day, items[at : at + _BATCH]) for at in range(0, len(items), _BATCH)]
    found: dict[tuple[str, str], UpgradeRow] = {}
    with no_collection():
        for rows in spread(plans[1], _rows, works, context):
            found.update({(row.config, row.architecture): row for row in rows})
            context.listener.progress(len(found), len(targets))
    missing = [item for item in targets if (item.name, item.arch) not in found]
    return TreeUpgrade(
        before=Side(before.name, str(read_version(before))),
        after=Side(after.name, str(read_version(after))),
        rows=tuple(found[item.name, item.arch] for item in targets if (item.name, item.arch) in found),
        only_before=len(old) - len(targets),
        lost=LOST if missing else None,
        fail_on=fail_on,
    )


def _rows(work: _Work) -> list[UpgradeRow]:
    """The rows of some defconfigs of an architecture; runs in a worker."""
    sides = Sides(examiner(work.before), examiner(work.after), work.terms, work.today)
    return [_row(sides, target) for target in work.targets]


def _row(sides: Sides, target: Target) -> UpgradeRow:
    found = attempt(partial(_moved_row, sides, target), target.name)
    return UpgradeRow(target.name, target.arch, error=found) if isinstance(found, KpolicyError) else found


def _moved_row(sides: Sides, target: Target) -> UpgradeRow:
    assert sides.old is not None
    # As the tree before has it: that after may have edited it long ago.
    target = replace(target, config=sides.old.read(target))
    moved = move(sides, Moving(target, target.name, sides.old.source.read(target.name)), answers=False)
    fail_on = sides.terms.fail_on or sides.new.plan.standards[target.standard].policy.fail_on.value
    return row_of(target.name, target.arch, moved.upgrade, fail_on)
