# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy diff`: what differs in effect, between two configs or two trees."""

from __future__ import annotations

import json

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.options import (
    THRESHOLDS,
    arch_option,
    output_options,
    policy_options,
    release_option,
    run_options,
    toolchain_options,
    tree_option,
)
from kpolicy.errors import UsageError


@click.command("diff")
@click.argument("before", metavar="A", type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@click.argument("after", metavar="B", type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@click.option(
    "--config",
    "configs",
    metavar="CONFIG",
    multiple=True,
    shell_complete=candidates.configs,
    help="With two trees: compare only this config (may be repeated). [default: every defconfig]",
)
@arch_option(multiple=True)
@release_option
@cmdline_option
@policy_options
@click.option("--no-waivers", is_flag=True, help="Show waived findings.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="Exit with status 1 if a gained finding has at least this severity."
    " [default: what the policy says, else warning]",
)
@toolchain_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="With many configs: also show changes that follow from others.")
@output_options
@run_options
@click.pass_obj
def command(
    console: Console,
    /,
    before: str,
    after: str,
    tree: str | None,
    configs: tuple[str, ...],
    archs: tuple[str, ...],
    release: str | None,
    form: str,
    verbose: bool,
    **words: object,
) -> int:
    """Show which values differ between A and B, each change with its cause, and the findings gained and lost.

    A and B are two configs of one tree, two full .config files without any, or two trees: directories, or
    revisions of a git repository, REV or DIR@REV, which are read without touching the work tree.  For two trees
    every defconfig that both have is compared.  Values are compared as the kernel build sees them: a symbol that is
    n equals one without a line.

    \b
    Examples:
      kpolicy diff --tree ~/linux --arch x86 x86_64_defconfig x86_64_defconfig+debug.config
      kpolicy diff /boot/config-6.1.0-44-amd64 /boot/config-6.12.48-amd64
      kpolicy diff v6.11 v6.12
      kpolicy diff ~/linux@HEAD~10 ~/linux --arch arm64 --config defconfig
    """
    from kpolicy.cli.reporting import Options
    from kpolicy.cli.writing import deliver
    from kpolicy.report.text.style import Style
    from kpolicy.report.views.diff import diff_document, diff_lines
    from kpolicy.run.diff import ConfigsDiff, TreesDiff, diff_configs, diff_trees
    from kpolicy.run.request import check_release
    from kpolicy.run.trees import find_tree, names_tree, tree_named

    options = Options.of(words)
    console.quiet = options.quiet
    if before == after == "-":
        raise UsageError("standard input can be read only once")
    options.check_outputs(console)
    environment, context = console.environment, options.context(console)
    terms = options.booted_terms(console, before, after)
    if tree is None and names_tree(before, environment) and names_tree(after, environment):
        check_release(release, has_tree=True)
        trees = tree_named(before, environment), tree_named(after, environment)
        report = diff_trees(TreesDiff(*trees, configs, archs, terms), context)
    else:
        if configs:
            raise UsageError("--config needs two trees", hint="pass two trees, or two configs")
        if len(archs) > 1:
            raise UsageError("two configs are for one architecture", hint="pass one --arch, or none")
        source, arch = find_tree(tree, environment), archs[0] if archs else None
        report = diff_configs(ConfigsDiff(source, before, after, arch, release, terms), context)
    for error in report.errors:
        console.error(error)
    style = console.style() if options.output is None else Style()
    if form == "json":
        content = json.dumps(diff_document(report), indent=2) + "\n"
    else:
        content = "\n".join(diff_lines(report, style, everything=verbose)) + "\n"
    if not (options.quiet and form == "text" and not report.effects and not report.gained):
        deliver(console, content, options.output, force=options.force)
    if report.errors:
        return status.FAILURE
    return status.FINDINGS if report.fails else status.CLEAN
