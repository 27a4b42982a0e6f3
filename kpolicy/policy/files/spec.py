# SPDX-License-Identifier: GPL-2.0-or-later
"""How policies of other tools are named: `FORMAT:PATH`, or `FORMAT:PATH@SECTION`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kpolicy.frozen import dataclass
from kpolicy.patterns import lazy

FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "android": "the kernel requirements of Android (android-base-conditional.xml)",
        "ark": "redhat/configs of kernel-ark, RHEL and Fedora",
        "gentoo": "CONFIG_CHECK of an ebuild",
        "khc": "the JSON of kernel-hardening-checker",
        "openwrt": "kernel configs of an OpenWrt target",
        "pmos": "kconfigcheck.toml of postmarketOS",
        "rcutorture": "scenarios of the kernel's rcutorture",
        "syz": "main.yml of syz-kconf (syzkaller)",
        "ubuntu": "annotations of Ubuntu kernels",
        "yocto": "kernel metadata of Yocto (.scc)",
    }
)
"""The formats, and what each is for."""

_SPEC: Final = lazy(rf"({'|'.join(FORMATS)}):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spec:
    """A policy of another tool: its format, its path, and the part of it that is meant, "" for the usual one."""

    format: str
    path: str
    section: str

    def __str__(self) -> str:
        return f"{self.format}:{self.path}{'@' if self.section else ''}{self.section}"


def parse_spec(word: str) -> Spec | None:
    """What a word names, None for one that names no policy of another tool."""
    match = _SPEC.fullmatch(word)
    if match is None:
        return None
    path, at, section = match.group(2).rpartition("@")
    # A folder may have an @ in its name, a section has no slash.
    if not at or "/" in section:
        path, section = match.group(2), ""
    return Spec(match.group(1), path, section)
