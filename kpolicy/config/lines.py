# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of a config: which of them conf reads, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kpolicy.config.header import Header
from kpolicy.config.model import PREFIX, Assignment, Config, Lines, UnreadLine
from kpolicy.location import Location
from kpolicy.patterns import lazy

_HEADER_LINES = 20
# Name and value, or the name of what is not set, or any other text: one match for each line.
_LINES = lazy(r"^(?:CONFIG_([A-Za-z0-9_-]+)=(.*)|# CONFIG_([^ \n]+) is not set$|(.*))", re.MULTILINE)
_SET = lazy(r"\nCONFIG_([A-Za-z0-9_-]+)=(.*)")
_UNSET = lazy(r"\n# CONFIG_([^ \n]+) is not set(?=\n)")


def parse_lines(name: str, content: bytes) -> Config:
    """The lines of a config that may have none."""
    # Only where a line ends is a \r no part of it.
    text = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    header = Header()
    for number, line in enumerate(text.split("\n", _HEADER_LINES)[: _HEADER_LINES - 1], 1):
        if line.startswith("#"):
            header.see(line, first=number == 1)
    written = _written(text)
    if written is None:
        assignments, remarks, unread = _one_by_one(name, text)
    else:
        assignments, remarks, unread = Lines(name, text, written), [], []
    arch, version = header.arch or header.title, header.release
    is_full = header.arch is not None
    return Config(name, assignments, is_full, arch, version, tuple(remarks), tuple(unread), header.maker)


def _written(text: str) -> dict[str, str] | None:
    """The values of a text in which each line is one that every conf reads, a comment without CONFIG_, or blank.

    None for any other text, and where a symbol has two lines.
    """
    framed = f"\n{text}" if text.endswith("\n") else f"\n{text}\n"
    # Counting and searching take a fraction of the time that a look at each line takes.
    found, unset = _SET.findall(framed), _UNSET.findall(framed)
    begun, commented = framed.count("\nCONFIG_"), framed.count("\n#")
    # Of several blank lines in a row some are not counted: a text with such is examined line by line.
    if len(found) != begun or begun + commented + framed.count("\n\n") != framed.count("\n") - 1:
        return None
    written = dict(found)
    written.update(dict.fromkeys(unset, "n"))
    if len(written) != len(found) + len(unset):
        return None
    more = framed.count(PREFIX) - len(written)
    # As in IKCONFIG_PROC.
    within = sum("\n".join(words).count(PREFIX) for words in (written, written.values())) if more else 0
    return written if more == within else None


def _one_by_one(name: str, text: str) -> tuple[Sequence[Assignment], list[tuple[Location, str]], list[UnreadLine]]:
    """The assignments of a text, what conf warns of, and the lines that it does not read."""
    odd_unset: list[Assignment] = []
    unread: list[UnreadLine] = []
    remarks: list[tuple[Location, str]] = []
    found = _LINES.findall(text)
    for number, other in [(number, other) for number, (_, _, _, other) in enumerate(found, 1) if other]:
        place, is_comment = Location(name, number), other[0] == "#"
        if is_comment and (odd := _odd_unset(other, place)) is not None:
            odd_unset.append(odd)
            continue
        if is_comment and PREFIX not in other:
            continue
        # Only here: most configs have no such line.
        from kpolicy.config.odd_lines import odd_line, unexpected

        if unexpected(other):
            remarks.append((place, f"unexpected data: {other}"))
        asking = odd_line(other, place)
        if asking is not None:
            unread.append(asking)
    names = [name or unset for name, _, unset, _ in found]
    values = ["n" if unset else value for _, value, unset, _ in found]
    written = dict(zip(names, values, strict=True))
    # What has no name is no assignment.
    written.pop("", None)
    lines: Sequence[Assignment] = Lines(name, text, written, [index for index, name in enumerate(names) if name])
    if odd_unset:
        lines = tuple(sorted((*lines, *odd_unset), key=lambda line: line.location))
    return lines, remarks, unread


def _odd_unset(text: str, place: Location) -> Assignment | None:
    """ "# CONFIG_X is not set" as conf before Linux 6.8 reads it: any character after the `#`, any text behind."""
    if not text.startswith(PREFIX, 2):
        return None
    symbol, space, rest = text[9:].partition(" ")
    if not space or not rest.startswith("is not set"):
        return None
    return Assignment(symbol, "n", place, text, loose=rest != "is not set", mark=text[1] != " ")
