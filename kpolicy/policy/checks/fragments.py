# SPDX-License-Identifier: GPL-2.0-or-later
"""`kconfig/fragment-not-honoured`: what the kernel's own fragments ask for and do not get.

A fragment of kernel/configs is for every architecture: it is laid on the default config of each.
A line for a symbol that only other architectures have is normal there.  A fragment in arch/ is
made for configs that nothing names, so only lines without effect in all of them are reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kpolicy.explain.blocked import blockers
from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.reasons import Names, is_foreign, reason
from kpolicy.policy.checks.tree import tree_finding

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Severity

_CHECK = "kconfig/fragment-not-honoured"
_HEARD = ("honoured", "duplicate-assignment", "renamed")
_FEW = 6
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Unheard:
    """A line of a fragment that an architecture does not honour.

    `foreign` marks what only other architectures can have, `hopeless` a line that does nothing in any
    config of this one, `probed` what rests on the toolchain, `merged` what is honoured where the fragment is alone.
    With the `lines` beside it, where there are any, it is honoured.
    """

    architecture: str
    place: Location
    symbol: str
    text: str
    reason: str
    foreign: bool
    hopeless: bool
    probed: bool
    merged: bool = False
    lines: tuple[str, ...] = ()


def unheard(values: Values, fragments: Collection[str], names: Names) -> Iterator[Unheard]:
    """The lines of some fragments that are not honoured in the result of a stack that they belong to."""
    for effect in line_effects(values):
        assignment = effect.assignment
        if assignment.location.path not in fragments or effect.effect in _HEARD:
            continue
        name, value = assignment.name, assignment.value
        symbol = values.model.symbol(name)
        hopeless = symbol is None or effect.effect == "wrong-type" or not symbol.prompts
        obstacles = () if hopeless else blockers(values, name, 1 if value[:1] == "m" else 2)
        yield Unheard(
            architecture=values.model.srcarch,
            place=assignment.location,
            symbol=name,
            text=f"CONFIG_{name}={value}",
            reason=reason(values, effect, names),
            foreign=_is_foreign(values, name, names),
            hopeless=hopeless,
            probed=any(item.answerer for item in obstacles)
            or any(_is_probed(values, needed) for item in obstacles for needed in item.symbols),
        )


def _is_foreign(values: Values, name: str, names: Names) -> bool:
    """Whether a symbol, or one that it depends on, is defined for other architectures only."""
    symbol = values.model.symbol(name)
    if symbol is None:
        return is_foreign(name, names)
    return any(
        part.op == "symbol" and not values.evaluate(part) and _is_foreign(values, part.name, names)
        for part in conjuncts(symbol.direct_dependency)
    )


def _is_probed(values: Values, name: str) -> bool:
    symbol = values.model.symbol(name)
    return symbol is not None and symbol.probed


def fragment_findings(found: Sequence[Unheard], asked: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """A finding for each line of a fragment that is not honoured; `asked` gives each fragment's architectures."""
    lines: dict[Location, list[Unheard]] = defaultdict(list)
    for item in found:
        lines[item.place].append(item)
    for place, items in sorted(lines.items(), key=lambda pair: (pair[0].path, pair[0].line)):
        archs = asked[place.path]
        said = [item for item in items if not item.foreign]
        if len(archs) == 1:
            if said and said[0].hopeless:
                yield _finding(said, archs, "warning")
            continue
        knowing = len(archs) - (len(items) - len(said))
        if said:
            nowhere = len(said) == knowing and not any(item.probed for item in said)
            yield _finding(said, archs, "warning" if nowhere else "note")


def _finding(items: Sequence[Unheard], asked: Sequence[str], severity: Severity) -> Finding:
    archs = sorted(item.architecture for item in items)
    first = items[0]
    message = f"{first.text} {what_of(items, asked, nowhere=severity == 'warning')}: {words_of(items)}"
    return tree_finding(_CHECK, first.symbol, message, first.place, archs, severity=severity)


def what_of(items: Sequence[Unheard], asked: Sequence[str], *, nowhere: bool) -> str:
    """What became of a line; `nowhere` says that no architecture that could honours it."""
    archs = sorted(item.architecture for item in items)
    if all(item.hopeless for item in items) and nowhere:
        return "has no effect"
    if len(archs) == len(asked) > 1:
        return "is not honoured on any architecture"
    if nowhere and len(asked) > 1:
        return f"is not honoured on any architecture that defines it ({_some(archs)})"
    return f"is not honoured on {_some(archs)}"


def words_of(items: Sequence[Unheard]) -> str:
    """Why, for the architectures of each reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for item in items:
        by_reason[item.reason].append(item.architecture)
    groups = sorted(by_reason.items(), key=lambda group: -len(group[1]))
    told = [text if len(groups) == 1 else f"on {_some(archs)} {text}" for text, archs in groups[:_MOST_REASONS]]
    more = f"; and {len(groups) - _MOST_REASONS} more" if len(groups) > _MOST_REASONS else ""
    return f"{'; '.join(told)}{more}"


def _some(archs: Sequence[str]) -> str:
    return ", ".join(archs) if len(archs) <= _FEW else f"{len(archs)} architectures"
