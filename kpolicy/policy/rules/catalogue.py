# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogue: the rules that ship with kpolicy, one file each below `kpolicy/rules/`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.roles.shipped import role_names
from kpolicy.policy.rules.rule import RULE_CLASSES, Rule
from kpolicy.policy.toml.compiled import compiled

RULES_PACKAGE = "kpolicy.rules"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Rules, by id, in the order of their ids."""

    rules: tuple[Rule, ...]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def families(self) -> tuple[str, ...]:
        """The families, sorted."""
        return tuple(sorted({rule.family for rule in self.rules}))

    def rule(self, rule_id: str) -> Rule:
        """A rule by its id or by an alias.

        Raises UsageError with the likeliest id for one that is unknown.
        """
        for rule in self.rules:
            if rule_id == rule.id or rule_id in rule.aliases:
                return rule
        raise UsageError(f"unknown rule {rule_id!r}", hint=did_you_mean(rule_id, (rule.id for rule in self.rules)))

    def symbols(self) -> tuple[str, ...]:
        """All symbols that the rules ask about, sorted: what has to be evaluated."""
        found: set[str] = set()
        for rule in self.rules:
            found.update(rule.symbols, symbols(rule.requires), symbols(rule.when))
        return tuple(sorted(found))


def make_catalogue(rules: Iterable[Rule]) -> Catalogue:
    """A catalogue of some rules.

    Raises UsageError when an id or an alias stands for two of them.
    """
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    owners: dict[str, Rule] = {}
    for rule in ordered:
        for name in (rule.id, *rule.aliases):
            other = owners.setdefault(name, rule)
            if other is not rule:
                raise UsageError(f"{name!r} stands for two rules", rule.location, hint=f"the other is {other.location}")
    return Catalogue(ordered)


def load_rules(files: Iterable[tuple[str, str, str]], roles: Sequence[str], *, examples: bool = True) -> Catalogue:
    """A catalogue of rule files, given as (id, path to show, text), with their examples if wanted.

    Raises FileErrors with everything that is wrong with any of them.
    """
    # What comes from the cache does without.
    from kpolicy.policy.rules.load import load_rule
    from kpolicy.policy.toml.data_files import load_all

    return make_catalogue(load_all(files, partial(load_rule, roles=roles, examples=examples)))


@functools.cache
def shipped_catalogue(*, examples: bool = True, cache: str | None = None) -> Catalogue:
    """The rules that ship with kpolicy, kept in a cache if there is one; judging does not need their examples."""

    def load() -> tuple[Rule, ...]:
        return load_rules(shipped_files(), role_names(), examples=examples).rules

    return Catalogue(compiled(f"rules {examples}", load, RULE_CLASSES, cache, "rules"))


def shipped_files() -> Iterator[tuple[str, str, str]]:
    """The shipped rule files: id, path inside of the package, text."""
    from kpolicy.policy.toml.data_files import data_files  # what comes from the cache does without

    return data_files(RULES_PACKAGE)
