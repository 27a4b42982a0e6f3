# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that Linux no longer defines: what names them is out of date, and not misspelt."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from kpolicy.errors import InputError
from kpolicy.kernel.version import parse_version
from kpolicy.policy.checks.rules_table import rules_table


def removed_by(name: str, version: str) -> str | None:
    """The release from which on no architecture defines a name, if `version` is that one or a later one."""
    release = _releases().get(name)
    try:
        return release if release is not None and not parse_version(version) < parse_version(release) else None
    except InputError:
        return None


@functools.cache
def _releases() -> Mapping[str, str]:
    """See kpolicy/rules/removed.toml."""
    return {name: release for release, names in rules_table("removed").items() for name in names.split()}
