# SPDX-License-Identifier: GPL-2.0-or-later
"""One config on another kernel: its values on both, what is lost, and the config that keeps what can be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.collection import no_collection
from kpolicy.config.lines import parse_lines
from kpolicy.config.read import config_in_tree, parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.minimal import minimal_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.helptext import help_after
from kpolicy.location import Location
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Plan
from kpolicy.policy.judging.requirements import effective
from kpolicy.policy.judging.standard import Boot, assess
from kpolicy.policy.roles.earlier import EarlierRole, earlier_role
from kpolicy.policy.upgrade.keeping import keeping, requests
from kpolicy.policy.upgrade.lost import lines_of
from kpolicy.policy.upgrade.protections import FRAGMENTS, Protections, protections, protective
from kpolicy.policy.upgrade.questions import Question, Words, questions
from kpolicy.policy.upgrade.records import Upgrade
from kpolicy.policy.upgrade.shifts import Shifts, shifts
from kpolicy.report.records import ConfigReport, reaches
from kpolicy.run.acceptance import accept
from kpolicy.run.compared import beyond
from kpolicy.run.judging import judge_values
from kpolicy.run.remarks import conf_remarks, release_remarks

if TYPE_CHECKING:
    import datetime as dt

    from kpolicy.config.model import Assignment, Config
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.fixes.workbench import Judge
    from kpolicy.policy.judging.standard import Assessment, Standard
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.report.remark import Remark
    from kpolicy.run.examine import Examiner
    from kpolicy.run.plan import Target
    from kpolicy.run.request import Terms

Form: TypeAlias = Literal["diff", "minimal", "config"]
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Moving:
    """A config that goes to another kernel: the target as the kernel before has it, and the file that is edited.

    `path` is how its lines name that file, `content` what is in it, unpacked.
    """

    target: Target
    path: str
    content: bytes


@dataclass(frozen=True)
class Sides:
    """Who looks at the kernels: `old` is None where there is no tree of the kernel before."""

    old: Examiner | None
    new: Examiner
    terms: Terms
    today: dt.date


@dataclass(frozen=True)
class Moved:
    """What became of a config: the account, the edits, and the values.

    `before` are those by the tree of the kernel before, None without one; `values` those on the new kernel, `after`
    those of the edited config.
    """

    upgrade: Upgrade
    plan: Plan
    before: Values | None
    values: Values
    after: Values
    remarks: tuple[Remark, ...]

    @property
    def name(self) -> str:
        """What the config is called."""
        return self.values.config.name if self.values.config is not None else ""


def move(sides: Sides, moving: Moving, *, answers: bool = True) -> Moved:
    """A config on the new kernel; with `answers` rules are asked about the answers to new questions.

    Raises KpolicyError for a config that cannot be looked at on one of the kernels.
    """
    with no_collection():
        return _Move(sides, moving).result(answers=answers)


class _Move:
    """The steps for one config."""

    def __init__(self, sides: Sides, moving: Moving) -> None:
        self._sides, self._moving, self._new = sides, moving, sides.new
        self._before = sides.old.values(moving.target) if sides.old is not None else None
        self._values = sides.new.values(moving.target)
        config = self._values.config
        assert config is not None
        self._config: Config = config
        self._standard: Standard = sides.new.plan.standards[moving.target.standard]

    def _names(self) -> NameIndex:
        return self._new.names()

    def result(self, *, answers: bool) -> Moved:
        before, values = self._before or self._stated(), self._values
        earlier = self._judged_before(before)
        role = earlier_role(earlier.verdict) if earlier is not None else None
        later = judge_values(self._new, self._moving.target, values, census=False, earlier=role)
        lines = lines_of(self._before, values, self._names)
        reasons = {item.symbol: item.reason for item in lines.lost}
        document = Document(self._config, self._moving.path, self._moving.content, values.model)
        rules = self._standard.policy.settings(self._config.name).rules
        plan = keeping(values, document, lines.lost, self._judge(role), self._counts, rules, self._names)
        after = values.again(document.edited(plan.edits)) if plan.edits else values
        gained, lost = self._findings(earlier, later)
        moved_values = shifts(before, values, reasons, stated=self._before is None) if before is not None else None
        words = Words(
            rules,
            later.verdict.role,
            self._standard.policy.vocabulary.roles,
            effective(values, self._standard.requirements, self._config.name),
        )
        upgrade = Upgrade(
            requests=requests(lines.lost, plan, after),
            counts=lines.counts,
            shifts=moved_values,
            protections=self._protections(before, after, reasons, moved_values),
            findings_gained=gained,
            findings_lost=lost,
            questions=tuple(self._with_help(questions(self._carried(), words if answers else None))),
            edits=plan.edits,
            side_effects=plan.side_effects,
        )
        return Moved(upgrade, plan, self._before, values, after, tuple(self._remarks(later)))

    def _remarks(self, later: ConfigReport) -> Iterator[Remark]:
        """Remarks besides the report, which has what becomes of lines, and the releases."""
        yield from self._new.kconfig_remarks()
        reported = {item.text for item in (*release_remarks(self._values), *conf_remarks(self._values))}
        yield from (item for item in later.remarks if item.text not in reported)
        if self._before is not None:
            yield from release_remarks(self._before)

    def _stated(self) -> Values | None:
        """The values that a full .config states by itself, None for one whose header has no release."""
        if not self._config.is_full:
            return None
        from kpolicy.run.bare import bare_values, stated_version  # a tree has its own values

        if stated_version(self._config) is None:
            return None
        return bare_values(self._config, self._moving.target.arch)

    def _carried(self) -> Values:
        """The values of the .config of the kernel before on the new one, as `make oldconfig` takes it over.

        A defconfig leaves most questions to the defaults of each kernel: new are those that its .config does not
        answer.
        """
        if self._before is None or self._config.is_full:
            return self._values
        written = parse_config(self._config.name, dotconfig(self._before))
        return evaluate(self._values.model, written, "olddefconfig")

    def _judged_before(self, before: Values | None) -> ConfigReport | None:
        if before is None:
            return None
        old, target = self._sides.old, self._moving.target
        if old is not None:
            return judge_values(old, target, before, census=False)
        from kpolicy.run.bare import bare_report  # a tree has more to say

        return bare_report(
            before.booted(self._new.plan.loader), self._standard, target.standard, cache=self._new.plan.cache
        )

    def _judge(self, role: EarlierRole | None) -> Judge:
        boot = Boot(self._new.known_parameters(self._values.model.srcarch), self._new.plan.cache)

        def judge(found: Values) -> Assessment:
            return assess(
                found, self._config.name, self._standard, tree=self._new.plan.name, names=self._names,
                remedies=False, earlier=role, boot=boot,
            )  # fmt: skip

        return judge

    def _counts(self, finding: Finding) -> bool:
        return reaches(finding, self._sides.terms.fail_on or self._standard.policy.fail_on.value)

    def _findings(
        self, earlier: ConfigReport | None, later: ConfigReport
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings of the policy that come and go; those about lines are reported as requests."""
        if earlier is None:
            return (), ()
        old, new = (self._standing(item, earlier.unjudged) for item in (earlier, later))
        return tuple(beyond(new, old)), tuple(beyond(old, new))

    def _standing(self, report: ConfigReport, unjudged: tuple[str, ...]) -> tuple[Finding, ...]:
        sides = self._sides
        standards, waivers = self._new.plan.standards, sides.terms.policy.waivers
        accepted = accept((report,), standards, None, lambda: sides.today, waivers=waivers)
        found = accepted.configs[0].findings
        return tuple(item for item in found if item.rule not in unjudged and not _is_about_a_line(item))

    def _protections(
        self, before: Values | None, edited: Values, reasons: Mapping[str, str], found: Shifts | None
    ) -> Protections | None:
        if before is None or found is None:
            return None
        known = protective(self._standard.policy.vocabulary, self._hardening(), self._values.model.srcarch)
        changed = [*(item.change.symbol for item in found.changed if item.settable), *found.new]
        # What a full .config states has a line, be it a request or not.
        changed += found.gone if self._before is not None else ()
        return protections(before, self._values, edited, known, reasons, changed)

    def _hardening(self) -> Iterator[Assignment]:
        """The lines of the hardening fragments of both kernels."""
        for examiner in (self._sides.old, self._new):
            for path in FRAGMENTS:
                name = path.format(srcarch=self._values.model.srcarch)
                if examiner is not None and examiner.source.is_file(name):
                    yield from config_in_tree(examiner.source, name).assignments

    def _with_help(self, found: tuple[Question, ...]) -> Iterator[Question]:
        read = cache(lambda path: _text(self._new.source, path))
        for item in found:
            text = help_after(read(item.location.path), item.location.line)
            yield replace(item, help=text.partition("\n")[0].strip())


def _is_about_a_line(finding: Finding) -> bool:
    return finding.rule.startswith(("config/", "stale/"))


def _text(source: KernelTree, path: str) -> str:
    try:
        return source.read(path).decode("utf-8", "replace")
    except InputError:
        return ""


def upgraded(moved: Moved, form: Form) -> bytes:
    """The edited config: its file, a minimal defconfig, or the whole .config of the new kernel.

    Raises InputError where that, read again on the new kernel, does not give the values that were promised.
    """
    after, plan = moved.after, moved.plan
    if form == "diff":
        content = plan.text
        own = parse_lines(plan.document.path, content)
        others = [item for item in plan.document.config.assignments if item.location.path != plan.document.path]
        again = after.again(replace(plan.document.config, assignments=(*others, *own.assignments)))
    elif form == "minimal":
        lines = "".join(f"{line}\n" for line in minimal_config(after))
        content = lines.encode("utf-8", "surrogateescape")
        again = after.again(parse_lines("config", content), "defconfig")
    else:
        content = dotconfig(after)
        again = after.again(parse_lines("config", content), "olddefconfig")
    if dotconfig(again) != dotconfig(after):
        names = [name for name in after.model.names() if after.text(name) != again.text(name)]
        raise InputError(
            f"this form does not give the same values again: {', '.join(names[:_MOST_NAMES])}",
            Location(moved.name, 0),
            hint="use another --format",
        )
    return content
