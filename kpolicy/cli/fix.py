# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy fix`: the fewest edited lines that clear findings."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options, stated_machine
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
from kpolicy.errors import InputError, UsageError
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.policy.fixes.plan import Plan
    from kpolicy.report.views.fix import FixReport
    from kpolicy.run.fix import Subject


_FRAGMENT = "fragment"
_FORMATS = ("diff", _FRAGMENT, "json", "text")
_WITH_COSTS = ("json", "text")
_MOST_EFFECTS = 12


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
@click.option("--alternatives", is_flag=True, help="Also show alternative edits (with text and json).")
@click.option("--unsafe", is_flag=True, help="Also give up requests that work, if nothing else clears a finding.")
@click.option("--write", is_flag=True, help="Edit the file of CONFIG, in a stack the last one.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="Fix findings of at least this severity; no edit may cause one. [default: what the policy says, else warning]",
)
@machine_options
@cmdline_option
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
    unsafe: bool,
    write: bool,
    ram: str | None,
    cpus: int | None,
    **words: object,
) -> int:
    """Find the fewest edited lines that clear findings and keep what the config requests.

    Every honoured line stays honoured, unless a finding is about it.  A request that is not honoured gets what it
    needs; it is given up only if it cannot be honoured, with the reason above the patch.  Each edit is proved by
    evaluation.  "minimal" is printed only if no smaller edit exists.

    Nothing is written but with --write.  Other values that change, and findings that no edit clears, are printed
    to stderr.  --format text and json also list what the edits cost, as `kpolicy cost` does.  CONFIG is named as for
    `kpolicy check`; of a stack a+b+c the last file is edited.

    \b
    Examples:
      kpolicy fix --tree ~/linux x86_64_defconfig > fix.patch
      kpolicy fix --tree ~/linux --arch arm64 defconfig+debug.config --format fragment
      kpolicy fix --tree ~/linux .config --rule kmemleak --rule 'debug-vm/*' --write
      kpolicy fix --tree ~/linux .config --format text --alternatives
      kpolicy fix --tree ~/linux .config --require site.config --format text --ram 16G
    """
    from dataclasses import replace

    from kpolicy.cli.reporting import Options
    from kpolicy.cli.writing import deliver
    from kpolicy.run.fix import FixRequest, fix, subject_of
    from kpolicy.run.trees import needed_tree

    options = Options.of(words)
    console.quiet = options.quiet
    options.check_outputs(console)
    source = needed_tree(tree, console.environment)
    if write and form == _FRAGMENT:
        raise UsageError("a fragment goes on top of a config", hint="--write edits the config: omit --format")
    machine = stated_machine(ram, cpus)
    if form not in _WITH_COSTS and (ram is not None or cpus is not None):
        raise UsageError("--ram and --cpus are for the costs of --format text and json")
    terms = options.booted_terms(console, config)
    if form in _WITH_COSTS:
        terms = replace(terms, machine=machine)
    request = FixRequest(source, config, arch, selectors, form == _FRAGMENT, alternatives, unsafe, terms=terms)
    context = options.context(console)
    subject = subject_of(request, context)
    if write or form == "diff":
        subject.check_is_a_file()
    if write:
        subject.check_is_writable()
        if options.output is not None and _is_same(options.output, subject.path):
            raise UsageError(f"{options.output} is the config that --write edits", hint="name another file with -o")
    if write and source.revision is not None and subject.path and Path(subject.path).is_relative_to(source.root):
        raise UsageError("a revision cannot be edited", hint="without --write there is a patch for its work tree")
    report = fix(subject, request, context)
    plan = report.plan
    if form in ("diff", _FRAGMENT):
        _tell(console, report, fragment=form == _FRAGMENT)
    content = _payload(console, report, form, to_file=options.output is not None)
    if write and plan.edits:
        _write(subject, plan.text)
        if subject.link:
            console.note(f"{subject.link} is a symbolic link: {subject.path} was edited")
    deliver(console, content, options.output, force=options.force)
    return status.FINDINGS if plan.hopeless else status.CLEAN


def _is_same(path: str, other: str | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)


def _write(subject: Subject, content: bytes) -> None:
    """Edit the file, whole or not at all; not when it changed meanwhile."""
    from kpolicy.cli.writing import replace_file
    from kpolicy.files import read_file

    assert subject.path is not None
    try:
        if read_file(subject.path) != subject.document.content:
            raise InputError("the file changed meanwhile", Location(subject.name, 0), hint="run kpolicy fix again")
        replace_file(subject.path, content)
    except OSError as error:
        raise InputError(f"cannot write {subject.path}: {error.strerror or error}") from None


def _tell(console: Console, report: FixReport, *, fragment: bool) -> None:
    """On stderr, beside a patch: what it does, what it changes besides, and what it cannot do."""
    from kpolicy.report.views.fix import given_up_lines, side_effects_in_words, summary

    plan: Plan = report.plan
    for item in plan.hopeless:
        text = f"not fixed: {item.finding.message} [{item.finding.rule}]: {item.reason}"
        console.warning(item.location or item.finding.place, text, item.finding.severity)
    if fragment:
        # In a patch they are above it.
        for line in given_up_lines(report):
            console.note(line.strip())
    count = len(plan.fixes) + len(plan.hopeless)
    if not count:
        console.note("nothing to fix")
        return
    console.note(summary(report))
    if plan.side_effects:
        console.note(f"other values that change: {side_effects_in_words(plan.side_effects, _MOST_EFFECTS)}")


def _payload(console: Console, report: FixReport, form: str, *, to_file: bool) -> bytes | str:
    from kpolicy.report.views.fix import fix_document, fix_lines, patch, preamble

    if form == "diff":
        return preamble(report) + patch(report) if report.plan.edits else b""
    if form == _FRAGMENT:
        return report.plan.text
    if form == "json":
        return json.dumps(fix_document(report), indent=2) + "\n"
    style = console.style()
    return "\n".join(fix_lines(report, type(style)() if to_file else style)) + "\n"
