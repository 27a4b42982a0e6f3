# SPDX-License-Identifier: GPL-2.0-or-later
"""postmarketOS: kconfigcheck.toml of pmaports, as `pmbootstrap kconfig check` reads it.

A table is named by the categories that have to be checked for it (all of them), the range of releases, and the
architectures.  y and m are met by either, with a preference; a list by a string with all of its items between commas; a
text by that text (pmb/parse/kconfig.py and kconfigcheck.py of pmbootstrap).  A section names categories or aliases,
`community,selinux`; `default` is always checked.  Bounds are compared as apk compares versions: `<7.0` includes the
release candidates of 7.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kpolicy.errors import InputError, UsageError, did_you_mean
from kpolicy.kernel.version import KernelVersion
from kpolicy.policy.files.requirement import Requirement, Scope, config_text, config_value
from kpolicy.policy.foreign.policy import Files, Foreign, Text, exact, finish, unknown_section
from kpolicy.policy.toml.toml_file import FileErrors, KeyPath, TomlFile

ARCHITECTURES: Final = {
    "aarch64": "arm64",
    "armhf": "arm",
    "armv7": "arm",
    "loongarch64": "loongarch",
    "mips64": "mips",
    "mips": "mips",
    # Alpine has no other powerpc, and no riscv and s390 of 32 bits.
    "ppc64le": "powerpc",
    "riscv64": "riscv",
    "s390x": "s390",
    "x86": "i386",
    "x86_64": "x86_64",
}
"""The architectures of Alpine, and the ARCH words of make for them."""

_CATEGORY: Final = "category:"
_ALWAYS: Final = "default"
_SYMBOL: Final = re.compile(r"[A-Za-z0-9_]+\Z")
_BOUND: Final = re.compile(r"(>=|<)(\d{1,6}(?:\.\d{1,6}){0,2}(?:_rc\d{1,6})?)\Z")
_COMMENT: Final = re.compile(r"#\s*(.*)")


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of some categories."""
    text = files.text(path)
    try:
        file = TomlFile(path, text.text)
    except UsageError as error:
        raise FileErrors([error]) from None
    reader = _Reader(text, file)
    wanted = reader.wanted([word for word in section.split(",") if word])
    requirements = tuple(reader.requirements(wanted))
    text.errors += file.errors
    finish([text])
    return Foreign(requirements)


class _Reader:
    """Reads one file; what is wrong is noted at its line, in whatever category it is."""

    def __init__(self, text: Text, file: TomlFile) -> None:
        self.text = text
        self.file = file
        self.keys = [key for key in file.data if key != "aliases"]

    def wanted(self, words: Sequence[str]) -> set[str]:
        """The categories that some words name, and the one that is always checked; raises UsageError."""
        aliases = self._aliases()
        known = sorted({*aliases, *(name for key in self.keys for name in _categories(key))})
        found = {_ALWAYS}
        if self.file.errors:
            raise FileErrors(self.file.errors)
        for word in words:
            if word not in known:
                unknown_section(self.text.path, "category", word, known)
            found.update(aliases.get(word, (word,)))
        return found

    def _aliases(self) -> dict[str, tuple[str, ...]]:
        table = self.file.data.get("aliases")
        if table is None:
            self.file.complain((), "the table [aliases] is missing", "is this the kconfigcheck.toml of pmaports?")
            return {}
        if not isinstance(table, dict):
            self.file.complain(("aliases",), "'aliases' must be a table")
            return {}
        return {name: self._alias(name, found) for name, found in table.items()}

    def _alias(self, name: str, found: object) -> tuple[str, ...]:
        where = ("aliases", name)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.file.complain(where, f"{name!r} must be a list of categories", value=True)
            return ()
        known = {category for key in self.keys for category in _categories(key)}
        for item in found:
            if not item.startswith(_CATEGORY):
                self.file.complain_at_item(where, item, f"{item!r} does not begin with {_CATEGORY!r}")
            elif item.removeprefix(_CATEGORY) not in known:
                hint = did_you_mean(item, [f"{_CATEGORY}{category}" for category in sorted(known)])
                self.file.complain_at_item(where, item, f"no category {item!r}", hint)
        return tuple(item.removeprefix(_CATEGORY) for item in found)

    def requirements(self, wanted: set[str]) -> Iterator[Requirement]:
        """What is required; tables of other categories are read for errors only."""
        for key in self.keys:
            categories = _categories(key)
            if not categories or not all(word.startswith(_CATEGORY) for word in key.split()):
                hint = '["category:NAME".">=4.0.0"."all"]'
                self.file.complain((key,), f"{key!r} is not a category", hint)
                continue
            chosen = wanted.issuperset(categories)
            for where, releases in self._tables((key,), 'a table by release, ">=4.0.0"'):
                since, before = self._releases(where, releases)
                for below, words in self._tables(where, 'a table by architecture, "all"'):
                    scope = Scope(self._architectures(below, words), since, before)
                    found = self._options(below, scope)
                    if chosen:
                        yield from found
                    else:
                        # For its errors.
                        _exhaust(found)

    def _tables(self, where: KeyPath, what: str) -> Iterator[tuple[KeyPath, str]]:
        found = self._at(where)
        if not isinstance(found, dict):
            self.file.complain(where, f"{where[-1]!r} must be {what}")
            return
        for key in found:
            yield (*where, key), key

    def _at(self, where: KeyPath) -> object:
        found: object = self.file.data
        for key in where:
            found = found[key] if isinstance(found, dict) else None
        return found

    def _releases(self, where: KeyPath, words: str) -> tuple[KernelVersion | None, KernelVersion | None]:
        since: KernelVersion | None = None
        before: KernelVersion | None = None
        for word in words.split(" "):
            match = _BOUND.match(word)
            if match is None:
                hint = "bounds are >=6.1.0 and <6.18_rc1, separated by one blank"
                self.file.complain_at_item(where, words, f"{word!r} is not a bound of releases", hint)
                continue
            try:
                release = exact(_padded(match.group(2)))
            except InputError as error:
                self.file.complain_at_item(where, words, error.message)
                continue
            if match.group(1) == ">=" and release > exact("0.0.0"):
                since = release if since is None else max(since, release)
            elif match.group(1) == "<":
                before = release if before is None else min(before, release)
        return since, before

    def _architectures(self, where: KeyPath, words: str) -> tuple[tuple[str, ...], ...]:
        if words == "all":
            return ()
        found = []
        for word in words.split(" "):
            if word in ARCHITECTURES:
                found.append(ARCHITECTURES[word])
            else:
                hint = did_you_mean(word, list(ARCHITECTURES)) or 'architectures of Alpine, or "all"'
                self.file.complain_at_item(where, words, f"unknown architecture {word!r}", hint)
        return (tuple(dict.fromkeys(found)),)

    def _options(self, where: KeyPath, scope: Scope) -> Iterator[Requirement]:
        table = self._at(where)
        if not isinstance(table, dict):
            self.file.complain(where, f"{where[-1]!r} must be a table of options")
            return
        for symbol, value in table.items():
            place = (*where, symbol)
            number = self.file.location(place).line
            if not _SYMBOL.match(symbol) or symbol.startswith("CONFIG_"):
                self.file.complain(place, f"{symbol!r} is not a symbol", "symbols are written without CONFIG_")
                continue
            why = self._why(number)
            if isinstance(value, list):
                yield from self._list(place, number, symbol, value, scope, why)
            elif isinstance(value, bool | str):
                yield self.text.require(number, symbol, _values(value), scope=scope, why=why)
            else:
                hint = 'a value is "y", "m", "n", a text or a list of texts'
                self.file.complain(place, f"{symbol!r} has no valid value", hint, value=True)

    def _list(
        self, where: KeyPath, number: int, symbol: str, value: list[object], scope: Scope, why: str
    ) -> Iterator[Requirement]:
        items = tuple(item for item in value if isinstance(item, str) and item)
        if not items or len(items) != len(value):
            self.file.complain(where, f"{symbol!r} must be a list of texts", value=True)
        else:
            yield self.text.require(number, symbol, contains=items, scope=scope, why=why)

    def _why(self, number: int) -> str:
        """The comment on the line, else the one above it."""
        line = self.text.line(number)
        # Values have no # in them, but for texts.
        match = _COMMENT.search(line, line.rfind('"') + 1)
        return match.group(1).strip() if match else self.text.comment_above(number)


def _categories(key: str) -> tuple[str, ...]:
    return tuple(word.removeprefix(_CATEGORY) for word in key.split())


def _values(value: bool | str) -> tuple[str, ...]:
    if value in ("n", False):
        return ("n",)
    if value in ("m",):
        return ("m", "y")
    if value in ("y", True):
        return ("y", "m")
    assert isinstance(value, str)
    # The tool strips quotes before it compares, so that a number is met by a text too.
    return tuple(dict.fromkeys((config_value(value), config_text(value))))


def _padded(version: str) -> str:
    number, _, candidate = version.partition("_")
    return ".".join((number.split(".") + ["0"] * 2)[:3]) + (f"-{candidate}" if candidate else "")


def _exhaust(items: Iterator[Requirement]) -> None:
    for _ in items:
        pass
