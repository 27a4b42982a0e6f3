# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command line says of itself, as plain values."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from kpolicy.cli.app import _group

# So wide that click breaks no line; commands take these from the group.
_SETTINGS: Mapping[str, Any] = {**_group.context_settings, "terminal_width": 10_000, "max_content_width": 10_000}
_NOTES = re.compile(r"\s*\[([^][]*)\]\Z")


@dataclass(frozen=True, slots=True)
class Option:
    """An option: as it is written, and what it does."""

    form: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of commands, as its help tells of it.

    `words` are what it is called by, from `kpolicy` on.  `text` holds paragraphs, in which code stands
    in backticks; `examples` are lines, aligned as they are.
    """

    words: tuple[str, ...]
    usage: str
    text: tuple[str, ...]
    examples: tuple[str, ...]
    options: tuple[Option, ...]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        """What it is called: `kpolicy rules list`."""
        return " ".join(self.words)

    @property
    def title(self) -> str:
        """What it does, in a sentence without its stop."""
        return self.text[0].removesuffix(".")


def kpolicy_command() -> Command:
    """The whole command line."""
    return _command(_group, click.Context(_group, info_name="kpolicy", **_SETTINGS))


def _command(command: click.Command, context: click.Context) -> Command:
    text, examples = _parts(command.help or "")
    below: list[Command] = []
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            inner = click.Context(found, info_name=name, parent=context)
            below.append(_command(found, inner))
    return Command(
        tuple(context.command_path.split()),
        " ".join(command.get_usage(context).removeprefix("Usage: ").split()),
        tuple(text),
        tuple(examples),
        tuple(_options(command, context)),
        tuple(below),
    )


def _parts(text: str) -> tuple[list[str], list[str]]:
    """The paragraphs of a help text, and the lines of its examples."""
    paragraphs: list[str] = []
    examples: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if not paragraph.startswith("\b"):
            paragraphs.append(" ".join(paragraph.split()))
            continue
        head, *lines = paragraph.removeprefix("\b").strip("\n").split("\n")
        if head.strip() in ("Example:", "Examples:"):
            examples += [line.strip() for line in lines]
        else:
            paragraphs.append(" ".join([head.strip(), *(line.strip() for line in lines)]))
    return paragraphs, examples


def _options(command: click.Command, context: click.Context) -> Iterator[Option]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None:
            yield Option(record[0], _noted(" ".join(record[1].split())))


def _noted(text: str) -> str:
    """A help whose notes in brackets (defaults, ranges) stand at its end, in words."""
    notes: list[str] = []
    while match := _NOTES.search(text):
        notes.insert(0, re.sub(r"\Ax>=(\d+)\Z", r"at least \1", re.sub(r"\A(\d+)<=x<=(\d+)\Z", r"\1 to \2", match[1])))
        text = text[: match.start()]
    if not notes:
        return text
    return f"{text} ({'; '.join(notes)})" if text else "; ".join(notes)
