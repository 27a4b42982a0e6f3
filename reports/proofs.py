# SPDX-License-Identifier: GPL-2.0-or-later
"""proofs.md of the reports: proofs.md.j2, filled in from the reports on the Kconfig files of several kernels.

Proofs over all architectures take minutes, and the newest kernel is not on every machine, so these reports are written
only for trees that are named: `python -m reports.make --proofs TREE...`.  The page is made from what is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kpolicy.policy.rules.finding import Finding
from kpolicy.report.json.saved import read_report
from kpolicy.report.records import Report
from kpolicy.report.text.markdown import prose
from kpolicy.report.text.plain import line

PROOFS, PAGE = "proofs", "proofs.md"
"""The name of the reports in the folders of the releases, without the end; and that of the page."""
CHECKS: Final = (
    "unmet-select",
    "dead-option",
    "never-together",
    "always-on",
    "dead-default",
    "constant-condition",
)
"""What the reports have, and the page in this order."""
_FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Kernel:
    """The report on a kernel; `folder` is where it lies, named for the release."""

    folder: str
    report: Report

    @property
    def version(self) -> str:
        """The kernel's release."""
        return self.report.version

    def of(self, check: str) -> list[Finding]:
        """The findings of a check."""
        return [item for item in self.report.findings if item.rule == f"kconfig/{check}"]


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as the newest kernel that has it shows it, and its location in each kernel, newest first."""

    finding: Finding
    places: Mapping[str, str]

    @property
    def text(self) -> str:
        """The message, as Markdown."""
        return prose(line(self.finding.message))

    @property
    def grounds(self) -> str:
        """The lines that the proof needs, the first few."""
        found = [f"`{line(item.text)}` ({item.location})" for item in self.finding.grounds]
        more = [f"{len(found) - _FEW} more"] if len(found) > _FEW else []
        return ", ".join([*found[:_FEW], *more])

    @property
    def config(self) -> str:
        """The lines of the witness."""
        return " ".join(f"`{text}`" for text in self.finding.witness.lines) if self.finding.witness else ""


def kernels(folder: Path) -> tuple[Kernel, ...]:
    """The reports in a folder, that on the newest kernel first."""
    paths = folder.glob(f"*/{PROOFS}.json")
    found = [Kernel(path.parent.name, read_report(path.name, path.read_bytes())) for path in paths]
    return tuple(sorted(found, key=lambda item: _number(item.version), reverse=True))


def rows(found: Sequence[Kernel], check: str) -> list[Row]:
    """The findings of a check over all kernels, those with the same message as one: lines move."""
    places: dict[tuple[str, str, int], dict[str, str]] = {}
    first: dict[tuple[str, str, int], Finding] = {}
    for kernel in found:
        seen: dict[tuple[str, str], int] = {}
        for item in kernel.of(check):
            # Where architectures disagree in another release it is the same finding.
            message = item.message.partition(" (on ")[0]
            number = seen[item.symbol, message] = seen.get((item.symbol, message), 0) + 1
            key = (item.symbol, message, number)
            first.setdefault(key, item)
            places.setdefault(key, {})[kernel.version] = str(item.place)
    return [Row(item, places[key]) for key, item in first.items()]


def page(folder: Path) -> str:
    """The page, from the reports in a folder."""
    template = Path(__file__).with_name(f"{PAGE}.j2")
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it writes Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found = kernels(folder)
    return environment.get_template(template.name).render(
        kernels=found,
        checks=CHECKS,
        rows={check: rows(found, check) for check in CHECKS},
        always=_always(found),
    )


def _always(found: Sequence[Kernel]) -> list[tuple[str, list[int]]]:
    """How many conditions that always hold each folder has in each kernel; architectures by themselves."""
    counts = [
        Counter(_top(item.place.path) for item in kernel.of("constant-condition") if "always holds" in item.message)
        for kernel in found
    ]
    tops = sorted(set().union(*counts))
    return [(top, [count[top] for count in counts]) for top in tops]


def _top(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[: 2 if parts[0] == "arch" else 1])


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))
