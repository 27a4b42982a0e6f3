# SPDX-License-Identifier: GPL-2.0-or-later
"""The fewest edited lines that clear the findings of a config."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.config.read import is_packed, split_stack
from kpolicy.errors import UsageError, did_you_mean
from kpolicy.evaluate.values import Values
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.files.globs import matches_rule, selector_fault
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.files.vocabulary import REQUIRED
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Task
from kpolicy.policy.fixes.planner import make_plan
from kpolicy.policy.judging.requirements import effective
from kpolicy.policy.judging.standard import Assessment, Boot, Standard, assess
from kpolicy.policy.roles.names import is_own_defconfig
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import reaches
from kpolicy.report.views.fix import FixReport
from kpolicy.run.acceptance import accept
from kpolicy.run.conclude import plan_by
from kpolicy.run.editable import check_is_editable
from kpolicy.run.examine import Examiner
from kpolicy.run.judging import report_on
from kpolicy.run.plan import Part, Target
from kpolicy.run.policies import Standards, known_findings
from kpolicy.run.request import Terms
from kpolicy.run.selection import policy_start, read_edited

if TYPE_CHECKING:
    from kpolicy.costing.bill import Machine
    from kpolicy.costing.difference import CostDifference
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.policy.fixes.plan import Plan
    from kpolicy.run.context import Context, Listener

_FRAGMENT: Final = "fragment"
_STDIN: Final = "-"
_INPUT: Final = "<stdin>"


@dataclass(frozen=True, slots=True)
class FixRequest:
    """A config of a tree whose findings are to be cleared, by rules where `selectors` name any.

    With `as_fragment` the edits are a new file on top of the config; with `alternatives` further ways are looked for.
    With `unsafe` requests that work may be given up.  With `all_required` unmet requirements are to be met whatever
    their severity.
    """

    source: KernelTree
    config: str
    arch: str | None = None
    selectors: tuple[str, ...] = ()
    as_fragment: bool = False
    alternatives: bool = False
    unsafe: bool = False
    all_required: bool = False
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Subject:
    """A config that is to be fixed: its values, what it is checked against, and the file that is edited.

    `held` is the config as findings have it, `name` the path of the file in a patch, `path` where it
    lies, None for standard input, a pipe and a new fragment; `link` is the symbolic link that leads there, if any.
    `stated`: whether the policy states the role, or the rules were selected by name; `doubt` is the other
    role if it is not stated and marks of two roles are present.
    """

    values: Values
    held: str
    standard: Standard
    judge: Callable[[Values], Assessment]
    findings: tuple[Finding, ...]
    document: Document
    arch: str
    name: str
    path: str | None
    link: str
    stated: bool
    doubt: str | None

    def task(self, findings: Sequence[Finding], threshold: Threshold, *, unsafe: bool, listener: Listener) -> Task:
        """The task to clear some findings."""
        settings = self.standard.policy.settings(self.held)
        return Task(
            values=self.values,
            document=self.document,
            findings=findings,
            judge=self.judge,
            counts=lambda finding: reaches(finding, threshold),
            rules=settings.rules,
            requirements=effective(self.values, self.standard.requirements, self.held),
            unsafe=unsafe,
            stated=self.stated,
            doubt=self.doubt,
            progress=listener.progress,
        )

    def check_is_a_file(self) -> None:
        """Refuse what no patch can name."""
        if self.path is None:
            what = "standard input" if self.name == _INPUT else self.name
            raise UsageError(f"{what} is not a file", hint="--format fragment, text and json do not need one")
        if any(ord(letter) < ord(" ") or letter in '"\\\x7f' for letter in self.name):
            raise UsageError(f"{self.name}: git quotes such a name", hint="rename the file, or use --format fragment")

    def check_is_writable(self) -> None:
        """Refuse to edit a file that its owner has protected, or that has further names."""
        assert self.path is not None
        check_is_editable(self.path, "copy the file first, or apply the patch without --write")


def subject_of(request: FixRequest, context: Context) -> Subject:
    """What is to be fixed; raises UsageError or InputError for a config that cannot be edited or looked at."""
    source, config, terms, own_file = request.source, request.config, request.terms, not request.as_fragment
    standards = Standards(terms.policy, source, context)
    run = plan_by(source, terms, context)
    target, content = read_edited(config, source, request.arch, context.stdin)
    number = standards.number_for(policy_start(target, source))
    baseline = known_findings(terms.policy, standards)
    examiner = Examiner(replace(run, standards=tuple(standards.all)), source)
    target = replace(target, standard=number)
    last = target.parts[-1]
    if own_file:
        name, path = _file(source, last, content, target)
    else:
        content, name, path = b"", _free_name(target), None
        # One more file makes a stack of it.
        target = replace(target, parts=(*target.parts, Part(name, in_tree=False)))
    values = examiner.values(target)
    assert values.config is not None
    standard = standards.all[number]
    held = values.config.name

    # As `check` judges: by the role that the baseline knows.
    earlier = baseline.earlier_roles().get((held, values.model.architecture)) if baseline is not None else None

    def names() -> NameIndex:
        return examiner.tree.names

    def judge(found: Values) -> Assessment:
        return assess(found, held, standard, tree=source.name, names=names, remedies=False, earlier=earlier, boot=boot)

    known = examiner.known_parameters(values.model.srcarch)
    boot = Boot(known, context.cache)
    report = report_on(
        values, held, standard, (), tree=source.name, number=number, names=names, earlier=earlier, known=known,
        cache=context.cache,
    )  # fmt: skip
    for remark in (*examiner.kconfig_remarks(), *report.remarks):
        context.listener.warning(remark.location, remark.text)
    accepted = accept((report,), standards.all, baseline, context.today, waivers=terms.policy.waivers)
    findings = accepted.configs[0].findings
    stated = report.verdict.is_stated or bool(request.selectors)
    own = _INPUT if last.path == _STDIN else last.path
    document = Document(values.config, own if own_file else name, content, values.model)
    named = split_stack(config)[-1]
    given_path = os.path.join(source.root, named) if last.in_tree and not os.path.lexists(named) else named
    return Subject(
        values=values,
        held=held,
        standard=standard,
        judge=judge,
        findings=findings,
        document=document,
        arch=target.arch,
        name=name,
        path=path,
        link=given_path if path is not None and os.path.islink(given_path) else "",
        stated=stated,
        # A defconfig of the tree is no debug kernel but by its name.
        doubt=report.verdict.doubt if not stated and not is_own_defconfig(values) else None,
    )


def fix(subject: Subject, request: FixRequest, context: Context) -> FixReport:
    """The fewest edits that clear the chosen findings, proved by evaluation; nothing is written.

    With a machine in the terms of the request the report says what the edits change of the costs on it.
    """
    chosen = _chosen(subject, request)
    task = subject.task(chosen, _threshold(subject, request), unsafe=request.unsafe, listener=context.listener)
    plan = make_plan(task, alternatives=request.alternatives)
    machine = request.terms.machine
    costs = _costs(subject.values, plan, machine, context.cache) if machine is not None else None
    release = subject.values.model.version
    return FixReport(subject.held, subject.arch, subject.name, plan, release, costs)


def _costs(values: Values, plan: Plan, machine: Machine, cache: str | None) -> CostDifference:
    """What the edits of a plan change of the bill."""
    # Only here: a patch says nothing of costs.
    from kpolicy.costing.bill import make_bill
    from kpolicy.costing.catalogue import shipped_costs
    from kpolicy.costing.difference import cost_difference

    costs = shipped_costs(cache)
    after = values.again(plan.document.edited(plan.edits)) if plan.edits else values
    before, then = ((item, make_bill(item, costs, machine)) for item in (values, after))
    return cost_difference(before, then, (edit.symbol for edit in plan.edits), costs.costs)


def _file(source: KernelTree, part: Part, content: bytes, target: Target) -> tuple[str, str | None]:
    """The name of the file that is edited in a patch, and where it lies: nowhere if it is no file.

    `content` are its bytes.
    """
    if sum(other == part for other in target.parts) > 1:
        raise UsageError(f"{part.path} is in the stack twice", hint="--format fragment does not edit it")
    if part.path == _STDIN:
        name, path = _INPUT, None
    elif part.in_tree:
        path = os.path.realpath(os.path.join(source.root, part.path))
        name = os.path.relpath(path, source.root)
    elif not os.path.isfile(part.path):
        name, path = part.path, None
    else:
        path = os.path.realpath(part.path)
        # For git apply in this folder; what lies elsewhere is patched where it lies.
        inside = os.path.relpath(path)
        name = os.path.basename(path) if inside.startswith(os.pardir) else inside
    if is_packed(content):
        raise UsageError(f"{part.path} is compressed", hint="decompress it first, or use --format fragment")
    return name, path


def _free_name(target: Target) -> str:
    """A name for the fragment that no file of the stack has."""
    name = _FRAGMENT
    while any(part.path == name for part in target.parts):
        name += "+"
    return name


def _threshold(subject: Subject, request: FixRequest) -> Threshold:
    return request.terms.fail_on or subject.standard.policy.fail_on.value


def _chosen(subject: Subject, request: FixRequest) -> list[Finding]:
    vocabulary = subject.standard.policy.vocabulary
    selectors = tuple(map(vocabulary.canonical, request.selectors))
    known = [entry.id for entry in vocabulary.entries]
    known += [f"{REQUIRED}/", *(item.id for item in subject.standard.requirements)]
    for selector in selectors:
        fault = selector_fault(selector)
        if fault is not None:
            raise UsageError(f"--rule {selector}: {fault}")
        if not any(matches_rule(selector, name) for name in known):
            raise UsageError(f"unknown rule {selector!r}", hint=did_you_mean(selector, known))
    if selectors:
        return [item for item in subject.findings if any(matches_rule(word, item.rule) for word in selectors)]
    threshold = _threshold(subject, request)
    required = {item.id for item in subject.standard.requirements} if request.all_required else set()
    return [item for item in subject.findings if item.rule in required or reaches(item, threshold)]
