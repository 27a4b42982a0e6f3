# SPDX-License-Identifier: GPL-2.0-or-later
"""Causes in words, from data: what keeps config lines from taking effect, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kpolicy.explain.root import Root
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.message import conjoined

_FEW = 3
_NOTHING = "nothing"
"""What becomes of a line for a symbol that is n anyway, here without one."""


def folded_message(members: Sequence[Finding], root: Root) -> str:
    """A cause and what it does to the lines of a config."""
    if len(members) <= _FEW:
        return f"{cause_words(root)}: {'; '.join(_each(members))}"
    return f"{cause_words(root)}: {', '.join(_counted(members))}"


def cause_words(root: Root) -> str:
    """A cause: a symbol with its value, or a condition with what it depends on."""
    name, value = root.values[0] if root.values else ("", "")
    was = _was(root)
    if root.kind == "undefined":
        return f"{name} is not defined on this architecture{was}"
    if root.kind == "prompt":
        return f"{name} has no prompt here, no config line sets it{was}"
    if root.kind == "select":
        return f"{name}={value} selects another value{was}"
    if root.kind == "tree":
        more = len(root.values) - 1
        names = f"{name} and {more} more are" if more else f"{name} is"
        return f"made with other Kconfig files ({names} not defined here){was}"
    if root.condition == name:
        return f"CONFIG_{name} is not set{was}" if value == "n" else f"CONFIG_{name}={value}{was}"
    now = ", ".join(f"{name}={value}" for name, value in root.values)
    return f"{root.condition} is not met ({now}){was}" if now else f"{root.condition} is not met{was}"


def cause_in_short(root: Root) -> str:
    """The same in a few letters: MTD_PHYSMAP=n."""
    name, value = root.values[0] if root.values else ("", "")
    if root.kind == "undefined":
        return f"{name} is not defined"
    if root.kind == "prompt":
        return f"{name} has no prompt"
    if root.kind == "select":
        return f"selected by {name}"
    if root.kind == "tree":
        return f"made with other Kconfig files ({name})"
    if root.symbol and root.condition in (name, f"!{name}"):
        return f"{name}={value}"
    return f"not {root.condition}" if " " not in root.condition else f"not ({root.condition})"


def _was(root: Root) -> str:
    """What a change did: the value before, and the line that is another one or gone."""
    change = root.change
    if change is None:
        return ""
    subject = "" if change.symbol == root.symbol else f"CONFIG_{change.symbol} "
    place = f" at {change.location}" if change.location is not None else ""
    what = f"removed line: {change.text}" if change.why == "removed" else change.text
    return f" ({subject}was ={change.before} before this change; {what}{place})"


def _each(members: Sequence[Finding]) -> Iterator[str]:
    """The lines by name: CONFIG_A=m and CONFIG_B=m become n."""
    by_value: dict[str, list[str]] = {}
    for item in members:
        asked = item.root.asked if item.root is not None else ""
        got = _got(item)
        by_value.setdefault(got if got != asked else _NOTHING, []).append(f"CONFIG_{item.symbol}={asked}")
    for got, names in by_value.items():
        yield f"{conjoined(names)} {_becomes(got, many=len(names) > 1)}"


def _counted(members: Sequence[Finding]) -> Iterator[str]:
    ways = Counter((_kind(item.root.asked if item.root is not None else ""), _kind(_got(item))) for item in members)
    for (asked, got), count in ways.most_common():
        if asked == "value":
            yield f"{count} {'value is' if count == 1 else 'values are'} not taken"
        else:
            requests = "request" if count == 1 else "requests"
            yield f"{count} {requests} for {asked} {_becomes(got if got != asked else _NOTHING, many=count > 1)}"


def _becomes(got: str, *, many: bool) -> str:
    if got == _NOTHING:
        return "have no effect" if many else "has no effect"
    return f"{'become' if many else 'becomes'} {got}"


def _kind(value: str) -> str:
    return value if value in ("y", "m", "n") else "value"


def _got(finding: Finding) -> str:
    return finding.symbols[0].value if finding.symbols else "n"
