# SPDX-License-Identifier: GPL-2.0-or-later
"""What a policy file can name: rules, checks, kpolicy's own findings about policies, roles."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import Final

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import dataclass, replace
from kpolicy.patterns import lazy
from kpolicy.policy.checks.check import Check
from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.files.globs import is_glob, matches_rule, selector_fault
from kpolicy.policy.roles.role import Role
from kpolicy.policy.roles.shipped import shipped_roles
from kpolicy.policy.rules.catalogue import Catalogue, shipped_catalogue
from kpolicy.policy.rules.rule import Rule, Severity

REQUIRED: Final = "required"
"""The family of requirements: its ids follow the symbols that fragments name."""
WAIVER_EXPIRED: Final = "policy/waiver-expired"
WAIVER_UNUSED: Final = "policy/waiver-unused"
UNKNOWN_REQUIREMENT: Final = "policy/unknown-requirement"
RESERVED_FAMILIES: Final = (REQUIRED, "policy")

_REQUIRED_ID: Final = lazy(rf"{REQUIRED}/[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a policy can switch: a rule, a check, or a finding about the policy itself.

    `enabled` is whether it reports findings unless a policy says otherwise; `rule` is None for all but rules.
    """

    id: str
    title: str
    severity: Severity
    enabled: bool
    rule: Rule | None = None


_OWN: Final = (
    Entry(WAIVER_EXPIRED, "expired waiver", "warning", enabled=True),
    Entry(WAIVER_UNUSED, "unused waiver", "note", enabled=True),
    Entry(UNKNOWN_REQUIREMENT, "required symbol that the tree does not define", "warning", enabled=True),
)


@dataclass(frozen=True)
class Vocabulary:
    """The names that a policy file may use.

    `complete` is False where something that would add names could not be read: then an unknown
    name proves nothing.  `broken` are the ids of own rules whose files have errors.
    """

    rules: Catalogue
    checks: tuple[Check, ...]
    roles: tuple[Role, ...]
    complete: bool = True
    broken: tuple[str, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that can be switched, by id."""
        found = [Entry(rule.id, rule.title, rule.severity, True, rule) for rule in self.rules]
        found += [Entry(check.id, check.title, check.severity, not check.quiet) for check in self.checks]
        return tuple(sorted((*found, *_OWN), key=lambda entry: entry.id))

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The symbols of a census: those that rules and roles ask about."""
        found = {name for rule in self.rules for name in rule.symbols}
        for role in self.roles:
            for mark in role.marks:
                found.update(symbols(mark.when))
        return tuple(sorted(found))

    @property
    def role_names(self) -> tuple[str, ...]:
        """The roles, what remains first."""
        return tuple(role.name for role in reversed(self.roles))

    def canonical(self, selector: str) -> str:
        """The id for an alias; anything else as it is."""
        return next((rule.id for rule in self.rules if selector in rule.aliases), selector)

    def ids(self) -> tuple[str, ...]:
        """The ids of all entries."""
        return (*(entry.id for entry in self.entries), *self.broken)

    def families(self) -> tuple[str, ...]:
        """All families, that of requirements among them."""
        return tuple(sorted({REQUIRED, *(rule_id.partition("/")[0] for rule_id in self.ids())}))

    def matched(self, selector: str) -> tuple[Entry, ...]:
        """The entries that a selector matches."""
        return tuple(entry for entry in self.entries if matches_rule(selector, entry.id))

    def is_sure(self, selector: str) -> bool:
        """Whether `matched` is all that a selector matches: something that could not be read may match as well."""
        return self.complete and not any(matches_rule(selector, rule_id) for rule_id in self.broken)

    def unknown(self, selector: str) -> tuple[str, str | None] | None:
        """What to say about a selector that matches nothing, with a hint; None when it does match."""
        if not self.is_sure(selector) or self.matched(selector) or self._is_requirement(selector):
            return None
        if is_glob(selector):
            return f"no rule matches {selector!r}", None
        if selector.startswith(f"{REQUIRED}/"):
            hint = f"did you mean {requirement_id(selector.partition('/')[2].removeprefix('CONFIG_'))!r}?"
            return f"{selector!r} is not a requirement id", hint
        if "/" not in selector:
            return f"unknown family {selector!r}", did_you_mean(selector, self.families())
        return f"unknown rule {selector!r}", did_you_mean(selector, self.ids())

    @staticmethod
    def _is_requirement(selector: str) -> bool:
        family, _, name = selector.partition("/")
        return family == REQUIRED and (not name or is_glob(name) or _REQUIRED_ID.match(selector) is not None)


def requirement_id(symbol: str) -> str:
    """The id of findings about a required symbol: small letters, digits and single dashes."""
    return f"{REQUIRED}/{re.sub(r'[^a-z0-9]+', '-', symbol.lower()).strip('-') or '-'}"


def check_selector(option: str, word: str, vocabulary: Vocabulary) -> None:
    """Refuse a selector that selects nothing; raises UsageError."""
    fault = selector_fault(word)
    problem = (f"{word!r}: {fault}", None) if fault is not None else vocabulary.unknown(vocabulary.canonical(word))
    if problem is not None:
        raise UsageError(f"{option}: {problem[0]}", hint=problem[1])


def shipped_vocabulary(
    *, quiet: Collection[str] = (), named: Collection[str] = (), examples: bool = True, cache: str | None = None
) -> Vocabulary:
    """What ships with kpolicy, without the rules of users.

    `quiet` are checks that report only when a policy switches them on, besides those that do so anyway;
    those that are `named` report in any case. Without `examples` the rules have none. What has been read is kept in
    the `cache`, if there is one.
    """
    checks = tuple(_as_quiet(check, (check.quiet or check.id in quiet) and check.id not in named) for check in CHECKS)
    return Vocabulary(shipped_catalogue(examples=examples, cache=cache), checks, shipped_roles(cache))


def _as_quiet(check: Check, quiet: bool) -> Check:
    return check if check.quiet == quiet else replace(check, quiet=quiet)
