# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of each line of a config on another kernel: kept, lost, renamed, or dropped at no cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.explain.cause import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.effects import LineEffect, asked_value, is_value, line_effects
from kpolicy.policy.checks.heirs import Heirs, heirs
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.moved import was_asked
from kpolicy.policy.checks.names import likely_names
from kpolicy.policy.checks.old_names import holds
from kpolicy.policy.checks.reasons import Names, is_foreign, reason, with_article

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values

Fate: TypeAlias = Literal["kept", "lost", "renamed", "off", "result", "ineffective"]
"""What becomes of a line.

It is kept, or lost; its value goes over to another name; it turns off what is no longer defined; it records what
followed from other lines; it had no effect on the kernel before either.
"""
_COUNTED: Final[tuple[Fate, ...]] = ("renamed", "off", "result", "ineffective")


_ZERO: Final = ("0", "0x0")


@dataclass(frozen=True, slots=True)
class Lost:
    """A request that is not honoured any more: its line, the value that its symbol has instead, and why.

    `successors` are the symbols that have its place, as far as that is known.
    """

    line: Assignment
    got: str
    reason: str
    successors: tuple[str, ...] = ()

    @property
    def symbol(self) -> str:
        """The symbol of the line."""
        return self.line.name


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a config on another kernel: those that are lost, and how many of the others cost nothing."""

    lost: tuple[Lost, ...]
    counts: Mapping[Fate, int]


def lines_of(before: Values | None, after: Values, names: Names | None = None) -> Lines:
    """What becomes of the lines of a config; `before` are its values on the kernel before, by that kernel's files.

    Without them a full .config states what it had, and every line of another config is a request.
    """
    counts: Counter[Fate] = Counter()
    lost: list[Lost] = []
    for effect in line_effects(after):
        fate = fate_of(before, after, effect)
        counts[fate] += 1
        if fate == "lost":
            lost.append(_lost(after, effect, names))
    return Lines(tuple(lost), {fate: counts[fate] for fate in _COUNTED})


def fate_of(before: Values | None, after: Values, effect: LineEffect) -> Fate:
    """What becomes of one line."""
    line = effect.assignment
    if effect.effect in ("honoured", "duplicate-assignment"):
        return "kept"
    if effect.effect == "renamed":
        heir = effect.heir or line.name
        if shown(after, heir) != shown(after, line.name):
            return "lost"
        # Without a line under the new name, this one gives the new symbol its value.
        return "renamed" if effect.other is not None else "kept"
    known = None if after.model.is_defined(line.name) else holds(after, line)
    if known:
        return "renamed"
    if effect.effect == "wrong-type" and line.value == "n" and effect.got in _ZERO:
        # The option has become a number, and is off by it.
        return "kept"
    if before is not None and not _had_effect(before, line):
        return "ineffective"
    if not _is_request(before, after, line):
        return "result"
    if line.value == "n" and effect.effect == "unknown-symbol" and known is None:
        return "off"
    return "lost"


def _had_effect(before: Values, line: Assignment) -> bool:
    """Whether the line was honoured on the kernel before."""
    kind = before.model.type_of(line.name)
    return is_value(kind, line.value) and before.result(line.name) == asked_value(kind, line.value)


def _is_request(before: Values | None, after: Values, line: Assignment) -> bool:
    """Whether a person can have asked for it: all lines but those of a full .config without a prompt."""
    config = after.config
    assert config is not None
    if not config.is_full or line.location.path != config.assignments[0].location.path:
        return True
    if before is None:
        return config.version is None or line.value == "n" or was_asked(after.model, line.name, config.version)
    return before.is_changeable(before.model.core.symbols[line.name])


def _lost(after: Values, effect: LineEffect, names: Names | None) -> Lost:
    line, model = effect.assignment, after.model
    found = heirs(model, line.name) if effect.heir is None else Heirs((effect.heir,), "renamed")
    return Lost(line, effect.got, _reason(after, effect, found, names), found.names if found is not None else ())


def _reason(after: Values, effect: LineEffect, found: Heirs | None, names: Names | None) -> str:
    name, model = effect.assignment.name, after.model
    if effect.effect == "wrong-type":
        return f"{name} is {with_article(model.type_of(name))} in Linux {model.version}"
    if effect.effect != "unknown-symbol":
        return reason(after, effect, names)
    if found is not None:
        values = " and ".join(f"{item}, which is {shown(after, item)}" for item in found.names)
        return f"now part of {values}" if found.kind == "merged" else f"now {values}"
    if is_foreign(name, names):
        return "not defined on this architecture"
    gone = lifetime_words(name, model.version)
    near = likely_names(model, name)
    like = f"; {' or '.join(near)} has a similar name" if near else ""
    return f"not defined in Linux {model.version}{f' ({gone})' if gone else ''}{like}"
