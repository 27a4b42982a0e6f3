# SPDX-License-Identifier: GPL-2.0-or-later
"""Protections and checks that a config has on one kernel and not on another.

What is one is known from the kernels' own hardening fragments, from the marks of hardened, debug and fuzzing kernels,
and from the rules: what one of them asks to turn on is a protection, or a check.  So is what the Kconfig files of
security and debugging define, and what is called so: no rule is about an option that is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.explain.cause import cause, shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.renames import earlier_names, renames
from kpolicy.policy.expressions.polarity import helpful

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
    """A protection, or a check, that one of two kernels has: the values on both, why it differs, and why it is one.

    `kept` says of a lost one that the edited config has it.
    """

    symbol: str
    before: str
    after: str
    reason: str
    source: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Protections:
    """Those that are lost, and those that are gained, each by symbol."""

    lost: tuple[Protection, ...] = ()
    gained: tuple[Protection, ...] = ()

    @property
    def unkept(self) -> tuple[Protection, ...]:
        """The lost ones that the edited config does not have either."""
        return tuple(item for item in self.lost if not item.kept)


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
            for name in helpful(mark.when):
                found.setdefault(name, ("y", f"a mark of a {role.name} kernel: {mark.why}"))
    for rule in vocabulary.rules:
        for text in rule.remedy if rule.kind in ("missing", "half") else ():
            if text.endswith(_ON):
                found.setdefault(text.removeprefix("CONFIG_").partition("=")[0], ("y", f"rule {rule.id}"))
    return found


def protections(
    before: Values,
    after: Values,
    edited: Values,
    known: Mapping[str, tuple[str, str]],
    reasons: Mapping[str, str],
    changed: Iterable[str],
) -> Protections:
    """The protections that one of two kernels has.

    `edited` are the values of the edited config on the kernel after; `reasons` are those of requests that are lost;
    `changed` are the symbols with another value, and those that only one of the kernels has.
    """
    sources = {item: _sounds_so(before, item) or _sounds_so(after, item) for item in (*reasons, *changed)}
    named = {item: source for item, source in sources.items() if source}
    known = {**{item: ("y", source) for item, source in named.items()}, **known}
    lost = [
        Protection(
            name,
            shown(before, name),
            shown(after, name),
            _reason(after, name, reasons),
            source,
            kept=_protects_still(edited, name, value),
        )
        for name, (value, source) in sorted(known.items())
        if _protects(before, name, value) and not _protects_still(after, name, value)
    ]
    gained = [
        Protection(name, shown(before, name), shown(after, name), cause(after, name)[0].text, source)
        for name, (value, source) in sorted(known.items())
        if after.model.is_defined(name) and _protects(after, name, value) and not _protected(before, after, name, value)
    ]
    return Protections(tuple(lost), tuple(gained))


def _protects(values: Values, name: str, value: str) -> bool:
    """Whether a symbol has the value that protects; what is not defined protects by being on only."""
    return values.is_on(name) if value == "y" else values.model.is_defined(name) and not values.is_on(name)


def _protects_still(after: Values, name: str, value: str) -> bool:
    """Whether the kernel after has the protection, under whatever name."""
    found = heirs(after.model, name)
    if value == "n":
        # Of what does more besides, being on says nothing about a part.
        names = found.names if found is not None and found.kind != "merged" else ()
        return not any(after.is_on(item) for item in (name, *names))
    return after.is_on(name) or (found is not None and all(after.is_on(item) for item in found.names))


def _protected(before: Values, after: Values, name: str, value: str) -> bool:
    """Whether the kernel before had the protection, under whatever name."""
    symbol = after.model.symbol(name)
    defaults = map(str, (item.value for item in symbol.defaults)) if symbol is not None else ()
    names = {name, *earlier_names(name), *filter(after.model.is_transitional, defaults)}
    if value == "n":
        return not any(before.is_on(item) for item in names)
    if not before.model.is_defined(name):
        names.update(old for old, entry in renames().items() if name in entry.names)
    return any(before.is_on(item) for item in names)


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
    first, *more = name.split("_")
    # ACPI_DEBUG builds messages in, DEBUG_LIST checks.
    return "its name" if first in _WORDS or (_WORDS - {"DEBUG"}) & {*more} else ""


def _reason(after: Values, name: str, reasons: Mapping[str, str]) -> str:
    if name in reasons:
        return reasons[name]
    found = heirs(after.model, name)
    if found is not None:
        return f"now {' and '.join(f'{item}, which is {shown(after, item)}' for item in found.names)}"
    if not after.model.is_defined(name):
        gone = lifetime_words(name, after.model.version)
        return f"not defined in Linux {after.model.version}{f' ({gone})' if gone else ''}"
    return cause(after, name)[0].text
