# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of a stored model, read one at a time: a run asks for few of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_decode = json.JSONDecoder().raw_decode


class Rows(Mapping[int, "list[Any]"]):
    """Rows by number, each a JSON text until it is asked for."""

    def __init__(self, numbers: Iterable[int], texts: Iterable[str]) -> None:
        self._texts = dict(zip(numbers, texts, strict=True))
        self._rows: dict[int, list[Any]] = {}

    def __getitem__(self, number: int) -> list[Any]:
        row = self._rows.get(number)
        if row is None:
            row = self._rows[number] = _decode(self._texts[number])[0]
        return row

    def __iter__(self) -> Iterator[int]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
