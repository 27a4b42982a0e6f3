# SPDX-License-Identifier: GPL-2.0-or-later
"""Which policy a file or a folder looks like: for one that is named with the importer of another format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.policy.files.spec import FORMATS
from kpolicy.policy.foreign.policy import Files, Text

# What files of each format have, and those of others have not.
_MARKS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "android": re.compile(r"<(?:kernel|group|conditions|config|key|value)\b"),
        "gentoo": re.compile(r"\bCONFIG_CHECK\b"),
        "khc": re.compile(r'"(?:option_name|desired_val)"\s*:'),
        "pmos": re.compile(r'^\s*\[(?:aliases\]|"category:)', re.MULTILINE),
        "syz": re.compile(r"^(?:instances|includes):", re.MULTILINE),
        "ubuntu": re.compile(r"^\s*CONFIG_\w+\s+(?:policy|note)<|^# (?:FORMAT|ARCH|FLAVOUR): ", re.MULTILINE),
        "yocto": re.compile(
            r"^\s*(?:(?:force\s+)?kconf\s|define\s+\w|include\s+[\w./-]+(?:\s|\Z)|patch\s+\S+\.patch|branch\s)",
            re.MULTILINE,
        ),
        # Last: files of other formats have such lines as well.
        "rcutorture": re.compile(r"^(?:#CHECK#)?CONFIG_\w+=", re.MULTILINE),
    }
)
_FOLDERS: Final = {
    "ark": re.compile(r"priority\.\w+\Z"),
    "openwrt": re.compile(r"config-(?:[0-9]+\.[0-9]+|default)\Z"),
}
_ENDING: Final = ".scc"
_BIT: Final = re.compile(r"^(?:config|verbatim):", re.MULTILINE)
_FRAGMENT: Final = re.compile(r"^# CONFIG_\w+ is not set$", re.MULTILINE)


def check_kind(files: Files, path: str, name: str) -> None:
    """Raise UsageError if a policy has nothing of its format `name`; it says which other one the file looks like."""
    names = _names(files, path)
    if names == () and name in _FOLDERS:
        raise UsageError("the folder is empty", Text(path, "").location(0), hint=f"{name}: reads {FORMATS[name]}")
    names = names or ()
    kinds = _folders(names)
    if kinds or (names and name == "ark"):
        _check(Text(path, ""), name, kinds)
    if names and name in _FOLDERS:
        # A folder of OpenWrt may have its configs above.
        return
    text = files.text(path)
    found = [kind for kind, mark in _MARKS.items() if mark.search(text.text)]
    if name not in _FOLDERS and not text.text.strip():
        raise text.error(1, "the policy is empty", hint=f"{name}: reads {FORMATS[name]}")
    if name == "yocto" and path.endswith(_ENDING):
        # Many have nothing but comments.
        return
    if name in _FOLDERS or name not in found:
        _check(text, name, found)


def _names(files: Files, path: str) -> tuple[str, ...] | None:
    """The names in a folder; None for what is none."""
    try:
        return files.names(path)
    except UsageError:
        return None


def _folders(names: Iterable[str]) -> list[str]:
    return [kind for kind, mark in _FOLDERS.items() if any(mark.match(name) for name in names)]


def _check(text: Text, name: str, found: list[str]) -> None:
    if name in found:
        return
    message, hint = f"not {FORMATS[name]}", "`kpolicy policy import --help` lists the formats"
    if found and found != ["rcutorture"]:
        message, hint = f"{message}: it looks like {FORMATS[found[0]]}", f"write {found[0]}:{text.path}"
    elif found or _FRAGMENT.search(text.text):
        message, hint = f"{message}: it looks like a config fragment", f"name it without a format: {text.path}"
    elif _BIT.search(text.text):
        message, hint = f"{message}: it looks like a part of {FORMATS['syz']}", "name main.yml: syz:main.yml@INSTANCE"
    number = next((number for number, line in enumerate(text.lines, 1) if line.strip()), 0)
    if not number:
        raise UsageError(message, text.location(0), hint=hint)
    raise text.error(number, message, hint=hint)
