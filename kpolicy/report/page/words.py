# SPDX-License-Identifier: GPL-2.0-or-later
"""Text for the page: nothing that could change how other text looks, and no folder of the machine; names for places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import isabs

from markupsafe import Markup

from kpolicy.errors import printable
from kpolicy.location import Location
from kpolicy.report.records import Report

# Marks that turn the direction of text round, and other characters that cannot be seen.
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# The message of an error may have a path that no location has.
_IN_MESSAGE = re.compile(r"(?<!\S)/(?:[^\s/:]+/)+[^\s/:]+")
_NO_NAME = re.compile(r"[^a-z0-9_.-]+")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*[,:]?")
# At least so many characters up to a slash, or what is left, without the number of the line.
_BREAKS = re.compile(r"[^:]{10,}?/|:\d+|(?:(?!:\d)(?![^:]{10,}?/).)+|.", re.DOTALL)
_LONGEST = 80


class Words:
    """Makes the texts of a report fit for the page.

    A path of the machine is shown by its end: a tree by its folder's name, a file of the tree by its path in the
    tree, any other file by as much of its end as distinguishes it from the others.
    """

    def __init__(self, report: Report) -> None:
        self._known: dict[str, str] = {}
        self._ends = _ends(report)
        longest_first = sorted(self._ends, key=lambda path: (-len(path), path))
        # A path ends where its last word does: /srv/linux is no part of /srv/linux-next.
        words = (re.escape(path) + ("" if path.endswith("/") else r"(?![\w.-])") for path in longest_first)
        self._paths = re.compile(rf"(?<![\w.-])(?:{'|'.join(words)})") if longest_first else None

    def __call__(self, text: str) -> str:
        """The text as the page shows it."""
        known = self._known.get(text)
        if known is None:
            short = self._paths.sub(lambda match: self._ends[match[0]], text) if self._paths else text
            known = _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", printable(short))
            self._known[text] = known
        return known


def sentence(text: str) -> str:
    """The text with a capital at its start, as all titles have; the name of a function, file or option stays."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if _WORD.fullmatch(first) else text


def breakable(path: str) -> Markup:
    """A path that a browser breaks after a slash or before the number of a line, and nowhere else.

    Short names stay with the next: a list has many paths, and every place to break is two nodes of the page.
    """
    return Markup("<wbr>").join(_BREAKS.findall(path))


class Anchors:
    """Names for places in the page: the same for the same things in the next report, none given twice."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def name(self, kind: str, text: str) -> str:
        """A new name for a thing of a kind."""
        base = f"{kind}-{_NO_NAME.sub('.', text.lower()).strip('.')[-_LONGEST:]}"
        self._given[base] += 1
        # No text has a tilde left in it.
        return base if self._given[base] == 1 else f"{base}~{self._given[base]}"


def _ends(report: Report) -> dict[str, str]:
    """What to write for each absolute path that the report names, and for the folder of the tree."""
    ends: dict[str, str] = {}
    # A revision may follow: /srv/linux@v6.12.
    tree = report.tree.partition("@")[0].rstrip("/")
    if isabs(tree):
        # What comes before a path in the tree goes, and only the tree itself is left with its name.
        ends[f"{tree}/"], ends[tree] = "", tree.rpartition("/")[2]
    files = sorted({path for path in _paths(report) if isabs(path) and not f"{path}/".startswith(f"{tree}/")})
    for path in files:
        ends[path] = _end(path, files)
    return ends


def _end(path: str, files: list[str]) -> str:
    """As much of the end of a path as distinguishes it from all others."""
    parts = path.strip("/").split("/")
    for count in range(1, len(parts)):
        end = "/" + "/".join(parts[-count:])
        if not any(other != path and other.endswith(end) for other in files):
            return end[1:]
    return path.strip("/")


def _paths(report: Report) -> Iterator[str]:
    """The paths that a report names."""
    for config in report.configs:
        yield from config.config.split("+")
    for policy in report.policies:
        yield from policy.files
    for location in _locations(report):
        if location is not None:
            yield location.path
    for error in report.errors:
        yield from (match[0] for match in _IN_MESSAGE.finditer(error.message))


def _locations(report: Report) -> Iterator[Location | None]:
    for remark in (*report.remarks, *(remark for config in report.configs for remark in config.remarks)):
        yield remark.location
    yield from (error.location for error in report.errors)
    for judged in report.judged:
        yield from (item.waiver.location for item in judged.waived)
        for finding in (*judged.findings, *judged.told, *judged.known, *(item.finding for item in judged.waived)):
            yield finding.place
            yield from (link.location for link in finding.causes)
    for policy in report.policies:
        yield from (finding.place for finding in policy.findings)
