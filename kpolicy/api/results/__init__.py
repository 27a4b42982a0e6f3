# SPDX-License-Identifier: GPL-2.0-or-later
"""The results: frozen, with the fields of the JSON documents that the commands write.

Mappings are plain dicts, so that `dataclasses.asdict` works: do not change them.
"""

from kpolicy.api.results.changes import (
    Alternative,
    Change,
    Difference,
    Effect,
    Fix,
    Fixed,
    LineEdit,
    NotFixed,
    OtherReading,
    RoleReport,
    Side,
)
from kpolicy.api.results.costs import Cause, CostItem, CostReport, CostSummary, Machine
from kpolicy.api.results.findings import (
    AppliedPolicy,
    ConfigReport,
    Evidence,
    Finding,
    Link,
    Observed,
    Report,
    Role,
    TreeReport,
    Waiver,
)
from kpolicy.api.results.places import Failure, Location, Place
from kpolicy.api.results.symbols import (
    Decision,
    Decisions,
    Edge,
    Edit,
    Explanation,
    Note,
    Reach,
    Reason,
    SymbolChain,
    Value,
)

__all__ = [
    "Alternative",
    "AppliedPolicy",
    "Cause",
    "Change",
    "ConfigReport",
    "CostItem",
    "CostReport",
    "CostSummary",
    "Decision",
    "Decisions",
    "Difference",
    "Edge",
    "Edit",
    "Effect",
    "Evidence",
    "Explanation",
    "Failure",
    "Finding",
    "Fix",
    "Fixed",
    "LineEdit",
    "Link",
    "Location",
    "Machine",
    "NotFixed",
    "Note",
    "Observed",
    "OtherReading",
    "Place",
    "Reach",
    "Reason",
    "Report",
    "Role",
    "RoleReport",
    "Side",
    "SymbolChain",
    "TreeReport",
    "Value",
    "Waiver",
]
