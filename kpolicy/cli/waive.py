# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy waive`: accept findings in the policy file."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import tree_option
from kpolicy.errors import UsageError
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
    nearest kpolicy.toml (--policy names another file); the rest of the file, comments too, stays as it is.  A waiver
    that the policy has already is not added again.

    \b
    Examples:
      kpolicy waive debug-vm/in-production arch/arm64/configs/defconfig --owner jane --until 2030-01-31
      kpolicy waive 'stale/*' '*_defconfig' --owner arm-soc --until 2030-06-30 --reason 'see the cleanup series'
    """
    from kpolicy.cli.writing import deliver
    from kpolicy.policy.files.extends import policy_of_text, policy_text
    from kpolicy.policy.files.find import find_policy
    from kpolicy.policy.files.globs import config_glob_fault
    from kpolicy.policy.files.policy_file import Waiver
    from kpolicy.policy.files.vocabulary import check_selector
    from kpolicy.policy.files.writing import check_with_waiver, waived_already, with_waiver
    from kpolicy.run.context import today
    from kpolicy.run.editable import check_is_editable
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
    found = policy
    config = _of_tree(config)
    if found is None:
        source = find_tree(tree, console.environment)
        found = find_policy(source.root if source is not None else "")
    if found is None:
        raise UsageError(
            "there is no kpolicy.toml", hint="`kpolicy policy init` writes one; --policy names another file"
        )
    path = Path(found)
    if policy is not None and not os.path.lexists(policy):
        raise _no_file(policy)
    if path.exists():
        check_is_editable(str(path))
    text = policy_text(path, str(path))
    standing = policy_of_text(str(path), text)
    check_selector("RULE", rule, standing.vocabulary)
    waiver = Waiver(
        rule=standing.vocabulary.canonical(rule),
        config=config,
        symbol=symbol or "",
        reason=reason or f"accepted by {owner}",
        owner=owner,
        expires=expires,
        location=Location(str(path), 0),
    )
    known = waived_already(standing, waiver)
    if known is not None:
        console.say(f"{known.location}: {rule} is already waived in {config} until {expires} ({owner})")
        return status.CLEAN
    edited = with_waiver(text, waiver)
    check_with_waiver(str(path), text, edited)
    deliver(console, edited, str(path), force=True)
    console.say(f"{path}: {rule} is waived in {config} until {expires} ({owner})")
    return status.CLEAN


def _no_file(policy: str) -> UsageError:
    from kpolicy.policy.files.shipped import SHIPPED

    hint = "`kpolicy policy init -o FILE` writes one"
    if policy in SHIPPED:
        hint = f'{policy} is a policy of kpolicy: name a file that has `extends = ["{policy}"]`'
    return UsageError("a waiver is added to a file, and there is none of that name", Location(policy, 0), hint=hint)


def _of_tree(config: str) -> str:
    """A config of a tree as findings have it: by its path in the tree, which is matched from the right."""
    path = os.path.realpath(config) if os.path.isabs(config) and os.path.isfile(config) else ""
    for start in ("/arch/", "/kernel/configs/"):
        _, found, rest = path.rpartition(start)
        if found and "/configs/" in found + rest:
            return (found + rest).lstrip("/")
    return config


def _day(text: str) -> dt.date:
    # fromisoformat takes 20300131 too.
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError(f"--until {text}: not a day", hint="write it as YYYY-MM-DD, for example 2030-01-31")
    return day
