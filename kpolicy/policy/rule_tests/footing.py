# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether rules have a footing in a tree: whether it has what they are about.

A rule states what a tree must have (`requires`, or `exists()` in its condition).  A tree without it, an
older or a newer one, gives the rule no footing: it is silent there, as it says itself.  It is a
fault when the tree has what the rule requires and the rule makes no sense all the same: it can never
fire, always fires, or asks for a symbol that no architecture defines.

Everything is judged by all architectures that were looked at together, since a symbol may belong to a
few of them, and by what follows from definitions; only `requires` is asked of a configuration,
the default one of each architecture.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import And, Expression, symbols
from kpolicy.policy.expressions.partial import ALWAYS, NEVER, granted, predicates, remains, unstated, valued
from kpolicy.policy.roles.role import Mark, Reading, Role
from kpolicy.policy.rules.message import fields, lists
from kpolicy.policy.rules.rule import Rule
from kpolicy.policy.toml.absence import Absence

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_REMEDY = re.compile(r"(?:# )?CONFIG_(\w+)( is not set)?")


@dataclass(frozen=True, slots=True)
class Ground:
    """What an architecture offers to rules.

    `defined` are the symbols, of those that the rules name, that it defines; `met` the ids of the rules
    whose `requires` holds on its default config, `release` is that of the tree.
    """

    architecture: str
    defined: frozenset[str]
    met: frozenset[str]
    release: str = "0.0"


@dataclass(frozen=True, slots=True)
class Footing:
    """The state of a rule in a tree.

    `lacking` says why it has no footing, "" when it has one; `faults` what makes no sense; `absent`
    the symbols that it names, that the tree does not have, and that it does very well without.
    """

    rule: Rule
    lacking: str
    faults: tuple[str, ...]
    absent: tuple[str, ...]


def named(rule: Rule) -> frozenset[str]:
    """Every symbol that a rule names: in its conditions, its message, its remedy."""
    return frozenset(
        (*rule.symbols, *symbols(rule.requires), *symbols(rule.when), *_in_message(rule), *dict(_in_remedy(rule)))
    )


def ground(values: Values, rules: Iterable[Rule]) -> Ground:
    """What an architecture offers to rules; `values` are those of its default config."""
    rules = tuple(rules)
    names = frozenset[str]().union(*map(named, rules))
    return Ground(
        values.model.architecture,
        frozenset(filter(values.model.is_defined, names)),
        frozenset(rule.id for rule in rules if rule.requires.holds(values)),
        values.model.version,
    )


def footing(rule: Rule, grounds: Sequence[Ground], known: Container[str] | None = None) -> Footing:
    """The state of a rule in the tree whose architectures offer these grounds.

    `known` are the symbols that some architecture of the tree defines, whether or not its ground is given; without them
    negated symbols are not looked at.
    """
    return _Assessment(rule, tuple(grounds), known).footing()


def unstated_negations(
    condition: Expression, absent: Sequence[Absence], known: Container[str], release: str
) -> Iterator[str]:
    """The negated symbols that a tree lacks, as faults of the file; `known` are the symbols that the tree defines.

    A file may state in `absent` why its condition is right for such a tree.
    """
    stated = {item.symbol for item in absent}
    for name in unstated(condition, known, release):
        if name not in stated:
            yield f"!{name} holds where no architecture defines {name}: ask exists({name}), or state in 'absent' why"


def role_faults(roles: Iterable[Role], known: Container[str], release: str) -> Iterator[str]:
    """The same for the marks and readings of roles."""
    for role in roles:
        conditions: tuple[Mark | Reading, ...] = (*role.marks, *role.readings)
        for item in conditions:
            for fault in unstated_negations(item.when, item.absent, known, release):
                yield f"{role.name}, {item.name!r}: {fault}"


@dataclass(frozen=True)
class _Assessment:
    rule: Rule
    grounds: tuple[Ground, ...]
    known: Container[str] | None

    def footing(self) -> Footing:
        lacking = self._lacking()
        if lacking:
            return Footing(self.rule, lacking, (), ())
        faults = tuple(self._faults())
        return Footing(self.rule, "", faults, () if faults else self._absent())

    @cached_property
    def _anywhere(self) -> frozenset[str]:
        """The symbols that some architecture defines."""
        return frozenset[str]().union(*(ground.defined for ground in self.grounds))

    @cached_property
    def _open(self) -> tuple[Ground, ...]:
        """The architectures that the rule itself says it is for."""
        return tuple(
            ground
            for ground in self.grounds
            if self.rule.id in ground.met and remains(self.rule.when, ground.defined, guards_only=True) != NEVER
        )

    @cached_property
    def _old(self) -> frozenset[str]:
        """The names that the rule is glad not to find."""
        conditions = (self.rule.requires, self.rule.when)
        found = {name for item in conditions for name, wanted in predicates(item, "exists") if not wanted}
        if self.rule.kind == "stale":
            found.update(name for name, wanted in predicates(self.rule.when, "assigned") if wanted)
        return frozenset(found)

    def _lacking(self) -> str:
        if self._open:
            return ""
        conditions = (self.rule.requires, self.rule.when)
        wanted = [name for item in conditions for name, yes in predicates(item, "exists") if yes]
        missing = dict.fromkeys(name for name in wanted if name not in self._anywhere)
        if missing:
            return f"no architecture defines {_listed(missing)}"
        alive = sorted(self._old & self._anywhere)
        if alive:
            return f"{_listed(alive)} {'is' if len(alive) == 1 else 'are'} still defined"
        return f"no architecture has what it requires: {self.rule.requires}"

    def _faults(self) -> Iterator[str]:
        left = {ground: remains(self.rule.when, ground.defined) for ground in self._open}
        if all(item == NEVER for item in left.values()):
            missing = self._unknown(valued(self.rule.when))
            if missing:
                yield f"it can never fire, for no architecture defines {_listed(missing)}: 'requires' must say so"
            else:
                yield f"it can never fire: {self.rule.when}"
            return
        always = next((ground.architecture for ground, item in left.items() if item == ALWAYS), None)
        if always is not None:
            yield f"it fires on every config of {always}, whatever it says"
        # A list of those that are on or off leaves out what is not there.
        named = self.rule.symbols[:1] if lists(self.rule.message) else self.rule.symbols
        subjects = {*named, *_in_message(self.rule)} - self._old
        for name in self._unknown(granted(self.rule.when, self._anywhere)):
            if name in subjects:
                yield f"it uses {name}, which no architecture defines: 'requires' must say so"
        if self.known is not None:
            condition = And((self.rule.requires, self.rule.when))
            yield from unstated_negations(condition, self.rule.absent, self.known, self._open[0].release)
        set_by_remedy = {name for name, is_set in _in_remedy(self.rule) if is_set}
        # Of a remedy those lines are printed that a config can have.
        if set_by_remedy and not set_by_remedy & self._anywhere:
            yield f"its remedy sets {_listed(sorted(set_by_remedy))}, which no architecture defines"
        for ground in self._open if self.rule.kind == "stale" else ():
            names = [name for name, yes in predicates(self.rule.when, "assigned") if yes and name in ground.defined]
            if names:
                yield f"{_listed(names)} is not stale, {ground.architecture} defines it: 'requires' must say !exists()"
                return

    def _absent(self) -> tuple[str, ...]:
        names = {*self.rule.symbols, *valued(self.rule.requires), *valued(self.rule.when)}
        names.update(name for name, _ in predicates(self.rule.when, "assigned"))
        names.update(_in_message(self.rule), dict(_in_remedy(self.rule)))
        return tuple(sorted(names - self._anywhere - self._old))

    def _unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in names if name not in self._anywhere))


def _in_message(rule: Rule) -> Iterator[str]:
    return (field.symbol for field in fields(rule.message) if field.symbol is not None)


def _in_remedy(rule: Rule) -> Iterator[tuple[str, bool]]:
    """The symbols of a remedy's lines, each with whether it is set, not switched off."""
    for line in rule.remedy:
        match = _REMEDY.match(line)
        if match is not None:
            yield match.group(1), match.group(2) is None


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
