# SPDX-License-Identifier: GPL-2.0-or-later
"""Bills of small full .config files."""

from __future__ import annotations

from kpolicy.config.read import parse_config
from kpolicy.costing.bill import Bill, Item, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.run.bare import bare_values, truth


def bill_of(
    words: str, version: str = "6.12.117", *, arch: str = "x86", ram: int | None = None, cpus: int | None = None
) -> Bill:
    """The bill of a full .config with the symbols that `words` names: `KASAN LOG_BUF_SHIFT=17`."""
    pairs = [word.partition("=") for word in words.split()]
    lines = [f"CONFIG_{name}={value or 'y'}" for name, _, value in pairs]
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{arch} {version} Kernel Configuration\n#\n"
    values = bare_values(parse_config(".config", (head + "\n".join(lines) + "\n").encode()))
    return make_bill(values, shipped_costs(), Machine(ram, cpus), truth)


def item_of(bill: Bill, cost_id: str) -> Item:
    """An item of a bill."""
    return next(item for item in bill.items if item.cost.id == cost_id)
