# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a history: bars of the findings of each release, and a row of bars for each option that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.report.text.lines import number
from kpolicy.report.views.history import Course, severities
from kpolicy.report.views.history_records import HistoryReport

# In pixels.  A character of the 11 pixel monospaced font is about 6.7 wide.
_CHARACTER: Final = 6.7
_ROW: Final = 20
_BAR: Final = 9
_LONGEST_BAR: Final = 640
_TRACK: Final = 90
_COUNT: Final = 34
_GAP: Final = 84
_HEAD: Final = 26


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle; `kind` is its class, `hint` what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    hint: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text; with `end` it ends at `x`."""

    x: float
    y: float
    text: str
    kind: str = ""
    end: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what it shows in words, for those who cannot see it; a table has the same numbers."""

    anchor: str
    title: str
    lead: str
    description: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]


def findings_picture(report: HistoryReport) -> Picture:
    """A bar for each release, with a piece for each severity."""
    names = [printable(report.title(place)) for place in range(len(report.releases))]
    left = _width(names)
    counts = [severities(release) for release in report.releases]
    most = max(1, *(sum(item.values()) for item in counts))
    shapes: list[Shape] = []
    labels: list[Label] = []
    for place, (name, item) in enumerate(zip(names, counts, strict=True)):
        y, x = place * (_ROW + 4), left
        labels.append(Label(0, y + 14, name))
        for severity, count in item.items():
            width = _rounded(_LONGEST_BAR * count / most)
            if width:
                shapes.append(Shape(x, y + 2, width, 16, severity, f"{name}: {number(count, severity)}"))
            x += width
        labels.append(Label(x + 8, y + 14, " + ".join(str(count) for count in item.values()), "quiet"))
    width = round(left + _LONGEST_BAR + 8 + max(len(label.text) for label in labels) * _CHARACTER)
    words = (
        f"{name}: {', '.join(number(n, word) for word, n in item.items())}"
        for name, item in zip(names, counts, strict=True)
    )
    lead = "Errors, warnings and notes of all defconfigs of each release."
    return Picture(
        "picture-findings", "Findings", lead, "; ".join(words), width, len(names) * (_ROW + 4), (*shapes,), (*labels,)
    )


def options_picture(report: HistoryReport, courses: Sequence[Course]) -> Picture:
    """A row for each option: for each release a bar, as long as the share of its configs in which the option is on."""
    totals = [len(release.snapshots) for release in report.releases]
    names = [printable(report.title(place)) for place in range(len(report.releases))]
    left = _width([printable(item.name) for item in courses])
    step = _TRACK + _COUNT + _GAP
    labels = [Label(left + place * step, 14, name, "quiet") for place, name in enumerate(names)]
    shapes: list[Shape] = []
    for row, course in enumerate(courses):
        y = _HEAD + row * _ROW
        name = printable(course.name)
        labels.append(Label(0, y + 12, name))
        for place, (count, total) in enumerate(zip(course.counts, totals, strict=True)):
            x = left + place * step
            hint = f"{name}: {count} of {number(total, 'config')} of {names[place]}"
            shapes.append(Shape(x, y + 4, _TRACK, _BAR, "track", hint))
            if count:
                shapes.append(Shape(x, y + 4, max(1.0, _rounded(_TRACK * count / total)), _BAR, "bar", hint))
            labels.append(Label(x + _TRACK + _COUNT, y + 12, str(count), end=True))
            if place:
                middle = x - _GAP / 2
                gained, lost = course.gained[place - 1], course.lost[place - 1]
                if gained:
                    labels.append(Label(middle - 2, y + 12, f"+{gained}", "plus", end=True))
                if lost:
                    labels.append(Label(middle + 2, y + 12, f"-{lost}", "minus"))
    width = round(left + len(names) * step - _GAP + 2)
    lead = "In how many configs an option is on; between releases, configs of both that turned it on (+) or off (-)."
    shown = "; ".join(f"{item.name}: {', '.join(map(str, item.counts))}" for item in courses)
    return Picture(
        "picture-options",
        "Options that changed",
        lead,
        printable(shown),
        width,
        _HEAD + len(courses) * _ROW,
        tuple(shapes),
        tuple(labels),
    )


def _width(names: Sequence[str]) -> float:
    return _rounded(max(map(len, names)) * _CHARACTER + 16)


def _rounded(value: float) -> float:
    return round(value, 1)
