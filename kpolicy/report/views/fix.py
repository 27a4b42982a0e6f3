# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy fix` hands out: a patch, a fragment, or what was found in words or as plain data."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.policy.fixes.lines import Edit
from kpolicy.policy.fixes.plan import Change, Plan
from kpolicy.policy.fixes.requests import GivenUp
from kpolicy.policy.fixes.workbench import Edits
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import Style, columns
from kpolicy.wording import first_few

if TYPE_CHECKING:
    from kpolicy.costing.difference import CostDifference

_NO_NEWLINE = b"\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class FixReport:
    """A plan, and what to call the config and its file: `path` is the one that a patch names.

    `costs` is what the edits change of the bill, None if that was not asked for.
    """

    config: str
    architecture: str
    path: str
    plan: Plan
    release: str = ""
    costs: CostDifference | None = None


def patch(report: FixReport) -> bytes:
    """A unified diff that `git apply` takes; empty when there is nothing to edit."""
    document = report.plan.document
    old, new = (_lines(content) for content in (document.content, report.plan.text))
    name = _bytes(report.path.encode("utf-8", "surrogateescape"))
    # git takes a name with blanks in it up to a tab.
    end = "\t" if " " in name else ""
    lines = list(difflib.unified_diff(old, new, f"a/{name}{end}", f"b/{name}{end}"))
    return b"".join(_line(text.encode("latin-1")) for text in lines)


def given_up_lines(report: FixReport) -> Iterator[str]:
    """The requests that a patch gives up, with the reasons; nothing where it keeps them all."""
    for works, title in ((True, "Gives up, although it works:"), (False, "Gives up:")):
        items = [item for item in report.plan.given_up if item.works is works]
        if items:
            yield title
        by_reason: dict[tuple[str, bool], list[GivenUp]] = {}
        for item in items:
            by_reason.setdefault((_why(item), item.proved), []).append(item)
        for (reason, proved), same in by_reason.items():
            *others, last = same
            yield from (printable(f"  {item.text} ({item.location}),") for item in others)
            unproved = "" if proved else " (not all edits were tried)"
            yield printable(f"  {last.text} ({last.location}): {reason}{unproved}")


def _why(item: GivenUp) -> str:
    return f"not honoured in any configuration: {item.reason}" if item.never else item.reason


def preamble(report: FixReport) -> bytes:
    """What is above a patch, where `git apply` and `git am` pass over it."""
    lines = "".join(f"{line}\n" for line in given_up_lines(report))
    return f"{lines}\n".encode("utf-8", "surrogateescape") if lines else b""


def summary(report: FixReport) -> str:
    """How many findings are cleared by how many lines, and what is known of that number."""
    plan = report.plan
    cleared = f"{len(plan.fixes)} of {number(len(plan.fixes) + len(plan.hopeless), 'finding')} cleared"
    kept = f", {number(len(plan.given_up), 'request')} given up" if plan.given_up else ""
    edited = f"{number(len(plan.edits), 'line')} edited" + (" (minimal)" if plan.edits and plan.minimal else "")
    return f"{cleared}{kept}, {edited}; proved by evaluation"


def fix_lines(report: FixReport, style: Style) -> Iterator[str]:
    """What is given up, each finding with its edits, what cannot be cleared, and the values that change besides."""
    plan = report.plan
    count = len(plan.fixes) + len(plan.hopeless)
    name = style.mark("strong", f"{printable(report.config)}:")
    if not count:
        yield f"{name} nothing to fix"
        return
    yield f"{name} {summary(report)}"
    yield from given_up_lines(report)
    for fix in plan.fixes:
        yield ""
        yield style.mark(fix.finding.severity, _finding(fix.finding))
        yield from _edits(fix.edits)
        for other in fix.alternatives:
            yield "  or"
            yield from _edits(other)
    for item in plan.hopeless:
        yield ""
        yield style.mark(item.finding.severity, _finding(item.finding))
        where = f" ({item.location})" if item.location is not None else ""
        yield printable(f"    cannot be cleared here: {item.reason}{where}")
    if plan.side_effects:
        yield ""
        yield f"other values that change: {len(plan.side_effects)}"
        rows = ((item.symbol, item.before, "->", item.after) for item in plan.side_effects)
        yield from (printable(line) for line in columns(rows, indent="    "))
    yield from cost_lines(report, style)


def cost_lines(report: FixReport, style: Style) -> Iterator[str]:
    """What the edits change of the bill; nothing without edits, or if that was not asked for."""
    if report.costs is None or not report.plan.edits:
        return
    # Only here: a patch says nothing of costs.
    from kpolicy.report.views.cost_difference import cost_difference_lines

    edits: dict[str, list[str]] = {}
    for edit in report.plan.edits:
        edits.setdefault(edit.symbol, []).append(str(edit))
    yield ""
    yield from cost_difference_lines(report.costs, edits, (report.architecture, report.release), style)


def fix_document(report: FixReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    plan = report.plan
    return {
        "format": "kpolicy-fix/1",
        "config": report.config,
        "architecture": report.architecture,
        "file": report.path,
        "given_up": [
            {
                "symbol": item.symbol,
                "line": item.text,
                "location": location_document(item.location),
                "reason": item.reason,
                "works": item.works,
                "proved": item.proved,
                "never": item.never,
            }
            for item in plan.given_up
        ],
        "minimal": plan.minimal,
        "fixed": [
            {
                **_identity(fix.finding),
                "edits": [edit_document(edit) for edit in fix.edits],
                "alternatives": [[edit_document(edit) for edit in edits] for edits in fix.alternatives],
            }
            for fix in plan.fixes
        ],
        "not_fixed": [
            {
                **_identity(item.finding),
                "reason": item.reason,
                "location": location_document(item.location),
            }
            for item in plan.hopeless
        ],
        "edits": [edit_document(edit) for edit in plan.edits],
        "changes": [change_document(item) for item in plan.changes],
        "side_effects": [change_document(item) for item in plan.side_effects],
        "costs": _costs_document(report.costs) if report.costs is not None else None,
        "patch": patch(report).decode("utf-8", "backslashreplace"),
    }


def _costs_document(costs: CostDifference) -> dict[str, Any]:
    from kpolicy.report.views.cost_difference import cost_difference_document

    return cost_difference_document(costs)


def side_effects_in_words(changes: Iterable[Change], most: int) -> str:
    """Some changed values on one line."""
    return first_few([f"{item.symbol} {item.before} -> {item.after}" for item in changes], most)


def _finding(finding: Finding) -> str:
    return printable(f"{finding.place}: {finding.severity}: {finding.message} [{finding.rule}]")


def _edits(edits: Edits) -> Iterator[str]:
    if not edits:
        yield "    cleared by the edits for another finding"
    for edit in edits:
        where = f"  (line {edit.line})" if edit.line else ""
        yield printable(f"    {edit}{where}")


def _identity(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "symbol": finding.symbol,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "location": location_document(finding.place),
    }


def edit_document(edit: Edit) -> dict[str, Any]:
    """An edited line as a plain dict."""
    kind = "removed" if not edit.text else "changed" if edit.line else "added"
    return {
        "kind": kind,
        "symbol": edit.symbol,
        "line": edit.line or None,
        "before": edit.was or None,
        "after": edit.text or None,
    }


def change_document(item: Change) -> dict[str, str]:
    """A changed value as a plain dict."""
    return {"symbol": item.symbol, "before": item.before, "after": item.after}


def _bytes(content: bytes) -> str:
    """Bytes as text, one letter each: a patch repeats them as they are."""
    return content.decode("latin-1")


def _lines(content: bytes) -> list[str]:
    """Lines as git has them: ended by a newline and by nothing else."""
    *ended, last = _bytes(content).split("\n")
    return [f"{line}\n" for line in ended] + ([last] if last else [])


def _line(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE
