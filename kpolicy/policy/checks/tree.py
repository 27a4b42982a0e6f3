# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the Kconfig files of a tree: `kconfig/*`, one a line, over all architectures.

What the architectures claim about a line is a finding where all of them agree that the line is of
any use to.  A line is judged by its text: where the text asks the toolchain, another toolchain may
give another answer, and nothing is proved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.errors import InputError
from kpolicy.policy.checks.names import alike, joined
from kpolicy.policy.checks.registry import check_by_id
from kpolicy.policy.checks.renames import renamed
from kpolicy.policy.rules.finding import Finding

if TYPE_CHECKING:
    from kpolicy.explain.grounds import Ground
    from kpolicy.kconfig.names import NameIndex
    from kpolicy.kconfig.references import Reference
    from kpolicy.kernel.source import Source
    from kpolicy.location import Location
    from kpolicy.policy.checks.claims import Claim, Claims
    from kpolicy.policy.rules.finding import Witness
    from kpolicy.policy.rules.rule import Severity

_FEW = 6
REFUSED, UNMET = "kconfig/refused-by-conf", "kconfig/unmet-select"
ON_ONE = frozenset((REFUSED, UNMET))
"""What is a finding if one architecture shows it."""


def tree_finding(
    check: str,
    symbol: str,
    message: str,
    place: Location,
    architectures: Sequence[str],
    *,
    severity: Severity | None = None,
    tree: str = "",
    grounds: tuple[Ground, ...] = (),
    witness: Witness | None = None,
    part: str = "",
) -> Finding:
    """A finding about a line of the tree itself."""
    return Finding(
        rule=check,
        severity=severity or check_by_id(check).severity,
        tree=tree,
        architecture="",
        config=place.path,
        role="",
        symbol=symbol,
        symbols=(),
        message=message,
        causes=(),
        place=place,
        remedy=(),
        architectures=tuple(architectures),
        grounds=grounds,
        witness=witness,
        part=part,
    )


def merged(claims: Sequence[Claims], source: Source) -> Iterator[Finding]:
    """The claims that hold wherever their line can do anything at all, each once."""
    by_line: dict[tuple[str, Location, str, str], dict[str, Claim]] = defaultdict(dict)
    for one in claims:
        for claim in one.claims:
            by_line[claim.check, claim.place, claim.symbol, claim.part].setdefault(one.architecture, claim)
    macros = _Macros(source)
    for (check, place, symbol, part), found in by_line.items():
        if check in ON_ONE:
            # One architecture is enough: its conf stops there, or warns.
            holding = sorted(found)
            # The config with the fewest lines shows it best.
            best = min(
                (found[item] for item in holding), key=lambda item: len(item.witness.lines) if item.witness else 0
            )
            message = best.message + suffix(holding, claims, place)
            yield tree_finding(
                check, symbol, message, place, holding, part=part, grounds=best.grounds, witness=best.witness
            )
            continue
        using = [one for one in claims if place.path in one.files and place not in one.idle]
        if any(one.architecture not in found for one in using):
            continue
        holding = sorted(found)
        agreed = [found[architecture] for architecture in holding]
        if any(macros.at(line) for line in (place, *agreed[0].rests_on)):
            continue
        why, grounds = _reason(agreed)
        message = agreed[0].message + why + suffix(holding, claims, place)
        yield tree_finding(check, symbol, message, place, holding, part=part, grounds=grounds)


def _reason(claims: Sequence[Claim]) -> tuple[str, tuple[Ground, ...]]:
    """What architectures have in common of the reasons why a line's conditions are not met, and the lines to show."""
    never = [claim.never for claim in claims if claim.never is not None]
    grounds = tuple(dict.fromkeys(ground for claim in claims for ground in claim.grounds))
    if not never:
        return "", grounds
    common = [item for item in never[0] if all(item in others for others in never)]
    if common:
        # One such condition is reason enough, and its line is all that the proof needs.
        condition, ground = common[0]
        return f": {condition} is never met", (ground,)
    if not any(never):
        return ": its conditions exclude one another", grounds
    single = dict.fromkeys(ground for others in never for _condition, ground in others)
    return ": its conditions are never met together", tuple(dict.fromkeys((*single, *grounds)))


def suffix(holding: Sequence[str], everywhere: Sequence[object], place: Location) -> str:
    """Where something holds, in words: nothing for all architectures, or the one that has the file."""
    if len(holding) == len(everywhere) or (len(holding) == 1 and place.path.startswith(f"arch/{holding[0]}/")):
        return ""
    few = ", ".join(holding) if len(holding) <= _FEW else f"{len(holding)} of {len(everywhere)} architectures"
    return f" (on {few})"


def undefined(found: Iterable[Reference], index: NameIndex) -> Iterator[Finding]:
    """The references to names that no architecture defines."""
    every = None
    for item in found:
        if item.name in index:
            continue
        every = joined(index.places) if every is None else every
        message, severity = _reference(item)
        message += _meant(item.name, index, every)
        archs = index.files.get(item.location.path, ())
        yield tree_finding("kconfig/undefined-reference", item.name, message, item.location, archs, severity=severity)


def _reference(item: Reference) -> tuple[str, Severity | None]:
    """The message about a reference to nothing, and its severity where that is not the check's."""
    what = f"{item.name}, which no Kconfig file defines"
    if item.keyword == "if" and item.demanded:
        return f"everything up to the endif depends on {what}: never met", "warning"
    if item.keyword == "depends" and item.demanded:
        return f"{item.entry or 'this'} depends on {what}: never met", "warning"
    subject = item.entry or "this line"
    if item.target:
        return f"{subject} {'selects' if item.keyword == 'select' else 'implies'} {what}: the line has no effect", None
    if item.compared:
        return f'{subject} compares {what}: it is the string "{item.name}", not n', None
    if item.keyword == "range" and not item.demanded:
        return f"{subject} refers to {what}: as a bound its name is read as a number", None
    if not item.demanded:
        return f"{subject} refers to {what}: it is n", None
    effect = "its prompt is never visible" if item.keyword in ("type", "prompt") else "the line has no effect"
    return f"{subject} refers to {what}: {effect}", None


def _meant(name: str, index: NameIndex, every: str) -> str:
    """What may be meant by a name that is not there."""
    bare = name.removeprefix("CONFIG_")
    if name in ("Y", "M", "N"):
        guess: tuple[str, ...] = (name.lower(),)
    elif bare in index:
        guess = (bare,)
    else:
        known = renamed(name)
        guess = known.names if known is not None and all(item in index for item in known.names) else ()
        guess = guess or alike(every, name)
    return f"; did you mean {' or '.join(guess)}?" if guess else ""


class _Macros:
    """Which lines ask the toolchain."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines: dict[str, list[str]] = {}

    def at(self, place: Location) -> bool:
        """Whether the statement at a place has a macro in it."""
        lines = self._lines.get(place.path)
        if lines is None:
            try:
                lines = self._source.read(place.path).decode("utf-8", "surrogateescape").split("\n")
            except InputError:
                lines = []
            self._lines[place.path] = lines
        for line in lines[place.line - 1 :]:
            if "$(" in line:
                return True
            if not line.endswith("\\"):
                break
        return False
