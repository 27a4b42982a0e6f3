# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs in effect between two configurations, of one model or of two, and why.

Every change has one cause: a line of the config, a line of the Kconfig files, a probe of the toolchain, or another
change, which it follows.  That there is one is the nature of Kconfig: a value is made of the symbol's own line, its
properties, and the values of the symbols that these name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.cause import cause, invalid_line, is_without_modules, line_text
from kpolicy.explain.lines import default_text, select_text
from kpolicy.explain.shown import assignment_of, shown
from kpolicy.explain.value_change import Change, Why
from kpolicy.frozen import replace
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, DIRECT, IMPLIED, RANGES, REVERSE, VISIBILITY

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.cause import Link
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core
    from kpolicy.location import Location


def change(before: Values, after: Values, name: str, others: Container[str]) -> Change:
    """The change of one symbol whose value differs; `others` are all whose values do."""
    why, text, location, through = _why(before, after, name, others)
    return Change(name, shown(before, name), shown(after, name), why, text, location, through)


def _why(
    before: Values, after: Values, name: str, others: Container[str]
) -> tuple[Why, str, Location | None, str | None]:
    old, new = cause(before, name)[0], cause(after, name)[0]
    assigned = assignment_of(after, name)
    if assigned is not None and is_without_modules(after, name):
        new = replace(new, text=line_text(after, name, assigned))
    if not after.model.is_defined(name):
        return "gone", f"no longer defined; it was {_was(old)}", old.location, None
    if not before.model.is_defined(name):
        return "new", new.text, new.location, None
    if _line(before, name) != _line(after, name) and (
        "assigned" in (old.kind, new.kind) or _is_cut(before, name) or _is_cut(after, name)
    ):
        line, gone = assignment_of(after, name), assignment_of(before, name)
        if line is not None:
            text = new.text if new.kind in ("unset", "assigned") else f"{line.text}{_cut(after, name)}"
            return "line", text, line.location, None
        assert gone is not None
        invalid = invalid_line(after, name)
        if invalid is not None:
            return "line", f"{gone.text} changed to the invalid line {invalid.text}", invalid.location, None
        return "line", f"without the line {gone.text}", gone.location, None
    side = _Side(before, after, name, others)
    rises = _worth(after, name) >= _worth(before, name)
    # What gives the higher value is what can be missing on the other side; of numbers either may.
    order = (True, False) if rises else (False, True)
    for forward in order:
        through = side.followed(new if forward else old, forward=forward)
        if through is not None:
            told = _told(old, new, rises=rises, through=through)
            return "follows", told, new.location or old.location, through
    if "toolchain" in (old.kind, new.kind):
        return "toolchain", new.text, new.location, None
    through = _modules(before, after, name, others)
    if through is None and before.model is after.model:
        # Nothing but another value can be the reason: any that the symbol's properties name.
        through = _named(before, after, name, others)
    if through is not None:
        told = (old.text == new.text and _of_prompt(before, after, name)) or _told(
            old, new, rises=rises, through=through
        )
        return "follows", told, new.location or old.location, through
    return "kconfig", _told(old, new, rises=rises, through=None), new.location or old.location, None


class _Side:
    """Looks for the change that another one follows."""

    def __init__(self, before: Values, after: Values, name: str, others: Container[str]) -> None:
        self._before = before
        self._after = after
        self._name = name
        self._others = others

    def followed(self, link: Link, *, forward: bool) -> str | None:
        """The changed symbol without which `link` does not hold; `forward`: it is that of the values after."""
        if link.by is not None and link.by in self._others:
            return link.by
        has, lacks = (self._after, self._before) if forward else (self._before, self._after)
        # What is m holds a tristate at m; for anything else it is as good as y.
        asked = has.tristate(self._name) if has.model.type_of(self._name) == "tristate" else 1
        for condition in _needed(lacks, self._name, link):
            for part in conjuncts(condition):
                if lacks.evaluate(part) < asked:
                    found = next((item for item in part.symbols() if item in self._others), None)
                    if found is not None:
                        return found
        return self._member(has, lacks, gains=forward) if link.kind in ("choice", "assigned") else None

    def _member(self, has: Values, lacks: Values, *, gains: bool) -> str | None:
        """The member of the choice whose change this one follows.

        One that is no longer taken follows the one that is, unless it could not have stayed; so one that is taken
        follows one that could not.
        """
        symbol = has.model.symbol(self._name)
        if symbol is None or symbol.choice is None:
            return None
        members = has.model.choices[symbol.choice].members
        other = next((item for item in members if item in self._others and lacks.is_on(item)), None)
        if other is None or not gains:
            return other
        could_not_stay = _line(has, other) != _line(lacks, other) or not has.visibility(other)
        return other if could_not_stay else None


def _needed(lacks: Values, name: str, link: Link) -> Iterator[Expr]:
    """The conditions, in the model of `lacks`, that keep what gives the value on the other side from doing so."""
    symbol = lacks.model.symbol(name)
    if symbol is None:
        return
    if link.kind in ("assigned", "choice"):
        for prompt in symbol.prompts:
            yield prompt.condition
        yield symbol.direct_dependency
        if link.kind == "choice" and symbol.choice is not None:
            for default in lacks.model.choices[symbol.choice].defaults:
                if default.value.name == name:
                    yield default.condition
    elif link.kind in ("default", "toolchain"):
        for default in symbol.defaults:
            if default_text(symbol, default) == link.text:
                yield default.condition
                yield default.value
        yield symbol.direct_dependency
    elif link.kind in ("selected", "implied"):
        edges = symbol.selected_by if link.kind == "selected" else symbol.implied_by
        for edge in edges:
            if edge.source == link.by and select_text(lacks, edge, link.kind) == link.text:
                yield edge.condition
        if link.kind == "implied":
            yield symbol.direct_dependency


def _is_cut(values: Values, name: str) -> bool:
    """Whether a line gives the value, but not the one that it asks for: beyond a range, or above what is visible."""
    if values.assignment(name) is None or not values.visibility(name):
        return False
    symbol = values.model.symbol(name)
    if symbol is not None and symbol.choice is not None:
        return values.asked(name) > 0 and values.is_on(name)
    if values.model.type_of(name) == "tristate":
        return 0 < values.tristate(name) == min(values.asked(name), values.visibility(name)) < values.asked(name)
    return values.model.type_of(name) in ("int", "hex") and cause(values, name)[0].kind != "assigned"


def _cut(values: Values, name: str) -> str:
    """What a line is told with whose value is not the one that it asks for."""
    if not _is_cut(values, name) or _is_kept(values, name):
        return ""
    return ", outside its range" if values.model.type_of(name) in ("int", "hex") else ", limited by its dependencies"


def _is_kept(values: Values, name: str) -> bool:
    """Whether a bool or tristate has the value that its line asks for."""
    return values.model.type_of(name) in ("bool", "tristate") and values.tristate(name) == values.asked(name)


def _line(values: Values, name: str) -> str | None:
    line = assignment_of(values, name)
    return None if line is None else line.value


def _worth(values: Values, name: str) -> int:
    if values.model.type_of(name) in ("bool", "tristate"):
        return values.tristate(name)
    return int(values.is_written(name))


def _was(link: Link) -> str:
    return f"set by {link.text}" if link.kind == "assigned" else link.text


def _told(old: Link, new: Link, *, rises: bool, through: str | None) -> str:
    """Why it is what it is now; of what went away, what gave it before."""
    if new.kind == "unset" and new.text.startswith("not set") and old.kind != "unset":
        return f"no longer {_was(old)}"
    if rises or new.kind != "unset":
        return new.text
    return new.text if through is None or through in new.text else f"{new.text}; it was {_was(old)}"


def _of_prompt(before: Values, after: Values, name: str) -> str:
    """What changed of a symbol whose prompt is visible on one side only."""
    was, now = before.visibility(name), after.visibility(name)
    if bool(was) == bool(now):
        return ""
    return "its prompt is visible now" if now else "its prompt is no longer visible"


def _modules(before: Values, after: Values, name: str, others: Container[str]) -> str | None:
    """The symbol by which there are modules, where m became y with it, or y m."""
    if after.model.type_of(name) != "tristate" or {before.text(name), after.text(name)} != {"m", "y"}:
        return None
    # In two trees that can be two symbols: the one before is what is gone.
    names = (side.model.names_by_node.get(side.model.core.modules, "") for side in (before, after))
    return next((item for item in names if item in others), None)


def _named(before: Values, after: Values, name: str, others: Container[str]) -> str | None:
    """The nearest other change that the properties of a symbol name, maybe by way of numbers that .config hides."""
    waiting, seen = [name], {name}
    for one in waiting:
        for item in _mentioned(after.model, one):
            if item in seen:
                continue
            seen.add(item)
            if item in others:
                return item
            if before.text(item) != after.text(item):
                waiting.append(item)
    return None


def mentioned(model: Model, name: str) -> frozenset[str]:
    """The symbols that the properties of a symbol name, and that by which there are modules."""
    mentions = model.derived("mentions", _Mentions)
    node = model.core.symbols.get(name)
    return frozenset() if node is None else mentions.of_symbol(node)


class _Mentions:
    """The names in expressions, each computed once: as `_mentioned` finds them, and quicker."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._names = {node: name for name, node in core.symbols.items()}
        self._symbols: dict[int, frozenset[str]] = {}
        self._expressions: dict[int, frozenset[str]] = {}

    def of_symbol(self, node: int) -> frozenset[str]:
        known = self._symbols.get(node)
        if known is None:
            known = self._symbols[node] = frozenset[str]().union(*map(self._of, self._parts(node)))
        return known

    def _parts(self, node: int) -> Iterator[int]:
        core = self._core
        record = core.records[node]
        if record is None:
            return
        yield from (record[VISIBILITY], record[DIRECT], record[REVERSE], record[IMPLIED], core.modules)
        for item in (*record[DEFAULTS], *record[RANGES]):
            yield from item
        if record[CHOICE] >= 0:
            choice, _type, members, defaults, _optional = core.choices[record[CHOICE]]
            yield from members
            yield core.records[choice][VISIBILITY]
            yield from (condition for _member, condition in defaults)

    def _of(self, node: int) -> frozenset[str]:
        known = self._expressions.get(node)
        if known is None:
            inner = self._core.nodes[node]
            if inner is None:
                known = frozenset((self._names[node],) if node in self._names else ())
            else:
                known = frozenset[str]().union(*map(self._of, inner[1:]))
            self._expressions[node] = known
        return known


def _mentioned(model: Model, name: str) -> Iterator[str]:
    """The symbols that the properties of a symbol name, and that by which there are modules."""
    symbol = model.symbol(name)
    if symbol is None:
        return
    for default in symbol.defaults:
        yield from default.condition.symbols()
        yield from default.value.symbols()
    for edge in (*symbol.selected_by, *symbol.implied_by):
        yield edge.source
        yield from edge.condition.symbols()
    for prompt in symbol.prompts:
        yield from prompt.condition.symbols()
    for bounds in symbol.ranges:
        yield from bounds.condition.symbols()
        yield from bounds.low.symbols()
        yield from bounds.high.symbols()
    yield from symbol.direct_dependency.symbols()
    if symbol.choice is not None:
        choice = model.choices[symbol.choice]
        yield from choice.members
        for default in choice.defaults:
            yield from default.condition.symbols()
        for prompt in choice.prompts:
            yield from prompt.condition.symbols()
    # Where there are no modules, m is y.
    yield model.names_by_node.get(model.core.modules, "")
