# SPDX-License-Identifier: GPL-2.0-or-later
"""The command group, and what becomes of every way in which a command can end."""

from __future__ import annotations

import errno
import importlib
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from kpolicy import __version__
from kpolicy.bounds import failure
from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console, NoReaderError
from kpolicy.errors import InputError, KpolicyError, UsageError, printable
from kpolicy.run.endings import EndedError, ended_by_signals

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Command -> what it does.  The module of a command has its name, and is imported only when it is used.
_COMMANDS = {
    "audit": "Audit every defconfig of a kernel tree.",
    "baseline": "Maintain a baseline of known findings.",
    "cache": "Show or remove cached data.",
    "chain": "Show what selects a symbol, and what it selects.",
    "check": "Check single configs.",
    "checkpatch": "Check a patch without applying it.",
    "completion": "Print a shell completion script.",
    "cost": "Show what the debug options of a config cost.",
    "diff": "Compare configs or trees, with causes.",
    "expand": "Write the .config that conf would write.",
    "explain": "Explain the value of a symbol.",
    "fix": "Find the fewest edits that clear findings.",
    "history": "Show how debug options and findings change over releases.",
    "kconfig": "Check the Kconfig files and fragments of a tree.",
    "policy": "Show the effective policy, or create a policy file.",
    "prove": "Prove conditions over all configurations.",
    "report": "Render a saved result in other formats.",
    "role": "Show the role of a kernel, and why.",
    "rules": "List, show and test the rules.",
    "upgrade": "Show what another kernel makes of a config.",
    "waive": "Accept findings in the policy file.",
}

_HELP = """\
Audit the debug configuration of Linux kernels.

\b
Examples:
  kpolicy audit ~/linux                      every defconfig of a tree
  kpolicy check .config                      one kernel, without its source
  kpolicy check --tree ~/linux --arch arm64 defconfig+debug.config
  git show | kpolicy checkpatch              new findings of a patch
  kpolicy cost .config --ram 16G             cost of its debug options
  kpolicy expand --tree ~/linux --arch x86 x86_64_defconfig -o .config
  kpolicy explain KASAN --tree ~/linux --config x86_64_defconfig
  kpolicy chain --tree ~/linux KASAN         what it selects, and what selects it
  kpolicy diff v6.11 v6.12                   changed values, with causes
  kpolicy fix --tree ~/linux .config         the fewest edits that clear findings
  kpolicy history v6.1 v6.6 v6.12            debug options and findings over releases
  kpolicy prove ~/linux 'KASAN -> STACKDEPOT' in every configuration
  kpolicy report audit.json -o sarif:a.sarif a saved result in other formats
  kpolicy rules show kmemleak/...            one rule in full
  kpolicy upgrade .config --to ~/linux       what a new kernel makes of a config

\b
Exit status: 0 clean, 1 findings at or above --fail-on, 2 wrong usage,
3 input that could not be analysed (the rest still is) or an internal error.
"""


# Options of some commands, and what means the same in others: the parameter, its option and value.
_INSTEAD = {
    "--format": ("outputs", "-o", "FORMAT"),
    "--rule": ("select", "--select", "RULE"),
    "--select": ("selectors", "--rule", "RULE"),
}


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; words that are near it are offered for one that is unknown."""
        if cmd_name not in _COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(cmd_name, _COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"No such command '{cmd_name}'.{hint}", ctx)
        command: click.Command = importlib.import_module(f"kpolicy.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """What each command does, from the table: the commands themselves take a while to import."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands by name only: their help would need an import."""
        from click.shell_completion import CompletionItem  # most runs complete nothing

        names = [CompletionItem(name) for name in _COMMANDS if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


@click.command("kpolicy", cls=_Commands, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="kpolicy %(version)s")
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(),
    shell_complete=candidates.folders,
    help="Change to DIR first, as make -C does.",
)
def _group(folder: str | None) -> None:
    if folder is not None:
        try:
            os.chdir(folder)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"cannot work in {folder}: {reason}") from None


def run(arguments: list[str], console: Console | None = None) -> int:
    """Run a command line; returns the exit status and raises nothing."""
    console = console or Console()
    before = _here()
    try:
        with ended_by_signals():
            return _guarded(arguments or ["--help"], console)
    except NoReaderError:
        _forget(console)
        return status.NO_READER
    except EndedError as error:
        # The terminal may be what went away.
        with suppress(NoReaderError):
            console.clear_progress()
        return status.ended_by(error.number)
    finally:
        # Only after -C: nothing says that this process could go to where it is.
        if before is not None and _here() != before:
            with suppress(OSError):
                os.chdir(before)


def _here() -> str | None:
    """The current directory, to come back to it after -C; None when it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _in_words(error: click.ClickException) -> str:
    """What is wrong; for an option of other commands what this one has in its place."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        here = {parameter.name: parameter.opts for parameter in error.ctx.command.params}
        name, option, metavar = _INSTEAD.get(error.option_name, ("", "", ""))
        if option in here.get(name, ()):
            return f"No such option '{error.option_name}'. Did you mean '{option} {metavar}'?"
    return error.format_message()


def _in_words_of_the_system(error: OSError) -> InputError:
    """An error that nobody foresaw: help is written by click; and a disk, a pipe or a limit may fail at any time."""
    if error.errno == errno.ENOENT and _here() is None:
        return InputError("the current directory does not exist any more", hint="change to another one")
    what = "cannot write the output" if error.errno in _FULL else "cannot read or write"
    if isinstance(error.filename, str | bytes):
        what = os.fsdecode(error.filename)
    return InputError(f"{what}: {error.strerror or error}")


def _guarded(arguments: list[str], console: Console) -> int:
    try:
        return _run(arguments, console)
    except click.exceptions.NoArgsIsHelpError as error:
        # A group without a subcommand: the error is the help.
        console.diagnostic(error.format_message())
        return status.USAGE
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        command = context.command_path if context else "kpolicy"
        console.diagnostic(f"error: {printable(_in_words(error))}\n  try: {command} --help")
        return status.USAGE
    except KpolicyError as error:
        console.error(error)
        return error.exit_status
    except (click.Abort, KeyboardInterrupt):
        console.clear_progress()
        return status.ended_by(signal.SIGINT)
    except (NoReaderError, BrokenPipeError):
        raise NoReaderError from None
    except (RecursionError, MemoryError) as error:
        console.error(failure(error, "the input"))
        return status.FAILURE
    except OSError as error:
        console.error(_in_words_of_the_system(error))
        return status.FAILURE
    except Exception as error:  # noqa: BLE001 - the last resort: status 3 instead of Python's 1
        if console.environment.get("KPOLICY_TRACEBACK"):
            import traceback

            console.diagnostic(traceback.format_exc().rstrip())
        console.diagnostic(
            f"error: internal error: {type(error).__name__}: {error}\n"
            "  this is a bug in kpolicy; KPOLICY_TRACEBACK=1 shows where it is"
        )
        return status.FAILURE


def _run(arguments: list[str], console: Console) -> int:
    try:
        # Click turns what its commands return into this value.
        result = _group.main(arguments, prog_name="kpolicy", standalone_mode=False, obj=console)
    except click.exceptions.Exit as error:
        return error.exit_code
    except SystemExit:
        # Click's answer to a closed pipe while it shows help.
        raise NoReaderError from None
    return result if isinstance(result, int) else status.CLEAN


def _forget(console: Console) -> None:
    """Point the streams at nothing, so that Python does not complain when it flushes them at its end."""
    for stream in (console.stdout, console.stderr):
        try:
            descriptor = stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
        except (OSError, ValueError):
            continue
