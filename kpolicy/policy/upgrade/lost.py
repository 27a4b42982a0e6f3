# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of each line of a config on another kernel: kept, lost, renamed, or dropped at no cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.effects import LineEffect, line_effects
from kpolicy.policy.checks.fates import Fate, fate_of
from kpolicy.policy.checks.heirs import Heirs, heirs
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.names import likely_names
from kpolicy.policy.checks.reasons import Names, is_foreign, reason, with_article

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values

_COUNTED: Final[tuple[Fate, ...]] = ("renamed", "off", "result", "ineffective")


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
        line = effect.assignment
        if effect.effect == "unknown-symbol" and after.assignment(line.name) is not line:
            # A later line for the same name counts, as that of a name that is defined would.
            continue
        fate = fate_of(before, after, effect)
        counts[fate] += 1
        if fate == "lost":
            lost.append(_lost(after, effect, names))
    return Lines(tuple(lost), {fate: counts[fate] for fate in _COUNTED})


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
        what = {"merged": "now part of", "opposite": "now the opposite of"}.get(found.kind, "now")
        return f"{what} {values}"
    if is_foreign(name, names):
        return "not defined on this architecture"
    gone = lifetime_words(name, model.version)
    near = likely_names(model, name)
    like = f"; {' or '.join(near)} has a similar name" if near else ""
    return f"not defined in Linux {model.version}{f' ({gone})' if gone else ''}{like}"
