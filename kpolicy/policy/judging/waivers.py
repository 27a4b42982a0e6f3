# SPDX-License-Identifier: GPL-2.0-or-later
"""Waivers: findings that are accepted, with a reason, an owner, and mostly a last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from kpolicy.explain.cause import Link
from kpolicy.frozen import dataclass
from kpolicy.policy.files.globs import is_glob, matches_config, matches_rule
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.vocabulary import WAIVER_EXPIRED, WAIVER_UNUSED
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Severity


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that is accepted, and by which waiver."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at: by that a waiver without a finding is judged to be unused, or not.

    `configs` are the names of the configs that were judged; `complete` says that these are all
    that there are; `unjudged` are the ids of the rules that could not be judged.
    """

    configs: Collection[str]
    complete: bool = False
    unjudged: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """Findings that count, findings that are waived, and remarks about the waivers themselves."""

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    remarks: tuple[Finding, ...]


def apply_waivers(findings: Iterable[Finding], waivers: Sequence[Waiver], scope: Scope, today: dt.date) -> WaiverResult:
    """Set apart what is waived.

    A waiver holds up to its last day, that day included.  An expired one waives nothing and is
    reported; so is one that matches no finding although its config, and its rule, were judged.
    The remarks are findings of `policy/waiver-expired` and `policy/waiver-unused`, in the order of
    the waivers; they point at the lines of the waivers.
    """
    used: set[int] = set()
    kept: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        matching = [number for number, waiver in enumerate(waivers) if matches(waiver, finding)]
        used.update(matching)
        holding = next((number for number in matching if not expired(waivers[number], today)), None)
        if holding is None:
            kept.append(finding)
        else:
            waived.append(Waived(finding, waivers[holding]))
    remarks = tuple(_remarks(waivers, used, scope, today))
    return WaiverResult(tuple(kept), tuple(waived), remarks)


def matches(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver is about a finding, expired or not."""
    return covers(waiver, finding.rule, finding.symbol, finding.config)


def covers(waiver: Waiver, rule: str, symbol: str, config: str) -> bool:
    """Whether a waiver is about findings of a rule about a symbol in a config, expired or not."""
    return (
        waiver.symbol in ("", symbol)
        and matches_rule(waiver.rule, rule)
        and (not waiver.config or matches_config(waiver.config, config))
    )


def expired(waiver: Waiver, today: dt.date) -> bool:
    """Whether the last day of a waiver has passed."""
    return waiver.expires is not None and waiver.expires < today


def _remarks(waivers: Sequence[Waiver], used: set[int], scope: Scope, today: dt.date) -> Iterator[Finding]:
    for number, waiver in enumerate(waivers):
        if expired(waiver, today):
            rest = "" if number in used else " and matches no finding"
            message = f"waiver of {_what(waiver)} expired on {waiver.expires}{rest} ({waiver.owner}: {waiver.reason})"
            yield _finding(waiver, WAIVER_EXPIRED, "warning", message)
        elif number not in used and _was_judged(waiver, scope):
            message = f"unused waiver: {_matched(waiver)} ({waiver.owner}: {waiver.reason})"
            yield _finding(waiver, WAIVER_UNUSED, "note", message)


def _was_judged(waiver: Waiver, scope: Scope) -> bool:
    if any(matches_rule(waiver.rule, rule_id) for rule_id in scope.unjudged):
        return False
    if scope.complete:
        return True
    configs = [config for config in scope.configs if not waiver.config or matches_config(waiver.config, config)]
    # Of all the configs that a glob may stand for only some were looked at: that proves nothing.
    return bool(configs) and bool(waiver.config) and not is_glob(waiver.config)


def _what(waiver: Waiver) -> str:
    symbol = f" for {waiver.symbol}" if waiver.symbol else ""
    return f"{waiver.rule}{symbol} in {waiver.config or 'all configs'}"


def _matched(waiver: Waiver) -> str:
    symbol = f" for {waiver.symbol}" if waiver.symbol else ""
    return f"{waiver.rule} matches no finding{symbol} in {waiver.config or 'any config'}"


def _finding(waiver: Waiver, rule: str, severity: Severity, message: str) -> Finding:
    # The fingerprint is made of these: it has to distinguish waivers without line numbers.
    symbol = f"{waiver.rule} {waiver.symbol}".rstrip()
    return Finding(
        rule=rule,
        severity=severity,
        tree="",
        architecture="",
        config=waiver.config or waiver.location.path,
        role="",
        symbol=symbol,
        symbols=(),
        message=message,
        causes=(Link("assigned", symbol, "", None, waiver.location, "the waiver"),),
        place=waiver.location,
        remedy=(),
    )
