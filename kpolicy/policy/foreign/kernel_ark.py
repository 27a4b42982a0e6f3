# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-ark, RHEL, CentOS Stream and Fedora: redhat/configs, as build_configs.sh and process_configs.sh use them.

`priority.FLAVOR` has the trees in ORDER and, for each architecture and variant, the folders from the lowest priority
to the highest; `generic-x86-x86_64` is generic/x86/x86_64 of each tree.  Of the first tree every folder has to be
there.  A folder has a file for each symbol: comments, which are the note, and one config line.  The check is that of
process_configs.sh: what a .config has must be what is asked for, a symbol without a line is none of its findings.  The
comment `process_configs_known_broken` is a waiver, in whatever folder the file of the symbol is.  A section is the
name of a config, `kernel-x86_64-debug-rhel`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.requirement import Requirement, Scope
from kpolicy.policy.foreign.config_lines import ConfigLine, config_lines, is_config_line
from kpolicy.policy.foreign.policy import Files, Foreign, Text, finish, note, unknown_section

ARCHITECTURES: Final = {
    "aarch64": "arm64",
    "armv7hl": "arm",
    "i686": "i386",
    "ppc64le": "powerpc",
    "riscv64": "riscv",
    "s390x": "s390",
    "x86_64": "x86_64",
}
"""The architectures of RPM, and the ARCH words of make for them."""

_PREFIX: Final = "kernel-"
_PRIORITY: Final = "priority."
_FILE: Final = re.compile(r"CONFIG_[^/]*[^~/]\Z")
_CONFIG: Final = "CONFIG_"
_ENTRY: Final = re.compile(r"([A-Za-z0-9_.-]+)=(.*)")
_BROKEN: Final = "process_configs_known_broken"


@dataclass(frozen=True, slots=True)
class _Line:
    """A config line, and the comment of its file."""

    line: ConfigLine
    why: str


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of one config."""
    priority, variant = _priority(files, path, section)
    order_line, order, empty, layers = _entries(priority)
    priority.finish()
    if variant in empty:
        what = f"{section} is one of EMPTY: no config is built for it"
        raise priority.error(empty[variant], what, at=variant)
    if variant not in layers:
        flavor = priority.path.rpartition(_PRIORITY)[2]
        unknown_section(path, "config", section, [f"{_PREFIX}{name}-{flavor}" for name in layers])
    texts: dict[str, Text] = {}
    found: dict[str, _Line] = {}
    every: list[str] = []
    number, row = layers[variant]
    for tree in order:
        try:
            folders = _folders(files, f"{path.rstrip('/')}/{tree}")
        except UsageError as error:
            # Trees for changes and overrides can be empty, and git has no empty folders.
            if tree != order[0]:
                continue
            priority.complain(order_line, f"ORDER: {tree}: {error.message}", at=tree)
            continue
        every += folders.values()
        for name in row:
            folder = folders.get(name)
            if folder is None:
                if tree == order[0]:
                    priority.complain(number, f"no folder for {name!r} in {tree}", at=name)
                continue
            found.update(_lines(files, folder, texts))
    finish([priority, *texts.values()])
    arch = ARCHITECTURES.get(variant.partition("-")[0])
    scope = Scope(((arch,),)) if arch is not None else Scope()
    required = tuple(_requirement(symbol, line, scope) for symbol, line in found.items())
    broken = dict(_broken(files, every, found))
    waivers = (
        Waiver(item.id, "", "", _BROKEN, "redhat/configs", None, broken[item.symbol])
        for item in required
        if item.symbol in broken
    )
    return Foreign(required, (), tuple(waivers))


def _priority(files: Files, path: str, section: str) -> tuple[Text, str]:
    """The priority file that a section names, and the architecture with its variant."""
    flavors = [name.removeprefix(_PRIORITY) for name in files.names(path) if name.startswith(_PRIORITY)]
    if not flavors:
        raise UsageError("no priority.FLAVOR in the folder", Text(path, "").location(0), hint="name redhat/configs")
    variant, dash, flavor = section.removeprefix(_PREFIX).rpartition("-")
    if not dash or flavor not in flavors:
        unknown_section(path, "config", section, [f"{_PREFIX}x86_64-{flavor}" for flavor in flavors])
    return files.text(f"{path.rstrip('/')}/{_PRIORITY}{flavor}"), variant


def _entries(text: Text) -> tuple[int, list[str], dict[str, int], dict[str, tuple[int, list[str]]]]:
    """The trees with their line, the configs that are empty, and the layers of each config with their line."""
    order_line = 1
    order: list[str] = []
    empty: dict[str, int] = {}
    layers: dict[str, tuple[int, list[str]]] = {}
    for number, line in enumerate(text.lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ENTRY.fullmatch(line.strip())
        if match is None:
            hint = "a line is ORDER=..., EMPTY=... or ARCH-VARIANT=generic:generic-x86"
            text.complain(number, "not a line of a priority file", hint=hint)
        elif match[1] == "ORDER":
            order_line, order = number, match[2].split()
        elif match[1] == "EMPTY":
            empty.update(dict.fromkeys(match[2].split(), number))
        elif not match[2].strip(":"):
            text.complain(number, f"no folders for {match[1]}", at=len(line) + 1)
        else:
            layers[match[1]] = (number, [name for name in match[2].split(":") if name])
    if not order:
        text.complain(1, "the line ORDER=... is missing")
    for word in order:
        if word.startswith("/") or ".." in word.split("/"):
            text.complain(order_line, f"ORDER: {word!r} is not a folder in this one", at=word)
    return order_line, order, empty, layers


def _folders(files: Files, root: str) -> Mapping[str, str]:
    """The folders below one, by their paths with - for /."""
    found: dict[str, str] = {}
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        for name in files.names(folder):
            if name.endswith("/"):
                path = f"{folder}/{name[:-1]}"
                found[path.removeprefix(f"{root}/").replace("/", "-")] = path
                waiting.append(path)
    return found


def _lines(files: Files, folder: str, texts: dict[str, Text]) -> Iterator[tuple[str, _Line]]:
    """The config lines of the files in a folder."""
    for name in files.names(folder):
        if _FILE.match(name) is None:
            continue
        path = f"{folder}/{name}"
        text = texts[path] = files.text(path)
        comments = [line for line in text.lines if line.startswith("#") and not is_config_line(line)]
        why = note(line.lstrip("# ~") for line in comments if _BROKEN not in line)
        for line in config_lines(text):
            yield line.symbol, _Line(line, why)


def _broken(files: Files, folders: Iterable[str], symbols: Collection[str]) -> Iterator[tuple[str, Location]]:
    """The symbols whose files say that they cannot be met; process_configs.sh looks in those of every folder."""
    for folder in folders:
        for name in files.names(folder):
            symbol = name.removeprefix(_CONFIG)
            if symbol in symbols and name.startswith(_CONFIG):
                text = files.text(f"{folder}/{name}")
                if _BROKEN in text.text:
                    number = next(number for number, line in enumerate(text.lines, 1) if _BROKEN in line)
                    yield symbol, text.location(number)


def _requirement(symbol: str, found: _Line, scope: Scope) -> Requirement:
    line = found.line
    return line.text.require(line.number, symbol, (line.value,), absent=True, scope=scope, why=found.why)
