# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of each line of a config of another kernel: kept, lost, renamed, or dropped at no cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.errors import InputError
from kpolicy.explain.shown import shown
from kpolicy.kernel.version import parse_version
from kpolicy.policy.checks.added_lines import has_no_source, is_out_of_order
from kpolicy.policy.checks.effects import LineEffect, asked_value, is_value
from kpolicy.policy.checks.old_names import holds
from kpolicy.policy.checks.prompts import had_prompt

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model

Fate: TypeAlias = Literal["kept", "lost", "renamed", "off", "result", "ineffective"]
"""What becomes of a line.

It is kept, or lost; its value goes over to another name; it turns off what is no longer defined; it records what
followed from other lines; it had no effect on the kernel before either.
"""
_ZERO: Final = ("0", "0x0")


def fate_of(before: Values | None, after: Values, effect: LineEffect) -> Fate:
    """What becomes of one line; `before` are the values by the files of the kernel before, None without these.

    Then a full .config states what it had, and every line of another config is a request.
    """
    line = effect.assignment
    if effect.effect in ("honoured", "duplicate-assignment"):
        return "kept"
    if effect.effect == "renamed":
        heir = effect.heir or line.name
        if shown(after, heir) != shown(after, line.name):
            return "lost"
        # Without a line under the new name, this one gives the new symbol its value.
        return "renamed" if effect.other is not None else "kept"
    known = None if after.model.is_defined(line.name) else holds(after, line)
    if known:
        return "renamed"
    if effect.effect == "wrong-type" and line.value == "n" and effect.got in _ZERO:
        # The option has become a number, and is off by it.
        return "kept"
    if before is not None and not _had_effect(before, line):
        return "ineffective"
    if not _is_request(before, after, line):
        return "result"
    if line.value == "n" and effect.effect == "unknown-symbol" and known is None:
        return "off"
    return "lost"


def _had_effect(before: Values, line: Assignment) -> bool:
    """Whether the line was honoured on the kernel before."""
    kind = before.model.type_of(line.name)
    return is_value(kind, line.value) and before.result(line.name) == asked_value(kind, line.value)


def _is_request(before: Values | None, after: Values, line: Assignment) -> bool:
    """Whether a person can have asked for it: all lines but those of a full .config without a prompt."""
    config = after.config
    assert config is not None
    if not config.is_full or line.location.path != config.assignments[0].location.path:
        return True
    if before is None:
        release = config.version
        if release is None or line.value == "n" or _was_asked(after.model, line.name, release):
            return True
        return has_no_source(after, line) or (_is_same_series(release, after) and is_out_of_order(after, line))
    return before.is_changeable(before.model.core.symbols[line.name])


def _is_same_series(release: str, after: Values) -> bool:
    """Whether two releases are of one series, as 6.12.1 and 6.12.9: the menus of these are the same."""
    try:
        before, now = (parse_version(text) for text in (release, after.model.version))
    except InputError:
        return False
    return (before.version, before.patchlevel) == (now.version, now.patchlevel)


def _was_asked(model: Model, name: str, release: str) -> bool:
    """Whether a person can have asked for a symbol in the release that made the .config."""
    asked = had_prompt(name, release)
    # What has no prompt in this tree had mostly none there.
    return asked if asked is not None else not model.is_defined(name) or model.has_prompt(name)
