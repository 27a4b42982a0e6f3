# SPDX-License-Identifier: GPL-2.0-or-later
"""How a report is shown: what a user chooses about it that is not its content."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kpolicy.frozen import dataclass, field
from kpolicy.report.text.style import Style

GroupBy: TypeAlias = Literal["rule", "config", "cause"]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a report; the formats for programs look at none of it.

    `details` adds to every finding its causes and its remedy, to every config its role; `verbose` names with a
    cause all findings that it has. `terse` leaves all but a line a finding out; `mail` is for mails: narrow,
    ASCII, findings of a rule together. `full` shows each finding by itself, `failing` those that fail the run and
    nothing else; `statistics` counts them by rule; `group_by` puts together those of a rule, a config or a cause.
    `census` adds what is on in the configs. `pages` is where the pages about rules are, "" where they have no
    address.
    """

    style: Style = field(default_factory=Style)
    details: bool = False
    terse: bool = False
    mail: bool = False
    verbose: bool = False
    full: bool = False
    failing: bool = False
    statistics: bool = False
    group_by: GroupBy | None = None
    census: bool = False
    pages: str = ""

    @property
    def lists_all(self) -> bool:
        """Whether the lists below a finding are shown whole."""
        return self.verbose or self.full


PLAIN = Presentation()
"""Without colour, details and anything else."""
