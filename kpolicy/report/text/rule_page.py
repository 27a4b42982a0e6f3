# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the page about a rule is."""

from __future__ import annotations

from importlib import resources
from urllib.parse import quote

from kpolicy.policy.checks.registry import CHECKS

_LOCAL = "file:"


def rule_page(pages: str, rule_id: str) -> str:
    """The address of what is said about a rule or a check, below that of all pages; "" where these have none.

    In a folder these are the Markdown files themselves, elsewhere the book that is made of them.
    """
    if not pages:
        return ""
    family, _, name = rule_id.partition("/")
    page = next((check.subject for check in CHECKS if check.id == rule_id), "")
    # Somebody's own rules have no page.
    if not page and resources.files("kpolicy.rules").joinpath(family, f"{name}.toml").is_file():
        page = family
    if not page:
        return ""
    base = f"{pages.rstrip('/')}/{quote(page)}"
    return f"{base}.md" if pages.startswith(_LOCAL) else f"{base}.html#{quote(name)}"
