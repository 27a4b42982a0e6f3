# SPDX-License-Identifier: GPL-2.0-or-later
"""The modes of `conf` that give a configuration (scripts/kconfig/conf.c)."""

from __future__ import annotations

from typing import Final

PRESETS: Final = ("allyesconfig", "allmodconfig", "allnoconfig", "alldefconfig")
MODES: Final = ("olddefconfig", "defconfig", *PRESETS)
