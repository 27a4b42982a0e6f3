# SPDX-License-Identifier: GPL-2.0-or-later
"""Protections and checks that a config has on one kernel and not on another.

What is one is known from the kernels' own hardening fragments, from the marks of hardened, debug and fuzzing kernels,
and from the rules: what one of them asks to turn on is a protection, or a check.  So is what the Kconfig files of
security and debugging define, and what is called so: no rule is about an option that is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.explain.cause import cause, shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.renames import earlier_names
from kpolicy.policy.expressions.expression import And, Expression, Or, Symbol

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.vocabulary import Vocabulary

FRAGMENTS: Final = ("kernel/configs/hardening.config", "arch/{srcarch}/configs/hardening.config")
"""The kernel's own hardening fragments (since 6.7)."""
_ON: Final = ("=y", "=m")
_FILES: Final = re.compile(r"security/|(?:.*/)?Kconfig\.(?:debug|hardening|kasan|kcsan|kfence|kmsan|ubsan|kgdb|kcov)\Z")
_WORDS: Final = frozenset(
    "APPARMOR CFI DEBUG EVM FORTIFY HARDEN HARDENED HARDENING HUNG IBT IMA INTEGRITY KASAN KCSAN KFENCE KMSAN KSTACK"
    " LANDLOCK LOADPIN LOCKDEP LOCKDOWN LOCKUP MITIGATION RANDOMIZE RANDSTRUCT RETPOLINE SECCOMP SECURITY SELFTESTS"
    " SELINUX SMACK SPECULATION STACKLEAK STACKPROTECTOR STRICT TOMOYO UBSAN YAMA".split()
)


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection, or a check, that one of two kernels has: the values on both, why it differs, and why it is one."""

    symbol: str
    before: str
    after: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Protections:
    """Those that are lost, and those that are gained, each by symbol."""

    lost: tuple[Protection, ...] = ()
    gained: tuple[Protection, ...] = ()


def protective(vocabulary: Vocabulary, fragment: Iterable[Assignment]) -> Mapping[str, tuple[str, str]]:
    """By symbol the value that protects, y or n, and the source that says so; `fragment` has the hardening lines."""
    found: dict[str, tuple[str, str]] = {}
    for line in fragment:
        if line.value in ("y", "m"):
            found.setdefault(line.name, ("y", line.location.path))
        elif line.value == "n" and not _WORDS & {*line.name.split("_")}:
            # A check that a fragment leaves out for its cost is no protection by being off.
            found.setdefault(line.name, ("n", line.location.path))
    for role in vocabulary.roles:
        for mark in role.marks:
            for name in _positive(mark.when):
                found.setdefault(name, ("y", f"a mark of a {role.name} kernel: {mark.why}"))
    for rule in vocabulary.rules:
        for text in rule.remedy if rule.kind in ("missing", "half") else ():
            if text.endswith(_ON):
                found.setdefault(text.removeprefix("CONFIG_").partition("=")[0], ("y", f"rule {rule.id}"))
    return found


def protections(
    before: Values,
    after: Values,
    known: Mapping[str, tuple[str, str]],
    reasons: Mapping[str, str],
    changed: Iterable[str],
) -> Protections:
    """The protections that one of two kernels has.

    `reasons` are those of requests that are lost; `changed` are the symbols with another value.
    """
    named = {item: source for item in (*reasons, *changed) if (source := _sounds_so(before, item))}
    known = {**{item: ("y", source) for item, source in named.items()}, **known}
    lost = [
        Protection(name, shown(before, name), shown(after, name), _reason(after, name, reasons), source)
        for name, (value, source) in sorted(known.items())
        if _protects(before, name, value) and not _protects_still(after, name, value)
    ]
    gained = [
        Protection(name, shown(before, name), shown(after, name), cause(after, name)[0].text, source)
        for name, (value, source) in sorted(known.items())
        if after.model.is_defined(name) and _protects(after, name, value) and not _protected(before, name, value)
    ]
    return Protections(tuple(lost), tuple(gained))


def _protects(values: Values, name: str, value: str) -> bool:
    """Whether a symbol has the value that protects; what is not defined protects by being on only."""
    return values.is_on(name) if value == "y" else values.model.is_defined(name) and not values.is_on(name)


def _protects_still(after: Values, name: str, value: str) -> bool:
    if value == "n":
        return not after.is_on(name)
    if after.is_on(name):
        return True
    found = heirs(after.model, name)
    return found is not None and all(after.is_on(item) for item in found.names)


def _protected(before: Values, name: str, value: str) -> bool:
    """Whether the kernel before had the protection, under whatever name."""
    if value == "n":
        return not before.is_on(name)
    return before.is_on(name) or any(before.is_on(item) for item in earlier_names(name))


def _sounds_so(values: Values, name: str) -> str:
    """What says that a symbol with a prompt is a protection or a check: its Kconfig file, or its name.

    Of a choice neither shows which member protects.
    """
    symbol = values.model.symbol(name)
    if symbol is None or not symbol.prompts or symbol.choice is not None or symbol.type not in ("bool", "tristate"):
        return ""
    path = symbol.prompts[0].location.path
    if _FILES.match(path):
        return path
    return "its name" if _WORDS & {*name.split("_")} else ""


def _reason(after: Values, name: str, reasons: Mapping[str, str]) -> str:
    if name in reasons:
        return reasons[name]
    if not after.model.is_defined(name):
        gone = lifetime_words(name, after.model.version)
        return f"not defined in Linux {after.model.version}{f' ({gone})' if gone else ''}"
    return cause(after, name)[0].text


def _positive(expression: Expression) -> Iterator[str]:
    """The symbols whose being on helps a condition."""
    match expression:
        case Symbol(name):
            yield name
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _positive(operand)
