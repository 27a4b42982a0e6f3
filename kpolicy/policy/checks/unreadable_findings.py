# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about lines that are not read as they are written: no Kconfig file is needed to make them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.checks.finding_maker import FindingMaker
from kpolicy.policy.checks.gone import UNKNOWN, gone_findings
from kpolicy.policy.checks.registry import DEFAULT_CHECKS, UNREADABLE

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.rules.finding import Finding


def check_reading(
    values: Values,
    role: str,
    *,
    tree: str = "",
    wanted: Collection[str] = DEFAULT_CHECKS,
    cache: str | None = None,
) -> tuple[Finding, ...]:
    """What of `kpolicy.policy.checks.config_lines` takes no Kconfig files; `cache` as for `gone_names`."""
    maker = FindingMaker(values, role, tree)
    gone = gone_findings(maker, cache) if UNKNOWN in wanted else ()
    return (*gone, *(unreadable_findings(maker) if UNREADABLE in wanted else ()))


def unreadable_findings(maker: FindingMaker) -> Iterator[Finding]:
    """A finding for each line that is not read as it is written."""
    config = maker.values.config
    if config is None or not (config.unread or any(config.doubtful)):
        return
    from kpolicy.policy.checks.unreadable import unreadable_lines  # most configs have no such line

    for line in unreadable_lines(maker.values):
        remedy = (line.better,) if line.better else ()
        yield maker.finding(
            UNREADABLE,
            line.symbol,
            line.message,
            line.location,
            got=line.got,
            severity=line.severity,
            remedy=remedy,
        )
