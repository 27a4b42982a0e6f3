# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing as SVG: text and lines only, no script, nothing from elsewhere, readable on light and dark ground."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpolicy.report.drawings.drawing import Arrow, Box, Drawing
from kpolicy.report.drawings.layout import Link, Place, Route, layout
from kpolicy.wording import elided, elided_path

# Of a monospaced font every character is as wide: about 0.6 of its size, and textLength holds viewers to it.
_ADVANCE = 0.602
_NAME, _SMALL = 12.0, 10.0
_PADDING = 9.0
_BOX_HEIGHT = 24.0
_LINE = 12.0
_LONGEST = 44
_HEAD = 40.0
_FOOT = 24.0
# What XML 1.0 cannot hold at all.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_STYLE = """\
svg { color-scheme: light dark; font-family: 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace }
.ground { fill: #ffffff }
.box { fill: #f3f5f8; stroke: #57606a; stroke-width: 1 }
.asked .box { fill: #ddf4ff; stroke: #0550ae; stroke-width: 2 }
.off .box { fill: none; stroke-dasharray: 3 2 }
.name { font-size: 12px; fill: #1f2328 }
.asked .name { font-weight: bold }
.off .name { fill: #57606a }
.line { fill: none; stroke: #57606a; stroke-width: 1.2 }
.arrow:hover .line { stroke-width: 3 }
.imply .line { stroke: #8250df; stroke-dasharray: 6 3 }
.default .line { stroke: #1a7f37; stroke-dasharray: 2 3 }
.idle .line { stroke: #c3c9d0 }
.head { fill: #57606a }
.imply .head { fill: #8250df }
.default .head { fill: #1a7f37 }
.idle .head { fill: #c3c9d0 }
.says { font-size: 10px; fill: #1f2328 }
.place { font-size: 10px; fill: #57606a }
.idle .says { fill: #6e7781 }
.title { font-size: 14px; font-weight: bold; fill: #1f2328 }
@media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117 }
  .box { fill: #1c2128; stroke: #9198a1 }
  .asked .box { fill: #0c2d6b; stroke: #79c0ff }
  .name, .says, .title { fill: #e6edf3 }
  .off .name, .place, .idle .says { fill: #9198a1 }
  .line { stroke: #9198a1 }
  .head { fill: #9198a1 }
  .imply .line { stroke: #d2a8ff }
  .imply .head { fill: #d2a8ff }
  .default .line { stroke: #7ee787 }
  .default .head { fill: #7ee787 }
  .idle .line { stroke: #3d444d }
  .idle .head { fill: #3d444d }
}"""


def svg_lines(picture: Drawing) -> Iterator[str]:
    """The drawing as an SVG document."""
    boxes = [(_width(box.label, _NAME) + 2 * _PADDING, _BOX_HEIGHT) for box in picture.boxes]
    number = {box.name: index for index, box in enumerate(picture.boxes)}
    links = [Link(number[arrow.edge.source], number[arrow.edge.target], _text_size(arrow)) for arrow in picture.arrows]
    plan = layout(boxes, links)
    title = elided(picture.title, 120)
    width = max(plan.width, _width(title, 14.0) + 32, _width(_legend(picture), _SMALL) + 32)
    height = plan.height + _HEAD + _FOOT
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width)}" height="{_number(height)}"'
        f' viewBox="0 0 {_number(width)} {_number(height)}" role="img" aria-labelledby="title desc">'
    )
    yield f'<title id="title">{_escape(picture.title)}</title>'
    yield f'<desc id="desc">{_escape(_description(picture))}</desc>'
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="ground" width="{_number(width)}" height="{_number(height)}"/>'
    yield _text("title", title, 16, 26, 14.0)
    yield f'<g transform="translate(0 {_number(_HEAD)})">'
    # What is in force is before what is not.
    for arrow, route in sorted(
        zip(picture.arrows, plan.routes, strict=True), key=lambda item: item[0].edge.in_force is not False
    ):
        yield from _arrow(arrow, route)
    for box, place in zip(picture.boxes, plan.boxes, strict=True):
        yield from _box(box, place)
    yield "</g>"
    yield _text("place", _legend(picture), 16, height - 12, _SMALL)
    yield "</svg>"


def _legend(picture: Drawing) -> str:
    words = ["solid: select", "dashed: imply", "dotted: default"]
    kinds = {arrow.edge.kind for arrow in picture.arrows}
    shown = [word for word, kind in zip(words, ("select", "imply", "default"), strict=True) if kind in kinds]
    if any(arrow.edge.in_force is False for arrow in picture.arrows):
        shown.append("pale: not in effect")
    if any(" +" in box.label for box in picture.boxes):
        shown.append("+N: N more lines")
    return " · ".join(shown)


def _description(picture: Drawing) -> str:
    return "; ".join(arrow.hint for arrow in picture.arrows) or "No edges."


def _box(box: Box, place: Place) -> Iterator[str]:
    classes = " asked" if box.asked else " off" if box.off else ""
    yield f'<g class="symbol{classes}"><title>{_escape(box.hint)}</title>'
    yield (
        f'<rect class="box" x="{_number(place.x)}" y="{_number(place.y)}" width="{_number(place.width)}"'
        f' height="{_number(place.height)}" rx="4"/>'
    )
    yield _text("name", box.label, place.x + _PADDING, place.middle + 4, _NAME) + "</g>"


def _arrow(arrow: Arrow, route: Route) -> Iterator[str]:
    idle = " idle" if arrow.edge.in_force is False else ""
    yield f'<g class="arrow {arrow.edge.kind}{idle}"><title>{_escape(arrow.hint)}</title>'
    yield f'<path class="line" d="{_path(route)}"/>'
    end = route.stretches[-1]
    forward = end.start >= route.stretches[0].start
    back = end.end - 7 if forward else end.end + 7
    tip, middle = _number(end.end), _number(end.y)
    points = f"{tip},{middle} {_number(back)},{_number(end.y - 3.5)} {_number(back)},{_number(end.y + 3.5)}"
    yield f'<polygon class="head" points="{points}"/>'
    # The line runs between what is said and where.
    middle_y = route.text.middle
    if arrow.says:
        yield _text("says", elided(arrow.says, _LONGEST), route.text.x, middle_y - 4, _SMALL)
    yield _text("place", elided_path(arrow.place, _LONGEST), route.text.x, middle_y + 10, _SMALL) + "</g>"


def _path(route: Route) -> str:
    first = route.stretches[0]
    words = [f"M{_number(first.start)} {_number(first.y)}H{_number(first.end)}"]
    for before, after in zip(route.stretches, route.stretches[1:], strict=False):
        half = (before.end + after.start) / 2
        words.append(
            f"C{_number(half)} {_number(before.y)} {_number(half)} {_number(after.y)}"
            f" {_number(after.start)} {_number(after.y)}"
        )
        if after.end != after.start:
            words.append(f"H{_number(after.end)}")
    return "".join(words)


def _text_size(arrow: Arrow) -> tuple[float, float]:
    width = max(_width(elided(arrow.says, _LONGEST), _SMALL), _width(elided_path(arrow.place, _LONGEST), _SMALL))
    return width, 2 * (_LINE + 1)


def _text(kind: str, text: str, x: float, y: float, size: float) -> str:
    if not text:
        return ""
    length = f' textLength="{_number(_width(text, size))}" lengthAdjust="spacingAndGlyphs"'
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}"{length}>{_escape(text)}</text>'


def _width(text: str, size: float) -> float:
    return len(text) * size * _ADVANCE


def _number(value: float) -> str:
    """A coordinate, always written the same way."""
    text = f"{value:.1f}"
    return "0" if text in ("0.0", "-0.0") else text.removesuffix(".0")


def _escape(text: str) -> str:
    text = _NO_XML.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
