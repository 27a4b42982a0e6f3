# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy kconfig`: the Kconfig files and fragments of a tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import click

from kpolicy.cli import candidates
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    since_option,
    toolchain_options,
)
from kpolicy.cli.policies import Standards
from kpolicy.cli.reporting import Options, Run, conclude, known_findings, make_plan
from kpolicy.cli.trees import find_tree
from kpolicy.errors import UsageError
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import config_files
from kpolicy.policy.checks.registry import TREE_CHECKS
from kpolicy.policy.toml_file import did_you_mean

_FAMILY = "kconfig/"
_CHECKED = (
    "checked are the Kconfig files that an architecture reads, and the fragments of kernel/configs and\n"
    "arch/*/configs; those of tools/testing/selftests are not"
)


@click.command("kconfig")
@click.argument("tree", required=False, type=click.Path(), shell_complete=candidates.folders)
@arch_option(multiple=True)
@click.option(
    "--check",
    "checks",
    metavar="CHECK",
    multiple=True,
    shell_complete=candidates.checks_of_trees,
    help="Only this check (may be repeated).",
)
@click.option(
    "--path",
    "paths",
    metavar="PATH",
    multiple=True,
    shell_complete=candidates.paths_of_tree,
    help="Only lines of this file, or of files below it.",
)
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@click.pass_obj
def command(
    console: Console,
    /,
    tree: str | None,
    archs: tuple[str, ...],
    checks: tuple[str, ...],
    paths: tuple[str, ...],
    **words: object,
) -> int:
    """Check the Kconfig files of a kernel TREE, and its own config fragments, over all architectures.

    Told is what holds wherever the line is of any use, once a line: selects that another select brings
    along, selects of members of a choice, defaults that are never reached, names that no architecture
    defines, and lines of fragments that are not honoured.  Paths are those in the tree.  Fragments are those
    of kernel/configs and arch/*/configs; those of tools/testing/selftests are not checked.

    \b
    Examples:
      kpolicy kconfig ~/linux
      kpolicy kconfig ~/linux --path mm --path lib/Kconfig.debug
      kpolicy kconfig ~/linux --check undefined-reference --fail-on note
      kpolicy kconfig ~/linux --check fragment-not-honoured --path kernel/configs/debug.config
    """
    options = Options.of(words)
    console.quiet = options.quiet
    source = find_tree(console, tree)
    if source is None:
        raise UsageError("not in a kernel tree", hint="name one: kpolicy kconfig DIR")
    wanted = frozenset(map(_check, checks)) or TREE_CHECKS
    for arch in archs:
        resolve_architecture(source, arch)
    standards = Standards(console, options.policy, source)
    standards.number_for(source.root)
    plan = replace(make_plan(console, source, options), standards=tuple(standards.all))
    below = tuple(os.path.normpath(path) for path in paths)
    if below:
        _check_paths(Examiner(plan, source), below)
    run = Run(
        command="kconfig",
        plan=plan,
        targets=(),
        baseline=known_findings(options, standards),
        tree_checks=wanted,
        archs=archs,
        paths=below,
    )
    return conclude(console, run, source, options, census=False, details=False)


def _check_paths(examiner: Examiner, paths: tuple[str, ...]) -> None:
    """Refuse a path at which there is nothing to check: no findings there would look like a clean result."""
    source = examiner.source
    files = {*examiner.tree.names.files, *(file.path for file in config_files(source) if file.kind == "fragment")}
    known = files.union(*map(_folders, files))
    for path in paths:
        if path in known or path == ".":
            continue
        exists = source.is_file(path) or bool(source.list_dir(path))
        message = f"--path {path}: {'nothing there is checked' if exists else 'there is no such path in the tree'}"
        guess = None if exists else did_you_mean(path, sorted(known))
        raise UsageError(message, hint=guess or _CHECKED)


def _folders(path: str) -> Iterator[str]:
    while path := os.path.dirname(path):
        yield path


def _check(word: str) -> str:
    """The id of a check, which may be named without its family."""
    check = word if word.startswith(_FAMILY) else _FAMILY + word
    if check not in TREE_CHECKS:
        names = sorted(item.removeprefix(_FAMILY) for item in TREE_CHECKS)
        guess = did_you_mean(word.removeprefix(_FAMILY), names)
        raise UsageError(f"there is no check {word!r} of Kconfig files", hint=guess or f"there are {', '.join(names)}")
    return check
