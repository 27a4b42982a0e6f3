# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs that are compared in pairs, and what comes out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpolicy.errors import KpolicyError
    from kpolicy.explain.value_change import Change
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.report.records import ConfigReport
    from kpolicy.run.plan import Target


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two configs that are compared, by the plans of their trees; `name` is what the pair is called."""

    name: str
    before: Target
    after: Target


@dataclass(frozen=True, slots=True)
class Compared:
    """One pair: its changes, as numbers of those of its batch, and both judgements, or an `error`.

    There is nothing of all that where both rest on the same files, so that nothing had to be looked at.
    """

    pairing: Pairing
    changes: tuple[int, ...] = ()
    before: ConfigReport | None = None
    after: ConfigReport | None = None
    error: KpolicyError | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of one architecture, and their changes: the cause of each is that in the first pair that has it."""

    pairs: tuple[Compared, ...]
    changes: tuple[Change, ...]


def beyond(findings: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """The findings that the others do not have; the config may be another one, so that its name does not count."""
    left = Counter((item.rule, item.symbol) for item in others)
    found: list[Finding] = []
    for item in findings:
        key = (item.rule, item.symbol)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(item)
    return found
