# SPDX-License-Identifier: GPL-2.0-or-later
"""A value as people see it, and the line that they wrote for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values


def shown(values: Values, name: str) -> str:
    """The value as `.config` would show it: y, m, a number, a string in quotes; n for what has no line there.

    A transitional symbol, which never has one, is shown by its value.
    """
    text = values.text(name)
    kind = values.model.type_of(name)
    if kind in ("bool", "tristate"):
        return text
    if not values.is_written(name) and not (values.model.is_transitional(name) and values.assignment(name)):
        return "n"
    if kind == "string":
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text


def assignment_of(values: Values, name: str) -> Assignment | None:
    """The last config line that names `name`, also when the tree does not define it."""
    return values.assignment(name)
