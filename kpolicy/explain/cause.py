# SPDX-License-Identifier: GPL-2.0-or-later
"""The cause of a value: the chain from a symbol to the line that a person would edit.

A chain starts at the symbol that was asked about and ends at its root:

    STACKDEPOT_ALWAYS_INIT=y  selected by KASAN     lib/Kconfig.kasan:41
    KASAN=y                   CONFIG_KASAN=y        debug.config:76

Of several chains the one whose root is a config line is preferred, then the shortest, then
the one whose line comes first in the Kconfig files.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.evaluate.strings import unquote
from kpolicy.explain.lines import default_text, own_condition, select_text
from kpolicy.explain.shown import assignment_of, shown
from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import conjunction, conjuncts
from kpolicy.kconfig.nodes import NO
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment, UnreadLine
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.symbols import Default, Select, Symbol

Kind: TypeAlias = Literal["assigned", "selected", "implied", "default", "choice", "toolchain", "unset"]

# A root that a person can edit without touching Kconfig files comes first.
_ROOTS: tuple[frozenset[str], ...] = (
    frozenset({"assigned"}),
    frozenset({"default", "choice", "toolchain", "unset"}),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One step: why `symbol` has `value`.

    `by` is the symbol that gave it, for `selected`, `implied` and a `default` that
    follows another symbol.  `location` is the config line, or the Kconfig line of that very
    select, imply, default or choice; None when there is no such line.  `text` says it in
    Kconfig's words.
    """

    kind: Kind
    symbol: str
    value: str
    by: str | None
    location: Location | None
    text: str


def cause(values: Values, name: str) -> tuple[Link, ...]:
    """The chain of causes of the value of `name`, the symbol itself first, the root last.

    Never empty; a symbol that the tree does not define has one link, its config line or `unset`.
    """
    chains: list[tuple[Link, ...]] = [()]
    ends = [name]
    seen = {name}
    fallback: tuple[Link, ...] | None = None
    while ends:
        next_chains: list[tuple[Link, ...]] = []
        next_ends: list[str] = []
        for chain, end in zip(chains, ends, strict=True):
            for link in _reasons(values, end):
                longer = (*chain, link)
                if link.by is None:
                    if link.kind in _ROOTS[0]:
                        return longer
                    fallback = fallback or longer
                elif link.by not in seen:
                    seen.add(link.by)
                    next_chains.append(longer)
                    next_ends.append(link.by)
        chains, ends = next_chains, next_ends
    # Only selects that go round in a circle leave nothing at all.
    return fallback or (Link("unset", name, shown(values, name), None, None, "selected only by a loop of selects"),)


def place(values: Values, name: str) -> Location:
    """Where the value of `name` comes from: the root of its cause.

    The end of the config where nothing says anything about it.
    """
    root = cause(values, name)[-1]
    return root.location or end(values)


def config_line(values: Values, *names: str) -> Location:
    """The config line that a person would edit for the first of these symbols that one has to do with.

    Where Kconfig files alone gave all their values it is the end of the config: a new line would be added there.
    """
    if values.config is None:
        return place(values, names[0])
    return line_of(values, *names) or end(values)


def line_of(values: Values, *names: str) -> Location | None:
    """The config line that gave the first of these symbols its value that has it from one; None without any."""
    roots = (cause(values, name)[-1].location for name in names)
    return next((root for root in roots if root in values.lines), None)


def end(values: Values) -> Location:
    """The last line of the config, of its last file in a stack: a new line would be added after it."""
    config = values.config
    if config is None:
        return Location("Kconfig", 1)
    return config.assignments[-1].location if config.assignments else Location(config.name, 1)


def line_text(values: Values, name: str, line: Assignment) -> str:
    """The line of a symbol; where it asks for m and there are no modules, what became of it."""
    if not is_without_modules(values, name):
        return line.text
    return f"{line.text} requested, but it is y: {no_modules(values)}"


def is_without_modules(values: Values, name: str) -> bool:
    """Whether the line of a symbol asks for m and gives y, since this configuration has no modules."""
    if values.model.type_of(name) != "tristate" or values.node_value(values.model.core.modules):
        return False
    return values.asked(name) == 1 and values.visibility(name) > 0 and values.tristate(name) == 2


def no_modules(values: Values) -> str:
    """Why there are no modules."""
    name = values.model.names_by_node.get(values.model.core.modules)
    return f"CONFIG_{name} is not set" if name else "this tree has no modules"


def invalid_line(values: Values, name: str) -> Assignment | UnreadLine | None:
    """A config line that names a symbol but gives it no value; None where another one does, or none names it."""
    config = values.config
    if config is None or assignment_of(values, name) is not None:
        return None
    lines: Iterator[Assignment | UnreadLine] = itertools.chain(config.assignments, config.unread)
    return next((line for line in lines if line.name == name), None)


def no_line(values: Values, symbol: Symbol) -> str:
    """That no line sets a symbol, and which one fails to, or its default."""
    invalid, default = invalid_line(values, symbol.name), values.default(symbol.name)
    if invalid is not None:
        return f"no line sets it: {invalid.text} is not valid ({invalid.location})"
    return "no line sets it" if default is None else f"no line sets it, {default_text(symbol, default)}"


def _reasons(values: Values, name: str) -> Iterator[Link]:
    """Why `name` has its value, the strongest reason first; a link without `by` is a root."""
    assignment = assignment_of(values, name)
    value = shown(values, name)
    if not values.model.is_defined(name):
        text = f"{assignment.text}, which this tree does not define" if assignment else "not defined in this tree"
        yield Link("unset", name, value, None, assignment.location if assignment else None, text)
        return
    if assignment is not None and _honoured(values, name, assignment):
        yield Link("assigned", name, value, None, assignment.location, assignment.text)
        return
    # Not before it is needed: properties with their lines are the half of a model that is seldom read.
    symbol = values.model.symbol(name)
    assert symbol is not None
    if symbol.type in ("bool", "tristate") and not values.is_on(name):
        yield _unset(values, symbol, assignment)
        return
    if assignment is not None and _is_capped(values, symbol):
        text = f"{assignment.text}, limited to m by {_cap(values, symbol)}"
        yield Link("assigned", name, value, None, assignment.location, text)
        return
    found = False
    for link in _given(values, symbol, value):
        found = True
        yield link
    if not found:
        yield _unset(values, symbol, assignment)


def _honoured(values: Values, name: str, assignment: Assignment) -> bool:
    if not values.visibility(name):
        return False
    if values.model.type_of(name) not in ("bool", "tristate"):
        return _same(values.text(name), assignment.value)
    asked, got = values.asked(name), values.tristate(name)
    # m becomes y where there are no modules; a select can raise it too.
    return asked == got or (0 < asked < got and not values.selectors(name))


def _is_capped(values: Values, symbol: Symbol) -> bool:
    """Whether the line of a symbol asks for y and gives m, since what it depends on is m."""
    if symbol.type != "tristate" or symbol.choice is not None:
        return False
    return values.asked(symbol.name) == 2 and values.tristate(symbol.name) == values.visibility(symbol.name) == 1


def _cap(values: Values, symbol: Symbol) -> str:
    """The parts of what a symbol depends on that are m."""
    conditions = [prompt.condition for prompt in symbol.prompts if values.evaluate(prompt.condition) == 1]
    parts = [part for part in conjuncts(conditions[0]) if values.evaluate(part) == 1] if conditions else []
    return conjunction(tuple(parts)) if parts else "its dependencies"


def _same(text: str, written: str) -> bool:
    if written.startswith('"'):
        return text == unquote(written)
    return text.lower().removeprefix("0x") == written.lower().removeprefix("0x")


def _given(values: Values, symbol: Symbol, value: str) -> Iterator[Link]:
    """Reasons that are in the Kconfig files."""
    name = symbol.name
    if symbol.choice is not None:
        yield chosen(values, symbol, value)
        return
    default = values.default(name)
    selectors = values.selectors(name)
    if default is not None and not selectors and symbol.type in ("bool", "tristate"):
        # A default of n counts for nothing beside an imply.
        default = default if _suffices(values, default, name) or not values.implied(name) else None
    if default is not None and (not selectors or _suffices(values, default, name)):
        kind: Kind = "toolchain" if symbol.probed else "default"
        followed = None if symbol.probed else _followed(values, symbol, default)
        yield Link(kind, name, value, followed, default.location, default_text(symbol, default))
    for select in values.implied(name) if default is None and not selectors else ():
        yield Link("implied", name, value, select.source, select.location, select_text(values, select, "implied"))
    for select in deciding_selects(values, name):
        yield Link("selected", name, value, select.source, select.location, select_text(values, select, "selected"))


def deciding_selects(values: Values, name: str) -> tuple[Select, ...]:
    """The selects that give a symbol its value: an option that is m makes no other one y."""
    edges = values.selectors(name)
    if values.model.type_of(name) != "tristate":
        return edges
    got = values.tristate(name)
    enough = (edge for edge in edges if min(values.tristate(edge.source), values.evaluate(edge.condition)) >= got)
    return tuple(enough) or edges


def sufficient_default(values: Values, name: str) -> Default | None:
    """The default that alone gives a bool or tristate its value, whatever selects it too; None where none does."""
    if values.model.type_of(name) not in ("bool", "tristate") or not values.is_on(name):
        return None
    default = values.default(name)
    return default if default is not None and _suffices(values, default, name) else None


def _suffices(values: Values, default: Default, name: str) -> bool:
    """Whether the default alone gives the value, so that a select adds nothing."""
    if values.assignment(name) is not None and values.visibility(name):
        return False
    worth = min(values.evaluate(default.value), values.evaluate(default.condition))
    return worth >= values.tristate(name)


def _followed(values: Values, symbol: Symbol, default: Default) -> str | None:
    """The symbol that a default merely passes on: `default X`, or `default y if X`.

    What the symbol depends on in any case is no reason for its default.
    """
    # To Kconfig an unquoted 1 is a symbol too.
    if default.value.op == "symbol" and values.model.is_defined(default.value.name):
        return default.value.name
    own = own_condition(symbol, default)
    if len(own) == 1 and own[0].op == "symbol" and values.is_on(own[0].name):
        return own[0].name
    return None


def chosen(values: Values, symbol: Symbol, value: str) -> Link:
    """Why a choice takes a member that no line asks for."""
    assert symbol.choice is not None
    choice = values.model.choices[symbol.choice]
    for default in choice.defaults:
        if default.value.name == symbol.name and values.evaluate(default.condition):
            return Link("choice", symbol.name, value, None, default.location, f"default {symbol.name} of the choice")
    return Link("choice", symbol.name, value, None, symbol.definitions[0], "the first visible member of the choice")


def _no_default(values: Values, symbol: Symbol) -> str:
    """Why the defaults of a symbol that is off give it nothing."""
    default = values.default(symbol.name)
    if default is not None:
        text = default_text(symbol, default)
        if text == "default n":
            return "its default is n"
        return f"its {text}" if default.value.node == NO else f"its {text} gives n"
    return "none of its defaults applies" if symbol.defaults else "it has no default"


def _unmet(values: Values, symbol: Symbol) -> Iterator[Expr]:
    """The parts of what a symbol depends on that do not hold."""
    for part in conjuncts(symbol.direct_dependency):
        if values.evaluate(part):
            continue
        if not part.is_choice:
            yield part
        elif symbol.prompts:
            # An old conf has the choice here; what is not met is a condition of its prompt.
            lines = (line.expression for line in symbol.prompts[0].conditions)
            parts = (inner for expression in lines for inner in conjuncts(expression))
            yield from (inner for inner in parts if not values.evaluate(inner) and not inner.is_choice)


def _unset(values: Values, symbol: Symbol, assignment: Assignment | None) -> Link:
    value = shown(values, symbol.name)
    unmet = tuple(_unmet(values, symbol))
    reason = f"depends on {conjunction(unmet)}" if unmet else "no default"
    if assignment is None:
        text = reason if unmet else f"not set, and {_no_default(values, symbol)}"
        return Link("unset", symbol.name, value, None, None, text)
    if not unmet and not values.visibility(symbol.name):
        reason = "no prompt" if not symbol.prompts else "its prompt is not visible"
    if not unmet and symbol.choice is not None:
        reason = "another member of the choice is set"
    return Link("unset", symbol.name, value, None, assignment.location, f"{assignment.text} is not honoured: {reason}")
