# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy explain` prints of a symbol without a config."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Final, get_args

from kpolicy.errors import printable
from kpolicy.explain.survey import LineKind, Setter, Survey
from kpolicy.frozen import dataclass
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import Style, columns

_INDENT: Final = "  "
_WIDTH: Final = 72
# So many lines of each kind are shown, and configs of each architecture.
_MOST: Final = 8
_WAYS: Final[dict[Setter, str]] = {
    "config": "a config line",
    "select": "select",
    "imply": "imply",
    "default": "default",
}


@dataclass(frozen=True, slots=True)
class SymbolThere:
    """A symbol on one architecture, and its values in those of `configs` defconfigs in which it is not n."""

    survey: Survey
    values: tuple[tuple[str, str], ...]
    configs: int


@dataclass(frozen=True, slots=True)
class SymbolReport:
    """A symbol in a tree.

    `shown` is the architecture whose lines are shown; `missing` are the architectures that do not define it.
    """

    symbol: str
    version: str
    toolchain: str
    shown: Survey
    there: tuple[SymbolThere, ...]
    missing: tuple[str, ...]


def symbol_lines(report: SymbolReport, style: Style, *, everything: bool = False) -> Iterator[str]:
    """The lines of the Kconfig files, who can set the symbol on which architectures, and where it is set."""
    found = report.shown
    prompt = f' "{printable(found.prompt)}"' if found.prompt is not None else ", no prompt"
    where = ", ".join(map(str, found.definitions))
    yield f"{style.mark('strong', report.symbol)}  {found.type}{prompt}, {where}"
    yield f"{_INDENT}on {found.architecture}, Linux {report.version}"
    if found.successors:
        yield f"{_INDENT}transitional: old name of {printable(' and '.join(found.successors))}"
    rows: list[tuple[str, str]] = []
    for kind in get_args(LineKind):
        of_kind = [item for item in found.lines if item.kind == kind]
        kept = of_kind if everything else of_kind[:_MOST]
        rows += (row for item in kept for row in _wrapped(item.text, str(item.location)))
        rows += _more(len(of_kind) - len(kept))
    yield from (printable(line) for line in columns(rows, indent=_INDENT * 2))
    yield from _architectures(report)
    yield from _configs(report, everything=everything)


def _wrapped(text: str, place: str) -> Iterator[tuple[str, str]]:
    lines = textwrap.wrap(text, _WIDTH, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False)
    for count, line in enumerate(lines or [""]):
        yield line, "" if count else place


def _more(count: int) -> list[tuple[str, str]]:
    return [(f"and {count} more (-v shows all)", "")] if count else []


def _architectures(report: SymbolReport) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for item in report.there:
        groups.setdefault(_how(item.survey), []).append(item.survey.architecture)
    if report.missing:
        groups["not defined"] = list(report.missing)
    for how, names in groups.items():
        for row, _ in _wrapped(" ".join(names), ""):
            yield f"{_INDENT}{row}"
        for row, _ in _wrapped(how, ""):
            yield printable(f"{_INDENT * 2}{row}")


def _how(found: Survey) -> str:
    """In a few words what can set the symbol."""
    ways = [_WAYS[way] for way in found.setters]
    if ways:
        several = f"{', '.join(ways[:-1])} or {ways[-1]}" if len(ways) > 1 else ways[0]
        return f"can be set by {several}"
    return f"n in every config: needs {', '.join(found.never)}" if found.never else "n in every config"


def _configs(report: SymbolReport, *, everything: bool) -> Iterator[str]:
    """How many defconfigs have which value, the commonest first, each with some of them."""
    total = sum(item.configs for item in report.there)
    groups: dict[str, list[str]] = {}
    for item in report.there:
        for name, value in item.values:
            groups.setdefault(value, []).append(name)
    if not groups:
        yield f"{_INDENT}n in all of {number(total, 'defconfig')}"
    most = max(_MOST // max(len(groups), 1), 1)
    for value, names in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield printable(f"{_INDENT}{value} in {len(names)} of {number(total, 'defconfig')}")
        kept = names if everything else names[:most]
        for name in kept:
            yield printable(f"{_INDENT * 2}{name}")
        for row, _ in _more(len(names) - len(kept)):
            yield f"{_INDENT * 2}{row}"


def symbol_document(report: SymbolReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    return {
        "symbol": report.symbol,
        "version": report.version,
        "toolchain": report.toolchain,
        "architectures": [_there(item) for item in report.there],
        "not_defined": list(report.missing),
    }


def _there(item: SymbolThere) -> dict[str, Any]:
    found = item.survey
    return {
        "architecture": found.architecture,
        "type": found.type,
        "prompt": found.prompt,
        "definitions": [location_document(place) for place in found.definitions],
        "set_by": list(found.setters),
        "never": list(found.never),
        "successors": list(found.successors),
        "lines": [
            {"kind": line.kind, "text": line.text, "location": location_document(line.location)} for line in found.lines
        ],
        "defconfigs": {"total": item.configs, "set": [{"config": name, "value": value} for name, value in item.values]},
    }
