# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a system: the files that are named, and no others.

Everything is at the path where the kernel has it, below a root; what sos collects as the output of a command is taken
from there (sos/report/plugins/kernel.py: `sysctl -a`, `uname -a`).  No file is written, and none is read whose reading
changes something: nothing walks through a folder and reads what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kpolicy.config.command_line import RUNNING, CommandLine, command_line, placed_text
from kpolicy.config.model import Config
from kpolicy.config.read import MAX_SIZE as LARGEST_CONFIG
from kpolicy.config.read import parse_config, unpacked
from kpolicy.errors import KpolicyError
from kpolicy.location import Location
from kpolicy.running.log import read_log
from kpolicy.running.mounts import AUTOMOUNT, is_automounted, mounted, unmounted
from kpolicy.running.root import Root
from kpolicy.running.sysctl_files import read_sysctl_files
from kpolicy.running.system import Reading, System, Trouble, Wanted
from kpolicy.running.trouble import unread

_SYSCTLS: Final = "/sos_commands/kernel/sysctl_-a"
_UNAME: Final = "/sos_commands/kernel/uname_-a"
_RELEASE: Final = re.compile(r"[0-9][A-Za-z0-9._+~-]*\Z")
_NUMBERS: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_VERSION: Final = re.compile(r"Linux version (\S+)")
_UNAME_LINE: Final = re.compile(r"Linux \S+ (\S+) .*?\s(\S+)(?: GNU/Linux)?\s*\Z")
_LONGEST_TEXT: Final = 1 << 20
_CONFIGS: Final = (
    "/proc/config.gz",
    "/boot/config-{}",
    "/lib/modules/{}/config",
    "/usr/lib/modules/{}/config",
    "/lib/modules/{}/build/.config",
    "/usr/src/linux-{}/.config",
)
"""The kernel's own, then where distributions install it: Debian and Fedora in /boot, Fedora with its modules; the last
two are what a kernel was built in."""


def collect(folder: str, wanted: Iterable[Wanted]) -> System:
    """What the system below a folder says, `/` for the one that runs; what cannot be read is part of the result."""
    root = Root(folder)
    reader = _Reader(root)
    release = reader.release()
    config, tried = _config(root, release)
    log = read_log(root)
    return System(
        name=folder,
        release=release,
        machine=reader.machine(),
        config=config,
        tried=tried,
        command_line=reader.command_line(),
        readings={item.paths[0]: reader.reading(item, release) for item in wanted},
        log=log,
        sysctl_files=read_sysctl_files(root),
    )


class _Reader:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._mounts = mounted(root)
        self._sysctls = {} if root.is_live else dict(self._of_sysctl())

    def release(self) -> str:
        """What `uname -r` says."""
        return next((found for found in self._releases() if _RELEASE.match(found)), "")

    def machine(self) -> str:
        """What `uname -m` says: kernel.arch, since 6.1 (kernel/utsname_sysctl.c)."""
        own = self._text("/proc/sys/kernel/arch") or self._sysctl("/proc/sys/kernel/arch")
        found = _UNAME_LINE.match(self._text(_UNAME))
        return own or (found.group(2) if found is not None else "")

    def command_line(self) -> CommandLine | None:
        """All that the kernel was booted with; None where that cannot be read."""
        try:
            content = self._root.read(RUNNING, _LONGEST_TEXT)
        except OSError:
            return None
        text = content.decode("utf-8", "surrogateescape").rstrip("\n")
        if "\0" in text:
            return None
        line = command_line(self._root.shown(RUNNING), placed_text(text))
        return CommandLine(line.text, line.marks, line.remarks, whole=True)

    def reading(self, wanted: Wanted, release: str) -> Reading:
        """What comes of reading a file that is wanted, whichever of its paths there is."""
        numbers = _NUMBERS.match(release)
        known = (int(numbers.group(1)), int(numbers.group(2))) if numbers is not None else (0, 0)
        if known < wanted.harmless_since and self._is_of_a_kernel(wanted.paths[0]):
            since = ".".join(map(str, wanted.harmless_since))
            return self._trouble(wanted.paths[0], "not harmless", f"reading it may change it before Linux {since}")
        first: Reading | None = None
        for path in wanted.paths:
            found = self._reading(path, only_presence=wanted.only_presence)
            if found.trouble is None and found.text != "n":
                return found
            if first is None or (first.trouble == "not mounted" and found.trouble not in ("missing", "not mounted")):
                first = found
        assert first is not None
        return first

    def _is_of_a_kernel(self, path: str) -> bool:
        """Whether a file or folder is one of a kernel that runs: DIR can be a container's, or /proc/1/root."""
        try:
            return self._root.is_live or not self._root.is_copy(path)
        except OSError:
            return False

    def _reading(self, path: str, *, only_presence: bool) -> Reading:
        absent = unmounted(path, self._mounts)
        # The folder is asked: to ask a file in it would mount tracefs already.
        if is_automounted(path, self._mounts) and self._is_of_a_kernel(AUTOMOUNT):
            return self._trouble(path, "not mounted", absent or f"looking below {AUTOMOUNT} may mount tracefs")
        place = Location(self._root.shown(path), 1)
        try:
            if only_presence:
                # A file in a folder that cannot be entered may be there.
                there = self._root.exists(path)
                if not there and absent:
                    return self._trouble(path, "not mounted", absent)
                if not there and not self._root.is_live:
                    return unread(self._root, path, FileNotFoundError())
                return Reading(place._replace(line=0), "y" if there else "n")
            content = self._root.read(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            value = self._sysctls.get(path)
            if value is not None:
                return value
            if absent:
                return self._trouble(path, "not mounted", absent)
            return unread(self._root, path, error)
        except OSError as error:
            return unread(self._root, path, error)
        if b"\0" in content:
            return self._trouble(path, "unreadable", "not a text file")
        return Reading(place, content.decode("utf-8", "surrogateescape"))

    def _trouble(self, path: str, trouble: Trouble, why: str) -> Reading:
        return Reading(Location(self._root.shown(path), 0), None, trouble, why)

    def _releases(self) -> Iterator[str]:
        yield self._text("/proc/sys/kernel/osrelease")
        found = _VERSION.match(self._text("/proc/version"))
        if found is not None:
            yield found.group(1)
        yield self._sysctl("/proc/sys/kernel/osrelease")
        found = _UNAME_LINE.match(self._text(_UNAME))
        if found is not None:
            yield found.group(1)

    def _sysctl(self, path: str) -> str:
        found = self._sysctls.get(path)
        return found.text or "" if found is not None else ""

    def _text(self, path: str) -> str:
        """The first line of a file, "" where it cannot be read."""
        try:
            return self._root.read(path, _LONGEST_TEXT).decode("utf-8", "replace").partition("\n")[0].strip()
        except OSError:
            return ""

    def _of_sysctl(self) -> Iterator[tuple[str, Reading]]:
        """The output of `sysctl -a`, a line "kernel.panic = 0" each, by the paths of the files."""
        try:
            lines = self._root.read(_SYSCTLS).decode("utf-8", "surrogateescape").split("\n")
        except OSError:
            return
        for number, line in enumerate(lines, 1):
            name, equals, value = line.partition(" = ")
            if equals:
                place = Location(self._root.shown(_SYSCTLS), number)
                yield f"/proc/sys/{name.replace('.', '/')}", Reading(place, value)


def _config(root: Root, release: str) -> tuple[Config | None, tuple[tuple[str, str], ...]]:
    """The config of the running kernel, and where it was looked for before, with what came of that."""
    tried: list[tuple[str, str]] = []
    for path in _places(root, release):
        shown = root.shown(path)
        try:
            content = root.read(path, LARGEST_CONFIG)
            return parse_config(shown, unpacked(content, shown)), tuple(tried)
        except OSError as error:
            tried.append((shown, error.strerror or str(error)))
        except KpolicyError as error:
            tried.append((shown, error.message))
    return None, tuple(tried)


def _places(root: Root, release: str) -> Iterator[str]:
    for path in _CONFIGS:
        if "{}" not in path:
            yield path
        elif release:
            yield path.format(release)
    if release:
        return
    # Without a release a config can only be that of the kernel where it is the only one.
    try:
        names = [name for name in root.names("/boot") if name.startswith("config-")]
    except OSError:
        return
    if len(names) == 1:
        yield f"/boot/{names[0]}"
