# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the policy that a spec names, with the importer of its format."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kpolicy.bounds import contained
from kpolicy.errors import UsageError
from kpolicy.location import Location
from kpolicy.policy.files.spec import Spec
from kpolicy.policy.foreign.policy import Files, Foreign, Reader

_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "android": "android",
        "ark": "kernel_ark",
        "gentoo": "gentoo",
        "khc": "hardening_checker",
        "pmos": "postmarketos",
        "rcutorture": "rcutorture",
        "syz": "syzkaller",
        "ubuntu": "ubuntu",
    }
)


def reader(name: str) -> Reader:
    """The importer of a format; it is imported here and nowhere else."""
    module = importlib.import_module(f"kpolicy.policy.foreign.{_MODULES[name]}")
    found: Reader = module.read
    return found


def read_foreign(spec: Spec, files: Files) -> Foreign:
    """The policy that a spec names; raises UsageError, or FileErrors with all that is wrong with its files."""
    if not spec.path:
        hint = f"write {spec.format}:PATH"
        raise UsageError(f"{spec.format}: needs a path", Location(str(spec), 0), hint=hint)
    with contained(f"reading the policy {spec}", Location(spec.path, 0)):
        return reader(spec.format)(files, spec.path, spec.section)
