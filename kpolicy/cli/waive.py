# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy waive`: accept findings in the policy file."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import tree_option
from kpolicy.errors import InputError, UsageError
from kpolicy.location import Location

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@click.command("waive")
@click.argument("rule", shell_complete=candidates.rules)
@click.argument("config", shell_complete=candidates.configs)
@click.option("--owner", metavar="NAME", required=True, help="Who is responsible for the waiver.")
@click.option("--until", metavar="DATE", required=True, help="The last day of the waiver, YYYY-MM-DD.")
@click.option("--reason", metavar="TEXT", help="Why the findings are accepted. [default: accepted by NAME]")
@click.option("--symbol", metavar="SYMBOL", shell_complete=candidates.symbols, help="Waive only findings about SYMBOL.")
@click.option(
    "--policy", metavar="FILE", type=click.Path(), help="The policy file. [default: kpolicy.toml of the tree]"
)
@tree_option
@click.pass_obj
def command(
    console: Console,
    /,
    rule: str,
    config: str,
    owner: str,
    until: str,
    reason: str | None,
    symbol: str | None,
    policy: str | None,
    tree: str | None,
) -> int:
    """Add a waiver to the policy file: findings of RULE in CONFIG are accepted until a date.

    RULE is an id, a family, or a glob of either; CONFIG a config or a glob.  The waiver is added at the end of the
    nearest kpolicy.toml (--policy names another file); the rest of the file, comments too, stays as it is.

    \b
    Examples:
      kpolicy waive debug-vm/in-production arch/arm64/configs/defconfig --owner jane --until 2030-01-31
      kpolicy waive 'stale/*' '*_defconfig' --owner arm-soc --until 2030-06-30 --reason 'see the cleanup series'
    """
    from kpolicy.cli.setup import replace_file
    from kpolicy.policy.files.extends import policy_of_text
    from kpolicy.policy.files.find import find_policy
    from kpolicy.policy.files.globs import config_glob_fault
    from kpolicy.policy.files.vocabulary import check_selector
    from kpolicy.policy.files.writing import with_waiver
    from kpolicy.run.context import today
    from kpolicy.run.trees import find_tree

    if not owner.strip():
        raise UsageError("--owner must not be empty", hint="name who is responsible for the waiver")
    symbol = symbol.removeprefix("CONFIG_") if symbol is not None else None
    expires = _day(until)
    if expires < today():
        raise UsageError(f"--until {until}: the day is past", hint="a waiver is valid up to and including this day")
    fault = config_glob_fault(config)
    if fault is not None:
        raise UsageError(f"{config!r} is not a config: {fault}")
    path = Path(policy) if policy is not None else None
    if path is None:
        source = find_tree(tree, console.environment)
        path = find_policy(Path(source.root) if source is not None else Path())
    if path is None:
        raise UsageError(
            "there is no kpolicy.toml", hint="`kpolicy policy init` writes one; --policy names another file"
        )
    text = _text(path)
    edited = with_waiver(
        text,
        rule=rule,
        config=config,
        reason=reason or f"accepted by {owner}",
        owner=owner,
        expires=expires,
        symbol=symbol,
    )
    check_selector("RULE", rule, policy_of_text(str(path), text).vocabulary)
    # What does not read as a policy is not written.
    policy_of_text(str(path), edited)
    try:
        replace_file(str(path), edited.encode("utf-8"))
    except (OSError, ValueError) as error:
        reason_why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot write {path}: {reason_why}") from None
    console.payload(f"{path}: {rule} is waived in {config} until {expires} ({owner})\n")
    return status.CLEAN


def _day(text: str) -> dt.date:
    # fromisoformat takes 20300131 too.
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError(f"--until {text}: not a day", hint="write it as YYYY-MM-DD, for example 2030-01-31")
    return day


def _text(path: Path) -> str:
    from kpolicy.files import read_file

    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text: not a policy file", Location(str(path), 0)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"cannot read the policy file: {reason}", Location(str(path), 0)) from None
