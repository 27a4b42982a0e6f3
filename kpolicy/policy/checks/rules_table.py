# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of facts about symbols that ship with kpolicy besides the rules: `kpolicy/rules/*.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

TABLES: Final = ("prompts", "renames")
"""What the text of a finding can rest on; a cached one is made anew after a change of these."""


def rules_table(name: str) -> Mapping[str, Any]:
    """One of the TABLES."""
    # Only here: most configs have no old names.
    import tomllib
    from importlib import resources

    assert name in TABLES, name
    return tomllib.loads((resources.files("kpolicy.rules") / f"{name}.toml").read_text(encoding="utf-8"))
