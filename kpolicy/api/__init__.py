# SPDX-License-Identifier: GPL-2.0-or-later
"""kpolicy as a library: open a tree, ask it, get frozen results.

    from kpolicy.api import open_tree

    tree = open_tree("linux")
    for config in tree.audit().configs:
        for finding in config.findings:
            print(finding.location, finding.rule)

Nothing here prints, exits, or reads the environment.  What cannot be examined raises `Error`; what is wrong with
single configs of many is in the `errors` of the report.  The fields of results are those of the JSON that the
commands write, and are only ever added within a version of the schema; a field whose name is a word of Python has a
_ at its end.
"""

from kpolicy.api.alone import check, check_running, cost, diff, role
from kpolicy.api.config import Config
from kpolicy.api.results import (
    Change,
    ConfigReport,
    CostReport,
    Difference,
    Explanation,
    Finding,
    Fix,
    Fixed,
    GivenUp,
    History,
    Link,
    Location,
    NotFixed,
    Place,
    Proof,
    Reason,
    Report,
    RoleReport,
    SymbolChain,
    SymbolInTree,
    TreeReport,
    Upgrade,
    Value,
    Verdict,
)
from kpolicy.api.terms import Policy
from kpolicy.api.tree import Tree, open_tree
from kpolicy.errors import InputError, KpolicyError, UsageError

Error = KpolicyError
"""What everything raises: `UsageError` for what was asked wrongly, `InputError` for what cannot be read."""

__all__ = [
    "Change",
    "Config",
    "ConfigReport",
    "CostReport",
    "Difference",
    "Error",
    "Explanation",
    "Finding",
    "Fix",
    "Fixed",
    "GivenUp",
    "History",
    "InputError",
    "Link",
    "Location",
    "NotFixed",
    "Place",
    "Policy",
    "Proof",
    "Reason",
    "Report",
    "RoleReport",
    "SymbolChain",
    "SymbolInTree",
    "Tree",
    "TreeReport",
    "Upgrade",
    "UsageError",
    "Value",
    "Verdict",
    "check",
    "check_running",
    "cost",
    "diff",
    "open_tree",
    "role",
]
