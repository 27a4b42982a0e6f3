# SPDX-License-Identifier: GPL-2.0-or-later
"""Pieces of JSON that several results have in common: locations, causes, changes, grounds, errors, marks of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpolicy.errors import KpolicyError
    from kpolicy.explain.cause import Link
    from kpolicy.explain.grounds import Ground
    from kpolicy.explain.value_change import Change
    from kpolicy.location import Location
    from kpolicy.policy.roles.role import Evidence, OtherRole


def location_document(location: Location | None) -> dict[str, Any] | None:
    """A location as a plain dict, or None."""
    return {"path": location.path, "line": location.line} if location is not None else None


def link_document(link: Link) -> dict[str, Any]:
    """A link of a chain of causes as a plain dict."""
    return {
        "symbol": link.symbol,
        "value": link.value,
        "kind": link.kind,
        "by": link.by,
        "location": location_document(link.location),
        "text": link.text,
    }


def ground_document(ground: Ground) -> dict[str, Any]:
    """A line that a proof needs as a plain dict."""
    return {"text": ground.text, "location": location_document(ground.location)}


def evidence_document(item: Evidence) -> dict[str, Any]:
    """A piece of the evidence for a role as a plain dict."""
    return {"symbol": item.symbol, "value": item.value, "location": location_document(item.location), "why": item.why}


def other_role_document(other: OtherRole | None) -> dict[str, Any] | None:
    """The other role that values indicate, as a plain dict, or None."""
    if other is None:
        return None
    return {"name": other.role, "evidence": [evidence_document(item) for item in other.evidence]}


def value_change_document(change: Change) -> dict[str, Any]:
    """A changed value with its cause as a plain dict."""
    return {
        "symbol": change.symbol,
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "through": change.through,
        "text": change.text,
        "location": location_document(change.location),
    }


def error_document(error: KpolicyError) -> dict[str, Any]:
    """An error as a plain dict."""
    return {
        "location": location_document(error.location),
        "message": error.message,
        "hint": error.hint,
        "source_line": error.source_line,
        "column": error.column,
        "status": error.exit_status,
    }
