# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that nothing but an assumed toolchain refuses: with the real one they may well be granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.explain.blocked import OUTSIDE, blockers, line_names, needed_by

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.blocked import Blocker

# The first word of the identities of toolchains that are known: from the config itself, or by running them.
_KNOWN: Final = ("recorded", "exec")
# So many symbols in a row may need one another.
_MOST_STEPS: Final = 4


def is_refused_by_assumption(values: Values, name: str) -> bool:
    """Whether an assumed toolchain, and no more than lines can change, is against a symbol that a line requests."""
    return toolchain_name(values) not in _KNOWN and _is_refused(values, name, _MOST_STEPS)


def toolchain_name(values: Values) -> str:
    """The word for the toolchain of a model."""
    return values.model.toolchain_identity.split(" ", 1)[0]


def _is_refused(values: Values, name: str, steps: int) -> bool:
    symbol = values.model.symbol(name)
    line = values.assignment(name)
    if symbol is None or not symbol.prompts or line is None or line.value == "n":
        return False
    found = blockers(values, name, 1 if line.value.startswith("m") else 2)
    outside = [item for item in found if _is_outside(values, item, steps)]
    # What else is in the way a line may change.
    others = (symbol for item in found if item not in outside for symbol in item.symbols or ("",))
    return bool(outside) and all(values.model.has_prompt(symbol) for symbol in others)


def _is_outside(values: Values, blocker: Blocker, steps: int) -> bool:
    """Whether a toolchain has a say in what is in the way, or in a request that is in the way itself."""
    if blocker.answerer in OUTSIDE:
        return True
    return any(_is_probed(values, name) or (steps and _is_refused(values, name, steps - 1)) for name in blocker.symbols)


def _is_probed(values: Values, name: str) -> bool:
    """Whether probes decide a symbol without a prompt, or are among what it lacks."""
    symbol = values.model.symbol(name)
    if symbol is None or symbol.prompts:
        return False
    return symbol.probed or any(
        (needed := values.model.symbol(item)) is not None and needed.probed
        for item in line_names(needed_by(values, symbol))
    )
