# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON Schemas (draft 2020-12) of policy files and rule files, for editors and for checking them elsewhere."""

from __future__ import annotations

from importlib import resources
from typing import Final, Literal, TypeAlias

SchemaName: TypeAlias = Literal["policy", "rule"]
NAMES: Final[tuple[SchemaName, ...]] = ("policy", "rule")


def schema_text(name: SchemaName) -> str:
    """The schema of a kind of file, as JSON."""
    return resources.files("kpolicy.policy.schema").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
