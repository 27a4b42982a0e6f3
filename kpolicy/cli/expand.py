# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy expand`: the .config that conf would write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, output_options, toolchain_options, tree_option
from kpolicy.errors import UsageError
from kpolicy.evaluate.modes import PRESETS

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@click.command("expand")
@click.argument("config", required=False, type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@arch_option()
@click.option("--preset", type=click.Choice(PRESETS), help="Write the result of this make target instead of a CONFIG.")
@click.option(
    "--mode",
    type=click.Choice(["defconfig", "olddefconfig"]),
    help="Read CONFIG as this make target does. [default: olddefconfig for a full .config, else defconfig]",
)
@click.option(
    "--list-new",
    is_flag=True,
    help="List instead what make oldconfig would ask: every option that could be set and that CONFIG has no line for, "
    "with its default, as make listnewconfig does.",
)
@toolchain_options
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Suppress warnings.")
@click.pass_obj
def command(
    console: Console,
    config: str | None,
    tree: str | None,
    arch: str | None,
    preset: str | None,
    mode: str | None,
    list_new: bool,
    toolchain: str | None,
    no_cache: bool,
    output: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Write the .config that the kernel's own conf would write for CONFIG, byte for byte.

    CONFIG is named as for `kpolicy check`.

    \b
    Examples:
      kpolicy expand --tree ~/linux x86_64_defconfig
      kpolicy expand --tree ~/linux --arch arm64 defconfig+debug.config -o .config
      kpolicy expand --tree ~/linux --arch riscv --preset allmodconfig
      kpolicy expand --tree ~/linux .config --list-new
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.cli.writing import check_output, deliver
    from kpolicy.run.expand import ValuesRequest, values_of
    from kpolicy.run.trees import needed_tree

    console.quiet = quiet
    if (config is None) == (preset is None):
        raise UsageError("pass either a CONFIG or --preset")
    if preset is not None and (arch is None or mode is not None):
        raise UsageError("--preset needs an architecture", hint="pass --arch; --mode needs a CONFIG")
    if list_new and (preset is not None or mode is not None):
        raise UsageError("--list-new reads a CONFIG as make oldconfig does", hint="remove --preset or --mode")
    if preset is not None and console.environment.get("KCONFIG_ALLCONFIG") is not None:
        console.warning(None, f"KCONFIG_ALLCONFIG is set, but --preset {preset} does not read it")
    check_output(output, force=force)
    source = needed_tree(tree, console.environment)
    request = ValuesRequest(source, config, arch, preset, "olddefconfig" if list_new else mode, toolchain)
    found = values_of(request, context_for(console, no_cache=no_cache))
    for remark in found.remarks:
        console.warning(remark.location, remark.text)
    deliver(console, _text(found.values, list_new=list_new), output, force=force)
    return status.CLEAN


def _text(values: Values, *, list_new: bool) -> bytes:
    # Each takes time to import, and one of them is wanted.
    if list_new:
        from kpolicy.evaluate.new_prompts import new_prompts

        return new_prompts(values)
    from kpolicy.evaluate.dotconfig import dotconfig

    return dotconfig(values)
