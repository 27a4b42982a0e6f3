# SPDX-License-Identifier: GPL-2.0-or-later
"""How a report is shown: what a user chooses about it that is not its content."""

from __future__ import annotations

from dataclasses import field

from kpolicy.frozen import dataclass
from kpolicy.report.text.style import Style


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a report; the formats for programs look at none of it.

    `details` adds to every finding its causes and its remedy, to every config its role; `terse` leaves
    all but a line a finding out; `mail` is for mails: narrow, ASCII, findings of a rule together.
    """

    style: Style = field(default_factory=Style)
    details: bool = False
    terse: bool = False
    mail: bool = False


PLAIN = Presentation()
"""Without colour, details and anything else."""
