# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs checked against requirements: which are met, and why others are not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

from kpolicy.evaluate.strings import unquote
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import Link, cause, config_line
from kpolicy.explain.shown import shown
from kpolicy.frozen import replace
from kpolicy.policy.checks.lifetime import is_in, lifetime_words, removed_by
from kpolicy.policy.checks.reasons import Names, choice_taken, elsewhere, hint, is_foreign, listed, outside_range
from kpolicy.policy.edits import line_of
from kpolicy.policy.files.requirement import Requirement, as_number, config_text
from kpolicy.policy.files.vocabulary import UNKNOWN_REQUIREMENT
from kpolicy.policy.judging.conditions import unknown_in_conditions
from kpolicy.policy.judging.known_as import known_as
from kpolicy.policy.judging.possible import NUMBERS, check_values, number, written
from kpolicy.policy.judging.requirements import effective
from kpolicy.policy.rules.finding import Finding, SymbolValue
from kpolicy.policy.rules.rule import Severity

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

DEFAULT_SEVERITY: Final[Severity] = "warning"


def judge_requirements(
    values: Values,
    requirements: Collection[Requirement],
    role: str = "",
    *,
    tree: str = "",
    complete: bool = True,
    names: Names | None = None,
    config: str | None = None,
) -> tuple[Finding, ...]:
    """A finding for each requirement that the values do not keep to.

    `complete` says that the model has every symbol of the tree; else one that it lacks is merely off.  `names`
    gives the names of all architectures.  `config` is the name that the scopes of requirements are for, if it is not
    that of the config itself.  Raises UsageError for values that symbols cannot have; without Kconfig files the type of
    one is that of its value in the .config.
    """
    if config is None:
        config = values.config.name if values.config is not None else ""
    every = tuple(requirements)
    # Without a tree the release says whether a kernel has a symbol, if it is known to be for this architecture.
    placed = frozenset() if complete else frozenset(item.symbol for item in every if item.scope.architectures)
    found = tuple(_judged(values, effective(values, every, config), role, tree, complete, names, placed))
    return (*found, *_conditions(values, every, role, tree, names, config)) if complete else found


def keeps(values: Values, requirement: Requirement, *, complete: bool = True) -> bool:
    """Whether a symbol has a value, or none, as is required; `complete` is as for `judge_requirements`."""
    name = requirement.symbol
    if requirement.absent is not None and not values.is_written(name):
        return requirement.absent
    if requirement.values:
        return any(_has(values, name, wanted, complete=complete) for wanted in requirement.values)
    kind, has_line = values.model.type_of(name), values.is_written(name)
    if requirement.contains:
        return kind == "string" and has_line and not without(values, requirement)
    if requirement.at_least is None and requirement.at_most is None:
        return False
    found = as_number(values.text(name), is_hex=kind == "hex") if has_line and kind in NUMBERS else None
    return found is not None and _is_within(requirement, found)


def without(values: Values, requirement: Requirement) -> tuple[str, ...]:
    """The items that a list lacks: it is separated by commas, or by white space."""
    text = values.text(requirement.symbol) if values.is_written(requirement.symbol) else ""
    items = {*(part.strip() for part in text.split(",")), *text.split()}
    return tuple(item for item in requirement.contains if item not in items)


def wanted_value(values: Values, requirement: Requirement, *, complete: bool = True) -> str:
    """The value to set so that a requirement is kept, as config lines have it; "" where no line does that.

    `complete` is as for `judge_requirements`.
    """
    name = requirement.symbol
    kind = values.model.type_of(name)
    if requirement.values:
        lines = (written(values, name, item, complete=complete) for item in requirement.values)
        return next(filter(None, lines), "")
    text = values.text(name) if values.is_written(name) else ""
    if requirement.contains:
        if kind not in ("string", "unknown"):
            return ""
        separator = "," if "," in text or " " not in text else " "
        return config_text(separator.join((*([text] if text else []), *without(values, requirement))))
    if kind not in (*NUMBERS, "unknown"):
        return ""
    found = as_number(text, is_hex=kind == "hex")
    low, high = requirement.at_least, requirement.at_most
    bound = low if low is not None and (found is None or high is None or found < low) else high
    if bound is None:
        return ""
    return hex(bound) if kind == "hex" else str(bound)


def _is_within(requirement: Requirement, number: int) -> bool:
    low, high = requirement.at_least, requirement.at_most
    return (low is None or low <= number) and (high is None or number <= high)


def _has(values: Values, name: str, wanted: str, *, complete: bool) -> bool:
    """Whether a symbol has a value.

    m is kept by y where there can be no m, as `conf` reads it; numbers are compared as numbers.  That a symbol which is
    y can be no m takes Kconfig files, or a kernel without modules.
    """
    kind = values.model.type_of(name)
    if kind in ("bool", "tristate"):
        if wanted == "m" and ((kind == "bool" and complete) or not values.is_on("MODULES")):
            wanted = "y"
        # Of a longer word `conf` reads the first letter.
        return values.text(name) == (wanted[:1] or "n")
    if not values.is_written(name):
        return wanted == "n"
    got = values.text(name)
    if kind == "string":
        return wanted.startswith('"') and got == unquote(wanted)
    return number(got, kind) == number(wanted, kind)


def _judged(
    values: Values,
    asked: Iterable[Requirement],
    role: str,
    tree: str,
    complete: bool,
    names: Names | None,
    placed: AbstractSet[str],
) -> Iterator[Finding]:
    under = [(item, known_as(values.model, item, complete=complete)) for item in asked]
    # An old and a new name can be required side by side: of several lines for a symbol the last counts.
    last = {(here.symbol, here.contains): item for item, here in under}
    under = [(item, here) for item, here in under if last[here.symbol, here.contains] is item]
    check_values(values, (here for _, here in under), complete=complete)
    for item, here in under:
        if not values.model.is_defined(here.symbol):
            found = _unknown(values, item, names) if complete else _without_line(values, item)
            if found is not None and not (item.absent or (item.if_exists and _may_lack(values, item, placed))):
                rule, severity, why = found
                yield _finding(values, item, role, tree, rule, severity, f"{_asked(item)}: {why}", ())
            continue
        if not keeps(values, here, complete=complete):
            # A line that the prompt does not let through would fix nothing.
            settable = values.visibility(here.symbol) > 0 and not _outside(values, here)
            value = wanted_value(values, here, complete=complete) if settable else ""
            causes = cause(values, here.symbol)
            because = _in_the_way(values, here) or _because(causes[0])
            named = "" if here.symbol == item.symbol else f"CONFIG_{here.symbol}, its name in this kernel, "
            message = f"{_asked(item)}: {named}is {_got(values, here)}, because {because}"
            severity = item.severity or DEFAULT_SEVERITY
            remedy = (_line(here, value),) if _can_stand(values, here, value) else ()
            finding = _finding(values, here, role, tree, item.id, severity, message, causes, item.symbol)
            yield replace(finding, remedy=remedy)


def _conditions(
    values: Values, asked: Collection[Requirement], role: str, tree: str, names: Names | None, config: str
) -> Iterator[Finding]:
    """A finding for each symbol in a condition that no architecture of the tree has."""
    for name, item in unknown_in_conditions(values, asked, config, names):
        found = _unknown(values, replace(item, symbol=name, values=("y",), absent=None), names)
        assert found is not None, "only a requirement of n can have none"
        rule, severity, why = found
        message = f"{name} in the condition of {_asked(item)}: {why}"
        yield replace(_finding(values, item, role, tree, rule, severity, message, ()), symbol=name)


def _got(values: Values, item: Requirement) -> str:
    """The value, and what of a list it lacks."""
    text = shown(values, item.symbol)
    lacks = without(values, item) if item.contains and values.is_written(item.symbol) else ()
    return f"{text}, without {' and '.join(lacks)}" if lacks else text


def _without_line(values: Values, item: Requirement) -> tuple[str, Severity, str] | None:
    """What to report of a symbol that a full .config has no line for: None where it is to be off."""
    if _may_be_off(item):
        return None
    why = lifetime_words(item.symbol, values.model.version)
    if why:
        return UNKNOWN_REQUIREMENT, "note", f"Linux {values.model.version} has no such symbol: {why}"
    return item.id, item.severity or DEFAULT_SEVERITY, "not set, there is no line for it"


def _may_lack(values: Values, item: Requirement, placed: AbstractSet[str]) -> bool:
    """Whether a kernel may be one without the symbol; for those that are `placed` the release decides."""
    return item.symbol not in placed or not is_in(item.symbol, values.model.version)


def _may_be_off(item: Requirement) -> bool:
    """Whether a symbol that is not there is what is required."""
    return "n" in item.values and item.absent is not False


def _unknown(values: Values, item: Requirement, names: Names | None) -> tuple[str, Severity, str] | None:
    """What to report of a symbol that this architecture lacks: None where it is to be off and no other can be meant."""
    likely = hint(values, item.symbol)
    may_be_off = _may_be_off(item)
    architecture = values.model.architecture
    if is_foreign(item.symbol, names) and not likely:
        assert names is not None
        where = elsewhere(names(), item.symbol)
        foreign = f"{architecture} has no such symbol: it is {where}"
        return None if may_be_off else (UNKNOWN_REQUIREMENT, "note", foreign)
    if may_be_off and not (likely and item.origin == "own"):
        return None
    gone = removed_by(item.symbol, values.model.version) if not likely else None
    # What is wrong with a fragment of the tree is no fault of who requires it, and `kpolicy kconfig` reports it.
    lenient = may_be_off or item.origin == "tree" or gone is not None
    when = lifetime_words(item.symbol, values.model.version) if not likely else ""
    why = f"{architecture} has no such symbol in this tree{f': {when}' if when else likely}"
    return UNKNOWN_REQUIREMENT, "note" if lenient else item.severity or "warning", why


def _in_the_way(values: Values, item: Requirement) -> str:
    """Why a line that asks for what is required would not be honoured; nothing where it would be."""
    symbol = values.model.symbol(item.symbol)
    assert symbol is not None
    outside = _outside(values, item)
    if outside and values.visibility(item.symbol):
        return outside
    value = wanted_value(values, item)
    wanted = 1 if value == "m" and symbol.type == "tristate" else 2
    if value in ("", "n") or (symbol.type in ("bool", "tristate") and values.tristate(item.symbol) >= wanted):
        return ""
    found = [str(blocker) for blocker in blockers(values, item.symbol, wanted)]
    if found:
        # A number has a value all the same, only not by a line.
        what = "it" if symbol.type in ("bool", "tristate") or not values.is_written(item.symbol) else "its prompt"
        return listed([text if text.startswith(("it ", "no ")) else f"{what} {text}" for text in found])
    return choice_taken(values, item.symbol) if symbol.choice is not None else ""


def _outside(values: Values, item: Requirement) -> str:
    """That Kconfig's range has no number that is required."""
    return outside_range(values, item.symbol, wanted_value(values, item))


def _asked(item: Requirement) -> str:
    return f"{item.text} required by {item.location}"


def _finding(
    values: Values,
    item: Requirement,
    role: str,
    tree: str,
    rule: str,
    severity: Severity,
    message: str,
    causes: tuple[Link, ...],
    *old: str,
) -> Finding:
    """A finding about `item`, under its present name; the line to edit may be one under an `old` name."""
    return Finding(
        rule=rule,
        severity=severity,
        tree=tree,
        architecture=values.model.architecture,
        config=values.config.name if values.config is not None else "",
        role=role,
        symbol=item.symbol,
        symbols=(SymbolValue(item.symbol, shown(values, item.symbol)),),
        message=message,
        causes=causes or cause(values, item.symbol),
        place=config_line(values, item.symbol, *old) if causes else item.location,
        remedy=(),
        note=item.note,
        owner=item.owner,
    )


def _can_stand(values: Values, item: Requirement, value: str) -> bool:
    """Whether a line gives the symbol this value: of a number or a text no line says that it is not set."""
    return bool(value) and (value != "n" or values.model.type_of(item.symbol) in ("bool", "tristate", "unknown"))


def _line(item: Requirement, value: str) -> str:
    """The config line for a value; that of a fragment as it stands there."""
    is_line = len(item.values) == 1 and not item.absent and item.text.startswith(f"CONFIG_{item.symbol}={value}")
    return item.text if is_line else line_of(item.symbol, value)


def _because(link: Link) -> str:
    where = f" at {link.location}" if link.location is not None else ""
    if link.kind == "assigned":
        return f"of '{link.text}'{where}"
    if link.kind == "unset":
        # "depends on X", "not set, and no default", or a line that is not honoured and why.
        return f"{_in_words(link.text)}{where}"
    if link.kind in ("selected", "implied"):
        return f"it is {link.text}{where}"
    return f"of '{link.text}'{where}"


def _in_words(text: str) -> str:
    if text.startswith(("depends on ", "not set")):
        return f"it {'is ' if text.startswith('not') else ''}{text}"
    if text in ("no prompt", "no default"):
        return f"it has {text}"
    return text
