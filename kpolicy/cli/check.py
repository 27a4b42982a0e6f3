# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check`: some configs.

What the command does is imported where it is done: --help needs none of it.
"""

from __future__ import annotations

import click

from kpolicy.cli import candidates
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    release_option,
    report_options,
    scheduler_option,
    since_option,
    toolchain_options,
    tree_option,
)
from kpolicy.cli.running import running_options, stated_root


@click.command("check")
@click.argument(
    "configs",
    metavar="CONFIG...",
    nargs=-1,
    type=click.Path(allow_dash=True),
    shell_complete=candidates.configs,
)
@tree_option
@arch_option()
@release_option
@cmdline_option
@running_options
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@scheduler_option
@machine_options
@click.pass_obj
def command(
    console: Console,
    /,
    configs: tuple[str, ...],
    tree: str | None,
    arch: str | None,
    release: str | None,
    running: bool,
    root: str | None,
    **words: object,
) -> int:
    """Check configs: files, config files of the tree by the names that make uses, or - for stdin.

    a+b+c is one config, in which later lines take precedence.  .gz, .xz and .bz2 are unpacked.  Without a
    tree only a full .config can be checked, and only its own values.  --running checks the kernel that runs:
    its config, its command line, and its settings in /proc and /sys.

    \b
    Examples:
      kpolicy check .config
      kpolicy check /proc/config.gz --fail-on error
      kpolicy check --tree ~/linux x86_64_defconfig i386_defconfig
      kpolicy check --tree ~/linux --arch arm64 defconfig+debug.config
      kpolicy check --tree ~/linux --arch x86 .config --require kernel/configs/hardening.config
      kpolicy check .config --cmdline /proc/cmdline
      kpolicy check --running
      kpolicy check --running --root sosreport-host/
      kpolicy check .config -o text -o sarif:check.sarif
    """
    from kpolicy.cli.reporting import Options, show
    from kpolicy.run.check import CheckRequest, check
    from kpolicy.run.trees import find_tree

    stated = stated_root(configs, running=running, root=root)
    options = Options.of(words)
    options.prepare(console)
    source = find_tree(tree, console.environment)
    options.check_outputs(console)
    terms = options.booted_terms(console, *configs)
    if stated is not None:
        # Only here: most runs check files.
        from kpolicy.run.running import RunningRequest, check_running

        asked = RunningRequest(source, stated, configs[0] if configs else None, arch, release, terms)
        return show(console, check_running(asked, options.context(console)), options.outputs)
    request = CheckRequest(source, configs, arch, release, terms)
    return show(console, check(request, options.context(console)), options.outputs)
