# SPDX-License-Identifier: GPL-2.0-or-later
"""What the options of a config cost, out of a report that was saved as JSON."""

from __future__ import annotations

from typing import Final, cast, get_args

from kpolicy.costing.bill import Machine, State
from kpolicy.costing.cost import CERTAINTIES, KINDS, Certainty, CostKind
from kpolicy.costing.summary import CostLine, CostSummary
from kpolicy.report.json.nodes import Node, or_empty, read_location

_STATES: Final = get_args(State)
# The costs of a machine with much memory are larger numbers than JSON is good for elsewhere.
_MOST_BYTES: Final = 1 << 100


def read_cost(node: Node) -> CostSummary:
    """What the options of a config cost."""
    machine = node["machine"]
    ram, cpus, page_size = (_amount(machine[key]) for key in ("ram", "cpus", "page_size"))
    found = CostSummary(Machine(ram, cpus), page_size, tuple(_cost_line(item) for item in node["costs"].elements()))
    if {word: total.number(most=_MOST_BYTES) for word, total in node["totals"].items()} != dict(found.totals):
        node["totals"].wrong("not the sums of these costs: was the file edited by hand?")
    return found


def _cost_line(node: Node) -> CostLine:
    certainty, place = node["certainty"].optional(), node["location"].optional()
    return CostLine(
        cost=node["id"].text(),
        title=node["title"].text(),
        kind=cast("CostKind", node["kind"].word(KINDS)),
        state=cast("State", node["state"].word(_STATES)),
        amount=_amount(node["bytes"]),
        words=or_empty(node["figure"]),
        certainty=cast("Certainty", certainty.word(CERTAINTIES)) if certainty is not None else None,
        per=or_empty(node["per"]),
        needs=or_empty(node["needs"]),
        worked=or_empty(node["worked"]),
        missing=node["missing"].texts(),
        reason=or_empty(node["reason"]),
        sources=node["sources"].texts(),
        symbol=node["symbol"].text(),
        place=read_location(place) if place is not None else None,
    )


def _amount(node: Node) -> int | None:
    return None if node.value is None else node.number(most=_MOST_BYTES)
