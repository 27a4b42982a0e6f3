# SPDX-License-Identifier: GPL-2.0-or-later
"""The hunks of a unified diff with the fewest lines, as git writes them; those of difflib often have more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kpolicy.tuples import NamedTuple

_CONTEXT: Final = 3
_LONGEST_SECTION: Final = 80
_NAME: Final = re.compile(rb"[A-Za-z_$]")
"""How a line begins that git shows behind the numbers of a hunk."""
_NO_NEWLINE: Final = b"\\ No newline at end of file\n"


class _Change(NamedTuple):
    """Lines of one text, from 0, in place of lines of another."""

    old: range
    new: range


class Hunk(NamedTuple):
    """A hunk: the lines of the old file that it needs as they are, those of them that it removes, and its text."""

    needed: range
    removed: frozenset[int]
    text: bytes


def hunks(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    """The hunks between two contents of a file; lines count from 1."""
    old, new = _lines(before), _lines(after)
    groups: list[list[_Change]] = []
    for change in _changes(old, new):
        if groups and change.old.start - groups[-1][-1].old.stop <= 2 * _CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return tuple(_hunk(old, new, group) for group in groups)


def _lines(content: bytes) -> list[bytes]:
    """Lines as git has them: ended by a newline and by nothing else."""
    *ended, last = content.split(b"\n")
    return [line + b"\n" for line in ended] + ([last] if last else [])


def _changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Change]:
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    ends = len(old) - last, len(new) - last
    longest = _common(old[first : ends[0]], new[first : ends[1]])
    at, to = first, first
    while (at, to) != ends:
        start, goal = at, to
        while (at < ends[0] or to < ends[1]) and not (at < ends[0] and to < ends[1] and old[at] == new[to]):
            if at < ends[0] and (
                to == ends[1] or longest[at + 1 - first][to - first] >= longest[at - first][to + 1 - first]
            ):
                at += 1
            else:
                to += 1
        if (start, goal) != (at, to):
            yield _Change(range(start, at), range(goal, to))
        while at < ends[0] and to < ends[1] and old[at] == new[to]:
            at, to = at + 1, to + 1


def _common(old: Sequence[bytes], new: Sequence[bytes]) -> list[list[int]]:
    """The length of the longest common subsequence of the rests of two texts, by where these begin."""
    found = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at in range(len(old) - 1, -1, -1):
        row, below = found[at], found[at + 1]
        for to in range(len(new) - 1, -1, -1):
            row[to] = below[to + 1] + 1 if old[at] == new[to] else max(below[to], row[to + 1])
    return found


def _hunk(old: Sequence[bytes], new: Sequence[bytes], changes: Sequence[_Change]) -> Hunk:
    start = max(changes[0].old.start - _CONTEXT, 0)
    stop = min(changes[-1].old.stop + _CONTEXT, len(old))
    to = changes[0].new.start - (changes[0].old.start - start)
    text: list[bytes] = []
    at = start
    for change in changes:
        text += (b" " + line for line in old[at : change.old.start])
        text += (b"-" + old[number] for number in change.old)
        text += (b"+" + new[number] for number in change.new)
        at = change.old.stop
    text += (b" " + line for line in old[at:stop])
    count = stop - start + sum(len(change.new) - len(change.old) for change in changes)
    section = next((line for line in reversed(old[:start]) if _NAME.match(line)), b"")[:_LONGEST_SECTION].rstrip()
    head = f"@@ -{_numbers(start, stop - start)} +{_numbers(to, count)} @@{' ' if section else ''}".encode("ascii")
    body = b"".join(line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE for line in text)
    removed = frozenset(number + 1 for change in changes for number in change.old)
    return Hunk(range(start + 1, stop + 1), removed, head + section + b"\n" + body)


def _numbers(start: int, count: int) -> str:
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"
