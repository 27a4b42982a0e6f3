# SPDX-License-Identifier: GPL-2.0-or-later
"""What a configuration comes to: the symbols that are on, and the numbers and texts that are there.

That is what the kernel build reads, include/config/auto.conf (scripts/kconfig/confdata.c: conf_write_autoconf): a
symbol that is n and one that has no line at all are the same there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def effect(values: Values) -> dict[str, str]:
    """The value of every symbol that auto.conf has a line for: y, m, or the text of a number or string."""
    names = values.model.names_by_node
    found = {names[node]: "nmy"[values.node_value(node)] for node in values.on_nodes if values.has_line(node)}
    found.update(values.written_texts())
    return found


def effect_of(values: Values, name: str) -> str | None:
    """The value that auto.conf has a line for, of one symbol; None where it has none."""
    if values.model.type_of(name) in ("bool", "tristate"):
        value = values.tristate(name)
        return "nmy"[value] if value and values.is_written(name) else None
    return values.text(name) if values.is_written(name) else None
