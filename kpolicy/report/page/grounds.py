# SPDX-License-Identifier: GPL-2.0-or-later
"""On what grounds a finding stands: what the page tells about each rule, check and requirement, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kpolicy.policy.catalogue import shipped_catalogue
from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.rule import KIND_MEANINGS, Rule
from kpolicy.policy.vocabulary import REQUIRED


@dataclass(frozen=True, slots=True)
class Grounds:
    """What there is to know about a rule.

    `paragraphs` are its rationale; `references` and `cost` say what is known and by whose account.
    """

    title: str
    kind: str
    paragraphs: tuple[str, ...]
    references: tuple[tuple[str, str], ...] = ()
    cost: tuple[str, str] | None = None
    condition: str = ""


def grounds_of(rule: str) -> Grounds:
    """The grounds of a rule by its id."""
    known = _shipped().get(rule)
    if known is not None:
        return known
    if rule.startswith(f"{REQUIRED}/"):
        text = "A fragment that the policy, or the command line, names asks for this; the message says which line."
        return Grounds("A line that is required", "required", (text,))
    if rule.startswith("policy/"):
        return Grounds("About the policy itself", "policy", ("What the policy says does not, or no longer, apply.",))
    text = "The policy brings this rule along; its file, in the folder that `rules_dir` names, tells its grounds."
    return Grounds("A rule of the policy's own", "own rule", (text,))


@cache
def _shipped() -> Mapping[str, Grounds]:
    found = {rule.id: _of_rule(rule) for rule in shipped_catalogue(examples=False)}
    for check in CHECKS:
        what = "a check of config lines" if check.subject == "config" else "a check of Kconfig files"
        found[check.id] = Grounds(check.title, what, (check.rationale,), (("", check.source),))
    return found


def _of_rule(rule: Rule) -> Grounds:
    paragraphs = tuple(" ".join(part.split()) for part in rule.rationale.split("\n\n") if part.strip())
    return Grounds(
        title=rule.title,
        kind=KIND_MEANINGS[rule.kind],
        paragraphs=paragraphs,
        references=tuple((item.text, item.source) for item in rule.references),
        cost=(rule.cost.text, rule.cost.source) if rule.cost is not None else None,
        condition=str(rule.when),
    )
