# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the tests keep what is dear to make: unpacked kernel sources, built programs, their answers."""

from __future__ import annotations

import os
from pathlib import Path


def _root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "kpolicy-test-trees"


# Looked up once: tests give kpolicy another cache folder to play in.
_ROOT = _root()


def cache_folder(name: str = "") -> Path:
    """`$XDG_CACHE_HOME/kpolicy-test-trees/name`, made when it is absent."""
    folder = _ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
