# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of all commands with a report: which findings count, and how the text shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from kpolicy.cli import candidates
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from kpolicy.policy.judging.choice import Choice
    from kpolicy.policy.rules.rule import Severity
    from kpolicy.report.presentation import GroupBy, Presentation

Command = TypeVar("Command", bound=Callable[..., Any])
SEVERITIES: Final = ("error", "warning", "note")
GROUPINGS: Final = ("rule", "config", "cause")
COLORS: Final = ("auto", "always", "never")
_FORMS: Final = ("terse", "mail", "statistics", "group_by")
"""Ways to show the text of which there can be one."""
_OF_TEXT: Final = (*_FORMS, "full", "census")


def view_options(command: Command) -> Command:
    """--select, --ignore and --min-severity; --full, --group-by, --statistics, --color and -v."""
    options = (
        _selector("--select", "Report only findings of RULE (may be repeated): an id, a family, or a glob of either."
                  " A check that is off by default runs when its id is named."),
        _selector("--ignore", "Leave out findings of RULE (may be repeated)."),
        click.option("--min-severity", type=click.Choice(SEVERITIES), help="Leave out findings that are less severe."),
        click.option("--full", is_flag=True, help="List every finding by itself, also those with one cause; in an"
                     " audit with the census."),
        click.option("--group-by", type=click.Choice(GROUPINGS), help="Group the findings in the text."),
        click.option("--statistics", is_flag=True, help="Count the findings of each rule, in the text."),
        click.option("--color", type=click.Choice(COLORS), default="auto", show_default=True,
                     help="Color the text; auto: on a terminal, unless NO_COLOR is set."),
        click.option("-v", "--verbose", is_flag=True, help="Add causes and remedies of all findings, and each role."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def census_option(command: Command) -> Command:
    """--census: what is on in the configs."""
    return click.option("--census", is_flag=True, help="Add the census: which options are on in how many configs.")(
        command
    )


def chosen_findings(words: Mapping[str, object]) -> Choice:
    """Which findings count, from click's keywords."""
    from kpolicy.policy.judging.choice import Choice  # --help needs none of it

    return Choice(
        select=cast("tuple[str, ...]", words.get("select") or ()),
        ignore=cast("tuple[str, ...]", words.get("ignore") or ()),
        least=cast("Severity", words.get("min_severity") or "note"),
    )


def presentation(words: Mapping[str, object], *, has_text: bool) -> Presentation:
    """How the text is to look; raises UsageError for options that exclude each other, or need another format."""
    chosen = [name for name in _FORMS if words.get(name)]
    if len(chosen) > 1:
        names = " and ".join(f"--{name.replace('_', '-')}" for name in chosen[:2])
        raise UsageError(f"{names} exclude each other", hint="pass one of them")
    of_text = next((name for name in _OF_TEXT if words.get(name)), None)
    if of_text is not None and not has_text:
        raise UsageError(f"--{of_text.replace('_', '-')} needs the text format", hint="add -o text")
    from kpolicy.report.presentation import Presentation  # --help needs none of it

    return Presentation(
        details=bool(words.get("verbose")),
        verbose=bool(words.get("verbose")),
        terse=bool(words.get("terse")),
        mail=bool(words.get("mail")),
        full=bool(words.get("full")),
        statistics=bool(words.get("statistics")),
        group_by=cast("GroupBy | None", words.get("group_by")),
        census=bool(words.get("census")),
        failing=bool(words.get("quiet")),
    )


def _selector(name: str, text: str) -> Callable[[Command], Command]:
    return click.option(name, metavar="RULE", multiple=True, shell_complete=candidates.rules, help=text)
