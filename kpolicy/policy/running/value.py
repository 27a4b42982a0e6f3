# SPDX-License-Identifier: GPL-2.0-or-later
"""The value of a knob in a text, what config and command line make of it, and what a case says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.bounds import whole
from kpolicy.evaluate.command_line import asking, parameter, seen
from kpolicy.policy.expressions.expression import Expression, Symbol
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.running.knob import Case, Default, Knob

Truth: TypeAlias = "Callable[[Expression, Values], bool | None]"
"""What a condition comes to; None where the config does not show it."""

_INTEGER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})\Z")
_SELECTED: Final = re.compile(r"\[([^\]\n]*)\]")
_LONGEST: Final = 40
# fs/proc/proc_sysctl.c: sysctl_aliases
_ALIASES: Final = {
    "kernel.hardlockup_all_cpu_backtrace": "hardlockup_all_cpu_backtrace",
    "kernel.hung_task_panic": "hung_task_panic",
    "kernel.softlockup_all_cpu_backtrace": "softlockup_all_cpu_backtrace",
}


class Expected(NamedTuple):
    """What a knob is after boot, and by what, in words; the value is None where the command line can set any."""

    value: str | None
    reason: str


def holds(expression: Expression, values: Values) -> bool | None:
    """Whether a condition holds, where the values of all symbols are known."""
    return expression.holds(values)


def value_in(knob: Knob, text: str) -> str | None:
    """The value of a knob in the text of its file; None where there is none."""
    if knob.form == "count":
        pattern = re.compile(knob.pattern)
        return str(sum(1 for line in text.split("\n") if pattern.search(line)))
    if knob.line:
        found = next((line for line in text.split("\n") if line.lstrip().startswith(knob.line)), None)
        if found is None:
            return None
        text = found.lstrip().removeprefix(knob.line)
    text = text.strip()
    if knob.field:
        words = text.split()
        text = words[knob.field - 1] if len(words) >= knob.field else ""
    if knob.form in ("integer", "bits"):
        return str(_number(text)) if _INTEGER.match(text) else None
    if knob.form == "switch":
        return {"y": "y", "1": "y", "n": "n", "0": "n"}.get(text[:1].lower())
    if knob.form == "selected":
        selected = _SELECTED.search(text)
        return selected.group(1) if selected is not None else None
    return text.partition("\n")[0]


def expected(knob: Knob, values: Values, truth: Truth) -> Expected | None:
    """What config and command line make of a knob; None where they do not show it."""
    word = _sysctl_word(knob, values)
    if word is not None:
        # do_sysctl_args() writes it just before init starts (fs/proc/proc_sysctl.c).
        value = value_in(knob, word.value or "")
        return Expected(value, f"by the boot parameter {word.text}") if value is not None else None
    for default in knob.defaults:
        if default.parameter:
            if values.loader is None:
                return None
            if not parameter(values, default.parameter):
                continue
        holds = truth(default.when, values)
        if holds is None:
            return None
        if holds:
            return _of_default(knob, default, values, truth)
    return None


def passes(case: Case, value: str, usual: Expected | None) -> bool:
    """Whether a case is about a value."""
    test, _, operand = case.test.partition(" ")
    if test in ("lower", "higher"):
        if usual is None or not (_INTEGER.match(value) and _INTEGER.match(usual.value or "")):
            return False
        now, then = _number(value), _number(usual.value or "")
        return now < then if test == "lower" else now > then
    if test in ("below", "above"):
        if not _INTEGER.match(value):
            return False
        return _number(value) < int(operand) if test == "below" else _number(value) > int(operand)
    if test == "other":
        return usual is not None and value != usual.value
    return value != operand if test == "not" else value == test


def bits(value: str) -> Iterator[int]:
    """The bits of a number that are set."""
    number = _number(value)
    yield from (bit for bit in range(64) if number >> bit & 1)


def shown(value: str) -> str:
    """A value in a message."""
    return value[:_LONGEST] + "..." if len(value) > _LONGEST else value or "empty"


def _of_default(knob: Knob, default: Default, values: Values, truth: Truth) -> Expected | None:
    if default.parameter:
        found = value_in_form(knob, parameter(values, default.parameter))
        words = asking(values, default.parameter)
        return Expected(found, f"by the boot parameter {words[-1].text}") if words and found else None
    if default.symbol:
        if truth(Symbol(default.symbol), values) is None:
            return None
        text = values.text(default.symbol) or ("n" if knob.form in ("integer", "switch") else "")
        if knob.form == "integer" and text in ("y", "n"):
            text = "1" if text == "y" else "0"
        found = value_in_form(knob, text)
        return Expected(found, f"by CONFIG_{default.symbol}") if found else None
    return Expected(default.value or None, "by default")


def value_in_form(knob: Knob, text: str) -> str:
    """A value as the knob's own file has it: 0x1 is 1; "" where it is none."""
    if knob.form == "integer":
        text = {"y": "1", "n": "0"}.get(text, text)
        return str(_number(text)) if _INTEGER.match(text) else ""
    if knob.form == "switch":
        return {"y": "y", "1": "y", "n": "n", "0": "n"}.get(text[:1].lower(), "")
    return text


def _sysctl_word(knob: Knob, values: Values) -> Word | None:
    """The last word that sets the sysctl of a knob."""
    name = knob.sysctl
    if not name:
        return None
    names = {f"sysctl.{name}", f"sysctl/{name.replace('.', '/')}", _ALIASES.get(name, "")}
    words = [word for word in seen(values).words if word.text.partition("=")[0] in names]
    return words[-1] if words else None


def _number(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    return sign * (whole(digits, 16) if digits[:2] in ("0x", "0X") else whole(digits))
