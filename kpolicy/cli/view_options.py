# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of all commands with a report: which findings count, and how the text shows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
_MORE: Final = ("full", "census", "verbose")
"""What can be added to the text."""


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
        click.option("-v", "--verbose", is_flag=True, help="Add causes and fixes of all findings, and each role."),
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


def presentation(words: Mapping[str, object], texts: Collection[str | None]) -> Presentation:
    """How the text is to look; `texts` are the files that get one, None for stdout.

    Raises UsageError for options that exclude each other, or need another format.
    """
    forms, more = ([name for name in names if words.get(name)] for names in (_FORMS, _MORE))
    _exclude(forms)
    if "mail" in forms:
        _exclude(["mail", *more])
    # A line a finding is what -q prints anyway; and a file gets all findings.
    if words.get("quiet") and texts and not any(texts):
        _exclude(["quiet", *(name for name in (*forms, *more) if name != "terse")])
    if (forms or more) and not texts:
        raise UsageError(f"{_option((forms or more)[0])} needs the text format", hint="add -o text")
    from kpolicy.report.presentation import Presentation  # --help needs none of it

    return Presentation(
        verbose=bool(words.get("verbose")),
        terse=bool(words.get("terse")),
        mail=bool(words.get("mail")),
        full=bool(words.get("full")),
        statistics=bool(words.get("statistics")),
        group_by=cast("GroupBy | None", words.get("group_by")),
        census=bool(words.get("census")),
        failing=bool(words.get("quiet")),
    )


def _exclude(names: Sequence[str]) -> None:
    if len(names) > 1:
        raise UsageError(f"{_option(names[0])} and {_option(names[1])} exclude each other", hint="pass one of them")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _selector(name: str, text: str) -> Callable[[Command], Command]:
    return click.option(name, metavar="RULE", multiple=True, shell_complete=candidates.rules, help=text)
