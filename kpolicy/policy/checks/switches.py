# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that turn off options that the config does not name: EXPERT=y, and whatever else a default is denied for.

`default !EXPERT` keeps an option on only as long as its prompt is hidden.  Which options go is computed with the
values of the config without the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.config.model import Assignment
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import CHOICE, Core

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@dataclass(frozen=True, slots=True)
class Switch:
    """A line of a config, and the options that are off because of it, those that ask about its symbol first."""

    line: Assignment
    off: tuple[str, ...]


def switches(values: Values) -> Iterator[Switch]:
    """The lines of a config that turn off what it does not name, in their order."""
    config = values.config
    assert config is not None
    denied = values.model.derived("denied", _denied)
    nodes, records = values.model.core.symbols, values.model.core.records
    named = {line.name for line in config.assignments}
    for line in config.assignments:
        node = nodes.get(line.name) if line.value == "y" else None
        # A default may also name a symbol that nothing defines: what a line says of that changes nothing.
        record = records[node] if node is not None and node in denied else None
        if node is None or record is None or record[CHOICE] >= 0 or values.assignment(line.name) is not line:
            continue
        asking = [
            name
            for name in dict.fromkeys(values.model.names_by_node[node] for node in denied[node])
            if name not in named and not values.is_on(name) and values.visibility(name)
        ]
        if not asking or values.tristate(line.name) != YES:
            continue
        without = values.again(
            replace(config, assignments=tuple(item for item in config.assignments if item.name != line.name))
        )
        off = [name for name in asking if without.is_on(name)]
        if off:
            asked = (Assignment(name, "y", line.location, f"CONFIG_{name}=y") for name in off)
            restored = values.again(replace(config, assignments=(*config.assignments, *asked)))
            yield Switch(line, (*off, *_further(values, without, restored, {*named, *off})))


def _further(values: Values, without: Values, restored: Values, known: set[str]) -> Iterator[str]:
    """The other options with a prompt that are on without the line, and again when what went is asked for."""
    model = values.model
    found = {model.names_by_node[node] for node in without.on_nodes} - known
    # Most are on in any case: what would be on again is asked of few.
    risen = sorted(name for name in found if not values.is_on(name) and model.has_prompt(name))
    return filter(restored.is_on, risen)


def _denied(core: Core) -> dict[int, list[int]]:
    # In the order of the menus: numbers depend on which architectures were read before.
    places = {node: place for place, node in enumerate(core.symbols.values())}
    return {node: sorted(options, key=places.__getitem__) for node, options in core.denied}
