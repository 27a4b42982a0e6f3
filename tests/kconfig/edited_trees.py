# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of small random trees, and all that a model says, to compare a delta with a model that was built."""

from __future__ import annotations

from random import Random
from typing import Any

from kpolicy.kconfig.kinds import UNDEFINED
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import Core
from tests.kconfig.generate import ALL, expression

_HEADS = ("config ", "menuconfig ")
_WORDS = ("n", "m", "y", "7", '"text"', "0x1f")


def described(model: Model) -> dict[str, Any]:
    """All that a model says, by names and places."""
    names = model.names_by_node
    core, details = model.core, model.details

    def in_words(item: Any) -> Any:
        if isinstance(item, list):
            kind, title, visibility, condition, file, line = item
            return kind, title, *map(str, map(model.expression, (visibility, condition))), details.files[file], line
        return names.get(item, item)

    return {
        "names": list(model.names()),
        "all names": [name for name in core.symbols if not _is_left(core, name)],
        "symbols": [_symbol(model, name) for name in model.names()],
        "choices": [_words(choice) for choice in model.choices],
        "warnings": model.warnings,
        "refused": model.refused,
        "probes": model.unknown_probes,
        "menu": [in_words(item) for item in details.menu],
        "denied": {names[node]: {names[item] for item in items} for node, items in core.denied},
        "kinds": {name: core.kinds[node] for name, node in core.symbols.items() if not _is_left(core, name)},
        "records": {
            name: _record(model, core.records[node]) for name, node in core.symbols.items() if not _is_left(core, name)
        },
        "written": sorted((details.files[file], *rest) for file, *rest in details.written),
    }


def _is_left(core: Core, name: str) -> bool:
    """Whether a name may be left of lines that are gone: a number, which is no symbol."""
    return core.kinds[core.symbols[name]] == UNDEFINED and name.lstrip("-")[:1].isdigit()


def _symbol(model: Model, name: str) -> Any:
    symbol = model.symbol(name)
    assert symbol is not None
    return _words(symbol)


def _words(item: Any) -> Any:
    """Anything with its expressions as texts."""
    if hasattr(item, "expressions"):
        return f"{item}"
    if isinstance(item, tuple | list):
        return [_words(part) for part in item]
    if hasattr(item, "__slots__") and not isinstance(item, str):
        return [_words(getattr(item, part)) for part in item.__slots__]
    return item


def _record(model: Model, record: list[Any] | None) -> Any:
    if record is None:
        return None
    kind, visible, direct, reverse, implied, defaults, ranges, choice, flags = record
    say = model.expression
    return (
        kind,
        *(str(say(node)) for node in (visible, direct, reverse, implied)),
        [[str(say(node)) for node in pair] for pair in (*defaults, *ranges)],
        choice,
        flags,
    )


def edited(random: Random, text: str) -> str:
    """A Kconfig file with one to three edits, most of which an delta can tell."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 2, 3))):
        _edit(random, lines)
    return "\n".join(lines)


def _edit(random: Random, lines: list[str]) -> None:
    heads = [number for number, line in enumerate(lines) if line.startswith(_HEADS)]
    head = random.choice(heads)
    end = next((number for number in range(head + 1, len(lines)) if not lines[number].startswith("\t")), len(lines))
    own = [number for number in range(head + 1, end) if lines[number].split()[:1] != ["help"]]
    what = random.choice(("blank", "blank", "remark", "property", "property", "property", "less", "prompt", "entry"))
    if what == "blank":
        lines[head:head] = [""] * random.choice((1, 2, 5))
    elif what == "remark":
        lines.insert(random.randrange(len(lines)), "# a remark")
    elif what == "property":
        lines.insert(head + 2, _property(random, _known(random, lines, head)))
    elif what == "less" and len(own) > 1:
        del lines[random.choice(own[1:])]
    elif what == "prompt":
        lines[head + 1] = lines[head + 1].replace("prompt", "question")
    elif what == "entry":
        lines[head:head] = _entry(random, _known(random, lines, head))


def _entry(random: Random, known: list[str]) -> list[str]:
    """A new symbol; another one may have its name."""
    word = random.choice(("bool", "bool", "tristate", "int", "string"))
    prompt = random.choice(("", ' "new"', f' "new" if {expression(random, known)}'))
    more = [_property(random, known) for _ in range(random.choice((0, 1, 2)))]
    return [f"config NEW{random.randrange(4)}", f"\t{word}{prompt}", *more, ""]


def _known(random: Random, lines: list[str], head: int) -> list[str]:
    """The symbols to refer to: mostly those before, so that there is no loop."""
    before = [line.split()[1] for line in lines[:head] if line.startswith(_HEADS)]
    return before if before and random.random() < 0.8 else ALL


def _property(random: Random, known: list[str]) -> str:
    condition = f" if {expression(random, known)}" if random.random() < 0.5 else ""
    kind = random.choice(("default", "default", "select", "select", "imply", "depends on", "range"))
    if kind == "depends on":
        return f"\tdepends on {expression(random, known)}"
    if kind == "range":
        return f"\trange 1 {random.choice((5, 60))}{condition}"
    name = random.choice((*known, "UNDEFINED", "ANOTHER"))
    later = random.choice([name, *ALL])
    return f"\t{kind} {random.choice((*_WORDS, name)) if kind == 'default' else later}{condition}"
