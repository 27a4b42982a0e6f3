# SPDX-License-Identifier: GPL-2.0-or-later
"""The man pages: kpolicy(1), and one for each command, as git has them.

What the help says comes from the commands, the rest from docs/commands.md and docs/values.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docs.tools.manual import roff
from docs.tools.manual.commands import Command, Option
from docs.tools.manual.pages import inline, section
from kpolicy import __version__

# A man page has a date, and the same sources have to make the same page: it is changed with the version.
_DATE = "2026-11-21"
_COMMENT = (
    '.\\" SPDX-License-Identifier: GPL-2.0-or-later',
    '.\\" Written by `make docs` from the help of the commands and docs/commands.md:',
    '.\\" change those, not this.',
)
_SHARED = ("Exit statuses", "The toolchain", "The cache", "Output files", "Environment")


@dataclass(frozen=True, slots=True)
class Texts:
    """Pages that are written by hand, and what of them stands in man pages too."""

    commands: str
    values: str


def man_pages(top: Command, texts: Texts) -> Mapping[str, str]:
    """All man pages, by the names of their files."""
    pages = {"kpolicy.1": _top(top, texts)}
    pages |= {f"{_name(command)}.1": _command(command, top, texts) for command in top.commands}
    return {name: roff.page(lines) for name, lines in pages.items()}


def _top(top: Command, texts: Texts) -> Iterator[str]:
    yield from _head(top)
    yield from (".SH DESCRIPTION",)
    yield from roff.markdown("\n\n".join([inline(paragraph) for paragraph in top.text[:1]]))
    yield from roff.markdown(texts.commands.partition("\n## ")[0].partition("\n")[2])
    yield from (".SH COMMANDS",)
    for command in top.commands:
        yield from (".TP", f"{roff.bold(_name(command))}(1)", roff.inline(inline(command.title)) + ".")
    yield from (".SH OPTIONS", *_options(top.options))
    yield from (".SH EXAMPLES", *roff.example(top.examples))
    for heading in _SHARED:
        text = section(texts.commands, heading)
        assert text, f"docs/commands.md has no section '{heading}'"
        yield from (f".SH {_heading(heading)}", *roff.markdown(text))
    bugs = section(texts.values, "Bugs in conf")
    assert bugs, "docs/values.md has lost a section"
    yield from (".SH BUGS", "Known bugs of the kernel's", f"{roff.bold('conf')}:", *roff.markdown(bugs))
    yield from _see_also(top, None)


def _heading(heading: str) -> str:
    """As man pages call it."""
    return {"Exit statuses": "EXIT STATUS", "The cache": "FILES"}.get(heading, heading.removeprefix("The ").upper())


def _command(command: Command, top: Command, texts: Texts) -> Iterator[str]:
    yield from _head(command)
    yield ".SH DESCRIPTION"
    if not command.commands:
        yield from _paragraphs(command)
        yield from _tail(command, ".SH")
    else:
        yield roff.inline(inline(command.text[0]))
        for below in command.commands:
            yield f".SS {roff.bold(below.name)}"
            yield from _paragraphs(below)
            yield from _tail(below, ".PP")
    notes = section(texts.commands, command.name)
    if notes:
        yield from (".SH NOTES", *roff.markdown(notes))
    yield from (".SH EXIT STATUS", "As", f"{roff.bold('kpolicy')}(1) tells, for every command.")
    yield from _see_also(top, command)


def _head(command: Command) -> Iterator[str]:
    name = _name(command)
    yield from _COMMENT
    yield f'.TH {roff.literal(name.upper())} 1 {_DATE} "kpolicy {__version__}" "kpolicy manual"'
    yield ".SH NAME"
    title = roff.inline(inline(command.title))
    yield f"{roff.literal(name)} \\- {title[0].lower()}{title[1:]}"
    yield ".SH SYNOPSIS"
    for number, shown in enumerate(command.commands if len(command.words) > 1 and command.commands else (command,)):
        if number:
            yield ".br"
        yield f"{roff.bold(shown.name)} {roff.literal(shown.usage.removeprefix(shown.name).strip())}".rstrip()


def _paragraphs(command: Command) -> Iterator[str]:
    for paragraph in command.text:
        yield from (".PP", roff.inline(inline(paragraph)))


def _tail(command: Command, macro: str) -> Iterator[str]:
    """Options and examples; in a page of several commands without headings of their own."""
    if command.options:
        if macro == ".SH":
            yield ".SH OPTIONS"
        yield from _options(command.options)
    if command.examples:
        if macro == ".SH":
            yield ".SH EXAMPLES"
        yield from roff.example(command.examples)


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        yield from (".TP", roff.bold(option.form))
        yield roff.inline(inline(option.text)) if option.text else "\\&"


def _see_also(top: Command, here: Command | None) -> Iterator[str]:
    names = [_name(command) for command in (top, *top.commands) if command is not here]
    if here is None:
        names.remove("kpolicy")
    yield ".SH SEE ALSO"
    *before, last = [f".BR {roff.literal(name)} (1)" for name in names]
    yield from (f"{line}," for line in before)
    yield last


def _name(command: Command) -> str:
    return "-".join(command.words)
