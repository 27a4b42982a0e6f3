# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogue: the rules that ship with kpolicy, one file each below `kpolicy/rules/`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.policy.expression import symbols
from kpolicy.policy.load import load_rule
from kpolicy.policy.roles import role_names
from kpolicy.policy.rule import Rule
from kpolicy.policy.toml_file import FileErrors, did_you_mean

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
        raise UsageError(f"there is no rule {rule_id!r}", hint=did_you_mean(rule_id, (rule.id for rule in self.rules)))

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
    rules, errors = [], list[KpolicyError]()
    for rule_id, path, text in files:
        try:
            rules.append(load_rule(rule_id, path, text, roles, examples=examples))
        except FileErrors as found:
            errors += found.errors
        except UsageError as error:
            errors.append(error)
    if errors:
        raise FileErrors(errors)
    return make_catalogue(rules)


@functools.cache
def shipped_catalogue(*, examples: bool = True) -> Catalogue:
    """The rules that ship with kpolicy; without their examples, which judging does not need, it is quicker."""
    return load_rules(shipped_files(), role_names(), examples=examples)


def shipped_files() -> Iterator[tuple[str, str, str]]:
    """The shipped rule files: id, path inside of the package, text."""
    root = resources.files(RULES_PACKAGE)
    for family in sorted(root.iterdir(), key=_name):
        if family.is_dir() and not family.name.startswith(("_", ".")):
            for file in sorted(family.iterdir(), key=_name):
                if file.name.endswith(".toml"):
                    rule_id = f"{family.name}/{file.name.removesuffix('.toml')}"
                    yield rule_id, f"kpolicy/rules/{rule_id}.toml", file.read_text(encoding="utf-8")


def _name(entry: Traversable) -> str:
    return entry.name
