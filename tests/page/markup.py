# SPDX-License-Identifier: GPL-2.0-or-later
"""A page as a list of its elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """An element: its tag, its attributes, and the text directly or further down in it, for some tags."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Markup(HTMLParser):
    """Reads a page."""

    elements: list[Element] = field(default_factory=list)
    _inside: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag in ("script", "style", "title"):
            self._inside.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1].tag == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        for element in self._inside:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """The elements with a tag."""
        return [element for element in self.elements if element.tag == tag]


def read(page: str) -> Markup:
    """The elements of a page."""
    markup = Markup()
    markup.feed(page)
    markup.close()
    return markup
