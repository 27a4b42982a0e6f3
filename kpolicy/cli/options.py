# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kpolicy.cli import candidates
from kpolicy.cli.view_options import view_options
from kpolicy.report.formats import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])
THRESHOLDS = ("error", "warning", "note", "never")


def arch_option(*, multiple: bool = False) -> Callable[[Command], Command]:
    """--arch: the ARCH word (or words) of make."""
    text = (
        "Use only this architecture, an ARCH word as for make (may be repeated)."
        if multiple
        else "Use this architecture, an ARCH word as for make."
    )
    return click.option(
        "--arch",
        "archs" if multiple else "arch",
        metavar="ARCH",
        multiple=multiple,
        shell_complete=candidates.architectures,
        help=text,
    )


def tree_option(command: Command) -> Command:
    """--tree: the kernel source tree."""
    text = "Use this kernel source tree. [default: the current directory, if it is one]"
    return click.option("--tree", metavar="DIR", type=click.Path(), shell_complete=candidates.folders, help=text)(
        command
    )


def release_option(command: Command) -> Command:
    """--release: for a .config that is judged without a tree."""
    text = "Without a tree: state the kernel release of a full .config without one in its header (for example 6.12)."
    return click.option("--release", metavar="VERSION", help=text)(command)


def toolchain_options(command: Command, default: str = "dummy; for a full .config the recorded toolchain") -> Command:
    """--toolchain and --no-cache: what models are made from."""
    cache = click.option("--no-cache", is_flag=True, help="Do not use the cache.")
    words = click.option(
        "--toolchain",
        metavar="WORD",
        shell_complete=candidates.words("dummy", "gcc-", "clang-", "exec"),
        help="Toolchain to assume for $(cc-option) and other probes: dummy, gcc-VERSION or clang-VERSION (nothing is"
        " executed), or exec, which runs CC, LD, CROSS_COMPILE ... of the environment as make does."
        f" [default: {default}]",
    )
    return words(cache(command))


def report_options(command: Command) -> Command:
    """Those of `format_options` and `view_options`, and -q and -j."""
    return format_options(view_options(only_failing_option(_jobs_option(command))))


def format_options(command: Command) -> Command:
    """-o, --terse, --mail, --force and --fail-on: how a report comes out."""
    options = (
        click.option(
            "-o",
            "--output",
            "outputs",
            metavar="FORMAT[:PATH]",
            multiple=True,
            shell_complete=candidates.words(*FORMATS),
            help=f"Write the report in FORMAT to PATH, or to stdout (may be repeated): {', '.join(FORMATS)}."
            " [default: text]",
        ),
        click.option("--terse", is_flag=True, help="Print only one line per finding in the text."),
        click.option(
            "--mail", is_flag=True, help="Format the text for mails: 75 columns, ASCII, findings grouped by rule."
        ),
        click.option("--force", is_flag=True, help="Overwrite existing files with -o."),
        click.option(
            "--fail-on",
            type=click.Choice(THRESHOLDS),
            help="Exit with status 1 on findings of this severity or higher."
            " [default: that of the policy, else warning]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def run_options(command: Command) -> Command:
    """-q and -j."""
    return quiet_option(_jobs_option(command))


def _jobs_option(command: Command) -> Command:
    text = "Use this many processes. [default: one per processor]"
    return click.option("-j", "--jobs", type=click.IntRange(min=1), help=text)(command)


def scheduler_option(command: Command) -> Command:
    """--scheduler: a cluster instead of processes."""
    text = (
        "Have the work done by the workers of the Dask scheduler at ADDRESS (for example tcp://10.0.0.1:8786)."
        " Needs kpolicy[dask]."
    )
    return click.option("--scheduler", metavar="ADDRESS", help=text)(command)


def only_failing_option(command: Command) -> Command:
    """-q of commands with a report."""
    text = "Print nothing on stdout but the findings that fail the run, a line each."
    return click.option("-q", "--quiet", is_flag=True, help=text)(command)


def quiet_option(command: Command) -> Command:
    """-q."""
    text = "Suppress warnings, notes and progress."
    return click.option("-q", "--quiet", is_flag=True, help=text)(command)


def policy_options(command: Command) -> Command:
    """--policy and --require: what configs are checked against."""
    options = (
        click.option(
            "--policy",
            metavar="POLICY",
            shell_complete=candidates.policies,
            help="Use this policy file, a shipped one (production, debug, fuzzing, hardening, kspp, upstream), or one"
            " of another tool, FORMAT:PATH@SECTION (see kpolicy policy import)."
            " [default: the nearest kpolicy.toml, from the config or tree up to the top of its git work tree]",
        ),
        click.option(
            "--require",
            metavar="FRAGMENT",
            multiple=True,
            shell_complete=candidates.fragments,
            help="Require every line of this config fragment, a file or a path in the tree, or a policy of another tool"
            " (may be repeated).",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def acceptance_options(command: Command) -> Command:
    """--no-waivers and --baseline: which findings are accepted."""
    waivers = click.option("--no-waivers", is_flag=True, help="Show waived findings.")
    baseline = click.option(
        "--baseline", metavar="FILE", type=click.Path(), help="Report only findings that are not in FILE."
    )
    return waivers(baseline(command))


def since_option(command: Command) -> Command:
    """--since: findings that the tree had before."""
    text = "Report only findings that the tree does not have at REV of its git repository."
    return click.option("--since", metavar="REV", help=text)(command)


def _file(context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    """The path that -o names; a format is taken for a slip where another option chooses it."""
    forms = next((item.type for item in context.command.params if "--format" in item.opts), None)
    if isinstance(forms, click.Choice) and path in forms.choices:
        raise click.BadParameter(
            f"{path} is a format: pass --format {path}, or -o ./{path} for a file.", context, option
        )
    return None if path == "-" else path


def output_options(command: Command) -> Command:
    """-o and --force: where the payload goes."""
    force = click.option("--force", is_flag=True, help="Overwrite an existing file with -o.")
    output = click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        callback=_file,
        help="Write the result to FILE. [default: -, standard output]",
    )
    return output(force(command))
