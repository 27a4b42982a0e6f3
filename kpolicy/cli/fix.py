# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy fix`: the fewest edited lines that clear findings."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.acceptance import accept
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner, Part, Target
from kpolicy.cli.judging import report_on
from kpolicy.cli.options import (
    THRESHOLDS,
    acceptance_options,
    arch_option,
    output_options,
    policy_options,
    run_options,
    toolchain_options,
    tree_option,
)
from kpolicy.cli.policies import Standards
from kpolicy.cli.reporting import Options, known_findings, make_plan, today
from kpolicy.cli.selection import policy_start, read_target, split_stack
from kpolicy.cli.setup import deliver, replace_file
from kpolicy.cli.trees import needed_tree
from kpolicy.config.read import is_packed
from kpolicy.errors import InputError, UsageError
from kpolicy.evaluate.values import Values
from kpolicy.files import read_file, read_stream
from kpolicy.kernel.source import KernelTree
from kpolicy.location import Location
from kpolicy.policy.finding import Finding
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Plan, Task
from kpolicy.policy.fixes.plan import make_plan as make_fixes
from kpolicy.policy.globs import matches_rule, selector_fault
from kpolicy.policy.policy_file import Threshold
from kpolicy.policy.standard import Assessment, Standard, assess
from kpolicy.policy.toml_file import did_you_mean
from kpolicy.policy.vocabulary import REQUIRED
from kpolicy.report.fix import FixReport, fix_document, fix_lines, patch, side_effects_in_words
from kpolicy.report.records import reaches

_FRAGMENT = "fragment"
_FORMATS = ("diff", _FRAGMENT, "json", "text")
_MOST_EFFECTS = 12
_STDIN = "-"


@click.command("fix")
@click.argument("config", type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@arch_option()
@click.option(
    "--rule",
    "selectors",
    metavar="SELECTOR",
    multiple=True,
    shell_complete=candidates.rules,
    help="Only findings of these rules: an id, a family, a glob of either (may be repeated)."
    " [default: all findings at or above --fail-on]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="diff",
    show_default=True,
    help="A patch for git apply, a fragment to put on top, or what was found as JSON or in words.",
)
@click.option("--alternatives", is_flag=True, help="Tell of other edits that would do (with text and json).")
@click.option("--write", is_flag=True, help="Edit the file of CONFIG, in a stack the last one.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="The least severity that is fixed, and that no edit may bring. [default: what the policy says, else warning]",
)
@policy_options
@acceptance_options
@toolchain_options
@output_options
@run_options
@click.pass_obj
def command(
    console: Console,
    /,
    config: str,
    tree: str | None,
    arch: str | None,
    selectors: tuple[str, ...],
    form: str,
    alternatives: bool,
    write: bool,
    **words: object,
) -> int:
    """Find the fewest edited lines that clear findings, each proved by evaluation.

    Nothing is written but with --write.  What changes besides, and what no edit of a config can clear, is
    told on stderr.  CONFIG is named as for `kpolicy check`; of a stack a+b+c the last file is edited.

    \b
    Examples:
      kpolicy fix --tree ~/linux x86_64_defconfig > fix.patch
      kpolicy fix --tree ~/linux --arch arm64 defconfig+debug.config --format fragment
      kpolicy fix --tree ~/linux .config --rule kmemleak --rule 'debug-vm/*' --write
      kpolicy fix --tree ~/linux .config --format text --alternatives
    """
    options = Options.of(words)
    console.quiet = options.quiet
    source = needed_tree(console, tree)
    if write and form == _FRAGMENT:
        raise UsageError("a fragment goes on top of a config", hint="--write edits the config: leave --format away")
    subject = _subject(console, source, config, arch, options, own_file=form != _FRAGMENT)
    if write or form == "diff":
        subject.check_is_a_file()
    if write:
        subject.check_is_writable()
    if write and source.revision is not None and subject.path and Path(subject.path).is_relative_to(source.root):
        raise UsageError("a revision cannot be edited", hint="without --write there is a patch for its work tree")
    chosen = _chosen(subject, selectors, options)
    plan = make_fixes(subject.task(chosen, _threshold(subject, options)), alternatives=alternatives)
    report = FixReport(subject.held, subject.arch, subject.name, plan)
    if form in ("diff", _FRAGMENT):
        _tell(console, report)
    content = _payload(console, report, form, to_file=options.output is not None)
    if write and plan.edits:
        subject.write(plan.text)
        if subject.link:
            console.note(f"{subject.link} is a symbolic link: {subject.path} was edited")
    deliver(console, content, options.output, force=options.force)
    return status.FINDINGS if plan.hopeless else status.CLEAN


@dataclass(frozen=True)
class _Subject:
    """A config that is to be fixed: its values, what it is held against, and the file that is edited.

    `held` is the config as findings have it, `name` the path of the file in a patch, `path` where it
    lies, None for standard input and a new fragment; `link` is the symbolic link that leads there, if any.
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

    def task(self, findings: Sequence[Finding], threshold: Threshold) -> Task:
        """The task to clear some findings."""
        settings = self.standard.policy.settings(self.held)
        return Task(
            values=self.values,
            document=self.document,
            findings=findings,
            judge=self.judge,
            counts=lambda finding: reaches(finding, threshold),
            rules=settings.rules,
            requirements=self.standard.requirements,
        )

    def check_is_a_file(self) -> None:
        """Refuse what no patch can name."""
        if self.path is None:
            raise UsageError("standard input is no file", hint="--format fragment, text or json go without one")
        if any(ord(letter) < ord(" ") or letter in '"\\\x7f' for letter in self.name):
            raise UsageError(f"{self.name}: git quotes such a name", hint="rename the file, or use --format fragment")

    def check_is_writable(self) -> None:
        """Refuse to edit a file that its owner has protected, or that has further names.

        The new content is a new file, so that no reader meets half of it: other names would keep the old one.
        """
        assert self.path is not None
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror or error}") from None
        if not status.st_mode & 0o222 or not os.access(self.path, os.W_OK):
            mode = f"{status.st_mode & 0o7777:04o}"
            raise InputError(f"{self.path} is read-only (mode {mode})", hint=f"chmod u+w {shlex.quote(self.path)}")
        if status.st_nlink > 1:
            hint = "copy it to a file of its own, or leave --write away and apply the patch"
            raise InputError(f"{self.path} has {status.st_nlink} hard links", hint=hint)

    def write(self, content: bytes) -> None:
        """Edit the file, whole or not at all; not when it changed meanwhile."""
        assert self.path is not None
        try:
            if read_file(self.path) != self.document.content:
                raise InputError("the file changed meanwhile", Location(self.name, 0), hint="run kpolicy fix again")
            replace_file(self.path, content)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror or error}") from None


def _subject(
    console: Console, source: KernelTree, config: str, arch: str | None, options: Options, *, own_file: bool
) -> _Subject:
    standards = Standards(console, options.policy, source)
    run = make_plan(console, source, options)
    given = _stdin() if _STDIN in config.split("+") else b""
    target = read_target(config, source, arch, io.BytesIO(given))
    number = standards.number_for(policy_start(target, source))
    baseline = known_findings(options, standards)
    examiner = Examiner(replace(run, standards=tuple(standards.all)), source)
    target = replace(target, standard=number)
    last = target.parts[-1]
    if own_file:
        content, name, path = _file(source, last, given, target)
    else:
        content, name, path = b"", _free_name(target), None
        # One more file makes a stack of it.
        target = replace(target, parts=(*target.parts, Part(name, in_tree=False)))
    values = examiner.values(target)
    assert values.config is not None
    standard = standards.all[number]
    held = values.config.name

    def judge(found: Values) -> Assessment:
        return assess(found, held, standard, tree=source.name, names=lambda: examiner.tree.names, remedies=False)

    report = report_on(values, held, standard, (), tree=source.name, number=number, names=lambda: examiner.tree.names)
    for remark in (*examiner.kconfig_remarks(), *report.remarks):
        console.warning(remark.location, remark.text)
    accepted = accept((report,), standards.all, baseline, today(), waivers=not options.policy.no_waivers)
    own = "<stdin>" if last.path == _STDIN else last.path
    document = Document(values.config, own if own_file else name, content, values.model)
    named = split_stack(config)[-1]
    given_path = os.path.join(source.root, named) if last.in_tree and not os.path.lexists(named) else named
    return _Subject(
        values=values,
        held=held,
        standard=standard,
        judge=judge,
        findings=accepted.configs[0].findings,
        document=document,
        arch=target.arch,
        name=name,
        path=path,
        link=given_path if own_file and os.path.islink(given_path) else "",
    )


def _stdin() -> bytes:
    try:
        return read_stream(sys.stdin.buffer)
    except OSError as error:
        raise InputError(f"cannot read the config: {error.strerror or error}", Location("<stdin>", 0)) from None


def _file(source: KernelTree, part: Part, given: bytes, target: Target) -> tuple[bytes, str, str | None]:
    """The content of the file that is edited, its name in a patch, and where it lies."""
    if sum(other == part for other in target.parts) > 1:
        raise UsageError(f"{part.path} stands twice in the stack", hint="--format fragment goes without editing it")
    if part.path == _STDIN:
        content, name, path = given, "<stdin>", None
    elif part.in_tree:
        path = os.path.realpath(os.path.join(source.root, part.path))
        content, name = source.read(part.path), os.path.relpath(path, source.root)
    else:
        path = os.path.realpath(part.path)
        # For git apply in this folder; what lies elsewhere is patched where it lies.
        inside = os.path.relpath(path)
        name = os.path.basename(path) if inside.startswith(os.pardir) else inside
        try:
            content = read_file(path)
        except OSError as error:
            raise InputError(f"cannot read the config: {error.strerror or error}", Location(part.path, 0)) from None
    if is_packed(content):
        raise UsageError(f"{part.path} is packed", hint="unpack it first, or use --format fragment")
    return content, name, path


def _free_name(target: Target) -> str:
    """A name for the fragment that no file of the stack has."""
    name = _FRAGMENT
    while any(part.path == name for part in target.parts):
        name += "+"
    return name


def _threshold(subject: _Subject, options: Options) -> Threshold:
    return options.fail_on or subject.standard.policy.fail_on.value


def _chosen(subject: _Subject, selectors: Sequence[str], options: Options) -> list[Finding]:
    known = [entry.id for entry in subject.standard.policy.vocabulary.entries]
    known += [f"{REQUIRED}/", *(item.id for item in subject.standard.requirements)]
    for selector in selectors:
        fault = selector_fault(selector)
        if fault is not None:
            raise UsageError(f"--rule {selector}: {fault}")
        if not any(matches_rule(selector, name) for name in known):
            raise UsageError(f"there is no rule {selector!r}", hint=did_you_mean(selector, known))
    if selectors:
        return [item for item in subject.findings if any(matches_rule(word, item.rule) for word in selectors)]
    return [item for item in subject.findings if reaches(item, _threshold(subject, options))]


def _tell(console: Console, report: FixReport) -> None:
    """On stderr, beside a patch: what it does, what it changes besides, and what it cannot do."""
    plan: Plan = report.plan
    for item in plan.hopeless:
        text = f"not fixed: {item.finding.message} [{item.finding.rule}]: {item.reason}"
        console.warning(item.location or item.finding.place, text)
    count = len(plan.fixes) + len(plan.hopeless)
    if not count:
        console.note("nothing to fix")
        return
    console.note(f"{len(plan.fixes)} of {count} findings cleared, {len(plan.edits)} lines edited; proved by evaluation")
    if plan.side_effects:
        console.note(f"other values that change: {side_effects_in_words(plan.side_effects, _MOST_EFFECTS)}")


def _payload(console: Console, report: FixReport, form: str, *, to_file: bool) -> bytes | str:
    if form == "diff":
        return patch(report)
    if form == _FRAGMENT:
        return report.plan.text
    if form == "json":
        return json.dumps(fix_document(report), indent=2) + "\n"
    style = console.style()
    return "\n".join(fix_lines(report, type(style)() if to_file else style)) + "\n"
