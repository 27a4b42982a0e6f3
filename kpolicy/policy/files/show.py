# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in effect for a config, line by line, with the place where each setting comes from."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Fragment
from kpolicy.policy.files.settings import RuleSetting, Settings
from kpolicy.policy.files.vocabulary import REQUIRED
from kpolicy.tuples import NamedTuple


class Row(NamedTuple):
    """A setting, its value, and the line that it comes from; None for kpolicy's default."""

    setting: str
    value: str
    origin: Location | None


def rows(settings: Settings) -> Iterator[Row]:
    """All that is in effect for one config: first what holds for the run, then rule by rule."""
    policy = settings.policy
    role = settings.role
    yield Row("role", role.value if role else "derived from the values", role.location if role else None)
    for name, reading in sorted(policy.readings.items()):
        yield Row(f"reading of {name}", reading.value, reading.location)
    yield Row("fail_on", policy.fail_on.value, policy.fail_on.location)
    for tool, word in policy.tools.items():
        yield Row(f"toolchain.{tool}", word.value, word.location)
    for fragment in policy.require:
        # Requirements of the file itself are listed with those of fragments.
        if isinstance(fragment, Fragment):
            yield Row("require", fragment.name, fragment.location)
    for item in settings.entries:
        yield from _rule_rows(item)
    for change in settings.changes:
        # Requirements have no list: what is changed for them stands for itself.
        if change.selector.partition("/")[0] == REQUIRED:
            off = change.enabled is not None and not change.enabled.value
            on = change.severity.value if change.severity is not None else "on"
            yield Row(change.selector, "off" if off else on, change.location)


def changed(settings: Settings) -> Iterator[Row]:
    """Only what a policy file sets."""
    return (row for row in rows(settings) if row.origin is not None)


def _rule_rows(item: RuleSetting) -> Iterator[Row]:
    if not item.enabled.value:
        yield Row(item.id, "off", item.enabled.location)
        return
    # Where something was both switched on and given a severity the line of the severity says more.
    yield Row(item.id, item.severity.value, item.severity.location or item.enabled.location)
    for name, value in item.parameters:
        yield Row(f"{item.id} ${name}", str(value.value), value.location)
