# SPDX-License-Identifier: GPL-2.0-or-later
"""User values of the model that a full .config states by itself (`kpolicy.kconfig.stated`).

There every symbol has the type of its value and a prompt, so that its line always counts: all lines are entered at
once, and only texts are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from kpolicy.config.model import Assignment, Config, Lines
from kpolicy.evaluate.strings import unquote
from kpolicy.evaluate.user import LETTERS, UserValues, remarks, text_value
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import STRING, TYPE
from kpolicy.kconfig.stated import MODULES


def stated_user_values(model: Model, config: Config) -> UserValues | None:
    """What `user_values` gives for the model that a config states; None for lines that have to be looked at in turn."""
    lines, core = config.assignments, model.core
    if not (isinstance(lines, Lines) and lines.is_unique):
        return None
    user, names, written = UserValues(), model.names_by_node, lines.written
    # The model has all names in their order, but for one that is none or stands for a constant, and its own MODULES.
    is_same = len(written) == len(core.symbols) and MODULES in written
    nodes: Iterable[int | None] = core.symbols.values() if is_same else map(core.symbols.get, written)
    values: dict[Any, Any] = dict(zip(nodes, map(LETTERS.get, written.values()), strict=True))
    user.unknown = not is_same and None in values
    values.pop(None, None)
    for node in core.texts:
        # A number is one by its text.
        value = written[names[node]]
        text: str | None = value
        if core.records[node][TYPE] == STRING:
            text = unquote(value) if value.startswith('"') else None
            if text is None and (line := lines.last(names[node])) is not None:
                # Nor does it give a value here, but conf may warn of it.
                text = text_value(line, STRING, user)
        if text is None:
            del values[node]
        else:
            values[node] = text
    user.values, user.assignments = values, _Entered(lines, names, values)
    user.warnings += remarks(model.dialect, config)
    return user


class _Entered(Mapping[int, Assignment]):
    """The lines of some symbols by node, each a record when it is asked for."""

    def __init__(self, lines: Lines, names: Mapping[int, str], nodes: Collection[int]) -> None:
        self._lines = lines
        self._names = names
        self._nodes = nodes

    def __getitem__(self, node: int, /) -> Assignment:
        line: Assignment | None = self.get(node)
        if line is None:
            raise KeyError(node)
        return line

    def get(self, node: int, default: Any = None) -> Any:
        """As any mapping has it, without an error that is raised to be caught."""
        line = self._lines.last(self._names[node]) if node in self._nodes else None
        return default if line is None else line

    def __iter__(self) -> Iterator[int]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)
