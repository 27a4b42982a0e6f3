# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy policy show` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpolicy.errors import printable
from kpolicy.policy.files.requirement import Requirement, scope_words
from kpolicy.policy.files.show import Row, changed, rows
from kpolicy.policy.judging.standard import Standard
from kpolicy.report.text.style import Style, columns

_DEFAULT = "default"


def policy_lines(standard: Standard, config: str, style: Style, *, everything: bool = False) -> Iterator[str]:
    """What is in force for a config, "" for any: the files, then a line a setting with the line that sets it."""
    files = [file.path for file in standard.policy.files]
    whose = f"for {printable(config)}" if config else "for every config"
    yield style.mark("strong", f"{whose}, by {', '.join(map(printable, files)) if files else 'no policy file'}")
    found = list(_rows(standard, config, everything=everything))
    table = [(row.setting, row.value, str(row.origin) if row.origin is not None else _DEFAULT) for row in found]
    yield from (printable(line) for line in columns(table))
    waivers = [
        (
            item.rule,
            item.symbol,
            item.config or "all configs",
            f"until {item.expires}" if item.expires is not None else "no expiry",
            str(item.location),
        )
        for item in standard.policy.waivers
    ]
    if waivers:
        yield style.mark("strong", "waivers")
        yield from (printable(line) for line in columns(waivers))
    if standard.requirements:
        yield style.mark("strong", "required")
        yield from (
            printable(line)
            for line in columns((item.text, _told(item), str(item.location)) for item in standard.requirements)
        )
    if not everything:
        more = sum(1 for _ in rows(standard.policy.settings(config))) - len(found)
        yield f"{more} settings have their default (--all lists them)"


def policy_document(standard: Standard, config: str, *, everything: bool = False) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    return {
        "config": config or None,
        "files": [file.path for file in standard.policy.files],
        "settings": [
            {"setting": row.setting, "value": row.value, "location": str(row.origin) if row.origin else None}
            for row in _rows(standard, config, everything=everything)
        ],
        "required": [
            {
                "symbol": item.symbol,
                "line": item.text,
                "scope": scope_words(item.scope) or None,
                "if_exists": item.if_exists,
                "severity": item.severity,
                "note": item.note or None,
                "owner": item.owner or None,
                "location": str(item.location),
            }
            for item in standard.requirements
        ],
        "waivers": [
            {
                "rule": item.rule,
                "config": item.config or None,
                "symbol": item.symbol or None,
                "reason": item.reason,
                "owner": item.owner,
                "expires": item.expires.isoformat() if item.expires is not None else None,
                "location": str(item.location),
            }
            for item in standard.policy.waivers
        ],
    }


def _told(item: Requirement) -> str:
    """The configs that a requirement is for, and why there is one."""
    scope = [word for word in (scope_words(item.scope), "if it exists" if item.if_exists else "") if word]
    why = " ".join(word for word in (item.note, f"({item.owner})" if item.owner else "") if word)
    return "; ".join(word for word in (", ".join(scope), why) if word)


def _rows(standard: Standard, config: str, *, everything: bool) -> Iterator[Row]:
    settings = standard.policy.settings(config)
    return rows(settings) if everything else changed(settings)
