# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy policy`: what is in effect, and a first file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options, stated_machine
from kpolicy.cli.options import arch_option, output_options, policy_options, tree_option
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.judging.standard import Standard
    from kpolicy.report.text.style import Style
    from kpolicy.report.views.fix import FixReport
    from kpolicy.run.context import Context
    from kpolicy.run.request import Terms


@click.group("policy")
def command() -> None:
    """Show the policy that applies to configs, or create a policy file."""


@command.command("show", short_help="Show the settings for a config.")
@click.argument("config", required=False, type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@arch_option()
@policy_options
@click.option("--all", "everything", is_flag=True, help="Also show settings that no policy file sets.")
@click.option("--costs", "with_costs", is_flag=True, help="Also show what following the policy would cost.")
@machine_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def show(
    console: Console,
    /,
    config: str | None,
    tree: str | None,
    arch: str | None,
    policy: str | None,
    require: tuple[str, ...],
    everything: bool,
    with_costs: bool,
    ram: str | None,
    cpus: int | None,
    form: str,
) -> int:
    """Show the settings for a CONFIG, each with the policy file line that sets it.

    Without CONFIG: show what applies to every config, by the policy of the tree or of the current directory.

    --costs with a CONFIG of a kernel tree finds the edits that meet the policy, as `kpolicy fix` does, all
    requirements included, and shows what each changes of the costs of the config, as `kpolicy cost` does.  Without a
    tree or CONFIG it shows the costs that are documented for each required option.

    \b
    Examples:
      kpolicy policy show --tree ~/linux x86_64_defconfig
      kpolicy policy show --tree ~/linux --arch arm64 defconfig
      kpolicy policy show --policy hardening --all
      kpolicy policy show --tree ~/linux x86_64_defconfig --policy debug --costs --ram 16G
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.report.views.policy import policy_document, policy_lines
    from kpolicy.run.policies import PolicyChoice, Standards
    from kpolicy.run.request import Terms
    from kpolicy.run.selection import name_of_config
    from kpolicy.run.trees import find_tree

    if not with_costs and (ram is not None or cpus is not None):
        raise UsageError("--ram and --cpus need --costs")
    machine = stated_machine(ram, cpus) if with_costs else None
    source = find_tree(tree, console.environment)
    if arch is not None and (source is None or config is None):
        raise UsageError("--arch needs a CONFIG of a kernel tree", hint="pass both (for example --tree DIR defconfig)")
    choice, context = PolicyChoice(policy, require), context_for(console)
    followed: FixReport | None = None
    if machine is not None and source is not None and config is not None:
        standard, followed = _follow(source, config, arch, Terms(choice, machine=machine), context)
        name = followed.config
    else:
        standards = Standards(choice, source, context)
        start: str | None
        if config is not None:
            name, start = name_of_config(config, source, arch)
        else:
            name, start = "", source.root if source is not None else "."
        standard = standards.all[standards.number_for(start)]
    if form == "json":
        document = policy_document(standard, name, everything=everything)
        if machine is not None:
            document |= _costs_document(standard, followed, context)
        console.payload(json.dumps(document, indent=2) + "\n")
    else:
        lines = list(policy_lines(standard, name, console.style(), everything=everything))
        if machine is not None:
            lines += ["", *_cost_lines(standard, followed, context, console.style())]
        console.payload("\n".join(lines) + "\n")
    return status.CLEAN


def _follow(
    source: KernelTree, config: str, arch: str | None, terms: Terms, context: Context
) -> tuple[Standard, FixReport]:
    """The policy of a config, and the edits that meet it, whatever the severity of a requirement."""
    from kpolicy.run.fix import FixRequest, fix, subject_of

    request = FixRequest(source, config, arch, all_required=True, terms=terms)
    subject = subject_of(request, context)
    return subject.standard, fix(subject, request, context)


def _cost_lines(standard: Standard, followed: FixReport | None, context: Context, style: Style) -> Iterator[str]:
    if followed is not None:
        from kpolicy.report.views.fix import fix_lines

        return fix_lines(followed, style)
    from kpolicy.costing.catalogue import shipped_costs
    from kpolicy.report.views.documented_costs import documented_cost_lines

    return documented_cost_lines(standard.requirements, shipped_costs(context.cache).costs, style)


def _costs_document(standard: Standard, followed: FixReport | None, context: Context) -> dict[str, Any]:
    if followed is not None:
        from kpolicy.report.views.fix import fix_document

        return {"fix": fix_document(followed)}
    from kpolicy.costing.catalogue import shipped_costs
    from kpolicy.report.views.documented_costs import documented_costs_document

    costs = shipped_costs(context.cache).costs
    return {"documented_costs": documented_costs_document(standard.requirements, costs)}


@command.command("import")
@click.argument("spec", metavar="FORMAT:PATH[@SECTION]", shell_complete=candidates.specs)
@tree_option
@output_options
@click.pass_obj
def convert(console: Console, /, spec: str, tree: str | None, output: str | None, force: bool) -> int:
    """Convert a policy of another tool to a kpolicy policy file.

    Each requirement is a [[require]] table, below the file and line that it is from.  Lines that no requirement can
    state are comments at the top.  --policy and --require read the same policies without a conversion.

    \b
    Formats:
      android:FILE.xml               conditional kernel requirements of Android
      ark:redhat/configs@CONFIG      kernel-ark, RHEL, Fedora: kernel-x86_64-debug-rhel
      gentoo:FILE.ebuild@FLAGS       CONFIG_CHECK of an ebuild, with these USE flags
      khc:FILE.json[@ARCH]           kernel-hardening-checker -m json
      openwrt:target/linux/X[@6.12]  OpenWrt: a target or a subtarget, target/linux/x86/64
      pmos:kconfigcheck.toml@NAMES   postmarketOS: categories and aliases
      rcutorture:configs/rcu/TREE01  a scenario of the kernel's rcutorture, @x86_64 adds CFcommon.x86_64
      syz:main.yml@INSTANCE          syzkaller: an instance of syz-kconf
      ubuntu:annotations@FLAVOUR     Ubuntu: amd64-generic
      yocto:FILE.scc[@KARCH]         Yocto: a board or a feature of kernel metadata

    \b
    Examples:
      kpolicy policy import syz:dashboard/config/linux/main.yml@upstream-kcsan -o syzkaller.toml
      kpolicy policy import pmos:kconfigcheck.toml@community,selinux
    """
    from kpolicy.cli.writing import check_output, deliver
    from kpolicy.policy.files.extends import POLICY_SIZE
    from kpolicy.policy.files.spec import FORMATS, parse_spec
    from kpolicy.run.foreign import Imports
    from kpolicy.run.trees import find_tree

    found = parse_spec(spec)
    if found is None:
        raise UsageError(f"{spec!r} names no format", hint=f"write FORMAT:PATH with one of {', '.join(FORMATS)}")
    check_output(output, force=force)
    text = Imports(find_tree(tree, console.environment)).text(found)
    if len(text.encode("utf-8", "backslashreplace")) > POLICY_SIZE:
        console.note(f"larger than the {POLICY_SIZE >> 20} MiB of a policy file: use --policy {found} instead")
    deliver(console, text, output, force=force)
    return status.CLEAN


@command.command("init", short_help="Write a first policy file for a tree.")
@tree_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Write to FILE, - is standard output. [default: kpolicy.toml of the tree]",
)
@click.pass_obj
def init(console: Console, /, tree: str | None, output: str | None) -> int:
    """Write a commented policy file for the kernel tree, with its own configs as examples.

    The file is kpolicy.toml at the top of the tree, where every command finds it.  A file that exists is never
    overwritten.

    \b
    Examples:
      kpolicy policy init --tree ~/linux
      kpolicy policy init --tree ~/linux -o upstream.toml
    """
    import os

    from kpolicy.cli.writing import check_output, deliver, is_stream
    from kpolicy.kernel.config_files import config_files
    from kpolicy.kernel.version import read_version
    from kpolicy.policy.files.find import FILE_NAME
    from kpolicy.policy.files.writing import starter
    from kpolicy.run.trees import find_tree

    source = find_tree(tree, console.environment)
    if source is None:
        raise UsageError("the current directory is not a kernel source tree", hint="name one: --tree DIR")
    if source.revision is not None and output is None:
        raise UsageError("a revision cannot be written to", hint="name a file: -o FILE")
    path = None if output == "-" else os.path.join(source.root, FILE_NAME) if output is None else output
    if path is not None and os.path.lexists(path) and not is_stream(path):
        raise UsageError(f"{path} exists", hint="it is not overwritten; name another file with -o")
    check_output(path, force=False)
    text = starter(f"Linux {read_version(source)}", [file.path for file in config_files(source)])
    deliver(console, text, path, force=False)
    if path is not None:
        console.note(f"wrote {path}")
    return status.CLEAN
