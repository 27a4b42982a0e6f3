# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains of causes as drawings: from the line that a person wrote down to what came of it.

A chain is a row of steps, so it is drawn from top to bottom, narrow enough for any screen; the graphs of
`kpolicy chain` are drawn by `kpolicy.report.drawings.layout`.  Many configs share a chain: it is drawn once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpolicy.explain.cause import Link
from kpolicy.frozen import dataclass
from kpolicy.report.page.words import Words
from kpolicy.wording import elided, elided_path

_ADVANCE = 7.3
_SMALL_ADVANCE = 6.7
_PADDING = 10.0
_BOX, _ARROW = 26.0, 42.0
_LONGEST = 56
_KINDS = {"selected": "select", "implied": "imply"}


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text in a drawing."""

    kind: str
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A symbol with its value."""

    y: float
    width: float
    asked: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: the line from `top` to `bottom`, its kind as Kconfig has it."""

    kind: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chain with everything at its place; `says` is the same in words."""

    anchor: str
    says: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    texts: tuple[Text, ...]


class Drawings:
    """The drawings of a page, each chain once, in the order in which they were requested."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._drawn: dict[tuple[object, ...], Drawing] = {}

    def __iter__(self) -> Iterator[Drawing]:
        return iter(self._drawn.values())

    def of(self, causes: Sequence[Link]) -> Drawing | None:
        """The drawing of a chain; None for one that is no chain, which a line of text shows as well."""
        if len(causes) < 2:
            return None
        # The line of the config is another one in each config; the list beside the drawing names it.
        key = (*causes[:-1], causes[-1].symbol, causes[-1].value, causes[-1].text)
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = self._draw(f"k{len(self._drawn) + 1}", causes)
        return found

    def _draw(self, anchor: str, causes: Sequence[Link]) -> Drawing:
        boxes: list[Box] = []
        arrows: list[Arrow] = []
        texts: list[Text] = []
        y = 1.0
        for number, link in enumerate(reversed(causes)):
            if number:
                kind = _KINDS.get(link.kind, "default")
                arrows.append(Arrow(kind, y, y + _ARROW))
                texts.append(Text("says", 30, y + 17, elided(self._words(step_text(link)), _LONGEST)))
                if link.location is not None:
                    texts.append(Text("place", 30, y + 32, elided_path(self._words(str(link.location)), _LONGEST)))
                y += _ARROW
            name = elided(self._words(f"{link.symbol}={link.value}"), _LONGEST)
            boxes.append(Box(y, len(name) * _ADVANCE + 2 * _PADDING, number == len(causes) - 1))
            texts.append(Text("name", _PADDING + 1, y + 17.5, name))
            y += _BOX
        width = max(
            *(box.width + 2 for box in boxes),
            *(text.x + len(text.text) * _SMALL_ADVANCE + 2 for text in texts if text.kind != "name"),
        )
        says = self._words(", ".join(f"{link.symbol}={link.value} {link.text}" for link in causes))
        return Drawing(anchor, says, round(width), round(y + 1), tuple(boxes), tuple(arrows), tuple(texts))


def step_text(link: Link) -> str:
    """What the line of a step says; by which symbol is seen from the drawing."""
    return link.text.replace(f"ed by {link.by}", "s it", 1) if link.kind in _KINDS else link.text
