# SPDX-License-Identifier: GPL-2.0-or-later
"""What another kernel makes of a config as plain data, format "kpolicy-upgrade/1"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kpolicy import __version__
from kpolicy.report.json.document import finding_document
from kpolicy.report.json.pieces import error_document, location_document, value_change_document
from kpolicy.report.views.fix import change_document, edit_document

if TYPE_CHECKING:
    from kpolicy.policy.upgrade.protections import Protection
    from kpolicy.policy.upgrade.questions import Question
    from kpolicy.policy.upgrade.records import LostRequest, Upgrade
    from kpolicy.report.views.diff import Side
    from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport, UpgradeRow

FORMAT: Final = "kpolicy-upgrade/1"
TREE_FORMAT: Final = "kpolicy-upgrade-tree/1"


def upgrade_document(report: UpgradeReport) -> dict[str, Any]:
    """A config as plain lists and dicts; what is not known of the kernel before is null."""
    upgrade = report.upgrade
    return {
        "format": FORMAT,
        "kpolicy": __version__,
        "config": report.config,
        "architecture": report.architecture,
        "before": _side(report.before),
        "after": _side(report.after),
        "older": report.older,
        "requests": [_request(item) for item in upgrade.requests],
        "dropped": dict(upgrade.counts),
        "changes": _changes(upgrade),
        "gone": list(upgrade.shifts.gone) if upgrade.shifts is not None else None,
        "new": list(upgrade.shifts.new) if upgrade.shifts is not None else None,
        "protections_lost": _protections(upgrade, gained=False),
        "protections_gained": _protections(upgrade, gained=True),
        "findings_gained": [finding_document(item) for item in upgrade.findings_gained],
        "findings_lost": [finding_document(item) for item in upgrade.findings_lost],
        "questions": [_question(item) for item in upgrade.questions],
        "edits": [edit_document(item) for item in upgrade.edits],
        "side_effects": [change_document(item) for item in upgrade.side_effects],
    }


def tree_document(report: TreeUpgrade) -> dict[str, Any]:
    """The defconfigs of a tree as plain lists and dicts."""
    return {
        "format": TREE_FORMAT,
        "kpolicy": __version__,
        "before": _side(report.before),
        "after": _side(report.after),
        "older": report.older,
        "only_before": report.only_before,
        "configs": [_row(row) for row in report.rows if row.error is None],
        "errors": [error_document(error) for error in report.errors],
    }


def _row(row: UpgradeRow) -> dict[str, Any]:
    return {
        "config": row.config,
        "architecture": row.architecture,
        "lost": list(row.lost),
        "kept": list(row.kept),
        "changed": list(row.changed),
        "protections_lost": list(row.protections_lost),
        "protections_gained": list(row.protections_gained),
        "findings_gained": list(row.findings_gained),
        "findings_lost": list(row.findings_lost),
        "questions": list(row.questions),
        "fails": row.fails,
    }


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name or None, "version": side.version or None}


def _request(item: LostRequest) -> dict[str, Any]:
    lost = item.lost
    return {
        "symbol": lost.symbol,
        "requested": lost.line.value,
        "value": lost.got,
        "reason": lost.reason,
        "successors": list(lost.successors),
        "location": location_document(lost.line.location),
        "edits": [edit_document(edit) for edit in item.edits],
        "kept": item.kept,
    }


def _changes(upgrade: Upgrade) -> list[dict[str, Any]] | None:
    if upgrade.shifts is None:
        return None
    return [{**value_change_document(item.change), "settable": item.settable} for item in upgrade.shifts.changed]


def _protections(upgrade: Upgrade, *, gained: bool) -> list[dict[str, Any]] | None:
    if upgrade.protections is None:
        return None
    return [_protection(item) for item in (upgrade.protections.gained if gained else upgrade.protections.lost)]


def _protection(item: Protection) -> dict[str, Any]:
    return {
        "symbol": item.symbol,
        "before": item.before,
        "after": item.after,
        "reason": item.reason,
        "source": item.source,
        "kept": item.kept,
    }


def _question(item: Question) -> dict[str, Any]:
    return {
        "symbol": item.symbol,
        "type": item.type,
        "default": item.default,
        "prompt": item.prompt,
        "menu": list(item.menu),
        "choice": item.choice or None,
        "help": item.help or None,
        "location": location_document(item.location),
        "selects": list(item.selects),
        "remarks": list(item.remarks),
    }
