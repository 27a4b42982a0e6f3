# SPDX-License-Identifier: GPL-2.0-or-later
"""A solution of the formula as a config, and the fewest lines of it that show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kpolicy.config.model import Assignment, Config
from kpolicy.evaluate.strings import is_valid
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import FLAGS, HAS_PROMPT, IS_CHOICE, STRING, TRANSITIONAL, TYPE
from kpolicy.location import Location
from kpolicy.prove.clauses import Literal
from kpolicy.prove.formula import Formula

NAME = "witness"
_LETTERS = "nmy"


def lines_of(formula: Formula, solution: frozenset[Literal]) -> tuple[Assignment, ...]:
    """A line for every symbol of the formula that has a prompt; members of choices that are on come last."""
    core = formula.core
    names = {node: name for name, node in core.symbols.items()}
    found: list[tuple[bool, str, str]] = []
    for node in dict.fromkeys(formula.reached):
        flags, type_code = core.records[node][FLAGS], core.records[node][TYPE]
        if flags & IS_CHOICE or not flags & (HAS_PROMPT | TRANSITIONAL):
            continue
        if not formula.classes.is_text(node):
            pair = formula.pairs[node]
            value = (pair.on in solution) + (pair.y in solution)
            found.append((value > 0, names[node], _LETTERS[value]))
            continue
        literals = formula.texts.entered(node)
        text = next(
            item.text for item, literal in zip(formula.classes.of(node), literals, strict=True) if literal in solution
        )
        if is_valid(type_code, text):
            found.append((True, names[node], _quoted(text) if type_code == STRING else text))
    found.sort(key=lambda item: item[0])
    return tuple(_line(name, value, number) for number, (_on, name, value) in enumerate(found, 1))


def config_of(lines: Sequence[Assignment]) -> Config:
    """A config of some lines."""
    return Config(NAME, tuple(lines))


def reduced(
    model: Model, lines: Sequence[Assignment], shows: Callable[[Values], bool], kept: Sequence[Assignment] = ()
) -> tuple[Assignment, ...]:
    """Lines of which none can be left out, so that a config of them, and of those that are `kept`, still shows it.

    By halves and quarters, as in delta debugging: most lines do not matter.
    """

    def does(some: Sequence[Assignment]) -> bool:
        return shows(evaluate(model, config_of((*kept, *some))))

    left = list(lines)
    size = max(len(left) // 2, 1)
    while left:
        at, changed = 0, False
        while at < len(left):
            without = left[:at] + left[at + size :]
            if does(without):
                left, changed = without, True
            else:
                at += size
        if size == 1 and not changed:
            break
        size = max(size // 2, 1) if not changed or size > len(left) else min(size, max(len(left) // 2, 1))
    return tuple(left)


def _line(name: str, value: str, number: int) -> Assignment:
    text = f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"
    return Assignment(name, value, Location(NAME, number), text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
