# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that the text of one entry shows to be useless: said twice, ranges never reached or reversed.

Lines with macros are not compared: what they say differs from toolchain to toolchain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from kpolicy.bounds import whole
from kpolicy.kconfig.syntax import CONST, YES, Ast
from kpolicy.location import Location
from kpolicy.policy.checks.tree import tree_finding

if TYPE_CHECKING:
    from kpolicy.kconfig.entries import WrittenEntry
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kconfig.syntax import Statement
    from kpolicy.policy.rules.finding import Finding

DUPLICATE, INHERITED, DEAD_RANGE, REVERSED, PROMPT = (
    "kconfig/duplicate-line",
    "kconfig/inherited-depends",
    "kconfig/dead-range",
    "kconfig/reversed-range",
    "kconfig/select-of-prompt",
)
WRITTEN: Final = (DUPLICATE, INHERITED, DEAD_RANGE, REVERSED, PROMPT)
_VERBS: Final = {"select": "selects", "imply": "implies"}
Said = tuple[str, int, str, str]
"""The check, the line, the message, and the part of the line that is meant, "" for all of it."""


def written_lines(entries: Iterable[WrittenEntry], index: NameIndex) -> Iterator[Finding]:
    """The findings about some entries, in their order."""
    every = list(entries)
    prompted = {entry.name: Location(entry.path, line) for entry in every if (line := _prompt(entry))}
    for entry in every:
        name = entry.name or ("this choice" if entry.statements[0].keyword == "choice" else "this entry")
        for check, line, message, part in _of_entry(entry, name, prompted):
            place = Location(entry.path, line)
            yield tree_finding(check, entry.name, message, place, index.files.get(entry.path, ()), part=part)


def _prompt(entry: WrittenEntry) -> int:
    """The line of the prompt of a symbol, 0 for none."""
    if not entry.name:
        return 0
    return next(
        (
            item.line
            for item in entry.statements
            if item.keyword == "prompt" or (item.keyword == "type" and item.operands[1] is not None)
        ),
        0,
    )


def _of_entry(entry: WrittenEntry, name: str, prompted: dict[str, Location]) -> Iterator[Said]:
    plain = [item for item in entry.statements if not item.probed]
    yield from _depends(name, entry, plain)
    for keyword in _VERBS:
        yield from _edges(name, [item for item in plain if item.keyword == keyword], prompted)
    yield from _ranges(name, [item for item in plain if item.keyword == "range"])


def _depends(name: str, entry: WrittenEntry, statements: list[Statement]) -> Iterator[Said]:
    if entry.statements[0].keyword == "if":
        return
    own: dict[Ast, int] = {}
    around = {part: item.line for item in entry.around for part in parts_of(item.condition)}
    for item in statements:
        if item.keyword != "depends":
            continue
        for part in parts_of(item.operands[0]):
            if part in own:
                where = "twice on this line" if own[part] == item.line else f"already on line {own[part]}"
                yield DUPLICATE, item.line, f"{name} depends on {text_of(part)} {where}", text_of(part)
            elif part in around:
                message = f"{name} depends on {text_of(part)}, as everything in the block of line {around[part]} does"
                yield INHERITED, item.line, message, text_of(part)
            own.setdefault(part, item.line)


def _edges(name: str, statements: list[Statement], prompted: dict[str, Location]) -> Iterator[Said]:
    known: dict[Any, Statement] = {}
    always = {item.operands[0]: item.line for item in reversed(statements) if item.operands[1] == YES}
    for item in statements:
        target, condition = item.operands[:2]
        verb = _VERBS[item.keyword]
        before = known.get((target, condition))
        if before is not None:
            yield DUPLICATE, item.line, f"{name} {verb} {target} already on line {before.line}", ""
        elif condition != YES and target in always:
            yield DUPLICATE, item.line, f"{name} {verb} {target} without a condition on line {always[target]}", ""
        elif item.keyword == "select" and target in prompted:
            yield PROMPT, item.line, f"{name} selects {target}, which has a prompt ({prompted[str(target)]})", ""
        known.setdefault((target, condition), item)


def _ranges(name: str, statements: list[Statement]) -> Iterator[Said]:
    known: dict[Any, int] = {}
    always = 0
    for item in statements:
        low, high, condition = item.operands
        text = f"range {text_of(low)} {text_of(high)}"
        if item.operands in known:
            yield DUPLICATE, item.line, f"{name} has {text} already on line {known[item.operands]}", ""
        elif always:
            yield DEAD_RANGE, item.line, f"{text} of {name} never applies: line {always} has no condition", ""
        bounds = _number(low), _number(high)
        if None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]  # neither is None
            yield REVERSED, item.line, f"{text} of {name} is reversed: no number is in it", ""
        known.setdefault(item.operands, item.line)
        always = always or (item.line if condition == YES else 0)


def _number(bound: object) -> int | None:
    """The number that a bound states, None where it is that of a symbol."""
    text = bound[1] if isinstance(bound, tuple) and bound[0] == CONST else bound
    try:
        return whole(str(text), 16 if str(text)[:2].lower() == "0x" else 10)
    except ValueError:
        return None


def parts_of(expression: Any) -> Iterator[Ast]:
    """The conditions that must all hold."""
    if not isinstance(expression, str) and expression[0] == "&&":
        for operand in expression[1:]:
            yield from parts_of(operand)
    elif expression != YES:
        yield expression


def text_of(expression: Any) -> str:
    """An expression as it would be written."""
    if isinstance(expression, str):
        return expression
    operator, *operands = expression
    if operator == CONST:
        return str(operands[0])
    if operator == "!":
        inner = text_of(operands[0])
        return f"!({inner})" if " " in inner else f"!{inner}"
    joined = f" {operator} ".join(text_of(operand) for operand in operands)
    return f"({joined})" if operator == "||" else joined
