# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements and waivers as a policy file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpolicy.errors import printable
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.requirement import Requirement, Scope, last_of_each, release_text
from kpolicy.policy.files.writing import toml_string


def policy_text(requirements: Iterable[Requirement], waivers: Iterable[Waiver], head: Iterable[str]) -> str:
    """The text of a policy file, with the lines of `head` as comments before it.

    `Policy.require` of the file is what is required, but for the locations, and for what a later requirement for the
    same configs takes the place of: a policy file may not state both.
    """
    lines = [_comment(line) for line in head]
    for item in last_of_each(requirements):
        lines += ["", _comment(str(item.location)), "[[require]]", *_keys(item)]
    for waiver in waivers:
        lines += ["", "[[waiver]]", *_waiver(waiver)]
    return "".join(f"{line}\n" for line in lines)


def _comment(text: str) -> str:
    return f"# {printable(' '.join(text.split()))}".rstrip()


def _keys(item: Requirement) -> Iterator[str]:
    yield f"symbol = {toml_string(item.symbol)}"
    if len(item.values) == 1:
        yield f"value = {toml_string(item.value)}"
    elif item.values:
        yield f"one_of = {_list(item.values)}"
    if item.contains:
        yield f"contains = {_list(item.contains)}"
    for key, bound in (("at_least", item.at_least), ("at_most", item.at_most)):
        if bound is not None:
            yield f"{key} = {bound}"
    if item.absent is not None:
        yield f"absent = {str(item.absent).lower()}"
    if item.if_exists:
        yield "if_exists = true"
    yield from _scope(item.scope)
    for key, text in (("severity", item.severity), ("note", item.note), ("owner", item.owner)):
        if text:
            yield f"{key} = {toml_string(text)}"


def _scope(scope: Scope) -> Iterator[str]:
    # A policy of another tool has one row at most.
    for key, rows in (("architectures", scope.architectures), ("configs", scope.configs)):
        yield from (f"{key} = {_list(row)}" for row in rows)
    if scope.since is not None:
        yield f"since = {toml_string(release_text(scope.since))}"
    if scope.before is not None:
        yield f"before = {toml_string(release_text(scope.before))}"
    if scope.when is not None:
        yield f"when = {toml_string(str(scope.when))}"


def _waiver(waiver: Waiver) -> Iterator[str]:
    for name in ("rule", "config", "symbol", "reason", "owner"):
        value = getattr(waiver, name)
        if value:
            yield f"{name} = {toml_string(value)}"
    if waiver.expires is not None:
        yield f"expires = {waiver.expires.isoformat()}"


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_string, items))}]"
