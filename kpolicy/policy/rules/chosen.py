# SPDX-License-Identifier: GPL-2.0-or-later
"""Some of the rules: by id, by family, by what they say about themselves."""

from __future__ import annotations

from collections.abc import Sequence

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import dataclass
from kpolicy.policy.rules.catalogue import Catalogue
from kpolicy.policy.rules.rule import ANY_ROLE, KINDS, SEVERITIES, Rule


@dataclass(frozen=True, slots=True)
class Wish:
    """What rules are wanted; each part that is empty asks for nothing, the others must all be met.

    `words` are families, ids or aliases; a rule for any role is for each of `roles`.
    """

    words: Sequence[str] = ()
    roles: Sequence[str] = ()
    kinds: Sequence[str] = ()
    severities: Sequence[str] = ()


def chosen(catalogue: Catalogue, wish: Wish, roles: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that are wished for, in the order of their ids; `roles` are the roles that there are.

    Raises UsageError for a word that names nothing.
    """
    _known("role", wish.roles, (*roles, ANY_ROLE))
    _known("kind", wish.kinds, KINDS)
    _known("severity", wish.severities, SEVERITIES)
    named = {rule.id for word in wish.words for rule in _named(catalogue, word)}
    return tuple(
        rule
        for rule in catalogue
        if (rule.id in named or not wish.words)
        and (not wish.roles or any(rule.is_for(role) for role in wish.roles))
        and (not wish.kinds or rule.kind in wish.kinds)
        and (not wish.severities or rule.severity in wish.severities)
    )


def _named(catalogue: Catalogue, word: str) -> tuple[Rule, ...]:
    if "/" in word:
        return (catalogue.rule(word),)
    found = tuple(rule for rule in catalogue if rule.family == word)
    if not found:
        hint = did_you_mean(word, catalogue.families) or f"there are {', '.join(catalogue.families)}"
        raise UsageError(f"unknown family {word!r}", hint=hint)
    return found


def _known(what: str, words: Sequence[str], choices: Sequence[str]) -> None:
    for word in words:
        if word not in choices:
            raise UsageError(f"unknown {what} {word!r}", hint=did_you_mean(word, choices))
