# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy audit`: every defconfig of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    scheduler_option,
    since_option,
    toolchain_options,
)
from kpolicy.cli.view_options import census_option
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree


@click.command("audit")
@click.argument("tree", required=False, type=click.Path(), shell_complete=candidates.folders)
@click.option("--demo", is_flag=True, help="Audit the small demonstration tree that comes with kpolicy.")
@click.option(
    "--fragments",
    is_flag=True,
    help="Also check the config fragments, and those of the kernel's own tests: kpolicy kconfig --check fragments.",
)
@arch_option(multiple=True)
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@scheduler_option
@machine_options
@census_option
@click.pass_obj
def command(
    console: Console, /, tree: str | None, demo: bool, fragments: bool, archs: tuple[str, ...], **words: object
) -> int:
    """Audit every defconfig of a kernel TREE, for all architectures.

    Without TREE: the current directory, which must be a kernel tree.  The text begins with errors and warnings about
    debug policy, each rule once; then come config lines, each cause once, and the Kconfig files.

    \b
    Examples:
      kpolicy audit ~/linux
      kpolicy audit --demo
      kpolicy audit ~/linux --select kmemleak --select 'locking/*'
      kpolicy audit ~/linux --ignore config --statistics
      kpolicy audit ~/linux --arch arm64 --arch riscv -v
      kpolicy audit ~/linux --policy upstream --baseline known.json
      kpolicy audit ~/linux -o text -o json:audit.json -o sarif:audit.sarif --fail-on error
    """
    from kpolicy.cli.reporting import Options, show
    from kpolicy.run.audit import AuditRequest, audit
    from kpolicy.run.trees import find_tree

    options = Options.of(words)
    options.prepare(console)
    if demo and tree is not None:
        raise UsageError("--demo audits the demonstration tree", hint=f"leave out --demo to audit {tree}")
    source = _demonstration() if demo else find_tree(tree, console.environment)
    if source is None:
        hint = "name the kernel source tree: kpolicy audit DIR\nor audit the demonstration tree: kpolicy audit --demo"
        raise UsageError("the current directory is not a kernel source tree", hint=hint)
    options.check_outputs(console)
    request = AuditRequest(source, archs, options.terms, own_policy=not demo, fragments=fragments)
    return show(console, audit(request, options.context(console)), options.outputs)


def _demonstration() -> KernelTree:
    from kpolicy.demo import demo_tree
    from kpolicy.kernel.source import DirectorySource, open_tree

    return DirectorySource(open_tree(str(demo_tree())).root, "the demonstration tree")
