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
from kpolicy.policy.foreign.kinds import check_kind
from kpolicy.policy.foreign.policy import Files, Foreign, Reader

_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "android": "android",
        "ark": "kernel_ark",
        "gentoo": "gentoo",
        "khc": "hardening_checker",
        "openwrt": "openwrt",
        "pmos": "postmarketos",
        "rcutorture": "rcutorture",
        "syz": "syzkaller",
        "ubuntu": "ubuntu",
        "yocto": "yocto",
    }
)


def reader(name: str) -> Reader:
    """The importer of a format; it is imported here and nowhere else."""
    module = importlib.import_module(f"kpolicy.policy.foreign.{_MODULES[name]}")
    found: Reader = module.read
    return found


def read_foreign(spec: Spec, files: Files) -> Foreign:
    """The policy that a spec names.

    Raises UsageError for a policy of another format, or one that requires nothing, and FileErrors with all that is
    wrong with its files.
    """
    if not spec.path:
        raise UsageError(f"{spec.format}: needs a path", Location(str(spec), 0), hint=f"write {spec.format}:PATH")
    with contained(f"reading the policy {spec}", Location(spec.path, 0)):
        check_kind(files, spec.path, spec.format)
        found = reader(spec.format)(files, spec.path, spec.section)
        if not found.requirements:
            hint = None
            for left in found.left_out[:1]:
                hint = f"{len(found.left_out)} lines are not imported, the first: {left.location}: {left.why}"
            raise UsageError("nothing is required by this policy", Location(spec.path, 0), hint=hint)
        return found
