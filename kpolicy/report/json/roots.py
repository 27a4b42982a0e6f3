# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps config lines from taking effect, as JSON and back."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from kpolicy.explain.root import Origin, OriginKind, Root, RootKind
from kpolicy.report.json.nodes import Node, read_location
from kpolicy.report.json.pieces import location_document

_KINDS: Final = get_args(RootKind)
_WHYS: Final = get_args(OriginKind)


def root_document(root: Root) -> dict[str, Any]:
    """A root as plain lists and dicts."""
    change = root.change
    return {
        "kind": root.kind,
        "condition": root.condition,
        "symbols": dict(root.values),
        "asked": root.asked,
        "location": location_document(root.place),
        "change": _change_document(change) if change is not None else None,
    }


def _change_document(change: Origin) -> dict[str, Any]:
    return {
        "symbol": change.symbol,
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "text": change.text,
        "location": location_document(change.location),
    }


def read_root(node: Node) -> Root:
    """The root that `root_document` wrote."""
    place, change = node["location"].optional(), node["change"].optional()
    return Root(
        kind=cast("RootKind", node["kind"].word(_KINDS)),
        condition=node["condition"].text(),
        values=tuple((name, value.text()) for name, value in node["symbols"].items()),
        asked=node["asked"].text(),
        place=read_location(place) if place is not None else None,
        change=_read_change(change) if change is not None else None,
    )


def _read_change(node: Node) -> Origin:
    place = node["location"].optional()
    return Origin(
        symbol=node["symbol"].text(),
        before=node["before"].text(),
        after=node["after"].text(),
        why=cast("OriginKind", node["why"].word(_WHYS)),
        text=node["text"].text(),
        location=read_location(place) if place is not None else None,
    )
