# SPDX-License-Identifier: GPL-2.0-or-later
"""What kpolicy computes for the kernels that the lab built, to compare it with what was measured."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from kpolicy.config.boot_files import read_command_lines
from kpolicy.config.read import read_config
from kpolicy.costing.bill import Bill, Item, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.run.bare import bare_values, truth
from lab.machine import MEMORY


@functools.cache
def bill_of(config: Path, parameters: str, cpus: int) -> Bill:
    """The bill of a kernel that is booted with parameters on a machine of the lab."""
    loader = read_command_lines([parameters], None) if parameters else None
    values = bare_values(read_config(str(config)), None, None).booted(loader)
    return make_bill(values, shipped_costs(), Machine(ram=MEMORY, cpus=cpus), truth)


def paid(bill: Bill, costs: Sequence[str]) -> int | None:
    """The memory that some costs come to in a bill, without those that are not enabled; None if none has an amount."""
    found = [_amount(item) for item in bill.items if item.cost.id in costs and item.cost.kind == "memory"]
    amounts = [amount for amount in found if amount is not None]
    return sum(amounts) if amounts else None


def size(bill: Bill, costs: Sequence[str]) -> int | None:
    """The bytes of some costs in a bill, enabled or not; None if none has an amount."""
    found = [item for item in bill.items if item.cost.id in costs and item.figure is not None and not item.figure.per]
    amounts = [item.amount for item in found if item.amount is not None]
    return sum(amounts) if amounts else None


def _amount(item: Item) -> int | None:
    is_paid = item.figure is not None and not item.figure.per and not item.needs
    return item.amount if is_paid else None
