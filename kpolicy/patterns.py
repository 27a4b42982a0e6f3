# SPDX-License-Identifier: GPL-2.0-or-later
"""Regular expressions that are compiled when they are first used.

Python compiles a pattern anew in every process.  The modules that each command loads have a hundred of them, most for
input that a run does not have, and compiling all takes longer than reading a `.config`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

__all__ = ["lazy"]

if TYPE_CHECKING:
    from re import compile as lazy
else:

    class lazy:  # noqa: N801 - to a type checker this is a function
        """`re.compile`, done at the first use; a fault in the pattern is raised then."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self._compiled = None
            self._made_of = pattern, flags

        def __getattr__(self, name: str) -> object:
            if self._compiled is None:
                self._compiled = re.compile(*self._made_of)
            found = getattr(self._compiled, name)
            # From the second use on this is an attribute like any other.
            setattr(self, name, found)
            return found
