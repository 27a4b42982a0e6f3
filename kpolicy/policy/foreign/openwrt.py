# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenWrt: the kernel configs of target/linux, as LINUX_KCONFIG_LIST of include/target.mk stacks them.

The config of `generic` is laid under that of the target, and that under the one of the subtarget (kconfig.pl with `+`).
In each folder `config-6.12` is taken, else `config-default`.  kconfig.pl warns of a line that it cannot read, and goes
on; so it is left out.  The path is the folder of a target or a subtarget,
`target/linux/ath79/generic`; a section names the release where there are several.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.policy.foreign.config_lines import config_lines
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, finish, optional_names, unknown_section

_GENERIC: Final = "generic"
_CONFIG: Final = re.compile(r"config-([0-9]+\.[0-9]+)\Z")
_DEFAULT: Final = "config-default"


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of a target or a subtarget."""
    folder = path.rstrip("/")
    own = files.names(folder)
    folders = _folders(files, folder)
    if not folders:
        place = Text(path, "").location(0)
        hint = "name a folder below target/linux of OpenWrt, as target/linux/ath79/generic"
        raise UsageError("no config of ../generic or ../../generic", place, hint=hint)
    texts = list(_texts(files, folders, _release(files, path, own, folders, section)))
    left_out: list[LeftOut] = []
    found = {line.symbol: line for text in texts for line in config_lines(text, left_out)}
    finish(texts)
    required = (line.text.require(line.number, line.symbol, (line.value,)) for line in found.values())
    return Foreign(tuple(required), tuple(left_out))


def _folders(files: Files, folder: str) -> list[str]:
    """The folders whose configs are stacked: that of all targets, of the target, of the subtarget."""
    target = os.path.normpath(os.path.join(folder, ".."))
    for above, stacked in ((os.path.join(target, ".."), [target, folder]), (target, [folder])):
        generic = os.path.normpath(os.path.join(above, _GENERIC))
        if any(_CONFIG.match(name) for name in optional_names(files, generic)):
            return list(dict.fromkeys((generic, *stacked)))
    return []


def _release(files: Files, path: str, own: tuple[str, ...], folders: list[str], section: str) -> str:
    """The release whose configs are meant: the one of the section, else the only one."""
    generic = _releases(files.names(folders[0]))
    if section:
        if section not in generic:
            unknown_section(path, "release", section, generic)
        return section
    named = _releases(own) or _releases(files.names(folders[1])) if len(folders) > 1 else ()
    known = [release for release in named or generic if release in generic]
    if len(known) != 1:
        unknown_section(path, "release", "", known or generic)
    return known[0]


def _releases(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(match[1] for name in names if (match := _CONFIG.match(name)) is not None)


def _texts(files: Files, folders: list[str], release: str) -> Iterator[Text]:
    for folder in folders:
        names = files.names(folder)
        name = next((name for name in (f"config-{release}", _DEFAULT) if name in names), None)
        if name is not None:
            yield files.text(f"{folder}/{name}")
