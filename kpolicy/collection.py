# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's cycle collector, and when to do without it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
