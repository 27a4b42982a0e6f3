# SPDX-License-Identifier: GPL-2.0-or-later
"""The formats of a report, one module each; a module is imported when its format is requested.

Every module has `render(report, how)`, which gives the whole text, with a last newline where there is any.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from typing import Protocol

    from kpolicy.report.presentation import Presentation
    from kpolicy.report.records import Report

    class Render(Protocol):
        """What every module of a format has."""

        def __call__(self, report: Report, how: Presentation) -> str:
            """The report in the format; `how` is for those that are read by people."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its module, how files in it are called, and what it is.

    `accepted` says that it shows, or counts, the findings that a waiver or a baseline accepts;
    `line_hashes` that it holds the hashes of the lines that findings point at; `costs` that it shows what
    options cost; `pages` that it links the pages about rules.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    title: str
    accepted: bool = True
    line_hashes: bool = False
    costs: bool = False
    pages: bool = False

    def render(self, report: Report, how: Presentation) -> str:
        """The report in this format."""
        render: Render = importlib.import_module(self.module).render
        return render(report, how)


_HERE = __name__


def _all() -> Mapping[str, Format]:
    found = [
        Format("text", f"{_HERE}.text", (".txt",), "for people"),
        Format("json", f"{_HERE}.json_document", (".json",), "everything, kpolicy/1", line_hashes=True, costs=True),
        Format("jsonl", f"{_HERE}.json_lines", (".jsonl", ".ndjson"), "a finding a line", accepted=False),
        Format("sarif", f"{_HERE}.sarif", (".sarif",), "SARIF 2.1.0, for code scanning", line_hashes=True, pages=True),
        Format("github", f"{_HERE}.github", (), "annotations and a job summary of GitHub Actions"),
        Format("gitlab", f"{_HERE}.gitlab", (), "GitLab Code Quality", accepted=False),
        Format("junit", f"{_HERE}.junit", (".xml",), "JUnit XML, for CI servers"),
        Format("ktap", f"{_HERE}.ktap", (".ktap", ".tap"), "KTAP version 1, the kernel's own"),
        Format("markdown", f"{_HERE}.markdown", (".md",), "a summary to paste in an issue"),
        Format("csv", f"{_HERE}.csv_table", (".csv",), "a finding a row", accepted=False),
        Format("html", f"{_HERE}.html_page", (".html", ".htm"), "a page to look through", costs=True),
    ]
    return {item.name: item for item in found}


FORMATS: Mapping[str, Format] = _all()
"""Every format by its name."""


def likeliest(word: str, path: str | None) -> str | None:
    """What someone meant who wrote `word`, or `word:path`, where no format has that name; None for no idea."""
    if path is None:
        for item in FORMATS.values():
            if any(word.endswith(suffix) for suffix in item.suffixes):
                return f"{item.name}:{word}"
    import difflib  # only for errors

    near = difflib.get_close_matches(word.lower(), FORMATS, n=1)
    if near:
        return near[0] if path is None else f"{near[0]}:{path}"
    return f"text:{word}" if path is None and ("/" in word or "." in word) else None
