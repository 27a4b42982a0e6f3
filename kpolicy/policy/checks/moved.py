# SPDX-License-Identifier: GPL-2.0-or-later
"""A full .config that another tree made: what is lost with it, and what was only a result of that tree.

Such a .config has a line for every symbol that was visible or on.  If another release made it, a person has to act on
what a person asked for of what does not hold in this tree: that is reported line by line.  The rest is counted.

A tree of the same release can have other Kconfig files: one with the patches of PREEMPT_RT, or of a vendor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass
from kpolicy.policy.checks.fates import Fate, fate_of
from kpolicy.policy.checks.old_names import holds
from kpolicy.policy.checks.prompts import had_prompt
from kpolicy.policy.checks.reasons import is_foreign

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.checks.effects import LineEffect
    from kpolicy.policy.checks.reasons import Names

_KINDS: Final[tuple[tuple[Fate, str, str], ...]] = (
    ("result", "records a derived value of that kernel", "record derived values of that kernel"),
    ("off", "turns off a symbol that is not defined here", "turn off symbols that are not defined here"),
    ("renamed", "has its value under another name", "have their value under another name"),
)
_COUNTED: Final = frozenset(kind for kind, _, _ in _KINDS)
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A line that is not honoured in this tree and needs no action, and why."""

    effect: LineEffect
    kind: Fate


def release_that_made(values: Values) -> str | None:
    """The release in the header of a full .config, where it is another one than the tree's."""
    config = values.config
    if config is None or not config.is_full or config.version in (None, values.model.version):
        return None
    return config.version


def symbols_of_other_tree(values: Values, effects: Iterable[LineEffect], names: Names | None) -> tuple[str, ...]:
    """The symbols that no architecture of this tree defines, in a full .config of its release made by another tree.

    None where the release is another one, or nothing shows another tree.  What shows it is a symbol without a prompt
    that is on: `conf` wrote its line, while any other unknown name can be an error of a person.
    """
    config = values.config
    if config is None or not config.is_full or config.version != values.model.version or not config.assignments:
        return ()
    path = config.assignments[0].location.path
    lines = [item.assignment for item in effects if item.effect == "unknown-symbol"]
    unknown = [line for line in lines if line.location.path == path and not is_foreign(line.name, names)]
    if not any(line.value != "n" and had_prompt(line.name, config.version) is False for line in unknown):
        return ()
    return tuple(dict.fromkeys(line.name for line in unknown if holds(values, line) is None))


def left_behind(values: Values, effects: Iterable[LineEffect]) -> list[LeftBehind]:
    """The lines of the full .config of another release that are not reported one by one."""
    assert values.config is not None
    path = values.config.assignments[0].location.path if values.config.assignments else ""
    # What is honoured is kept: nine of ten lines.
    own = (
        item for item in effects if item.effect not in ("honoured", "renamed") and item.assignment.location.path == path
    )
    found = (LeftBehind(effect, fate_of(None, values, effect)) for effect in own)
    return [item for item in found if item.kind in _COUNTED]


def summary(left: Sequence[LeftBehind], release: str, how: str) -> str:
    """All of them in one sentence; `how` says how they are listed."""
    count = Counter(item.kind for item in left)
    parts = []
    for kind, one, many in _KINDS:
        if count[kind]:
            names = [item.effect.assignment.name for item in left if item.kind == kind][:_EXAMPLES]
            more = ", ..." if count[kind] > len(names) else ""
            parts.append(f"{count[kind]} {one if count[kind] == 1 else many} ({', '.join(names)}{more})")
    lines = "1 line is" if len(left) == 1 else f"{len(left)} lines are"
    return f"made by Linux {release}: {lines} not honoured and not listed: {'; '.join(parts)}; {how}"


def in_words(item: LeftBehind, release: str) -> str:
    """One of them."""
    line = item.effect.assignment
    if item.kind == "off":
        return f"CONFIG_{line.name} is not defined in this tree, and was off in Linux {release}"
    if item.kind == "renamed":
        return f"CONFIG_{line.name}={line.value} has its value under another name"
    return f"CONFIG_{line.name}={line.value} records a derived value of Linux {release}; here it is {item.effect.got}"
