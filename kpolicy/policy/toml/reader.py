# SPDX-License-Identifier: GPL-2.0-or-later
"""Typed access to the keys of a TOML file, for everything that is written in TOML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeVar, cast

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.patterns import lazy
from kpolicy.policy.expressions.expression import Constant, Expression
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.toml.absence import Absence
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

NEVER: Final = Constant("n")
"""Stands for a condition that did not parse."""

_WORD = lazy(r"[A-Za-z0-9_.+-]+\Z")
Word = TypeVar("Word", bound=str)


class TableReader:
    """Typed access to the keys of a TOML file; what does not fit is noted and replaced."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file

    def known_keys(self, where: KeyPath, known: Sequence[str]) -> None:
        """Complain about keys that mean nothing."""
        for key in self.table(where):
            if key not in known:
                self.file.complain((*where, key), f"unknown key {key!r}", did_you_mean(key, known))

    def table(self, where: KeyPath) -> dict[str, object]:
        """The table at a path; an empty one where something else is."""
        found = self.value(where)
        return cast("dict[str, object]", found) if isinstance(found, dict) else {}

    def value(self, where: KeyPath) -> object:
        """The value at a path, None where there is none."""
        found: object = self.file.data
        for key in where:
            if isinstance(found, dict) and isinstance(key, str):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int):
                found = found[key]
            else:
                return None
        return found

    def string(self, where: KeyPath, *, required: bool = True, default: str = "") -> str:
        """A text; surrounding white space does not count."""
        found = self.value(where)
        if found is None:
            if required:
                self.file.complain(where[:-1], f"the key {where[-1]!r} is missing")
            return default
        if not isinstance(found, str):
            self.file.complain(where, f"{where[-1]!r} must be a text", value=True)
            return default
        if required and not found.strip():
            self.file.complain(where, f"{where[-1]!r} is empty", value=True)
        return found.strip()

    def word(self, where: KeyPath, choices: Sequence[Word]) -> Word:
        """One of some words."""
        found = self.string(where)
        for choice in choices:
            if choice == found:
                return choice
        if found:
            self.file.complain(where, f"{found!r} is not a valid {where[-1]}", did_you_mean(found, choices), value=True)
        return choices[0]

    def strings(self, where: KeyPath, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts."""
        found = self.value(where)
        if found is None:
            if required:
                self.file.complain(where[:-1], f"the key {where[-1]!r} is missing")
            return ()
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.file.complain(where, f"{where[-1]!r} must be a list of texts", value=True)
            return ()
        if required and not found:
            self.file.complain(where, f"{where[-1]!r} is empty", value=True)
        return tuple(found)

    def one_or_more(self, where: KeyPath, *, required: bool = False) -> tuple[str, ...]:
        """A text, or a list of texts; empty ones are left out."""
        found = self.value(where)
        if isinstance(found, str):
            return (self.string(where),) if found.strip() else self._empty(where)
        items = self.strings(where, required=required or found is not None)
        return tuple(item for item in items if item.strip()) or (self._empty(where) if items else ())

    def _empty(self, where: KeyPath) -> tuple[str, ...]:
        self.file.complain(where, f"{where[-1]!r} is empty", value=True)
        return ()

    def words(self, where: KeyPath, choices: Sequence[str]) -> tuple[str, ...]:
        """A list of some of the `choices`."""
        found = self.strings(where)
        for item in found:
            if item not in choices:
                hint = did_you_mean(item, choices)
                self.file.complain_at_item(where, item, f"unknown {str(where[-1]).rstrip('s')} {item!r}", hint)
        return found

    def condition(self, where: KeyPath, parameters: Mapping[str, str] | None = None) -> Expression:
        """A condition, in which `parameters` can be used; NEVER where it does not parse."""
        found = self.value(where)
        text = self.string(where)
        if not text or not isinstance(found, str):
            return NEVER
        try:
            return parse(found, parameters)
        except UsageError as error:
            self.file.complain_in_text(where, error.column or 1, error.message, error.hint)
            return NEVER

    def absent(self, where: KeyPath, mentioned: Collection[str]) -> tuple[Absence, ...]:
        """What a table of symbols says about trees that do not define them; `mentioned` are those of the conditions."""
        if not isinstance(self.value(where), dict | None):
            self.file.complain(where, f'{where[-1]!r} is a table: SYMBOL = "what it means that a tree lacks it"')
        for name in self.table(where):
            if mentioned and name not in mentioned:
                hint = did_you_mean(name, sorted(mentioned))
                self.file.complain((*where, name), f"no condition here mentions {name!r}", hint)
        return tuple(Absence(name, self.string((*where, name))) for name in self.table(where))

    def parameter_value(self, where: KeyPath) -> int | str:
        """A number or a word, the value of a parameter of a rule."""
        found = self.value(where)
        if found is None:
            self.file.complain(where[:-1], f"the key {where[-1]!r} is missing")
            return 0
        if isinstance(found, str) and _WORD.match(found):
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        self.file.complain(where, f"{where[-1]!r} must be a whole number or a word", value=True)
        return 0

    def count(self, where: KeyPath) -> int:
        """How many tables a `[[key]]` has; complains when it is something else."""
        found = self.value(where)
        if found is None:
            return 0
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.file.complain(where, f"{where[-1]!r} must be written as [[{where[-1]}]] tables")
            return 0
        return len(found)
