# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a condition that asks for a symbol to be off is right where there is none."""

from __future__ import annotations

from kpolicy.tuples import NamedTuple


class Absence(NamedTuple):
    """Why a condition that asks for a symbol to be off is right for a tree that does not define it."""

    symbol: str
    reason: str
