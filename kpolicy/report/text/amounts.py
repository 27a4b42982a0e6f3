# SPDX-License-Identifier: GPL-2.0-or-later
"""Amounts of memory in words."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def amount_text(amount: int) -> str:
    """Bytes as people read them: 512 B, 2 MiB, 2.6 MiB."""
    size, unit = float(amount), 0
    while abs(size) >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    digits = f"{size:.1f}".removesuffix(".0")
    return f"{digits} {_UNITS[unit]}"
