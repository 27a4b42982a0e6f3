# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config file says: assignments with their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kpolicy.location import Location


class Assignment(NamedTuple):
    """One line that gives a symbol a value.

    `name` is without "CONFIG_".  `value` is what follows the `=`, quotes and all, or "n" for
    "# CONFIG_X is not set".  `text` is the whole line.  `loose` marks an "is not set" line
    with more text behind it, which only older kernels read.
    """

    name: str
    value: str
    location: Location
    text: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """A config: one file or a stack of them, later lines winning.

    `name` is as the user gave it.  `is_full` tells a whole .config, as `conf` writes it,
    from a defconfig or a fragment.  `arch` and `version` come from the header of a .config
    ("Linux/x86 6.12.1 Kernel Configuration").  `remarks` are lines that are no assignment,
    in the words that `conf` has for them.
    """

    name: str
    assignments: tuple[Assignment, ...]
    is_full: bool = False
    arch: str | None = None
    version: str | None = None
    remarks: tuple[tuple[Location, str], ...] = ()
