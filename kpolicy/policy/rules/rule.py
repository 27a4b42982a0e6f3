# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules: what is said about a configuration, on what grounds, and how it is fixed.

A rule is data.  It is written as a TOML file (`kpolicy.policy.rules.load`) and judged against
values by `kpolicy.policy.judging.check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from kpolicy.frozen import dataclass, replace
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import CLASSES, Expression
from kpolicy.policy.toml.absence import Absence

Severity: TypeAlias = Literal["error", "warning", "note"]
RuleKind: TypeAlias = Literal["cost", "defeat", "half", "drag", "missing", "leak", "stale"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
ANY_ROLE = "any"
_FOR_BUGS = frozenset({"debug", "fuzzing"})

KIND_MEANINGS: Mapping[RuleKind, str] = {
    "cost": "an option is too costly for this role",
    "defeat": "one option defeats another",
    "half": "an option has no effect without another",
    "drag": "an option selects or implies a cost that the config does not mention",
    "missing": "an option is missing for this role",
    "leak": "a debug interface is exposed",
    "stale": "the option was renamed or removed",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a rule rests on: a statement, and the place where it was looked up."""

    text: str
    source: str


def grounds_of(rationale: str, references: Iterable[Reference]) -> str:
    """The rationale of a rule, and its references, as one text."""
    return json.dumps([rationale, *([item.text, item.source] for item in references)])


@dataclass(frozen=True, slots=True)
class Example:
    """A small config for the demonstration tree on which a rule fires, or must not.

    `role` is the role under which it is judged; `location` the line of the example in the rule file.
    """

    fires: bool
    config: str
    architecture: str
    role: str
    why: str
    location: Location


@dataclass(frozen=True, slots=True)
class RuleParameter:
    """A number or a word of a rule that a policy file may choose: `$name` in its texts.

    `value` is the one in effect, `default` the rule's own.
    """

    name: str
    default: int | str
    description: str
    value: int | str


@dataclass(frozen=True, slots=True)
class Texts:
    """Message and remedy of a rule as they are in its file, with `$name` for parameters."""

    message: str
    remedy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    `kind` is what is wrong (KIND_MEANINGS).

    `symbols` are the ones that it is about, the first being the one to edit.  `requires` says
    what the tree must have for the rule to make sense, `when` is the condition under which it
    fires.  `message` is a template (`kpolicy.policy.rules.message`).  `remedy` holds config lines
    that fix it, `cost` is what it costs and where that is known from.  `grounds` are its rationale and
    references, packed (`grounds_of`): few rules of a run are read by people.  `parameters` are what
    a policy file may choose (`with_parameters`).  `absent` says of symbols that a condition negates
    what it means when a tree does not define them.
    """

    id: str
    title: str
    kind: RuleKind
    severity: Severity
    roles: tuple[str, ...]
    symbols: tuple[str, ...]
    requires: Expression
    when: Expression
    message: str
    grounds: str
    remedy: tuple[str, ...]
    cost: Reference | None
    examples: tuple[Example, ...]
    aliases: tuple[str, ...]
    location: Location
    parameters: tuple[RuleParameter, ...] = ()
    absent: tuple[Absence, ...] = ()
    as_written: Texts | None = None

    def with_parameters(self, values: Mapping[str, int | str]) -> Rule:
        """The rule with other values for the parameters that `values` names; the others stay as they are."""
        # Only here: few policies choose parameters.
        from kpolicy.policy.expressions.rewriting import bind
        from kpolicy.policy.rules.message import fill_line, fill_parameters

        parameters = tuple(replace(item, value=values.get(item.name, item.value)) for item in self.parameters)
        chosen = {item.name: str(item.value) for item in parameters}
        written = self.as_written or Texts(self.message, self.remedy)
        return replace(
            self,
            requires=bind(self.requires, chosen),
            when=bind(self.when, chosen),
            message=fill_parameters(written.message, chosen),
            remedy=tuple(fill_line(line, chosen) for line in written.remedy),
            parameters=parameters,
            as_written=written,
        )

    @property
    def rationale(self) -> str:
        """Why the rule is a rule, in paragraphs."""
        rationale: str = json.loads(self.grounds)[0]
        return rationale

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the rule rests on."""
        return tuple(Reference(*item) for item in json.loads(self.grounds)[1:])

    @property
    def adds_debugging(self) -> bool:
        """Whether the rule wants more debug options in kernels that are for finding bugs, and in no others."""
        turns_on = any(line.endswith("=y") for line in self.remedy)
        return turns_on and self.kind in ("missing", "half") and frozenset(self.roles) <= _FOR_BUGS

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities that its findings can have without a policy file, its own first.

        A stale rule that is a note reports lines that config/unknown-symbol reports too: the graver severity counts.  A
        drag rule whose symbol others enable can say no more than a finding about these
        (`kpolicy.policy.judging.told_once`).
        """
        other = self._other_severity()
        return (self.severity, other[0]) if other is not None else (self.severity,)

    @property
    def severity_in_words(self) -> str:
        """The severity, with what decides where there are two."""
        other = self._other_severity()
        return f"{self.severity}; {other[0]} where {other[1]}" if other is not None else self.severity

    def _other_severity(self) -> tuple[Severity, str] | None:
        if (self.kind, self.severity) == ("stale", "note"):
            return "warning", "config/unknown-symbol is one for the line"
        own = {f"# CONFIG_{name} is not set" for name in self.symbols}
        enabled = not own.issuperset(self.remedy) or f"!assigned({self.symbols[0]})" in str(self.when)
        if self.kind == "drag" and self.severity != "note" and enabled:
            return "note", "another finding asks to turn off what enables it"
        return None

    @property
    def family(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    def is_for(self, role: str) -> bool:
        """Whether the rule judges configs of a role."""
        return role in self.roles or ANY_ROLE in self.roles


RULE_CLASSES: Final = (Rule, Reference, Example, RuleParameter, Texts, Absence, Location, *CLASSES)
"""What rules consist of."""
