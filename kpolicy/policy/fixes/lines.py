# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of one config file: what they make of its text, and of the config that it belongs to."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from kpolicy.config.model import Assignment, Config, UnreadLine
from kpolicy.config.read import parse_config
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.menus import menu_order
from kpolicy.kconfig.model import Model
from kpolicy.location import Location
from kpolicy.policy.edits import line_of


@dataclass(frozen=True, slots=True)
class Edit:
    """One edited line: `line` is its number, 0 for one that is added; `text` what it becomes, "" when it goes.

    `symbol` is the one that the edit is about, `was` the line as it is.
    """

    symbol: str
    line: int
    text: str
    was: str = ""

    def __str__(self) -> str:
        if not self.text:
            return f"remove {self.was}"
        return f"change {self.was} to {self.text}" if self.line else f"add {self.text}"


class Document:
    """The file of a config that is edited: the only one, or the last of a stack.

    Numbers of lines are always those of the file as it is.
    """

    def __init__(self, config: Config, path: str, content: bytes, model: Model) -> None:
        self.config = config
        self.path = path
        self.content = content
        self._model = model
        self._own = [item for item in config.assignments if item.location.path == path]
        self._others = [item for item in config.assignments if item.location.path != path]
        self._by_name: dict[str, list[Assignment]] = defaultdict(list)
        for item in self._own:
            self._by_name[item.name].append(item)
        unread = [item for item in config.unread if item.location.path == path]
        self._by_line: dict[int, Assignment | UnreadLine] = {item.location.line: item for item in self._own}
        self._by_line.update((item.location.line, item) for item in unread)

    def has(self, location: Location) -> bool:
        """Whether a line of the config, or one that is not read, is one of this file."""
        return location.path == self.path and location.line in self._by_line

    def put(self, name: str, value: str) -> Edit:
        """The edit that gives a symbol a value: of its last line, or a new one."""
        lines = self._by_name.get(name)
        text = line_of(name, value)
        return Edit(name, lines[-1].location.line, text, lines[-1].text) if lines else Edit(name, 0, text)

    def remove(self, name: str) -> Edit | None:
        """The edit that takes the last line of a symbol away; None where there is none."""
        lines = self._by_name.get(name)
        return self.cut(lines[-1].location.line) if lines else None

    def cut(self, line: int) -> Edit:
        """The edit that takes a line away."""
        item = self._by_line[line]
        return Edit(item.name, line, "", item.text)

    def instead(self, line: int, name: str, value: str) -> Edit:
        """The edit that puts a line for another symbol in the place of one."""
        return Edit(name, line, line_of(name, value), self._by_line[line].text)

    def touched(self, edit: Edit) -> tuple[str, ...]:
        """The symbols whose lines an edit changes: one line may give way to that of another symbol."""
        item = self._by_line.get(edit.line)
        return (edit.symbol,) if item is None or item.name == edit.symbol else (edit.symbol, item.name)

    def edited(self, edits: Iterable[Edit]) -> Config:
        """The config after some edits; every line keeps its number, new ones have numbers beyond the last."""
        changed = {edit.line: edit for edit in edits if edit.line}
        lines: list[tuple[int, int, Assignment]] = []
        for item in self._own:
            edit = changed.get(item.location.line)
            if edit is None:
                lines.append((item.location.line, 0, item))
            elif edit.text:
                lines.append((item.location.line, 0, _assignment(edit.text, item.location)))
        gone = {Location(self.path, line) for line in changed}
        unread = tuple(item for item in self.config.unread if item.location not in gone)
        corrected = (
            (item.location, changed[item.location.line]) for item in self.config.unread if item.location in gone
        )
        lines.extend((place.line, 0, _assignment(edit.text, place)) for place, edit in corrected if edit.text)
        last = self.content.count(b"\n") + 1
        for number, edit in enumerate((edit for edit in edits if not edit.line), 1):
            place = Location(self.path, last + number)
            lines.append((self._before(edit.symbol), number, _assignment(edit.text, place)))
        lines.sort(key=lambda entry: entry[:2])
        own = (item for _line, _number, item in lines)
        return replace(self.config, assignments=(*self._others, *own), unread=unread)

    def text(self, edits: Iterable[Edit]) -> bytes:
        """The content of the file after some edits; a new line ends as those around it do."""
        lines = self.content.split(b"\n")
        changed = {edit.line: edit for edit in edits if edit.line}
        added: dict[int, list[Edit]] = defaultdict(list)
        for edit in edits:
            if not edit.line:
                added[self._before(edit.symbol)].append(edit)
        return b"".join(self._edited_lines(lines, changed, added))

    def _edited_lines(
        self, lines: list[bytes], changed: Mapping[int, Edit], added: Mapping[int, list[Edit]]
    ) -> Iterator[bytes]:
        # What follows the last newline is a line only when there is something in it.
        ended = lines[-1] == b""
        count = len(lines) - 1 if ended else len(lines)
        end = b"\r\n" if b"\r\n" in self.content else b"\n"
        for number in range(count + 1):
            news = added.get(number, ())
            if number:
                edit, old = changed.get(number), lines[number - 1]
                newline = b"\n" if number < count or ended else end if news else b""
                tail = b"\r" if old.endswith(b"\r") and number < len(lines) else b""
                if edit is None:
                    yield old + newline
                elif edit.text:
                    yield _encoded(edit.text) + tail + newline
            for edit in news:
                yield _encoded(edit.text) + end

    def _before(self, name: str) -> int:
        """The line after which one for a symbol belongs: that of the symbol before it in the menus."""
        if not self._own:
            return self._last
        at = bisect_left(self._places, (self.order.get(name, 0), -1))
        if not at:
            return self._own[0].location.line - 1
        return self._own[self._places[at - 1][1]].location.line

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        """The places of the own lines in the menus, the first of these before others, and the numbers of the lines."""
        order = self.order
        return sorted((order[item.name], number) for number, item in enumerate(self._own) if item.name in order)

    @cached_property
    def _last(self) -> int:
        return self.content.count(b"\n") + (not self.content.endswith(b"\n") and bool(self.content))

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each symbol in the menus."""
        return menu_order(self._model)


def _assignment(text: str, place: Location) -> Assignment:
    parsed = parse_config(place.path, _encoded(text) + b"\n").assignments[0]
    return parsed._replace(location=place)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
