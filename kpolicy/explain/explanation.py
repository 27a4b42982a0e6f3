# SPDX-License-Identifier: GPL-2.0-or-later
"""All there is to say about the value of one symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.explain.blocked import definition
from kpolicy.explain.decisions import Decisions, decisions
from kpolicy.explain.reason import Reason, every
from kpolicy.explain.reasons import reasons
from kpolicy.explain.shown import shown
from kpolicy.explain.support import Supports
from kpolicy.frozen import dataclass
from kpolicy.kconfig.transitional import successors

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location


@dataclass(frozen=True, slots=True)
class Explanation:
    """The value of a symbol, its reasons, and whose decisions it depends on.

    `prompt` is what a configuration menu calls it, None for a symbol that cannot be set.  `successors` are the symbols
    that take the value of a transitional one, which is an old name of theirs.
    """

    symbol: str
    value: str
    type: str
    prompt: str | None
    location: Location
    reasons: tuple[Reason, ...]
    decisions: Decisions
    successors: tuple[str, ...] = ()


def explain(values: Values, name: str) -> Explanation:
    """Explain the value of a symbol that the model defines, in the values of a config."""
    symbol = values.model.symbol(name)
    if symbol is None:
        raise KeyError(name)
    supports = Supports(values)
    found = reasons(supports, name)
    return Explanation(
        symbol=name,
        value=shown(values, name),
        type=symbol.type,
        prompt=symbol.prompts[0].text if symbol.prompts else None,
        location=definition(values, symbol),
        reasons=found,
        decisions=decisions(supports, name, [item.symbol for item in every(found) if item.kind == "assigned"]),
        successors=successors(values.model, name),
    )
