# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that a boot loader passes, from an argument or from the boot loader's own file.

A file is recognised by its content: grub.cfg and GRUB's default file, menu.lst, syslinux and extlinux, entries of
systemd-boot (Boot Loader Specification), the JSON of syz-manager.  Any other text is words, on one line or several,
with comments on lines of their own: /proc/cmdline, the cmdline.txt of a Raspberry Pi, the .boot files of rcutorture,
the .cmdline files of syzkaller.

Nothing is executed: what a shell or a boot loader would work out is left out, with a remark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import BinaryIO, Final, TypeAlias

from kpolicy.config.boot_words import Unknown, grub_words, shell_value
from kpolicy.config.command_line import GIVEN, RUNNING, CommandLine, Placed, command_line, placed_text
from kpolicy.errors import InputError, UsageError
from kpolicy.files import read_file, read_stream
from kpolicy.frozen import dataclass
from kpolicy.location import Location

MAX_SIZE: Final = 1 << 20
_KINDS: Final = "grub.cfg, /etc/default/grub, syslinux, extlinux, systemd-boot, a rcutorture .boot, or only words"
_PATH: Final = re.compile(r"[^\s=\"']*(?:/[^\s=\"']*|\.(?:boot|cfg|cmdline|conf|json|lst|txt))\Z")

Lines: TypeAlias = "Sequence[str]"


@dataclass(frozen=True, slots=True)
class Entry:
    """A command line in a file with several: the title of its menu entry, its line, and what it is."""

    title: str
    line: int
    placed: Placed


@dataclass(frozen=True, slots=True)
class _Menu:
    """The entries of a file, which of them is the default, and what could not be worked out."""

    entries: tuple[Entry, ...]
    default: int
    remarks: tuple[str, ...] = ()


def read_command_line(spec: str, stdin: BinaryIO | None = None) -> CommandLine:
    """The command line that --cmdline names: a file, - for standard input, or the words themselves.

    Raises InputError for a file that cannot be read or holds no command line, UsageError for a path of no file.
    """
    if spec == "-":
        if stdin is None:
            raise UsageError("'-' given, and there is no standard input")
        return _of_file("<stdin>", _bytes("<stdin>", lambda: read_stream(stdin, MAX_SIZE)))
    if os.path.lexists(spec):
        line = _of_file(spec, _bytes(spec, lambda: read_file(spec, MAX_SIZE)))
        return replace(line, whole=spec == RUNNING)
    if _PATH.match(spec):
        raise UsageError(f"--cmdline: no such file: {spec}", hint="pass a file, or words such as 'quiet page_owner=on'")
    if "\0" in spec or "\n" in spec:
        raise UsageError("--cmdline: a command line is one line of words")
    return command_line(GIVEN, placed_text(spec, 1))


def parse_boot_file(path: str, text: str) -> CommandLine:
    """The command line in the text of a file; raises InputError where there is none."""
    lines = text.replace("\r\n", "\n").split("\n")
    text = "\n".join(lines)
    for has, read in _READERS:
        if all(pattern.search(text) for pattern in has):
            return read(path, lines)
    return _plain(path, lines)


def _bytes(path: str, read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = f"expected {_KINDS}" if isinstance(error, IsADirectoryError) else None
        raise InputError(f"cannot read the command line: {reason}", Location(path, 0), hint=hint) from None


def _of_file(path: str, content: bytes) -> CommandLine:
    # /proc/device-tree/chosen/bootargs ends with a NUL.
    content = content.removesuffix(b"\0")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputError("not a text file: it holds NUL bytes", Location(path, line), hint=f"expected {_KINDS}")
    text = content.decode("utf-8", "surrogateescape")
    config = re.search(r"^(?:CONFIG_\w+=|# CONFIG_\w+ is not set$)", text, re.MULTILINE)
    if config is not None:
        line = text.count("\n", 0, config.start()) + 1
        raise InputError("a kernel config, expected a command line", Location(path, line), hint=f"expected {_KINDS}")
    return parse_boot_file(path, text)


def _plain(path: str, lines: Lines) -> CommandLine:
    """Words on one line or several, as functions.sh of rcutorture reads them: lines that begin with # are comments."""
    placed: Placed = []
    for number, line in enumerate(lines, 1):
        if not line.startswith("#"):
            placed += [*_blank_after(placed), *placed_text(line, number)]
    return command_line(path, placed)


_GRUB_LINE: Final = re.compile(r"\s*(?:linux|linux16|linuxefi)\s")
_ENTRY: Final = re.compile(r"\s*(menuentry|submenu)\s")
_SET: Final = re.compile(r"\s*set\s+([A-Za-z_]\w*)=")


def _grub(path: str, lines: Lines) -> CommandLine:
    """The `linux` lines of grub.cfg; the default is that of `set default`, else the first."""
    variables: dict[str, Placed] = {}
    entries: list[Entry] = []
    tops: list[int] = []
    unknown: dict[str, None] = {}
    title = ""
    for number, line in enumerate(lines, 1):
        placed = placed_text(line, number)
        if (found := _ENTRY.match(line)) is not None:
            words = grub_words(placed[found.end() :], variables, Unknown())
            title = _text(words[0]) if words else ""
            if not line[0].isspace():
                tops.append(len(entries))
        elif (found := _SET.match(line)) is not None:
            words = grub_words(placed[found.end() :], variables, Unknown())
            variables[found.group(1)] = words[0] if words else []
        elif (found := _GRUB_LINE.match(line)) is not None:
            missing = Unknown()
            words = grub_words(placed[found.end() :], variables, missing)
            # The first word is the kernel's file.
            entries.append(Entry(title, number, _passed(words[1:])))
            unknown.update(dict.fromkeys(f"line {number}: {item}" for item in missing.found))
    if not entries:
        raise _without(path)
    default = _default_of(_text(variables.get("default", [])), entries, tops)
    chosen = f"line {entries[default].line}: "
    return _chosen(path, _Menu(tuple(entries), default, tuple(item for item in unknown if item.startswith(chosen))))


def _default_of(word: str, entries: Sequence[Entry], tops: Sequence[int]) -> int:
    """The entry that a number or a title names, the first where it names none: a saved default is not in the file."""
    if word.isdecimal() and int(word[:9]) < len(tops):
        return min(tops[int(word[:9])], len(entries) - 1)
    titles = [entry.title for entry in entries]
    return titles.index(word) if word in titles else 0


def _passed(words: Sequence[Placed]) -> Placed:
    """The words as GRUB passes them: one with a blank gets quotes, and quotes get a backslash.

    See grub_create_loader_cmdline() (grub-core/lib/cmdline.c of GRUB 2).
    """
    placed: Placed = []
    for word in words:
        placed += _blank_after(placed)
        # What is added has the place of what it is added to.
        quote = [('"', *word[0][1:])] if any(letter == " " for letter, _, _ in word) else []
        placed += quote
        for letter, line, column in word:
            if letter in "\\'\"":
                placed.append(("\\", line, column))
            placed.append((letter, line, column))
        placed += quote
    return placed


_DEFAULT_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)(\+?)=")
_DEFAULT_NAMES: Final = ("GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT")


def _grub_default(path: str, lines: Lines) -> CommandLine:
    """GRUB's default file, a shell script: 10_linux passes GRUB_CMDLINE_LINUX, then GRUB_CMDLINE_LINUX_DEFAULT."""
    variables: dict[str, Placed] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, 1):
        found = _DEFAULT_LINE.match(line)
        if found is None:
            continue
        unknown = Unknown()
        value = shell_value(placed_text(line, number)[found.end() :], variables, unknown)
        name, more = found.groups()
        variables[name] = [*variables.get(name, []), *value] if more else value
        missing[name] = tuple(f"line {number}: {item}" for item in unknown.found)
    text: Placed = []
    for name in _DEFAULT_NAMES:
        text += [*_blank_after(text), *variables.get(name, [])]
    unknown = Unknown()
    placed = _passed(grub_words(text, {}, unknown))
    remarks = [item for name in _DEFAULT_NAMES for item in missing.get(name, ())]
    return command_line(path, placed, [*remarks, *unknown.found])


_SYSLINUX_LINE: Final = re.compile(r"\s*(append|label|default)\s+(.*?)\s*\Z", re.IGNORECASE)


def _syslinux(path: str, lines: Lines) -> CommandLine:
    """The APPEND lines of syslinux and extlinux; one before all labels is for labels without one."""
    titles: list[tuple[str, int]] = []
    appended: dict[int, tuple[int, Placed]] = {}
    default = ""
    for number, line in enumerate(lines, 1):
        found = _SYSLINUX_LINE.match(line)
        if found is None:
            continue
        word, text = found.group(1).lower(), found.group(2)
        if word == "label":
            titles.append((text, number))
        elif word == "default":
            default = default or text.partition(" ")[0]
        else:
            appended[len(titles) - 1] = (number, placed_text(text, number, found.start(2) + 1))
    common = appended.get(-1)
    entries: list[Entry] = []
    for at, (title, labelled) in enumerate(titles or [("", 0)]):
        place, placed = appended.get(at if titles else -1) or common or (labelled, [])
        # "APPEND -" appends nothing, not even what is common.
        entries.append(Entry(title, place, placed if _text(placed) != "-" else []))
    names = [entry.title for entry in entries]
    return _chosen(path, _Menu(tuple(entries), names.index(default) if default in names else 0))


_LEGACY_LINE: Final = re.compile(r"\s*(title|kernel|default)(?:\s+|\s*=\s*)(.*?)\s*\Z")


def _legacy(path: str, lines: Lines) -> CommandLine:
    """The `kernel` lines of menu.lst (GRUB Legacy), whose words are passed as they are."""
    entries: list[Entry] = []
    title, default = "", 0
    for number, line in enumerate(lines, 1):
        found = _LEGACY_LINE.match(line)
        if found is None:
            continue
        word, text = found.groups()
        if word == "title":
            title = text
        elif word == "default":
            default = int(text[:9]) if text.isdecimal() else 0
        else:
            rest = re.compile(r"(?:--\S+\s+)*\S+\s*").match(text)
            start = rest.end() if rest is not None else len(text)
            entries.append(Entry(title, number, placed_text(text[start:], number, found.start(2) + start + 1)))
    if not entries:
        raise _without(path)
    return _chosen(path, _Menu(tuple(entries), default if default < len(entries) else 0))


_OPTIONS: Final = re.compile(r"options\s+(.*?)\s*\Z")


def _systemd_boot(path: str, lines: Lines) -> CommandLine:
    """An entry of systemd-boot: its `options` lines together."""
    placed: Placed = []
    remarks: list[str] = []
    for number, line in enumerate(lines, 1):
        found = _OPTIONS.match(line)
        if found is not None:
            placed += _blank_after(placed)
            placed += placed_text(found.group(1), number, found.start(1) + 1)
            # GRUB's blscfg fills in variables of its environment.
            names = re.findall(r"(?:^|\s)(\$\{?\w+\}?)(?=\s|$)", found.group(1))
            remarks += [f"line {number}: {Unknown.variable(name)}" for name in names]
    return command_line(path, placed, remarks)


_JSON_ESCAPES: Final = {"n": "\n", "t": "\t"}
_SYZ: Final = re.compile(r'"cmdline"\s*:\s*"((?:[^"\\]|\\.)*)"')


def _syz_manager(path: str, lines: Lines) -> CommandLine:
    """The JSON of syz-manager: "cmdline" of its "vm", which ends the command line of the machine."""
    for number, line in enumerate(lines, 1):
        found = _SYZ.search(line)
        if found is not None:
            return command_line(path, _json_string(placed_text(found.group(1), number, found.start(1) + 1)))
    raise _without(path)


def _json_string(placed: Placed) -> Placed:
    """The characters of a JSON string; of escapes only those of single characters are in command lines."""
    found: Placed = []
    rest = iter(placed)
    for letter in rest:
        if letter[0] == "\\":
            letter = next(rest)
            letter = (_JSON_ESCAPES.get(letter[0], letter[0]), *letter[1:])
        found.append(letter)
    return found


def _without(path: str) -> InputError:
    return InputError("no command line in this file", Location(path, 0), hint=f"expected {_KINDS}")


def _chosen(path: str, menu: _Menu) -> CommandLine:
    """The default of several entries, with a remark that says so."""
    entry = menu.entries[menu.default]
    remarks = list(menu.remarks)
    if len(menu.entries) > 1:
        title = f" ({entry.title})" if entry.title else ""
        which = f"that of line {entry.line}{title} is used"
        remarks.insert(0, f"{len(menu.entries)} command lines: {which}; pass another one as text")
    return command_line(path, entry.placed, remarks)


def _blank_after(placed: Placed) -> Placed:
    """A blank before what is added to a command line; it has the place of what it follows."""
    return [(" ", *placed[-1][1:])] if placed else []


def _text(placed: Placed) -> str:
    return "".join(letter for letter, _, _ in placed)


def _kind(*patterns: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
    """What a text has to have: for each pattern a line that begins so."""
    return tuple(re.compile(rf"^[ \t]*{pattern}", re.MULTILINE | flags) for pattern in patterns)


# In this order: an entry of systemd-boot has a `linux` line, and so may one of extlinux.
_READERS: Final[Sequence[tuple[tuple[re.Pattern[str], ...], Callable[[str, Lines], CommandLine]]]] = (
    ((re.compile(r"\A\s*\{"),), _syz_manager),
    (_kind(r"(?:export\s+)?GRUB_CMDLINE_LINUX(?:_DEFAULT)?\+?="), _grub_default),
    (_kind(r"options[ \t]", r"(?:title|version|linux|efi|uki|initrd|machine-id|architecture)[ \t]"), _systemd_boot),
    (
        _kind(r"append[ \t]", r"(?:label|default|kernel|linux|timeout|prompt|say|ui|menu)[ \t]", flags=re.IGNORECASE),
        _syslinux,
    ),
    (_kind(r"linux(?:16|efi)?[ \t]+\S", r"(?:menuentry|submenu|set|linux|linux16|linuxefi|initrd)[ \t]"), _grub),
    (_kind(r"kernel[ \t]", r"title[ \t]"), _legacy),
)
