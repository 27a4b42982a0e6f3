# SPDX-License-Identifier: GPL-2.0-or-later
"""A config of a tree, and its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.api.convert import explanation
from kpolicy.api.decode import decode
from kpolicy.api.results import (
    Explanation,
    Place,
    Value,
)
from kpolicy.run.context import Context

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.run.expand import Evaluated, ValuesRequest


class Config:
    """A config of a tree, and its values as the kernel build would have them; evaluated when first asked."""

    def __init__(self, request: ValuesRequest, context: Context) -> None:
        self._request = request
        self._context = context

    @cached_property
    def _evaluated(self) -> Evaluated:
        from kpolicy.run.expand import values_of

        return values_of(self._request, self._context)

    @property
    def _values(self) -> Values:
        return self._evaluated.values

    @property
    def name(self) -> str:
        """What findings call it."""
        return self._evaluated.name or self._request.preset or ""

    @property
    def architecture(self) -> str:
        """The ARCH word."""
        return self._values.model.architecture

    @property
    def remarks(self) -> tuple[Place, ...]:
        """What conf warns of, and that the config is another kernel's."""
        from kpolicy.report.json.pieces import location_document

        return tuple(
            decode(Place, {"location": location_document(item.location), "text": item.text})
            for item in self._evaluated.remarks
        )

    def __getitem__(self, symbol: str) -> str:
        """A symbol's value as the build sees it: "n" where it has no line; KeyError for one that is not defined."""
        return self.value(symbol).value

    def __contains__(self, symbol: str) -> bool:
        return self._values.model.is_defined(symbol.removeprefix("CONFIG_"))

    def __iter__(self) -> Iterator[str]:
        """The names of all symbols of the architecture."""
        return iter(self._values.model.names())

    def value(self, symbol: str) -> Value:
        """A symbol's value, type, prompt and definition; raises KeyError for one that the architecture lacks."""
        from kpolicy.explain.shown import shown

        name = symbol.removeprefix("CONFIG_")
        found = self._values.model.symbol(name)
        if found is None:
            raise KeyError(symbol)
        prompt = next((item.text for item in found.prompts), None)
        place = found.definitions[0] if found.definitions else None
        location = {"path": place.path, "line": place.line} if place is not None else None
        fields = {"symbol": name, "value": shown(self._values, name), "type": found.type, "prompt": prompt}
        return decode(Value, {**fields, "location": location})

    def effect(self) -> Mapping[str, str]:
        """Every symbol that the build sees, and its value; what is n or has no line is left out."""
        from kpolicy.evaluate.effect import effect

        return effect(self._values)

    def dotconfig(self) -> bytes:
        """The .config that the kernel's conf would write, byte for byte."""
        from kpolicy.evaluate.dotconfig import dotconfig

        return dotconfig(self._values)

    def explain(self, symbol: str) -> Explanation:
        """Why a symbol has its value; raises UsageError for one that the architecture lacks."""
        from kpolicy.run.explain import explain_evaluated

        found = explain_evaluated(self._evaluated, (symbol,))
        if found.errors:
            raise found.errors[0]
        return explanation(found.reports[0])
