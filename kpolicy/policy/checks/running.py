# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about a running kernel, or a copy of its files: `running/*`.

A finding is about a setting, which is its symbol, and its location is the file that was read, or the line in sysctl.d
that sets it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.evaluate.command_line import release
from kpolicy.location import Location
from kpolicy.policy.boot.words import lacking
from kpolicy.policy.checks import running_checks
from kpolicy.policy.checks.finding_maker import FindingMaker
from kpolicy.policy.checks.registry import DEFAULT_CHECKS
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.running.load import shipped_knobs
from kpolicy.policy.running.value import bits, expected, holds, passes, shown, value_in
from kpolicy.wording import first_few

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Severity
    from kpolicy.policy.running.knob import Case, Knob
    from kpolicy.policy.running.value import Expected, Truth
    from kpolicy.running.system import Reading, System

_FOR_BUGS: Final = ("debug", "fuzzing")
_MOST_NAMES: Final = 4
_WORDS: Final = re.compile(r"[^A-Za-z0-9_.]+")
_RELEASE: Final = re.compile(r"([0-9]+)\.([0-9]+)")
_CHECK_OF: Final = {
    "weakened": running_checks.WEAKENED,
    "disabled": running_checks.DISABLED,
    "enabled": running_checks.ENABLED,
    "gave-up": running_checks.GAVE_UP,
    "reported": running_checks.REPORTED,
    "tainted": running_checks.TAINTED,
}
_NOT_FOR_BUGS: Final = ("weakened", "enabled")
"""What is meant to be so in kernels that look for bugs, or does not matter there."""
_ONLY_FOR_BUGS: Final = ("disabled", "gave-up")
"""What only kernels that look for bugs need."""


def check_system(
    values: Values,
    role: str,
    system: System,
    truth: Truth,
    *,
    tree: str = "",
    wanted: Collection[str] = DEFAULT_CHECKS,
    cache: str | None = None,
) -> tuple[Finding, ...]:
    """What the `wanted` checks have to say about a system, whose config and command line `values` are of.

    `truth` is what a condition comes to; `cache` is as for `shipped_knobs`.
    """
    checker = _Checker(values, role, system, truth, tree)
    return tuple(finding for finding in checker.findings(shipped_knobs(cache)) if finding.rule in wanted)


class _Checker:
    def __init__(self, values: Values, role: str, system: System, truth: Truth, tree: str) -> None:
        self._values = values
        self._system = system
        self._truth = truth
        self._for_bugs = role in _FOR_BUGS
        self._maker = FindingMaker(values, role, tree)
        self._unread: dict[str, list[tuple[Knob, Reading]]] = {}
        self._foreign: list[tuple[Knob, Reading]] = []

    def findings(self, knobs: Sequence[Knob]) -> Iterator[Finding]:
        if self._system.config is None:
            yield self._no_config()
        yield from self._other_release()
        judged = [finding for knob in knobs for finding in self._of_knob(knob)]
        if self._foreign:
            yield self._other_config()
        yield from judged
        for why, items in self._unread.items():
            yield self._not_read(why, items)

    def _of_knob(self, knob: Knob) -> Iterator[Finding]:
        if knob.not_in != (0, 0) and release(self._values) <= knob.not_in:
            return
        needed = self._needed(knob)
        reading = self._reading(knob)
        if reading is None:
            return
        if reading.text is None:
            if needed is not False and self._should_be_there(knob, reading, needed):
                self._unread.setdefault(reading.why, []).append((knob, reading))
            return
        if needed is False:
            if reading.text != "n" or knob.form != "presence":
                self._foreign.append((knob, reading))
            return
        if needed is None and reading.text == "n" and knob.form == "presence":
            return
        value = value_in(knob, reading.text)
        if value is None:
            self._unread.setdefault("the value is not understood", []).append((knob, reading))
        elif knob.form == "bits":
            yield from self._of_bits(knob, value, reading.location)
        else:
            yield from self._of_value(knob, value, self._set_in(knob, value) or reading.location)

    def _needed(self, knob: Knob) -> bool | None:
        """Whether the kernel must have it; None where the config does not show that."""
        if self._system.config is None:
            return None
        needed = self._truth(knob.needs, self._values)
        if (
            needed is False
            and self._truth is holds
            and not all(map(self._values.model.is_defined, symbols(knob.needs)))
        ):
            # The tree is that of another release: it does not know the option.
            return None
        return needed

    def _should_be_there(self, knob: Knob, reading: Reading, needed: bool | None) -> bool:
        """Whether it has to be told that a file is not read: one that is not there may be that of another kernel."""
        if reading.trouble not in ("missing", "not mounted"):
            return True
        return needed is True and release(self._values) >= knob.since

    def _reading(self, knob: Knob) -> Reading | None:
        """What the system says of a knob; None where it was not asked."""
        if knob.paths:
            return self._system.readings.get(knob.paths[0])
        # Only here: most knobs are files.
        from kpolicy.running.system import Reading

        log = self._system.log
        if log.unread is not None:
            return log.unread
        pattern = re.compile(knob.pattern)
        found = next((line for line in log.lines if pattern.search(line.text)), None)
        # What is not in the log any more may have been there.
        return Reading(found.location, "y") if found is not None else None

    def _of_value(self, knob: Knob, value: str, place: Location) -> Iterator[Finding]:
        usual = expected(knob, self._values, self._truth)
        if usual is not None and usual.value in (None, value):
            return
        case = next((item for item in knob.cases if self._applies(item, value, usual)), None)
        about = _about(knob, value)
        if usual is not None:
            about = f"{about} at run time, {shown(usual.value or '')} {usual.reason}"
        if case is not None:
            check, severity = self._check_for(case)
            yield self._finding(check, knob.name, f"{about}: {case.says}", place, value, severity)
        elif usual is not None:
            yield self._finding(running_checks.MODIFIED, knob.name, about, place, value)

    def _set_in(self, knob: Knob, value: str) -> Location | None:
        """The line of a file in sysctl.d that sets a sysctl to its value: that is what a person would edit."""
        stated = self._system.sysctl_files.get(knob.sysctl)
        return stated.location if stated is not None and value_in(knob, stated.value) == value else None

    def _of_bits(self, knob: Knob, value: str, place: Location) -> Iterator[Finding]:
        for bit in bits(value):
            cases = (item for item in knob.cases if item.test == str(bit))
            case = next((item for item in cases if self._truth(item.when, self._values) is True), None)
            letter = case.letter if case is not None else str(bit)
            check, severity = self._check_for(case) if case is not None else (running_checks.TAINTED, None)
            says = case.says if case is not None else "Linux 7.3 has no such flag"
            message = f"{knob.name} has the flag {letter}: {says}"
            yield self._finding(check, f"{knob.name}.{letter}", message, place, value, severity)

    def _applies(self, case: Case, value: str, usual: Expected | None) -> bool:
        return passes(case, value, usual) and self._truth(case.when, self._values) is True

    def _check_for(self, case: Case) -> tuple[str, Severity | None]:
        if case.meaning in _NOT_FOR_BUGS and self._for_bugs:
            return running_checks.MODIFIED, None
        mild = case.meaning in _ONLY_FOR_BUGS and not self._for_bugs
        return _CHECK_OF[case.meaning], "note" if mild else None

    def _finding(
        self, check: str, name: str, message: str, place: Location, value: str = "", severity: Severity | None = None
    ) -> Finding:
        return self._maker.finding(check, name, message, place, got=value, severity=severity)

    def _no_config(self) -> Finding:
        tried = self._system.tried
        where = f" (tried {', '.join(path for path, _ in tried[:_MOST_NAMES])})" if tried else ""
        kernel = f"Linux {self._system.release}" if self._system.release else "the running kernel"
        message = f"the config of {kernel} is not found{where}: no rule is judged"
        return self._finding(running_checks.NO_CONFIG, "IKCONFIG_PROC", message, Location(self._system.name, 0))

    def _other_release(self) -> Iterator[Finding]:
        config = self._system.config
        stated, running = (_RELEASE.match(text) for text in (config.version or "" if config else "", self._running))
        if config is None or stated is None or running is None or stated.groups() == running.groups():
            return
        message = f"the config is of Linux {config.version}, the running kernel is Linux {self._running}"
        yield self._finding(running_checks.OTHER_CONFIG, "release", message, Location(config.name, 0), self._running)

    @property
    def _running(self) -> str:
        return self._system.release

    def _other_config(self) -> Finding:
        knob, reading = self._foreign[0]
        more = f" and {len(self._foreign) - 1} more" if len(self._foreign) > 1 else ""
        why = lacking(knob.needs, self._values)
        message = f"the kernel has {knob.name}{more}, but {why}: the config is not that of the running kernel"
        return self._finding(running_checks.OTHER_CONFIG, "options", message, reading.location)

    def _not_read(self, why: str, items: Sequence[tuple[Knob, Reading]]) -> Finding:
        names = [knob.name for knob, _ in items]
        message = f"not read, {why}: {first_few(names, _MOST_NAMES)}"
        return self._finding(running_checks.NOT_READ, _WORDS.sub("-", why), message, items[0][1].location)


def _about(knob: Knob, value: str) -> str:
    if knob.form == "log":
        return knob.title
    return f"{value} {knob.title}" if knob.form == "count" else f"{knob.name} is {shown(value)}"
