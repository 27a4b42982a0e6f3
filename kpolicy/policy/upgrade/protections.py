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

from kpolicy.explain.cause import cause
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.heirs import Heirs, heirs
from kpolicy.policy.checks.lifetime import is_always_on, lifetime_words
from kpolicy.policy.checks.renames import earlier_names, renames
from kpolicy.policy.expressions.polarity import helpful
from kpolicy.policy.upgrade.questions import answered

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.vocabulary import Vocabulary

FRAGMENTS: Final = ("kernel/configs/hardening.config", "arch/{srcarch}/configs/hardening.config")
"""The kernel's own hardening fragments (since 6.7)."""
_ON: Final = ("=y", "=m")
_FILES: Final = re.compile(r"security/|(?:.*/)?Kconfig\.(?:debug|hardening|kasan|kcsan|kfence|kmsan|ubsan|kgdb|kcov)\Z")
_WORDS: Final = frozenset(
    "APPARMOR CFI DEBUG FORTIFY HARDEN HARDENED HARDENING HUNG IBT IMA INTEGRITY KASAN KCSAN KFENCE KMSAN KSTACK"
    " LANDLOCK LOADPIN LOCKDEP LOCKDOWN LOCKUP MITIGATION RANDOMIZE RANDSTRUCT RETPOLINE SECCOMP SECURITY SELFTESTS"
    " SELINUX SMACK SPECULATION STACKLEAK STACKPROTECTOR STRICT TOMOYO UBSAN YAMA".split()
)
# What has one of these in its name does without a protection, or with less of one: SECURITY_SELINUX_DISABLE.
_AGAINST: Final = frozenset("DISABLE DISABLED FALLBACK NO NONE OFF PERMISSIVE".split())
# Options of one architecture that mean something else on others, where no fragment is about them: arm64's COMPAT_VDSO
# builds a vDSO for 32-bit programs, that of x86 maps one at a fixed address (arch/*/Kconfig, Linux 6.12.117).
_OF_X86: Final = frozenset(("COMPAT_VDSO",))


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


def protective(vocabulary: Vocabulary, fragment: Iterable[Assignment], srcarch: str) -> Mapping[str, tuple[str, str]]:
    """By symbol the value that protects, y or n, and the source that says so; `fragment` has the hardening lines."""
    found: dict[str, tuple[str, str]] = {}
    for line in fragment:
        if line.name in _OF_X86 and srcarch != "x86":
            continue
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
    # A request to leave out what left something out is about that.
    turned = [name for item in reasons for name in _turned_round(after, item)]
    candidates = dict.fromkeys((*reasons, *changed, *turned))
    sources = {item: _sounds_so(before, item) or _sounds_so(after, item) for item in candidates}
    named = {item: source for item, source in sources.items() if source}
    known = {**{item: ("y", source) for item, source in named.items()}, **known}
    lost = [
        Protection(
            name,
            shown(before, name),
            shown(after, name),
            _reason(after, name, reasons) + _way_out(edited, name, value),
            source,
            kept=_protects_still(edited, name, value),
        )
        for name, (value, source) in sorted(known.items())
        if _protects_before(before, name, value) and not _protects_still(after, name, value)
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


def _protects_before(before: Values, name: str, value: str) -> bool:
    """The same for the kernel before, whose option may have been turned round since."""
    if _protects(before, name, value):
        return True
    found = heirs(before.model, name) if value == "y" else None
    return found is not None and found.kind == "opposite" and _has_in_its_place(before, name, found)


def _protects_still(after: Values, name: str, value: str) -> bool:
    """Whether the kernel after has the protection, under whatever name."""
    found = heirs(after.model, name)
    if value == "n":
        # Of what does more besides, being on says nothing about a part.
        names = found.names if found is not None and found.kind not in ("merged", "opposite") else ()
        return not any(after.is_on(item) for item in (name, *names))
    return after.is_on(name) or _has_in_its_place(after, name, found)


def _protected(before: Values, after: Values, name: str, value: str) -> bool:
    """Whether the kernel before had the protection, under whatever name."""
    if value == "y" and _has_in_its_place(before, name, heirs(before.model, name)):
        return True
    symbol = after.model.symbol(name)
    defaults = map(str, (item.value for item in symbol.defaults)) if symbol is not None else ()
    names = {name, *earlier_names(name), *filter(after.model.is_transitional, defaults)}
    if value == "n":
        return not any(before.is_on(item) for item in names)
    if not before.model.is_defined(name):
        names.update(old for old, entry in renames().items() if name in entry.names and entry.kind != "opposite")
    return any(before.is_on(item) for item in names)


def _turned_round(after: Values, name: str) -> tuple[str, ...]:
    """The option that turns on what one turned off."""
    found = heirs(after.model, name)
    return found.names if found is not None and found.kind == "opposite" else ()


def _way_out(edited: Values, name: str, value: str) -> str:
    """What keeps a protection that was no request, if one line does: what is said after the reason."""
    if value != "y" or _protects_still(edited, name, value) or not edited.visibility(name):
        return ""
    return f"; CONFIG_{name}=y keeps it" if answered(edited, name, "y").is_on(name) else ""


def _has_in_its_place(values: Values, name: str, found: Heirs | None) -> bool:
    """Whether a kernel without an option has what it stands for: by another name, turned round, or always."""
    if found is None:
        return not values.model.is_defined(name) and is_always_on(name, values.model.version)
    if found.kind == "opposite":
        # One without a line was not asked: what it turns off is not there either.
        return all(values.is_written(item) and not values.is_on(item) for item in found.names)
    return all(values.is_on(item) for item in found.names)


def _sounds_so(values: Values, name: str) -> str:
    """What says that a symbol with a prompt is a protection or a check: its Kconfig file, or its name.

    Of a choice neither shows which member protects.
    """
    symbol = values.model.symbol(name)
    if symbol is None or not symbol.prompts or symbol.choice is not None or symbol.type not in ("bool", "tristate"):
        return ""
    first, *more = name.split("_")
    if _AGAINST & {*more}:
        return ""
    path = symbol.prompts[0].location.path
    if _FILES.match(path):
        return path
    # ACPI_DEBUG builds messages in, DEBUG_LIST checks.
    return "its name" if first in _WORDS or (_WORDS - {"DEBUG"}) & {*more} else ""


def _reason(after: Values, name: str, reasons: Mapping[str, str]) -> str:
    if name in reasons:
        return reasons[name]
    found = heirs(after.model, name)
    if found is not None:
        what = "now the opposite of" if found.kind == "opposite" else "now"
        return f"{what} {' and '.join(f'{item}, which is {shown(after, item)}' for item in found.names)}"
    if not after.model.is_defined(name):
        gone = lifetime_words(name, after.model.version)
        return f"not defined in Linux {after.model.version}{f' ({gone})' if gone else ''}"
    return cause(after, name)[0].text
