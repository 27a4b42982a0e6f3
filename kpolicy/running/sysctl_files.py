# SPDX-License-Identifier: GPL-2.0-or-later
"""The files by which systemd-sysctl and procps set sysctls at boot: sysctl.d(5), sysctl.conf(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpolicy.location import Location
from kpolicy.running.root import Root
from kpolicy.running.system import Stated

_FOLDERS: Final = ("/usr/lib/sysctl.d", "/lib/sysctl.d", "/usr/local/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d")
"""A file replaces those of the same name in the folders before."""
_LAST: Final = "/etc/sysctl.conf"
_LARGEST: Final = 1 << 20
_LINE: Final = re.compile(r"\s*-?\s*([A-Za-z0-9_./-]+)\s*=\s*(.*?)\s*\Z")


def read_sysctl_files(root: Root) -> dict[str, Stated]:
    """The line that sets each sysctl last, by names with dots; what cannot be read is left out."""
    found: dict[str, Stated] = {}
    for path in _paths(root):
        try:
            text = root.read(path, _LARGEST).decode("utf-8", "surrogateescape")
        except OSError:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            match = _LINE.match(line)
            if match is not None:
                found[_name(match.group(1))] = Stated(Location(root.shown(path), number), match.group(2))
    return found


def _paths(root: Root) -> Iterator[str]:
    """The files in the order in which they are read: by their names, whatever folder they are in."""
    files: dict[str, str] = {}
    for folder in _FOLDERS:
        try:
            names = root.names(folder)
        except OSError:
            continue
        files.update({name: f"{folder}/{name}" for name in names if name.endswith(".conf")})
    yield from (path for _, path in sorted(files.items()))
    yield _LAST


def _name(text: str) -> str:
    """A name with dots between its parts: the first of the two separators in it is the one that it uses."""
    slash, dot = text.find("/"), text.find(".")
    return text.replace("/", ".") if slash >= 0 and (dot < 0 or slash < dot) else text
