# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that `conf` does not read as they are written: `config/unreadable-line`.

A line that is no comment is always worth a finding: `conf` warns of most of them itself.  One that is
a comment to `conf` is worth one only where the kernel gets something else than it seems to ask for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.evaluate.strings import number, unquote
from kpolicy.evaluate.user import is_read
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.spelling import NUMBERS, corrected, tail
from kpolicy.policy.edits import line_of

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment, Config, UnreadLine
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.rules.rule import Severity

_EXACT_SINCE = "6.8"
"""The release whose conf reads "is not set" only as it writes it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One such line: remarks about it, and the line that `conf` would read, "" for none."""

    location: Location
    symbol: str
    got: str
    message: str
    severity: Severity
    better: str = ""


def unreadable_lines(values: Values) -> tuple[Unreadable, ...]:
    """The lines of a config that are not read as they are written, in the order of each file."""
    config = values.config
    if config is None:
        return ()
    found = [*_of_assignments(values, config), *_of_unread(values, config.unread)]
    files = {path: order for order, path in enumerate(dict.fromkeys(item.location.path for item in found))}
    return tuple(sorted(found, key=lambda item: (files[item.location.path], item.location.line)))


def _of_assignments(values: Values, config: Config) -> Iterator[Unreadable]:
    dialect = values.model.dialect
    for line in config.doubtful:
        if not (line.loose or line.mark):
            yield from _tail(values, line)
        elif is_read(line, dialect):
            text = f"since Linux {_EXACT_SINCE} conf treats this line as a comment: it is not exactly 'is not set'"
            yield Unreadable(line.location, line.name, "n", text, "note", line_of(line.name, "n"))
        else:
            from kpolicy.config.odd_lines import odd_line  # most configs have no such line

            odd = odd_line(line.text, line.location)
            if odd is not None:
                yield from _asking(values, odd, older=True)


def _of_unread(values: Values, unread: tuple[UnreadLine, ...]) -> Iterator[Unreadable]:
    """All that ask for something, and the first line of the others in each file."""
    if not unread:
        return
    from kpolicy.config.odd_lines import MARK  # most configs have no such line

    others: dict[str, list[UnreadLine]] = defaultdict(list)
    for line in unread:
        if not line.name and line.fault == MARK:
            text = (
                f"conf warns of this line and ignores it ({MARK}); it requests nothing: save the file without the mark"
            )
            yield Unreadable(line.location, "", "", text, "note")
            continue
        if not _asks(values, line):
            if not line.text.startswith("#"):
                others[line.location.path].append(line)
            continue
        yield from _asking(values, line)
    for lines in others.values():
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        text = f"conf ignores this line{more}: expected CONFIG_X=value or # CONFIG_X is not set"
        yield Unreadable(lines[0].location, "", "", text, "warning")


def _asks(values: Values, line: UnreadLine) -> bool:
    """Whether a line names a symbol, not only a word that looks like one."""
    from kpolicy.config.odd_lines import TEXT  # most configs have no such line

    prefixed = "CONFIG_" in line.text.upper()
    return bool(line.name) and line.fault != TEXT and (prefixed or values.model.is_defined(line.name))


def _asking(values: Values, line: UnreadLine, *, older: bool = False) -> Iterator[Unreadable]:
    """A line that seems to ask for a value; `older` kernels read it."""
    name, is_comment = line.name, line.text.startswith("#")
    got = values.result(name)
    kind = values.model.type_of(name)
    value = corrected(kind, line.value) if line.value else None
    holds = value is not None and _is_same(kind, value, got)
    if is_comment and (holds or not values.model.is_defined(name) or _is_a_result(values, line)):
        return
    does = "treats this line as a comment" if is_comment else "ignores this line"
    since = f"; read before Linux {_EXACT_SINCE}" if older else ""
    if value is None:
        becomes = f"CONFIG_{name} is {_shown(got)}"
    elif holds:
        becomes = f"CONFIG_{name} is {_shown(got)} anyway"
    else:
        becomes = f"CONFIG_{name}={value} requested, but it is {_shown(got)}"
    text = f"conf {does} ({line.fault}{since}): {becomes}"
    better = line_of(name, value) if value is not None else ""
    yield Unreadable(line.location, name, got, text, "note" if holds else "warning", better)


def _is_a_result(values: Values, line: UnreadLine) -> bool:
    """Whether a line of a full .config is about a symbol that is not settable."""
    config, symbol = values.config, values.model.symbol(line.name)
    return config is not None and config.is_full and symbol is not None and not symbol.prompts


def _is_same(kind: str, value: str, got: str) -> bool:
    if kind == "string":
        return (unquote(value) if value.startswith('"') else value) == got
    if kind in NUMBERS and got:
        base = 10 if kind == "int" else 16
        return number(value, base) == number(got, base)
    return value == got


def _shown(got: str) -> str:
    return got if got else "empty"


def _tail(values: Values, line: Assignment) -> Iterator[Unreadable]:
    """A value of which `conf` reads only the beginning."""
    kind = values.model.type_of(line.name)
    rest = tail(kind, line.value)
    if not rest.strip():
        return
    value = line.value[: len(line.value) - len(rest)]
    what = "the string" if kind == "string" else "the first letter"
    text = f"conf ignores what follows {what}, {rest.strip()!r}: it reads CONFIG_{line.name}={value}"
    yield Unreadable(line.location, line.name, values.result(line.name), text, "note", line_of(line.name, value))
