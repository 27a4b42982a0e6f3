# SPDX-License-Identifier: GPL-2.0-or-later
"""The plan that edits make: the text that they give, the values that change, what no configuration honours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpolicy.config.lines import parse_lines
from kpolicy.policy.fixes.never import marked, with_exclusions
from kpolicy.policy.fixes.plan import Fix, Plan, Task, UnprovedError, changed_values

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.fixes.hopeless import Hopeless
    from kpolicy.policy.fixes.requests import GivenUp
    from kpolicy.policy.fixes.workbench import Edits


def finished(
    task: Task,
    after: Values,
    fixes: tuple[Fix, ...],
    hopeless: Sequence[Hopeless],
    edits: Edits,
    lost: tuple[GivenUp, ...],
    *,
    minimal: bool,
) -> Plan:
    """The plan of some edits, which give the values `after`; raises UnprovedError when the text has other lines."""
    document = task.document
    text = parse_lines(document.path, document.text(edits))
    own = [item for item in document.edited(edits).assignments if item.location.path == document.path]
    if [(item.name, item.value) for item in own] != [(item.name, item.value) for item in text.assignments]:
        raise UnprovedError("the edited text does not have the planned lines")
    changes = tuple(changed_values(task.values, after)) if edits else ()
    asked = {edit.symbol for edit in edits}
    return Plan(
        document=document,
        fixes=fixes,
        hopeless=with_exclusions(task, after, hopeless),
        edits=edits,
        changes=tuple(item for item in changes if item.symbol in asked),
        side_effects=tuple(item for item in changes if item.symbol not in asked),
        given_up=marked(after.model, lost),
        minimal=minimal,
    )
