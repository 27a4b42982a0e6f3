# SPDX-License-Identifier: GPL-2.0-or-later
"""What edits change of a bill, and which line that is put down to, on the demonstration tree."""

from __future__ import annotations

from kpolicy.config.read import parse_config
from kpolicy.costing.bill import Bill, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.costing.difference import CostChange, CostDifference, cost_difference
from kpolicy.costing.documented import documented
from kpolicy.evaluate.values import Values, evaluate
from tests.policy.support import models


def _bill(lines: str) -> tuple[Values, Bill]:
    values = evaluate(models()("x86"), parse_config("x.config", lines.encode()), "defconfig")
    return values, make_bill(values, shipped_costs(), Machine())


def _difference(before: str, after: str, *edited: str) -> CostDifference:
    return cost_difference(_bill(before), _bill(after), edited, shipped_costs().costs)


def _words(changes: tuple[CostChange, ...]) -> set[str]:
    """+ID, -ID, ~ID for a cost that comes, goes, or is another one."""
    found = set()
    for change in changes:
        item = change.after or change.before
        assert item is not None
        mark = "~" if change.before and change.after else "+" if change.after else "-"
        found.add(f"{mark}{item.cost.id}")
    return found


def _by_line(difference: CostDifference) -> dict[str, set[str]]:
    return {line.symbol: _words(line.changes) for line in difference.lines}


def test_nothing_is_edited() -> None:
    difference = _difference("CONFIG_KFENCE=y\n", "CONFIG_KFENCE=y\n")
    assert (difference.lines, difference.others) == ((), ())
    assert difference.before.totals == difference.after.totals


def test_what_a_line_selects_is_its_cost() -> None:
    base = "CONFIG_DEBUG_KERNEL=y\n"
    difference = _difference(base, f"{base}CONFIG_PROVE_LOCKING=y\n", "PROVE_LOCKING")
    found = _by_line(difference)["PROVE_LOCKING"]
    assert {"+lockdep/tables", "+lockdep/speed", "+locking/debug-spinlock"} <= found
    assert difference.others == ()


def test_a_line_that_was_idle_costs_by_the_line_that_it_needed() -> None:
    base = "CONFIG_DEBUG_VM=y\n"
    difference = _difference(base, f"CONFIG_DEBUG_KERNEL=y\n{base}", "DEBUG_KERNEL")
    assert "+debug-vm/checks" in _by_line(difference)["DEBUG_KERNEL"]
    assert difference.others == ()


def test_a_line_that_goes_idle_saves_by_the_line_that_switches_it_off() -> None:
    base = "CONFIG_DEBUG_VM=y\n"
    difference = _difference(f"CONFIG_DEBUG_KERNEL=y\n{base}", base, "DEBUG_KERNEL")
    assert "-debug-vm/checks" in _by_line(difference)["DEBUG_KERNEL"]
    assert difference.others == ()


def test_another_number_is_another_figure() -> None:
    texts = [f"CONFIG_SMP=y\nCONFIG_KFENCE=y\nCONFIG_KFENCE_NUM_OBJECTS={number}\n" for number in (255, 511)]
    difference = _difference(*texts, "KFENCE_NUM_OBJECTS")
    assert _by_line(difference) == {"KFENCE_NUM_OBJECTS": {"~kfence/pool", "~kfence/metadata"}}
    (pool,) = [item for item in difference.lines[0].changes if item.after and item.after.cost.id == "kfence/pool"]
    assert pool.before is not None
    assert pool.after is not None
    assert (pool.before.amount, pool.after.amount) == (2 << 20, 4 << 20)


def test_a_figure_that_another_line_makes_larger() -> None:
    """lockdep makes the locks in the records of KFENCE larger."""
    base = "CONFIG_SMP=y\nCONFIG_KFENCE=y\nCONFIG_DEBUG_KERNEL=y\n"
    difference = _difference(base, f"{base}CONFIG_PROVE_LOCKING=y\n", "PROVE_LOCKING")
    assert "~kfence/metadata" in _by_line(difference)["PROVE_LOCKING"]


def test_what_no_edited_line_explains() -> None:
    difference = _difference("", "CONFIG_KFENCE=y\n", "SYSVIPC")
    assert _by_line(difference) == {"SYSVIPC": set()}
    assert "+kfence/pool" in _words(difference.others)


def test_documented_and_not() -> None:
    """A cost that is not paid is documented all the same."""
    difference = _difference("", "CONFIG_KFENCE_NUM_OBJECTS=63\nCONFIG_SYSVIPC=y\n", "KFENCE_NUM_OBJECTS", "SYSVIPC")
    assert [(line.symbol, line.documented) for line in difference.lines] == [
        ("KFENCE_NUM_OBJECTS", True),
        ("SYSVIPC", False),
    ]
    assert all(line.changes == () for line in difference.lines)
    costs = shipped_costs().costs
    assert [cost.id for cost in documented("KFENCE_NUM_OBJECTS", costs)] == ["kfence/metadata", "kfence/pool"]
    assert documented("SYSVIPC", costs) == ()
