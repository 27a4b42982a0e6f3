# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that a symbol can have, and those that a requirement states although it cannot.

Without Kconfig files the type of a symbol is that of its value in the .config: one that is y there is a bool or a
tristate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import whole
from kpolicy.errors import UsageError
from kpolicy.explain.shown import shown
from kpolicy.policy.checks.effects import is_value
from kpolicy.policy.checks.reasons import with_article
from kpolicy.policy.toml.toml_file import FileErrors

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.requirement import Requirement

NUMBERS: Final = ("int", "hex")
_POSSIBLE: Final = {
    "bool": "it can be y or n",
    "tristate": "it can be y, m or n",
    "int": "it takes a decimal number",
    "hex": "it takes a hexadecimal number",
    "string": 'it takes a text in double quotes: "..."',
}


def check_values(values: Values, items: Iterable[Requirement], *, complete: bool) -> None:
    """Raise UsageError, or FileErrors with all of them, for values that nothing could give their symbols.

    `complete` says that the model has the types of Kconfig files.  Only a policy of one's own is asked: what was
    written for another tool, or for kernels that have the symbol, is for releases in which the type is another.
    """
    own = (item for item in items if item.origin == "own" and not item.if_exists)
    errors = [error for item in own if (error := _fault(values, item, complete=complete)) is not None]
    if errors:
        raise errors[0] if len(errors) == 1 else FileErrors(errors)


def _fault(values: Values, item: Requirement, *, complete: bool) -> UsageError | None:
    kind = _type(values, item.symbol, complete=complete)
    if kind == "unknown" or any(_is_possible(kind, value) for value in item.values):
        return None
    if item.values:
        what = f"{' or '.join(map(repr, item.values))} is not a valid value for"
    elif item.contains and kind != "string":
        what = "no list of items is in"
    elif (item.at_least, item.at_most) != (None, None) and kind not in NUMBERS:
        what = "no number is the value of"
    else:
        return None
    which = with_article(kind) if complete else f"{shown(values, item.symbol)} in this .config"
    return UsageError(
        f"{what} CONFIG_{item.symbol}, which is {which}",
        item.location,
        source_line=item.line or item.text,
        column=item.column or item.text.find("=") + 2,
        hint=_POSSIBLE.get(kind),
    )


def written(values: Values, symbol: str, value: str, *, complete: bool = True) -> str:
    """A value as a config line gives it to a symbol, "" where no line does.

    "n" is written as such: it is no value of a number or a text, which have no line then.
    """
    kind = _type(values, symbol, complete=complete)
    if kind == "bool" and value == "m":
        # `conf` refuses m for a bool, and y is what a request for a module comes to.
        return "y"
    return value if value == "n" or kind == "unknown" or is_value(kind, value) else ""


def _type(values: Values, symbol: str, *, complete: bool) -> str:
    kind = values.model.type_of(symbol)
    return "tristate" if kind == "bool" and not complete else kind


def _is_possible(kind: str, value: str) -> bool:
    if value == "n" or is_value(kind, value):
        return True
    return kind in NUMBERS and isinstance(number(value, kind), int)


def number(text: str, kind: str) -> int | str:
    """The number that a value of an int or a hex is, else the text itself."""
    try:
        return whole(text, 16 if kind == "hex" else 10)
    except ValueError:
        return text
