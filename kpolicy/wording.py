# SPDX-License-Identifier: GPL-2.0-or-later
"""What is too long for its place, cut in the same way everywhere."""

from __future__ import annotations

from collections.abc import Sequence


def first_few(names: Sequence[str], most: int) -> str:
    """The first of some names: "A, B and 3 more"."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, the end left out, for text that may be ASCII only."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def elided(text: str, most: int) -> str:
    """The same with an ellipsis, for pictures."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def elided_path(path: str, most: int) -> str:
    """A path of at most so many characters, for pictures: of a path the end counts."""
    return path if len(path) <= most else f"…{path[1 - most :]}"
