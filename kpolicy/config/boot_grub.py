# SPDX-License-Identifier: GPL-2.0-or-later
"""Command lines in the files of GRUB: grub.cfg, its default file, and menu.lst of GRUB Legacy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kpolicy.config.boot_blocks import NEVER
from kpolicy.config.boot_menu import Entry, blank_after, chosen, no_command_line, not_in_file
from kpolicy.config.boot_words import Command, grub_commands, grub_words, shell_assignments
from kpolicy.config.command_line import CommandLine, Placed, command_line, placed_text, text_of

_LINUX: Final = ("linux", "linux16", "linuxefi")
_MENUS: Final = ("menuentry", "submenu")
_ASSIGNED: Final = re.compile(r"([A-Za-z_]\w*)=")
# What grub-mkconfig writes before the id of an entry; GRUB has had --id since 2.00.
_ID_OPTION: Final = "menuentry_id_option"
_HEX: Final = re.compile(r"\\x[0-9a-fA-F]{2}")
_LEVEL: Final = re.compile(r"(?<!>)>(?!>)")


class _Menu:
    """A menu entry or a submenu, and the number of its first command line."""

    def __init__(self, names: Sequence[str] = (), *, is_submenu: bool = True) -> None:
        self.names = names
        self.is_submenu = is_submenu
        self.inside: list[_Menu] = []
        self.entry: int | None = None

    def find(self, default: str) -> int | None:
        """The command line that `set default` names: by numbers from 0, titles or ids, with > before one inside."""
        menu: _Menu | None = self
        for part in _LEVEL.split(default):
            word = part.replace(">>", ">")
            at = int(word[:9]) if word.isdecimal() else -1
            inside = menu.inside if menu is not None else []
            found = (item for number, item in enumerate(inside) if number == at or (at < 0 and word in item.names))
            menu = next(found, None)
        return menu.entry if menu is not None and not menu.is_submenu else None


def read_grub(path: str, text: str) -> CommandLine:
    """The `linux` command of the default entry of grub.cfg.

    Raises InputError where there is none, and as `grub_commands` does.
    """
    reader = _Grub(path, text)
    if not reader.entries:
        blscfg = "blscfg reads the entries from /boot/loader/entries: pass a file of that folder"
        raise no_command_line(path, blscfg) if reader.has_blscfg else no_command_line(path)
    default, remarks = 0, list(reader.default_remarks)
    word = text_of(reader.variables.get("default", []))
    if reader.default_unknown:
        remarks.append(f"the default entry is not known: {reader.default_unknown}")
    elif word:
        found = reader.root.find(word)
        default = found or 0
        remarks += [not_in_file(word)] if found is None else []
    return chosen(path, reader.entries, default, remarks)


class _Grub:
    def __init__(self, path: str, text: str) -> None:
        self.variables: dict[str, Placed] = {_ID_OPTION: placed_text("--id")}
        self.entries: list[Entry] = []
        self.root = _Menu()
        self.default_unknown = ""
        self.default_remarks: list[str] = []
        self.has_blscfg = False
        # Of each open brace the menu, None for one of a function.
        self._open: list[_Menu | None] = [self.root]
        self._uncertain: set[str] = set()
        for command in grub_commands(path, text, self.variables, self._uncertain):
            self._run(command)

    def _run(self, command: Command) -> None:
        words = command.words
        name = text_of(words[0]) if words else ""
        menu = None
        if name in _MENUS:
            menu = self._menu(name, [text_of(word) for word in words[1:]])
        elif name in _LINUX:
            self._linux(command)
        elif name == "set" and len(words) > 1:
            self._set(words[1], command)
        elif _ASSIGNED.match(name):
            self._set(words[0], command)
        self.has_blscfg = self.has_blscfg or name == "blscfg"
        if command.end == "{":
            self._open.append(menu)
        elif command.end == "}" and len(self._open) > 1:
            self._open.pop()

    def _around(self) -> _Menu:
        return next(menu for menu in reversed(self._open) if menu is not None)

    def _menu(self, name: str, words: list[str]) -> _Menu:
        ids = [words[at + 1] for at in range(len(words) - 1) if words[at] == "--id"]
        ids += [word.removeprefix("--id=") for word in words if word.startswith("--id=")]
        menu = _Menu([*words[:1], *ids], is_submenu=name == "submenu")
        self._around().inside.append(menu)
        return menu

    def _linux(self, command: Command) -> None:
        menu = self._around()
        title = menu.names[0] if menu.names else ""
        said = (*((f"the command line is {command.where}",) if command.where else ()), *command.unknown)
        unknown = tuple(f"line {command.line}: {item}" for item in said)
        menu.entry = len(self.entries) if menu.entry is None else menu.entry
        # The first word is the command, the second the kernel's file.
        self.entries.append(Entry(title, command.line, _passed(command.words[2:]), unknown))

    def _set(self, word: Placed, command: Command) -> None:
        found = _ASSIGNED.match(text_of(word))
        if found is None or found.group(1) == _ID_OPTION or command.where == NEVER:
            return
        name, value = found.group(1), word[found.end() :]
        if command.where:
            self._uncertain.add(name)
            if name == "default":
                self.default_remarks.append(_not_used(name, command))
            return
        if name == "default":
            self.default_unknown = command.unknown[0].partition(":")[0] if command.unknown else ""
            self.default_remarks.clear()
        self.variables[name] = value
        _note(self._uncertain, name, is_certain=not command.unknown)


def _not_used(name: str, command: Command) -> str:
    return f"line {command.line}: {name} is set {command.where}: this value is not used"


def _note(uncertain: set[str], name: str, *, is_certain: bool) -> None:
    if is_certain:
        uncertain.discard(name)
    else:
        uncertain.add(name)


def _passed(words: Sequence[Placed]) -> Placed:
    """The words as GRUB passes them: one with a blank gets quotes, and quotes and backslashes get a backslash.

    Only that of `\\xHH` gets none.  See grub_create_loader_cmdline() (grub-core/lib/cmdline.c of GRUB 2).
    """
    placed: Placed = []
    for word in words:
        placed += blank_after(placed)
        text = text_of(word)
        # What is added has the line of what it is added to.
        quote = [('"', word[0][1])] if " " in text else []
        placed += quote
        for at, (letter, line) in enumerate(word):
            if letter in "'\"" or (letter == "\\" and not _HEX.match(text, at)):
                placed.append(("\\", line))
            placed.append((letter, line))
        placed += quote
    return placed


_DEFAULT_NAMES: Final = ("GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT")


def read_grub_default(path: str, text: str) -> CommandLine:
    """GRUB's default file, a shell script: 10_linux passes GRUB_CMDLINE_LINUX, then GRUB_CMDLINE_LINUX_DEFAULT.

    Raises InputError as `grub_commands` does.
    """
    variables: dict[str, Placed] = {}
    uncertain: set[str] = set()
    missing: dict[str, list[str]] = {}
    for name, adds, command in shell_assignments(path, text, variables, uncertain):
        said = missing.setdefault(name, [])
        if command.where:
            said.append(_not_used(name, command))
        else:
            variables[name] = [*(variables.get(name, []) if adds else []), *command.words[0]]
            said[:] = said if adds else []
            said += [f"line {command.line}: {item}" for item in command.unknown]
        _note(uncertain, name, is_certain=not said)
    remarks = [item for name in _DEFAULT_NAMES for item in missing.get(name, ())]
    value: Placed = []
    for name in _DEFAULT_NAMES:
        value += [*blank_after(value), *variables.get(name, [])]
    # grub-mkconfig writes the text into grub.cfg, where GRUB makes words of it.
    command = grub_words(value)
    if command.end:
        remarks.append(f"GRUB ends the command line at {command.end!r}: the words after it are not passed")
    return command_line(path, _passed(command.words), [*remarks, *command.unknown])


_LEGACY_LINE: Final = re.compile(r"\s*(title|kernel|default)(?:\s*=\s*|\s+)(.*)", re.DOTALL)
_LEGACY_FILE: Final = re.compile(r"(?:--\S+\s+)*\S+\s*")


def read_grub_legacy(path: str, text: str) -> CommandLine:
    """The `kernel` lines of menu.lst (GRUB Legacy), whose words are passed as they are.

    Raises InputError where there is none.
    """
    entries: list[Entry] = []
    title, default = "", "0"
    for number, line in enumerate(text.split("\n"), 1):
        found = _LEGACY_LINE.match(line.rstrip())
        if found is None:
            continue
        word, rest = found.groups()
        if word == "title":
            title = rest
        elif word == "default":
            default = rest
        else:
            entries.append(Entry(title, number, placed_text(_LEGACY_FILE.sub("", rest, count=1), number)))
    if not entries:
        raise no_command_line(path)
    at = int(default[:9]) if default.isdecimal() else len(entries)
    is_known = at < len(entries)
    return chosen(path, entries, at if is_known else 0, () if is_known else [not_in_file(default)])
