# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's cycle collector and its limit of recursion, for work on millions of small objects."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_RECURSION_LIMIT: Final = 20_000


@contextmanager
def no_collection() -> Iterator[None]:
    """Do without the cycle collector."""
    # What is made here is needed to the end of the block, or freed without: the collector would only look on.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Millions of small objects are about to be made and kept, and expressions nest deeply."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        with no_collection():
            yield
    finally:
        sys.setrecursionlimit(limit)
