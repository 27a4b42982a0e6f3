# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference of commands in Markdown: docs/commands.

Each command has a page.  What its help does not say is written by hand, in docs/commands.md: a page
links to the section of its command there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from docs.tools.manual.commands import Command
from kpolicy.report.text.markdown import anchor, block, code, link, prose, table, wrapped

MARKER = "<!-- Written by `make docs` from the help of the commands (kpolicy/cli): change that, not this. -->"
"""The second line of every page."""
_HEAD = ("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->", MARKER)
_CODE = re.compile(r"`([^`]+)`|(?<![\w-])(--?[A-Za-z][\w-]*)")


def command_pages(top: Command, by_hand: str) -> Mapping[str, str]:
    """All pages, by their names in the folder; `by_hand` is the text of docs/commands.md."""
    pages = {"README.md": _index(top)}
    pages |= {f"{command.words[1]}.md": _page(command, by_hand) for command in top.commands}
    return {name: "\n".join((*_HEAD, *lines)) + "\n" for name, lines in pages.items()}


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level; empty when there is none of that name."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1].strip("\n") if match else ""


def inline(text: str) -> str:
    """A text of a help as Markdown: options, and what stands in backticks, as code."""
    found, last = [], 0
    for match in _CODE.finditer(text):
        found += [_prose(text[last : match.start()]), code(match[1] or match[2])]
        last = match.end()
    return "".join([*found, _prose(text[last:])])


def _prose(text: str) -> str:
    """A piece of a sentence; unlike a whole one it keeps the blanks at its ends."""
    body = text.strip()
    if not body:
        return text
    start = text.index(body[0])
    return f"{text[:start]}{prose(body)}{text[start + len(body) :]}"


def _index(top: Command) -> Iterator[str]:
    yield from ("# Commands", "", f"{inline(top.text[0])} {link('What all of them share', '../commands.md')}.", "")
    yield from table(("command", "what it does"), [
        (link(code(command.name), f"{command.words[1]}.md{_part(command, group)}"), inline(command.title))
        for group in top.commands
        for command in (group.commands or (group,))
    ])  # fmt: skip
    yield from _body(top)


def _part(command: Command, group: Command) -> str:
    return "" if command is group else f"#{anchor(command.name)}"


def _page(command: Command, by_hand: str) -> Iterator[str]:
    yield from (f"# {command.name}", "")
    yield from _described(command)
    for below in command.commands:
        yield from ("", f"## {below.name}", "")
        yield from _described(below)
    if section(by_hand, command.name):
        yield from ("", f"More about it: {link(command.name, f'../commands.md#{anchor(command.name)}')}.")
    yield from ("", "[All commands](README.md)")


def _described(command: Command) -> Iterator[str]:
    first, *more = command.text
    yield from wrapped(inline(first))
    if not command.commands:
        yield from ("", *block(command.usage))
    for paragraph in more:
        yield from ("", *wrapped(inline(paragraph)))
    yield from _body(command)


def _body(command: Command) -> Iterator[str]:
    if command.examples:
        yield from ("", "**Examples:**", "", *block("\n".join(command.examples)))
    if command.options:
        yield from ("", "**Options:**", "")
        for option in command.options:
            yield from wrapped(f"- {code(option.form)}{f': {inline(option.text)}' if option.text else ''}", "  ", "")
