# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the words of the boot command line: `boot/*`.

A finding is about a parameter, which is its symbol, and its location is that of the word: in CONFIG_CMDLINE, in the
boot loader's file, or on kpolicy's own command line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kpolicy.config.command_line import BOOTCONFIG
from kpolicy.evaluate.command_line import (
    BUILT_IN,
    bootconfig_ignored,
    cut,
    is_passed,
    most,
    origin,
    release,
    replacing,
    seen,
    standing,
)
from kpolicy.policy.boot.effects import is_parsed_before
from kpolicy.policy.boot.load import by_name, shipped_parameters
from kpolicy.policy.boot.words import (
    Known,
    in_part,
    is_everywhere,
    is_of_user_space,
    lacking,
    near,
    refusal,
    release_of,
    shown,
    switches_off,
    unknown_since,
)
from kpolicy.policy.checks import boot_checks
from kpolicy.policy.checks.finding_maker import FindingMaker
from kpolicy.policy.checks.registry import DEFAULT_CHECKS

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.boot.parameter import BootParameter, Spelling
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Severity

_FOR_BUGS: Final = ("debug", "fuzzing")


def check_command_line(
    values: Values,
    role: str,
    *,
    tree: str = "",
    wanted: Collection[str] = DEFAULT_CHECKS,
    known: Known | None = None,
    cache: str | None = None,
) -> tuple[Finding, ...]:
    """The findings of the `wanted` checks about the words of a kernel's command line, in their order.

    `known` answers whether the tree has a parameter; it is asked only about words that the boot loader passes and that
    kpolicy does not know.  `cache` is as for `shipped_parameters`.
    """
    checker = _Checker(values, role, tree, known, cache)
    return tuple(finding for finding in checker.findings() if finding.rule in wanted)


class _Checker:
    def __init__(self, values: Values, role: str, tree: str, known: Known | None, cache: str | None) -> None:
        self._values = values
        self._role = role
        self._maker = FindingMaker(values, role, tree)
        self._known = known
        self._parameters = shipped_parameters(cache)
        self._release = release(values)
        self._taken: dict[BootParameter, list[Word]] = {}

    @cached_property
    def _table(self) -> dict[str, tuple[BootParameter, Spelling]]:
        return dict(by_name(self._parameters))

    def findings(self) -> Iterator[Finding]:
        words, for_init = seen(self._values)
        for word in words:
            entry = self._table.get(word.name)
            if entry is not None:
                yield from self._of_word(word, *entry)
            elif is_passed(self._values, word):
                yield from self._of_unknown(word)
        for parameter, taken in self._taken.items():
            yield from self._of_several(parameter, taken)
            yield from self._switched_off(parameter, taken)
        for word in for_init:
            if word.name in self._table:
                is_added = origin(self._values, word) == "bootconfig"
                where = "is below init in a bootconfig" if is_added else "comes after --"
                message = f"{shown(word)} {where}: the kernel passes it to init and does not parse it"
                yield self._finding(boot_checks.AFTER_DASHES, word, message)
        yield from self._of_loader()
        lost = cut(self._values)
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            message = f"the kernel cuts its command line after {most(self._values)} characters: {shown(lost[0])}{more}"
            yield self._finding(boot_checks.CUT, lost[0], message)

    def _finding(self, check: str, word: Word, message: str, severity: Severity | None = None) -> Finding:
        return self._maker.finding(check, word.name, message, word.location, got=word.value or "", severity=severity)

    def _of_word(self, word: Word, parameter: BootParameter, spelling: Spelling) -> Iterator[Finding]:
        values = self._values
        # The kernels of a fuzzer share one command line, whatever detector each has.
        shared = self._role == "fuzzing"
        mild: Severity | None = "note" if shared or switches_off(word) or parameter.purpose == "report" else None
        if unknown_since(spelling, self._release) and not (self._known is not None and self._known(word.name)):
            other = next((item.name for item in parameter.spellings if not unknown_since(item, self._release)), "")
            hint = f"; use {other}" if other else ""
            yield self._finding(
                boot_checks.NO_EFFECT,
                word,
                f"{shown(word)} has no effect: Linux {release_of(values)} does not know {spelling.name}{hint}",
            )
            return
        if not spelling.needs.holds(values):
            message = f"{shown(word)} has no effect: {lacking(spelling.needs, values)}"
            yield self._finding(boot_checks.NO_EFFECT, word, message, mild)
            return
        if is_parsed_before(parameter, word, values):
            message = f"{shown(word)} in a bootconfig has no effect: the kernel parses {word.name} before it reads one"
            yield self._finding(boot_checks.NO_EFFECT, word, message)
            return
        why = refusal(parameter, spelling.form, word, values)
        if why:
            yield self._finding(boot_checks.VALUE, word, f"{shown(word)} has no effect: {why}")
            return
        value = next((item for item in parameter.words if item.name == word.value), None)
        if value is not None and not value.needs.holds(values):
            yield self._finding(
                boot_checks.NO_EFFECT, word, f"{shown(word)} has no effect: {lacking(value.needs, values)}"
            )
            return
        part = in_part(spelling.form, word, values)
        if part:
            yield self._finding(boot_checks.VALUE, word, part)
        if spelling.is_old and not unknown_since(parameter.spellings[0], self._release):
            new = self._new_name(parameter, spelling)
            yield self._finding(boot_checks.OLD_NAME, word, f"{spelling.name} is the old name of {new}")
        self._taken.setdefault(parameter, []).append(word)

    def _new_name(self, parameter: BootParameter, old: Spelling) -> str:
        """The name that is preferred now for an old one: slub_merge is slab_merge, and not slab_nomerge."""
        names = [item.name for item in parameter.spellings if not item.is_old]
        return next((name for name in names if name == old.name.replace("slub_", "slab_")), names[0])

    def _of_several(self, parameter: BootParameter, taken: Sequence[Word]) -> Iterator[Finding]:
        if parameter.adds.holds(self._values):
            return
        for group in _apart(parameter, taken):
            final = next((word for word in group if parameter.final and word.value == parameter.final), None)
            last = final or group[-1]
            for word in group:
                if word is last:
                    continue
                # The boot loader's command line is there to override the built-in one and a bootconfig.
                both = origin(self._values, word) == origin(self._values, last)
                if _same(word, last):
                    if both:
                        message = f"{shown(word)} is given again ({last.location})"
                        yield self._finding(boot_checks.OVERRIDDEN, word, message, "note")
                    continue
                why = f"{shown(last)} is final" if final is not None else f"{shown(last)} comes later"
                message = f"{shown(word)} has no effect: {why} ({last.location})"
                yield self._finding(boot_checks.OVERRIDDEN, word, message, None if both else "note")

    def _switched_off(self, parameter: BootParameter, taken: Sequence[Word]) -> Iterator[Finding]:
        concerned = self._role in _FOR_BUGS if parameter.purpose == "debug" else self._role not in _FOR_BUGS
        if concerned and parameter.off.holds(self._values):
            word = next((word for word in reversed(taken) if switches_off(word)), taken[-1])
            message = f"{shown(word)} on the boot command line: {parameter.lost}"
            yield self._finding(boot_checks.SWITCHED_OFF, word, message)

    def _of_unknown(self, word: Word) -> Iterator[Finding]:
        if self._known is None or is_everywhere(word.name) or is_of_user_space(word.name):
            return
        if self._known(word.name) is not False:
            return
        meant = near(word.name, self._table)
        if meant:
            message = f"{shown(word)} is not a parameter of this kernel: did you mean {meant}?"
            yield self._finding(boot_checks.MISSPELT, word, message)
            return
        then = "only an out-of-tree module takes it" if "." in word.name else "the kernel passes it to init"
        yield self._finding(boot_checks.UNKNOWN, word, f"{shown(word)} is not a parameter of this kernel: {then}")

    def _of_loader(self) -> Iterator[Finding]:
        """Which of two command lines the kernel does not use."""
        values, loader = self._values, self._values.loader
        if loader is None or loader.whole:
            return
        ignored = bootconfig_ignored(values) if loader.bootconfig is not None else ""
        # Where the word is given, what it lacks is said of the word.
        if (
            loader.bootconfig is not None
            and ignored
            and not any(word.name == BOOTCONFIG for word in seen(values).words)
        ):
            message = f"the kernel ignores the bootconfig: {ignored}"
            place = loader.bootconfig.kernel.location(0)
            yield self._maker.finding(boot_checks.BOOTCONFIG_IGNORED, "BOOT_CONFIG", message, place)
        if not loader.text.strip():
            return
        option = replacing(values)
        if option:
            message = f"CONFIG_{option}=y: the kernel ignores the boot loader's command line"
            yield self._maker.finding(boot_checks.LOADER_IGNORED, option, message, loader.location(0), got="y")
        elif standing(values) == "fallback":
            passed = {str(word) for word in seen(values).words}
            lost = [word for word in seen(values.booted(None)).words if word.name in self._table]
            for word in lost:
                if str(word) not in passed:
                    message = f"{shown(word)} in CONFIG_{BUILT_IN} has no effect: the boot loader passes a command line"
                    yield self._finding(boot_checks.BUILT_IN_UNUSED, word, message)


def _apart(parameter: BootParameter, taken: Sequence[Word]) -> Iterator[list[Word]]:
    """The words that override each other."""
    if not parameter.apart:
        yield list(taken)
        return
    for with_it in (False, True):
        group = [word for word in taken if (parameter.apart in (word.value or "")) == with_it]
        if group:
            yield group


def _same(one: Word, other: Word) -> bool:
    return (one.name, one.value) == (other.name, other.value)
