# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine that costs are computed for, as the command line states it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from kpolicy.cli.options import Command
from kpolicy.errors import UsageError
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.costing.bill import Machine

_SIZE = lazy(r"([0-9]{1,18})([KMGT]?)(?:i?B)?\Z", re.ASCII)
_SHIFTS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_MOST_RAM = 1 << 60
_MOST_CPUS = 1 << 20


def machine_options(command: Command) -> Command:
    """--ram and --cpus."""
    text = "Memory of the machine, for costs: bytes, or with K, M, G or T (for example 16G)."
    ram = click.option("--ram", metavar="SIZE", help=text)
    cpus = click.option(
        "--cpus", type=click.IntRange(1, _MOST_CPUS), help="Number of possible CPUs of the machine, for costs."
    )
    return ram(cpus(command))


def stated_machine(ram: str | None, cpus: int | None) -> Machine:
    """The machine that --ram and --cpus state; raises UsageError for a size that is none."""
    # Only here: most runs ask for no costs.
    from kpolicy.costing.bill import Machine

    return Machine(ram=size(ram) if ram is not None else None, cpus=cpus)


def size(text: str) -> int:
    """The bytes that a word like 16G stands for; raises UsageError for one that stands for none."""
    match = _SIZE.match(text.strip())
    found = int(match[1]) << _SHIFTS[match[2]] if match else 0
    if not 0 < found <= _MOST_RAM:
        raise UsageError(f"--ram {text}: not a memory size", hint="a number of bytes, or with K, M, G or T: 16G")
    return found
