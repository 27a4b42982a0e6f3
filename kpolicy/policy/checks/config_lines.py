# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the lines of a config: `config/*`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.evaluate.minimal import needed_symbols
from kpolicy.explain.cause import cause
from kpolicy.explain.grounds import Ground
from kpolicy.explain.roots import Roots
from kpolicy.frozen import replace
from kpolicy.location import Location
from kpolicy.policy.checks import wrong_type
from kpolicy.policy.checks.added_lines import is_out_of_order
from kpolicy.policy.checks.effects import LineEffect, line_effects
from kpolicy.policy.checks.finding_maker import FindingMaker
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.moved import (
    LeftBehind,
    in_words,
    left_behind,
    release_that_made,
    summary,
    symbols_of_other_tree,
)
from kpolicy.policy.checks.old_names import holds, is_contradicted, remedy
from kpolicy.policy.checks.reasons import Names, is_foreign, message, winner
from kpolicy.policy.checks.registry import DEFAULT_CHECKS, RENAMED, SWITCHES_OFF, UNREADABLE
from kpolicy.policy.checks.spelling import as_read
from kpolicy.policy.checks.switches import switches
from kpolicy.policy.checks.unreadable_findings import unreadable_findings
from kpolicy.policy.rules.finding import SymbolValue
from kpolicy.policy.rules.rule import Severity
from kpolicy.wording import first_few

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.root import Root
    from kpolicy.policy.rules.finding import Finding

_LETTERS = "nmy"
_MOST_OFF = 5
_LEFT, _EACH_LEFT = "config/other-release", "config/other-release-line"
_CAUSED = ("overridden-by-select", "choice-conflict", "dropped-request")
# What becomes of a line where other Kconfig files apply; the other effects are errors in the file itself.
_ELSEWHERE = ("unknown-symbol", "out-of-range", *_CAUSED)


def check_lines(
    values: Values,
    role: str,
    *,
    tree: str = "",
    wanted: Collection[str] = DEFAULT_CHECKS,
    names: Names | None = None,
) -> tuple[Finding, ...]:
    """What the `wanted` checks have to say about the lines of a config, in the order of the lines.

    `names` gives the names of all architectures; it is called only where this one does not know a name.
    """
    if values.config is None:
        return ()
    maker, roots = FindingMaker(values, role, tree), Roots(values)
    findings: list[Finding] = []
    effects = tuple(line_effects(values))
    release = release_that_made(values)
    left = left_behind(values, effects) if release is not None else []
    if left and release is not None:
        findings += _left_findings(maker, left, release, wanted)
    counted = {id(item.effect) for item in left}
    missing = symbols_of_other_tree(values, effects, names)
    for effect in effects:
        if check_of(effect) in wanted and effect.effect != "honoured" and id(effect) not in counted:
            found = _line_finding(maker, roots, effect, names, derived=release is None)
            if found is not None:
                findings.append(_of_other_tree(found, roots, effect, missing) if missing else found)
    if UNREADABLE in wanted:
        findings += unreadable_findings(maker)
    if "config/unmet-direct-dependency" in wanted:
        findings += _unmet(maker)
    if SWITCHES_OFF in wanted:
        findings += _switches_off(maker)
    if "config/redundant-line" in wanted:
        findings += _redundant(maker, effects)
    return tuple(findings)


def check_of(effect: LineEffect) -> str:
    """The check that names a line by what became of it."""
    return RENAMED if effect.effect == "renamed" else f"config/{effect.effect}"


def _left_findings(
    maker: FindingMaker, left: Sequence[LeftBehind], release: str, wanted: Collection[str]
) -> Iterator[Finding]:
    """What another release left behind: a line each where that is asked for, else one that counts them."""
    if _EACH_LEFT in wanted:
        for item in left:
            line = item.effect.assignment
            yield maker.finding(_EACH_LEFT, line.name, in_words(item, release), line.location, got=item.effect.got)
    elif _LEFT in wanted:
        first = left[0].effect.assignment
        place = Location(first.location.path, 1)
        message = summary(left, release, f"enable {_EACH_LEFT} to list them")
        yield maker.finding(_LEFT, "KERNELVERSION", message, place, got=release)


def _line_finding(
    maker: FindingMaker, roots: Roots, effect: LineEffect, names: Names | None, *, derived: bool
) -> Finding | None:
    assignment, other = effect.assignment, effect.other
    if effect.effect == "duplicate-assignment" and (other is None or other.location.path != assignment.location.path):
        # In a stack the later file is there to override the earlier one.
        return None
    name = assignment.name
    if derived and _is_derived(maker, effect):
        return None
    return maker.finding(
        check_of(effect),
        name,
        message(maker.values, effect, names),
        assignment.location,
        got=effect.got,
        causes=cause(maker.values, name) if effect.effect in _CAUSED else (),
        severity=_severity(maker, effect, names),
        remedy=(wrong_type.remedy if effect.effect == "wrong-type" else remedy)(maker.values, effect),
        root=_root(roots, effect),
    )


def _of_other_tree(finding: Finding, roots: Roots, effect: LineEffect, missing: tuple[str, ...]) -> Finding:
    """The finding with the other tree as its cause, where the line is one that `conf` wrote there."""
    config, line = roots.values.config, effect.assignment
    assert config is not None
    if effect.effect not in _ELSEWHERE or line.location.path != config.assignments[0].location.path:
        return finding
    asked = as_read(roots.values.model.type_of(line.name), line.value)
    return replace(finding, root=roots.of_other_tree(missing, asked))


def _root(roots: Roots, effect: LineEffect) -> Root | None:
    """What keeps a line from being honoured, where other lines can have the same in their way."""
    name = effect.heir or effect.assignment.name
    asked = as_read(roots.values.model.type_of(name), effect.assignment.value)
    if effect.effect == "unknown-symbol":
        return roots.of_unknown(name, asked)
    if effect.effect == "dropped-request":
        return roots.of_request(name, asked)
    return roots.of_select(name, asked) if effect.effect == "overridden-by-select" else None


def _is_derived(maker: FindingMaker, effect: LineEffect) -> bool:
    """Whether a line only records what followed from others when the `conf` of this tree wrote a full .config.

    That of a symbol without a prompt does: it is neither requested nor settable.  An old name it never writes, and a
    line that is out of order, most often at the end of the file, was added later.
    """
    config, model, line = maker.values.config, maker.values.model, effect.assignment
    assert config is not None
    if not config.is_full or line.location.path != config.assignments[0].location.path:
        return False
    if not model.is_defined(line.name) or model.has_prompt(line.name) or effect.heir is not None:
        return False
    return not is_out_of_order(maker.values, line)


def _severity(maker: FindingMaker, effect: LineEffect, names: Names | None) -> Severity | None:
    """Another severity than the check's own, None for that."""
    config, line = maker.values.config, effect.assignment
    assert config is not None
    if is_contradicted(maker.values, effect):
        return "warning"
    if effect.effect == "unknown-symbol":
        return _severity_of_unknown(maker.values, line, names)
    if effect.effect == "wrong-type":
        return wrong_type.severity(maker.values, effect, full=config.is_full)
    if effect.effect == "choice-conflict" and line.value == "y":
        chosen = winner(maker.values, line.name)
        if chosen is not None and chosen.location.path != line.location.path:
            # What one file of a stack chooses another may choose again.
            return "note"
    return None


def _severity_of_unknown(values: Values, line: Assignment, names: Names | None) -> Severity | None:
    holds_now = holds(values, line)
    if holds_now is not None:
        # By its present name it has the value, or what was to be off is on, or the other way round.  What has no such
        # name is always on, and no line changes that.
        return "note" if holds_now or heirs(values.model, line.name) is None else None
    if is_foreign(line.name, names):
        # Nothing that was asked for has gone from the kernel: the line is for another architecture.
        return "note"
    # It is to be off, and there is no such thing.
    return "note" if line.value == "n" else None


def _unmet(maker: FindingMaker) -> Iterator[Finding]:
    values = maker.values
    for name, (allowed, selected) in values.unmet().items():
        symbol = values.model.symbol(name)
        assert symbol is not None
        edges = [
            edge
            for edge in values.selectors(name)
            if min(values.tristate(edge.source), values.evaluate(edge.condition)) > allowed
        ]
        by = ", ".join(f"{edge.source} at {edge.location}" for edge in edges)
        message = (
            f"unmet direct dependencies of {name}: depends on [{_LETTERS[allowed]}]: {symbol.direct_dependency};"
            f" selected by [{_LETTERS[selected]}]: {by}"
        )
        causes = cause(values, name)
        place = causes[-1].location or (edges[0].location if edges else symbol.definitions[0])
        yield maker.finding(
            "config/unmet-direct-dependency", name, message, place, got=_LETTERS[selected], causes=causes
        )


def _switches_off(maker: FindingMaker) -> Iterator[Finding]:
    for item in switches(maker.values):
        message = f"{item.line.text} turns off options that are on without it: {first_few(item.off, _MOST_OFF)}"
        found = maker.finding(SWITCHES_OFF, item.line.name, message, item.line.location, got="y")
        off = tuple(SymbolValue(name, "n") for name in item.off)
        yield replace(found, symbols=(*found.symbols, *off), grounds=_unnamed(maker.values, item.off[_MOST_OFF:]))


def _unnamed(values: Values, names: Sequence[str]) -> tuple[Ground, ...]:
    """The options that a message has no room for, and where they are defined."""
    defined = [(name, values.model.symbol(name)) for name in names]
    return tuple(Ground(f"{name}=n", symbol.definitions[0] if symbol is not None else None) for name, symbol in defined)


def _redundant(maker: FindingMaker, effects: tuple[LineEffect, ...]) -> Iterator[Finding]:
    needed = _needed(maker.values)
    for effect in effects:
        assignment = effect.assignment
        overruled = effect.effect in ("duplicate-assignment", "wrong-type")
        if (assignment.name in needed and not overruled) or maker.values.model.is_transitional(assignment.name):
            # An old name is in no minimal config, and yet its line can be what sets the present one.
            continue
        why = "it states the default" if effect.effect == "honoured" else f"it has no effect ({effect.effect})"
        message = f"CONFIG_{assignment.name} can be removed: {why}"
        yield maker.finding("config/redundant-line", assignment.name, message, assignment.location, got=effect.got)


def _needed(values: Values) -> set[str]:
    """The symbols whose lines a config cannot do without.

    Those of the minimal config; where that names the pick of a choice that the config brought
    about by turning other members off, the lines of those.
    """
    assert values.config is not None
    named = {line.name for line in values.config.assignments}
    choices = [choice for choice in values.model.choices if not named.isdisjoint(choice.members)]
    needed = set(needed_symbols(values, named.union(*(choice.members for choice in choices))))
    for choice in choices:
        picks = needed.intersection(choice.members)
        lines = {name: values.assignment(name) for name in picks}
        if any(line is None for line in lines.values()):
            needed.update(choice.members)
    return needed
