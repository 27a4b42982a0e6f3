# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config file says: assignments with their lines, and the lines that `conf` does not read."""

from __future__ import annotations

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple


class Assignment(NamedTuple):
    """One line that gives a symbol a value.

    `name` is without "CONFIG_".  `value` is what follows the `=`, quotes and all, or "n" for
    "# CONFIG_X is not set".  `text` is the whole line.  Only older kernels read an "is not set" line
    with more text behind it (`loose`), or with something other than a blank after the `#` (`mark`).
    """

    name: str
    value: str
    location: Location
    text: str
    loose: bool = False
    mark: bool = False


class UnreadLine(NamedTuple):
    """One line that no `conf` reads, though it is neither blank nor an ordinary comment.

    `fault` says what is wrong with it, in a few words.  `name` and `value` are what the line seems to
    ask for; the value is "" where that cannot be said, the name too.
    """

    location: Location
    text: str
    fault: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A config: one file or a stack of them, later lines winning.

    `name` is as the user gave it.  `is_full` tells a whole .config, as `conf` writes it,
    from a defconfig or a fragment.  `arch` and `version` come from the header of a .config
    ("Linux/x86 6.12.1 Kernel Configuration"), `arch` else from a title ("# x86_64").
    `remarks` are the lines that `conf` warns of, in its words; `unread` are those that it does not read,
    whether it says so or not.  `maker` is the word that is in a header where conf writes the release, or the
    program that a header names.
    """

    name: str
    assignments: tuple[Assignment, ...]
    is_full: bool = False
    arch: str | None = None
    version: str | None = None
    remarks: tuple[tuple[Location, str], ...] = ()
    unread: tuple[UnreadLine, ...] = ()
    maker: str = ""
