# SPDX-License-Identifier: GPL-2.0-or-later
"""Dependency loops, which `conf` refuses (scripts/kconfig/symbol.c: sym_check_deps).

Nearly every tree has none, which the names on each line show quickly.  Where the names alone would make a loop,
conditions are shaped as `conf` does first, since it loses some names by that (`kpolicy.kconfig.shape`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.menu_tree import Elaborated, Entry, FileBlock, Needs
from kpolicy.kconfig.payload import CHOICE, Core
from kpolicy.kconfig.shape import shaper_of
from kpolicy.kconfig.syntax import CONST, MOD, YES, Ast, names_in
from kpolicy.location import Location


@dataclass(frozen=True, slots=True)
class Choices:
    """The members of each choice, and the choice of each member."""

    members: Mapping[str, Sequence[str]]
    choice_of: Mapping[str, str]

    @classmethod
    def of(cls, core: Core) -> Choices:
        """Those of a model."""
        named = {node for choice in core.choices for node in (choice[0], *choice[2])}
        names = {node: name for name, node in core.symbols.items() if node in named}
        members = {names[choice[0]]: [names[member] for member in choice[2]] for choice in core.choices}
        choice_of = {
            names[node]: names[core.choices[core.records[node][CHOICE]][0]]
            for node in named
            if names[node] not in members and core.records[node][CHOICE] >= 0
        }
        return cls(members, choice_of)


def find_loop(elaborated: Elaborated, choices: Choices, dialect: Dialect) -> InputError | None:
    """The error, with every step of the loop, when a symbol's value depends on itself.

    A value depends on the symbol's prompts, dependencies, defaults, ranges, selects and implies; the members of a
    choice depend on each other's surroundings.
    """
    return _Search(elaborated, dialect, choices).error()


# The fast look.


def depths_of_names(elaborated: Elaborated, choices: Choices, dialect: Dialect) -> dict[str, int] | None:
    """The longest way down from each symbol and choice, through what it depends on, which comes before it.

    None where there would be a loop if no condition lost a name.  A choice and its members are one.  What nothing is
    said about has no depth.
    """
    found = _Needs()
    found.add(elaborated.root, None)
    if elaborated.modules is not None:
        found.own(_MODULAR).append(elaborated.modules)
    choice_of = choices.choice_of
    if dialect.choice_symbols:
        for name, around in found.in_choices:
            if choice_of.get(name, name) != around:
                found.own(name).append(around)
    for member, group in choice_of.items():
        found.own(group).extend(found.of.pop(member, ()))
        found.own(member).append(group)
    return _depths(found.of)


class _Needs:
    """What each symbol, choice and block depends on: `of` them, symbols and choices by name.

    `in_choices` are symbols in choices, maybe no members, with the choice.
    """

    def __init__(self, *, is_of_file: bool = False) -> None:
        self.of: dict[object, Sequence[object]] = {}
        self.in_choices: list[tuple[str, str]] = []
        self._is_of_file = is_of_file

    def own(self, node: object) -> list[object]:
        """What something depends on, to be added to."""
        found = self.of.get(node, ())
        if not isinstance(found, list):
            found = self.of[node] = list(found)
        return found

    def add(self, block: Entry, choice: str | None) -> None:
        """Add what the entries of a block say."""
        for entry in block.children:
            name = entry.name
            if entry.kind == "file":
                self._add_file(entry, block, choice)
            elif entry.kind == "config" and name is not None:
                self._add_symbol(entry, name, block)
                if choice is not None:
                    self.in_choices.append((name, choice))
            else:
                to_be_seen, to_have_a_value, _ = needs_of(entry)
                self.of[entry] = (block, *to_be_seen)
                if name is not None:
                    own = self.own(name)
                    own += (entry, *to_have_a_value)
                if entry.children:
                    self.add(entry, name if entry.kind == "choice" else choice)

    def _add_symbol(self, entry: Entry, name: str, block: Entry) -> None:
        # Those of a file are kept together.
        shared = entry.shared if not self._is_of_file else None
        needs = shared.needs if shared is not None else None
        if needs is None:
            needs = needs_of(entry)
            if shared is not None:
                shared.needs = needs
        to_be_seen, to_have_a_value, of_others = needs
        own = self.own(name)
        own += (block, *to_be_seen, *to_have_a_value)
        for target, names in of_others:
            # Which needs whatever the symbol does.
            self.own(target).extend((name, *names))

    def _add_file(self, file: Entry, block: Entry, choice: str | None) -> None:
        """Add what the entries of a file say, which is the same for several architectures."""
        self.of[file] = (block,)
        common = file.common if isinstance(file, FileBlock) and choice is None else None
        if common is None:
            self.add(file, choice)
            return
        if common.needs is None:
            alone = _Needs(is_of_file=True)
            alone.add(file, None)
            common.needs = {node: tuple(needed) for node, needed in alone.of.items()}, alone.in_choices
        needs, in_choices = common.needs
        both = {node: self.own(node) for node in self.of.keys() & needs.keys()}
        for node, own in both.items():
            own += needs[node]
        self.of.update(needs)
        self.of.update(both)
        self.in_choices += in_choices


# Stands for the constant m, which needs modules.
_MODULAR = "m"


def needs_of(entry: Entry) -> Needs:
    """The names that an entry depends on, those that its values depend on, and those of what it selects and implies."""
    to_be_seen: list[str] = []
    to_have_a_value: list[str] = []
    of_others: list[tuple[str, tuple[str, ...]]] = []
    for item in entry.properties:
        operands = item.operands
        if item.kind == "depends":
            to_be_seen += _names(operands[0])
        elif item.kind in ("select", "imply"):
            of_others.append((operands[0], tuple(_names(operands[1]))))
        else:
            to_have_a_value += _names(operands[-1])
            if item.kind == "default" and entry.kind == "config":
                to_have_a_value += _names(operands[0])
    return tuple(to_be_seen), tuple(to_have_a_value), tuple(of_others)


def _names(expression: Ast) -> Iterator[str]:
    """The symbols that an expression names."""
    if isinstance(expression, str):
        yield expression
    elif expression == MOD:
        yield _MODULAR
    elif expression[0] != CONST:
        for operand in expression[1:]:
            yield from _names(cast("Ast", operand))


def _depths(graph: Mapping[object, Sequence[object]]) -> dict[str, int] | None:
    """The names with the longest way down from each, by depth-first search, those that are reached from one before it.

    None where one can come back to where one was.
    """
    done: dict[str, int] = {}
    # While a node is looked at, its depth is 0.
    depths: dict[object, int] = {}
    known = depths.get
    for start in graph:
        if start in depths:
            continue
        depths[start] = deepest = 0
        node, further = start, iter(graph[start])
        stack: list[tuple[object, Iterator[object], int]] = []
        while True:
            for other in further:
                depth = known(other)
                if depth is None:
                    needed = graph.get(other)
                    if needed is not None:
                        stack.append((node, further, deepest))
                        depths[other] = deepest = 0
                        node, further = other, iter(needed)
                        break
                elif depth > deepest:
                    deepest = depth
                elif not depth:
                    return None
            else:
                depths[node] = depth = deepest + 1
                if isinstance(node, str):
                    done[node] = depth
                if not stack:
                    break
                node, further, deepest = stack.pop()
                if depth > deepest:
                    deepest = depth
    return done


# The exact look.


class _Search:
    """Walks symbols and expressions in the way of sym_check_deps()."""

    def __init__(
        self,
        elaborated: Elaborated,
        dialect: Dialect,
        choices: Choices,
    ) -> None:
        self._shaper = shaper_of(elaborated, dialect)
        self._dialect = dialect
        self._choices = choices.members
        self._groups = choices.choice_of
        # What a symbol depends on, and how Kconfig calls that.
        self._needs: dict[str, list[tuple[str, Ast]]] = defaultdict(list)
        self._places: dict[str, Location] = {}
        self._checking: set[str] = set()
        self._checked: set[str] = set()
        # The way to where the search is: a symbol, and how it depends on the next one.
        self._way: list[list[str]] = []
        self._gather(elaborated.root, None)

    def error(self) -> InputError | None:
        """The error about the first loop; None where there is none."""
        return next((self._error() for name in self._places if self._leads_back(name)), None)

    def _gather(self, block: Entry, around: Ast | None) -> None:
        for entry in block.children:
            own = [item.operands[0] for item in entry.properties if item.kind == "depends"]
            dependency = self._shaper.condition(around, ("&&", *own) if len(own) > 1 else own[0] if own else None)
            if entry.name is not None:
                self._places.setdefault(entry.name, entry.location)
                self._gather_own(entry, entry.name, block, dependency)
            inner = entry.name if entry.kind == "choice" and self._dialect.choice_symbols else dependency
            self._gather(entry, inner)

    def _gather_own(self, entry: Entry, name: str, block: Entry, dependency: Ast | None) -> None:
        needs = self._needs[name]
        has_own = entry.kind == "config" and (block.kind != "choice" or self._dialect.choice_symbols)
        if dependency is not None and has_own:
            needs.append(("depends on", dependency))
        for item in entry.properties:
            if item.kind == "depends":
                continue
            written = item.operands[-1]
            condition = self._shaper.condition(dependency, None if written is YES else written)
            if item.kind in ("select", "imply"):
                edge: Ast = name if condition is None else ("&&", name, condition)
                self._needs[item.operands[0]].append(
                    ("is selected by" if item.kind == "select" else "is implied by", edge)
                )
                continue
            if condition is not None:
                needs.append(("is visible depending on", condition))
            if item.kind == "default" and entry.kind == "config":
                needs.append(("has a default value containing", item.operands[0]))

    def _leads_back(self, name: str) -> bool:
        """Mirrors sym_check_deps(): whether a loop is met from a symbol on."""
        if name in self._checking:
            self._way.append([name, ""])
            return True
        if name in self._checked:
            return False
        choice = self._groups.get(name)
        if choice is not None:
            self._way.append([name, "is part of"])
            found = self._leads_back(choice)
        else:
            members = self._choices.get(name, ())
            self._way.append([name, ""])
            self._checking.update((name, *members))
            self._checked.update((name, *members))
            found = self._rests(name)
            self._checking.discard(name)
            for member in members:
                found = found or self._of_member(member)
            self._checking.difference_update(members)
        if not found:
            self._way.pop()
        return found

    def _of_member(self, member: str) -> bool:
        self._way.append([member, ""])
        found = self._rests(member)
        if not found:
            self._way.pop()
        return found

    def _rests(self, name: str) -> bool:
        """Mirrors sym_check_sym_deps()."""
        step = self._way[-1]
        for how, expression in self._needs.get(name, ()):
            step[1] = how
            if any(self._leads_back(other) for other in names_in(expression)):
                return True
        return False

    def _error(self) -> InputError:
        end = self._way[-1][0]
        begin = next((index for index, (name, _) in enumerate(self._way) if name == end), len(self._way) - 1)
        if begin == len(self._way) - 1:
            # A member that is examined with its choice.
            choice = self._groups.get(end)
            begin = next((index for index, (name, _) in enumerate(self._way) if name == choice), 0)
        loop = self._way[begin:-1]
        # A loop has no first step; the one that is first in the files is as good as any.
        first = min(range(len(loop)), key=lambda index: self._places.get(loop[index][0], Location("", 0)))
        loop = loop[first:] + loop[:first]
        following = [name for name, _ in (*loop[1:], loop[0])]
        places = [self._places.get(name, Location("", 0)) for name, _ in loop]
        steps = [
            f"{place}: {name} {how} {other}" for place, (name, how), other in zip(places, loop, following, strict=True)
        ]
        chain = " -> ".join([name for name, _ in loop] + [loop[0][0]])
        return InputError(f"recursive dependency: {chain}", places[0], hint="\n".join(steps))
