# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the pages about rules are, and which terminals know what a link is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpolicy.patterns import lazy

PROJECT_URL: Final = "Documentation"
"""The label of the address of the documentation in the package's metadata (`project.urls`); rules are in `rules/`."""
_PROGRAMS: Final = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio")
_VARIABLES: Final = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION", "DOMTERM")
_TERMS: Final = ("xterm-kitty", "xterm-ghostty", "foot", "contour", "alacritty")
_OLDEST_VTE: Final = 5000
_VERSION: Final = lazy(r"[0-9]{1,9}")


def knows_links(environment: Mapping[str, str]) -> bool:
    """Whether a terminal shows OSC 8 as a link, according to the environment."""
    if environment.get("TERM_PROGRAM") in _PROGRAMS or environment.get("TERM") in _TERMS:
        return True
    version = _VERSION.fullmatch(environment.get("VTE_VERSION", ""))
    is_new_vte = version is not None and int(version[0]) >= _OLDEST_VTE
    return is_new_vte or any(environment.get(name) for name in _VARIABLES)


def published_pages() -> str:
    """The address of the pages about rules, by the metadata of the package; "" where it names none."""
    from importlib import metadata  # slow, and seldom needed

    try:
        found = metadata.metadata("kpolicy").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    pairs = (entry.partition(",") for entry in found)
    base = next((address.strip() for label, _, address in pairs if label.strip() == PROJECT_URL), "")
    return f"{base.rstrip('/')}/rules" if base else ""


def pages_for_terminal() -> str:
    """The same for people at this machine: without an address the folder of a checkout; "" for neither."""
    from pathlib import Path  # most runs do without

    folder = Path(__file__).parents[2] / "docs/rules"
    return published_pages() or (folder.as_uri() if folder.is_dir() else "")
