# SPDX-License-Identifier: GPL-2.0-or-later
"""`kconfig/test-config-not-honoured`: what the configs of the kernel's own tests ask for and do not get.

A test whose option is missing is skipped, or passes without having tested anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Assignment, Config
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import cause
from kpolicy.frozen import replace
from kpolicy.policy.checks.effects import LineEffect, asked_value, line_effects, why
from kpolicy.policy.checks.fragments import Unheard, what_of, words_of
from kpolicy.policy.checks.reasons import Names, reason
from kpolicy.policy.checks.tree import tree_finding
from kpolicy.policy.edits import line_of

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.rules.finding import Finding

CHECK: Final = "kconfig/test-config-not-honoured"
_TO_CHECK: Final = "#CHECK#"
# What is asked may need something that needs something; a longer list is no quick fix.
_MOST_LINES: Final = 4
_MOST_SYMBOLS: Final = 8


def unmet_checks(values: Values, config: Config, names: Names) -> Iterator[Unheard]:
    """The `#CHECK#` lines of an rcutorture scenario whose symbols have another value, as configcheck.sh finds them."""
    for line in config.unread:
        if not line.text.startswith(_TO_CHECK) or not line.name:
            continue
        got = values.result(line.name)
        if got == asked_value(values.model.type_of(line.name), line.value):
            continue
        asked = Assignment(line.name, line.value, line.location, line.text)
        symbol = values.model.symbol(line.name)
        if symbol is None:
            told = "no Kconfig file of this architecture defines it"
        elif blockers(values, line.name, 2) or got != "n":
            told = reason(values, LineEffect(asked, why(values, asked, got), got), names)
        else:
            told = cause(values, line.name)[0].text
        yield Unheard(values.model.srcarch, line.location, line.name, line.text, told, False, symbol is None, False)


def lines_to_add(values: Values, unheard: Unheard, again: Callable[[Sequence[Assignment]], Values]) -> tuple[str, ...]:
    """Config lines after which a line is honoured, tried by evaluation; none where a few do not do.

    `again` gives the values with some lines more.
    """
    line = values.assignment(unheard.symbol)
    if line is None or unheard.hopeless:
        return ()
    wanted = asked_value(values.model.type_of(unheard.symbol), line.value)
    level = 1 if line.value[:1] == "m" else 2
    added: dict[str, Assignment] = {}
    for _step in range(_MOST_LINES):
        best: tuple[int, Assignment, Values] | None = None
        for name in _in_the_way(values, unheard.symbol, level):
            value = "n" if values.result(name) == "y" else "y"
            new = Assignment(name, value, unheard.place, f"CONFIG_{name}={value}")
            then = again([*added.values(), new])
            if then.result(unheard.symbol) == wanted:
                return tuple(line_of(item.name, item.value) for item in {**added, name: new}.values())
            left = len(_in_the_way(then, unheard.symbol, level))
            if then.result(name) == value and name not in added and (best is None or left < best[0]):
                best = left, new, then
        if best is None:
            return ()
        _, new, values = best
        added[new.name] = new
    return ()


def _in_the_way(values: Values, name: str, level: int) -> list[str]:
    """Symbols with a prompt that a symbol needs changed, those that these need among them; a few."""
    found: dict[str, None] = {}
    waiting = [name]
    for one in waiting:
        least = 2 if values.model.type_of(one) == "bool" else level
        needed = [item for blocker in blockers(values, one, least) for item in blocker.symbols]
        for item in needed:
            if item not in waiting and values.model.has_prompt(item) and len(found) < _MOST_SYMBOLS:
                found[item] = None
                waiting.append(item)
    return list(found)


def unreadable(config: Config, srcarch: str) -> Iterator[Unheard]:
    """Lines that look like a request and are none to conf."""
    for line in config.unread:
        if not line.text.startswith(_TO_CHECK):
            told = f"conf does not read the line ({line.fault})"
            yield Unheard(srcarch, line.location, line.name, line.text.strip(), told, False, True, False)


def contradictions(values: Values, paths: Collection[str]) -> Iterator[Unheard]:
    """Lines of files that are merged in no certain order, for whose symbols another of them asks another value."""
    for effect in line_effects(values):
        line, other = effect.assignment, effect.other
        if effect.effect != "duplicate-assignment" or other is None:
            continue
        kind = values.model.type_of(line.name)
        one, two = (asked_value(kind, item.value) for item in (line, other))
        own, its = line.location.path, other.location.path
        if own == its or own not in paths or its not in paths or one == two or {one, two} == {"m", "y"}:
            continue
        its_line = line_of(other.name, other.value)
        told = f"{other.location} asks for {its_line}, and find gives the files in no certain order"
        place, text = line.location, f"CONFIG_{line.name}={line.value}"
        yield Unheard(values.model.srcarch, place, line.name, text, told, False, False, False)


def beside(alone: Sequence[Unheard], together: Sequence[Unheard]) -> Iterator[Unheard]:
    """What is honoured alone and not when the configs of all selftests are merged."""
    known = {item.place for item in alone}
    for item in together:
        if item.place not in known:
            yield replace(item, merged=True)


def suite_findings(found: Sequence[Unheard], asked: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """A finding for each line that is not honoured; `asked` gives each file's architectures.

    A line for what only other architectures have is normal where a test is for all of them.
    """
    lines: dict[tuple[Location, bool], list[Unheard]] = defaultdict(list)
    for item in found:
        lines[item.place, item.merged].append(item)
    for (place, merged), items in sorted(lines.items(), key=lambda pair: (pair[0][0].path, pair[0][0].line)):
        archs = asked[place.path]
        said = [item for item in items if not item.foreign] if len(archs) > 1 else items
        if not said:
            continue
        knowing = len(archs) - (len(items) - len(said))
        nowhere = len(said) == knowing and not any(item.probed for item in said)
        first = said[0]
        where = "together with all selftests' configs " if merged else ""
        message = f"{first.text} {where}{what_of(said, archs, nowhere=nowhere)}: {words_of(said)}"
        remedy = next((item.lines for item in said if item.lines), ())
        having = sorted(item.architecture for item in said)
        finding = tree_finding(
            CHECK, first.symbol, message, place, having, severity="warning" if nowhere and not merged else "note"
        )
        yield replace(finding, remedy=remedy)
