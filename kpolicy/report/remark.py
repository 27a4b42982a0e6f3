# SPDX-License-Identifier: GPL-2.0-or-later
"""Remarks: what there is to say about the input beside findings."""

from __future__ import annotations

from kpolicy.frozen import dataclass
from kpolicy.location import Location


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the input that a person would want to know; no finding of a rule."""

    location: Location | None
    text: str
