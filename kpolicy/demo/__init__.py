# SPDX-License-Identifier: GPL-2.0-or-later
"""The bundled demonstration tree: the Kconfig files of a small kernel of our own writing.

Two architectures and a handful of configs with the symbol names and the relations of a real
kernel.  `kpolicy audit` falls back on it, rule examples run on it, and the tests use it.
"""

from __future__ import annotations

from pathlib import Path


def demo_tree() -> Path:
    """The folder of the demonstration tree, a kernel tree as far as configuration goes."""
    return Path(__file__).resolve().parent / "tree"
