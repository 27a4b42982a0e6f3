# SPDX-License-Identifier: GPL-2.0-or-later
"""What a configuration comes to: the symbols that are on, and the numbers and texts that are there.

That is what the kernel build reads, include/config/auto.conf (scripts/kconfig/confdata.c: conf_write_autoconf): a
symbol that is n and one that has no line at all are the same there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.kconfig.nodes import NO
from kpolicy.kconfig.payload import BOOL, CHOICE, DEFAULTS, FLAGS, IMPLIED, IS_CHOICE, REVERSE, TRISTATE, TYPE, Core

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def effect(values: Values) -> dict[str, str]:
    """The value of every symbol that auto.conf has a line for: y, m, or the text of a number or string."""
    found: dict[str, str] = {}
    names = values.model.names_by_node
    for node in values.model.derived("by itself", _by_itself):
        text = values.written_text(node)
        if text is not None:
            found[names[node]] = text
    # These are on only when something says so.
    for node in values.stated_nodes():
        name = names[node]
        if name not in found:
            text = values.written_text(node)
            if text is not None:
                found[name] = text
    return found


def _by_itself(core: Core) -> list[int]:
    """The symbols that can have a line in auto.conf though no line of the config names them."""
    return [
        node
        for node in core.symbols.values()
        if (record := core.records[node]) is not None
        and record[TYPE]
        and not record[FLAGS] & IS_CHOICE
        and (
            record[TYPE] not in (BOOL, TRISTATE)
            or record[DEFAULTS]
            or record[CHOICE] >= 0
            or record[REVERSE] != NO
            or record[IMPLIED] != NO
        )
    ]
