# SPDX-License-Identifier: GPL-2.0-or-later
"""The `[[require]]` tables of a policy file, and its `[flavours]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kpolicy.errors import InputError, did_you_mean
from kpolicy.kernel.version import KernelVersion
from kpolicy.patterns import lazy
from kpolicy.policy.expressions.expression import Expression
from kpolicy.policy.files.contradictions import Contradictions
from kpolicy.policy.files.globs import config_glob_fault
from kpolicy.policy.files.policy_file import IN_TREE, Fragment
from kpolicy.policy.files.requirement import (
    ARCHITECTURES,
    Requirement,
    Scope,
    as_number,
    config_value,
    in_words,
    release,
    release_text,
)
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.policy.toml.reader import TableReader
from kpolicy.policy.toml.toml_file import KeyPath

Flavours = Mapping[str, tuple[str, ...]]
"""The globs of configs that each flavour stands for."""

CONDITIONS: Final = ("value", "one_of", "contains", "at_least", "at_most")
SCOPE_KEYS: Final = ("architectures", "flavours", "configs", "since", "before", "when")
TABLE_KEYS: Final = (
    "symbol", "fragment", *CONDITIONS, "absent", "if_exists", *SCOPE_KEYS, "severity", "note", "owner",
)  # fmt: skip
_OF_SYMBOLS: Final = (*CONDITIONS, "absent", "if_exists")
_SYMBOL: Final = lazy(r"[A-Za-z0-9_]+\Z")
_NUMBER: Final = lazy(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\Z")
_QUOTED: Final = lazy(r'"(?:[^"\\]|\\.)*"\Z')
_EXAMPLE: Final = 'for example value = "y", one_of = ["y", "m"], contains = ["yama"], at_least = 32768, absent = true'


class RequireReader(TableReader):
    """Reads the requirements that stand in a policy file itself."""

    def flavours(self) -> Flavours:
        """The flavours that the file defines."""
        found = self.value(("flavours",))
        if found is not None and not isinstance(found, dict):
            self.file.complain(("flavours",), "'flavours' must be a table", 'for example [flavours]: "rt" = "*-rt"')
        return {name: self._globs(("flavours", name)) for name in self.table(("flavours",))}

    def tables(self, flavours: Flavours, *, complete: bool = True) -> Iterator[Requirement | Fragment]:
        """What each table requires; `flavours` are those of all files, if `complete`."""
        known = Contradictions()
        for number in range(self.count(("require",))):
            where = ("require", number)
            errors = len(self.file.errors)
            self.known_keys(where, TABLE_KEYS)
            scope = self._scope(where, flavours, complete=complete)
            table = self.table(where)
            severity = self._severity((*where, "severity"))
            note = self.string((*where, "note"), required="note" in table)
            owner = self.string((*where, "owner"), required="owner" in table)
            if "fragment" in table:
                for key in ("symbol", *_OF_SYMBOLS):
                    if key in table:
                        hint = "one table names a fragment, or a symbol"
                        self.file.complain((*where, key), f"{key!r} does not go with 'fragment'", hint)
                name = self.string((*where, "fragment"))
                location = self.file.location((*where, "fragment"))
                if name:
                    item = Fragment(name, location, scope, severity, note, owner)
                    yield from self.fragment((*where, "fragment"), item)
                continue
            symbol = self._symbol((*where, "symbol"))
            found = self._requirement(where, symbol, scope, severity, note, owner)
            if symbol and found is not None:
                if len(self.file.errors) == errors:
                    self._check(where, found, known.add(found))
                yield found

    def _check(self, where: KeyPath, item: Requirement, excluded: tuple[Requirement, str] | None) -> None:
        """Complain about a requirement that excludes an earlier one."""
        if excluded is None:
            return
        first, why = excluded
        table = self.table(where)
        key = next((key for key in CONDITIONS if key in table), "absent")
        message = f"{item.text} contradicts {first.text} on line {first.location.line}: {why}"
        self.file.complain((*where, key), message, value=True)

    def fragment(self, where: KeyPath, item: Fragment) -> Iterator[Fragment]:
        """The fragment that a key, or an item of its list, names; nothing where it is no path."""
        path = item.name.removeprefix(IN_TREE)
        if not path.strip() or "\0" in path:
            self.file.complain_at_item(where, item.name, f"{item.name!r} is not a fragment path")
        elif path != item.name and (path.startswith("/") or ".." in path.split("/")):
            self.file.complain_at_item(where, item.name, f"{path!r} is not a path in the tree")
        else:
            yield item

    def _requirement(
        self, where: KeyPath, symbol: str, scope: Scope, severity: Severity | None, note: str, owner: str
    ) -> Requirement | None:
        table = self.table(where)
        absent = self._flag((*where, "absent")) if "absent" in table else None
        if_exists = self._flag((*where, "if_exists"))
        stated = [key for key in CONDITIONS if key in table]
        if not stated and not absent:
            self.file.complain(where, f"nothing is required of {symbol or 'a symbol'}", _EXAMPLE)
            return None
        if len(stated) > 1 and stated != ["at_least", "at_most"]:
            hint = "only at_least and at_most go together; write one [[require]] table for each"
            self.file.complain((*where, stated[1]), f"{stated[1]!r} does not go with {stated[0]!r}", hint)
        values = self._values(where)
        contains = self.strings((*where, "contains")) if "contains" in table else ()
        low, is_hex = self._bound((*where, "at_least"))
        high, also_hex = self._bound((*where, "at_most"))
        if low is not None and high is not None and low > high:
            self.file.complain((*where, "at_most"), f"no number is from {low} to {high}", value=True)
        for item in contains:
            if not item.strip() or "," in item or "\n" in item:
                self.file.complain_at_item((*where, "contains"), item, f"{item!r} is not an item of a list")
        line, column = self.file.excerpt((*where, stated[0] if stated else "absent"))
        text = in_words(
            symbol,
            values=values,
            contains=contains,
            at_least=low,
            at_most=high,
            absent=absent is True,
            is_hex=is_hex or also_hex,
        )
        return Requirement(
            symbol,
            values,
            text,
            self.file.location((*where, "symbol")),
            contains=contains,
            at_least=low,
            at_most=high,
            absent=absent,
            if_exists=if_exists,
            scope=scope,
            severity=severity,
            note=note,
            owner=owner,
            line=line,
            column=column,
        )

    def _symbol(self, where: KeyPath) -> str:
        symbol = self.string(where)
        if symbol.startswith("CONFIG_"):
            hint = f"did you mean {symbol.removeprefix('CONFIG_')!r}?"
            self.file.complain(where, "symbols are written as in Kconfig files, without CONFIG_", hint, value=True)
        elif symbol and not _SYMBOL.match(symbol):
            self.file.complain(where, f"{symbol!r} is not a symbol", value=True)
        return symbol

    def _values(self, where: KeyPath) -> tuple[str, ...]:
        found = self.value((*where, "value"))
        if found is not None:
            return (self._one(where, found),)
        items = self.value((*where, "one_of"))
        if items is None:
            return ()
        if not isinstance(items, list) or not items:
            self.file.complain((*where, "one_of"), "'one_of' must be a list of values", 'for example ["y", "m"]')
            return ()
        return tuple(self._item(where, item) for item in items)

    def _one(self, where: KeyPath, found: object) -> str:
        key = (*where, "value")
        if isinstance(found, bool) or not isinstance(found, int | str):
            hint = 'for example "y", 4096, "0x1000", "a text"; "n" is for what is not set'
            self.file.complain(key, "'value' must be a text or a whole number", hint, value=True)
            return ""
        if isinstance(found, int):
            # 0x10 is what a hex symbol has, and 16 is not.
            raw = self.file.raw(key)
            return raw if _NUMBER.match(raw) else str(found)
        return self._text(key, found)

    def _item(self, where: KeyPath, item: object) -> str:
        if isinstance(item, bool) or not isinstance(item, int | str):
            self.file.complain((*where, "one_of"), "the items of 'one_of' must be texts or whole numbers", value=True)
            return ""
        return str(item) if isinstance(item, int) else self._text((*where, "one_of"), item)

    def _text(self, key: KeyPath, text: str) -> str:
        """A text as config lines have it: on one line, its quotes closed."""
        value = config_value(text)
        if "\n" in value or "\r" in value:
            self.file.complain(key, "no value of an option has more than one line", value=True)
        elif value.startswith('"') and not _QUOTED.match(value):
            self.file.complain(key, f"{value} is no text in double quotes", 'a quote inside is \\"', value=True)
        return value

    def _bound(self, where: KeyPath) -> tuple[int | None, bool]:
        """A number, and whether it is written in hexadecimal."""
        found = self.value(where)
        if found is None:
            return None, False
        if isinstance(found, int) and not isinstance(found, bool):
            return found, self.file.raw(where)[:2] in ("0x", "0X")
        is_hex = isinstance(found, str) and found[:2] in ("0x", "0X")
        number = as_number(found, is_hex=is_hex) if isinstance(found, str) else None
        if number is None:
            self.file.complain(
                where, f"{where[-1]!r} must be a whole number", "for example 32768, or 0x8000", value=True
            )
        return number, is_hex

    def _flag(self, where: KeyPath) -> bool:
        found = self.value(where)
        if found is not None and not isinstance(found, bool):
            self.file.complain(where, f"{where[-1]!r} must be true or false", value=True)
        return found is True

    def _severity(self, where: KeyPath) -> Severity | None:
        return None if self.value(where) is None else self.word(where, SEVERITIES)

    # The configs that it is for

    def _scope(self, where: KeyPath, flavours: Flavours, *, complete: bool) -> Scope:
        since, before = self._release((*where, "since")), self._release((*where, "before"))
        if since is not None and before is not None and not since < before:
            self.file.complain(
                (*where, "before"),
                f"no release is since {release_text(since)} and before {release_text(before)}",
                value=True,
            )
        rows = [self._globs((*where, "configs"))] if self.value((*where, "configs")) is not None else []
        if self.value((*where, "flavours")) is not None:
            rows.append(self._flavoured((*where, "flavours"), flavours, complete=complete))
        architectures = self._architectures((*where, "architectures"))
        return Scope(
            (architectures,) if architectures else (),
            since,
            before,
            tuple(row for row in rows if row),
            self._when((*where, "when")),
        )

    def _architectures(self, where: KeyPath) -> tuple[str, ...]:
        found = self.one_or_more(where) if self.value(where) is not None else ()
        for word in found:
            if word not in ARCHITECTURES:
                hint = did_you_mean(word, ARCHITECTURES) or "an ARCH word of make: arm64, x86, x86_64, i386, riscv"
                self.file.complain_at_item(where, word, f"unknown architecture {word!r}", hint)
        return found

    def _flavoured(self, where: KeyPath, flavours: Flavours, *, complete: bool) -> tuple[str, ...]:
        globs: list[str] = []
        for name in self.one_or_more(where):
            if name not in flavours and complete:
                hint = did_you_mean(name, flavours) or 'a flavour is defined in [flavours], for example "rt" = "*-rt"'
                self.file.complain_at_item(where, name, f"unknown flavour {name!r}", hint)
            globs += flavours.get(name, ())
        return tuple(globs)

    def _release(self, where: KeyPath) -> KernelVersion | None:
        found = self.value(where)
        if found is None:
            return None
        text = self.string(where)
        try:
            return release(text) if text else None
        except InputError as error:
            self.file.complain(where, error.message, error.hint, value=True)
            return None

    def _when(self, where: KeyPath) -> Expression | None:
        return self.condition(where) if self.value(where) is not None else None

    def _globs(self, where: KeyPath) -> tuple[str, ...]:
        globs = self.one_or_more(where)
        for glob in globs:
            fault = config_glob_fault(glob)
            if fault is not None:
                self.file.complain_at_item(where, glob, f"bad glob {glob!r}: {fault}")
        return globs
