# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that a boot loader passes, from an argument or from the boot loader's own file.

A file is recognised by its content: grub.cfg and GRUB's default file, menu.lst, syslinux and extlinux, entries of
systemd-boot (Boot Loader Specification), the JSON of syz-manager, a bootconfig.  Any other text is words, on one line
or several, with comments on lines of their own: /proc/cmdline, the cmdline.txt of a Raspberry Pi, the .boot files of
rcutorture, the .cmdline files of syzkaller.

Nothing is executed: what a shell or a boot loader would work out is left out, with a remark.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

from kpolicy.config.boot_grub import read_grub, read_grub_default, read_grub_legacy
from kpolicy.config.boot_menu import EXPECTED, Entry, blank_after, chosen, no_command_line, not_in_file
from kpolicy.config.boot_words import not_set
from kpolicy.config.bootconfig import IS_BOOTCONFIG, SUFFIX, read_bootconfig
from kpolicy.config.command_line import (
    BOOTCONFIG,
    GIVEN,
    RUNNING,
    CommandLine,
    Placed,
    command_line,
    parse,
    placed_text,
    text_of,
)
from kpolicy.errors import InputError, UsageError
from kpolicy.files import read_file, read_stream
from kpolicy.frozen import replace
from kpolicy.location import Location

MAX_SIZE: Final = 1 << 20
_PATH: Final = re.compile(r"[^\s=\"']*(?:/[^\s=\"']*|\.(?:bconf|boot|cfg|cmdline|conf|json|lst|txt))\Z")


def read_command_lines(specs: Sequence[str], stdin: BinaryIO | None = None) -> CommandLine:
    """The command line that --cmdline names, and the bootconfig that another --cmdline adds; remarks have the path.

    Raises UsageError for two of one kind, and as `read_command_line` does.
    """
    lines = [_with_path(read_command_line(spec, stdin)) for spec in specs]
    files = [line for line in lines if line.bootconfig is not None]
    others = [line for line in lines if line.bootconfig is None]
    if len(files) > 1 or len(others) > 1:
        what = "bootconfigs" if len(files) > 1 else "command lines"
        raise UsageError(
            f"--cmdline: two {what} given", hint="pass one command line, and one bootconfig if there is one"
        )
    if not others:
        said = "the command line is taken to be empty: pass it with another --cmdline"
        return replace(files[0], remarks=(*files[0].remarks, said))
    if not files:
        line = others[0]
        if any(word.name == BOOTCONFIG for word in parse(line).words):
            said = "the kernel also reads a bootconfig: pass it with another --cmdline"
            line = replace(line, remarks=(*line.remarks, said))
        return line
    remarks = (*others[0].remarks, *files[0].remarks)
    return replace(others[0], remarks=remarks, bootconfig=files[0].bootconfig)


def _with_path(line: CommandLine) -> CommandLine:
    return replace(line, remarks=tuple(f"{line.location(0).path}: {remark}" for remark in line.remarks))


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
    if path.endswith(SUFFIX) or IS_BOOTCONFIG.search(text):
        return read_bootconfig(path, text)
    text = text.replace("\r\n", "\n")
    for has, read in _READERS:
        if all(pattern.search(text) for pattern in has):
            return read(path, text)
    return _plain(path, text)


def _bytes(path: str, read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = EXPECTED if isinstance(error, IsADirectoryError) else None
        raise InputError(f"cannot read the command line: {reason}", Location(path, 0), hint=hint) from None


def _of_file(path: str, content: bytes) -> CommandLine:
    # /proc/device-tree/chosen/bootargs ends with a NUL.
    content = content.removesuffix(b"\0")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputError("not a text file: it holds NUL bytes", Location(path, line), hint=EXPECTED)
    text = content.decode("utf-8", "surrogateescape")
    config = re.search(r"^(?:CONFIG_\w+=|# CONFIG_\w+ is not set$)", text, re.MULTILINE)
    if config is not None:
        line = text.count("\n", 0, config.start()) + 1
        raise InputError("a kernel config, expected a command line", Location(path, line), hint=EXPECTED)
    return parse_boot_file(path, text)


def _plain(path: str, text: str) -> CommandLine:
    """Words on one line or several, as functions.sh of rcutorture reads them: lines that begin with # are comments."""
    placed: Placed = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("#"):
            placed += [*blank_after(placed), *placed_text(line, number)]
    return command_line(path, placed)


_SYSLINUX_LINE: Final = re.compile(r"\s*(append|label|default|menu\s+default)(?:\s+(.*))?\Z", re.IGNORECASE)


def _syslinux(path: str, text: str) -> CommandLine:
    """The APPEND lines of syslinux and extlinux; one before all labels is for labels without one."""
    titles: list[tuple[str, int]] = []
    appended: dict[int, tuple[int, Placed]] = {}
    default = ""
    for number, line in enumerate(text.split("\n"), 1):
        found = _SYSLINUX_LINE.match(line.rstrip())
        if found is None:
            continue
        word, rest = found.group(1).lower(), found.group(2) or ""
        if word == "label":
            titles.append((rest, number))
        elif word == "append":
            appended[len(titles) - 1] = (number, placed_text(rest, number))
        elif word == "default":
            default = default or rest.partition(" ")[0]
        elif titles:
            # "MENU DEFAULT" in a label.
            default = titles[-1][0]
    common = appended.get(-1)
    entries: list[Entry] = []
    for at, (title, labelled) in enumerate(titles or [("", 0)]):
        number, placed = appended.get(at if titles else -1) or common or (labelled, [])
        # "APPEND -" appends nothing, not even what is common.
        entries.append(Entry(title, number, placed if text_of(placed) != "-" else []))
    names = [entry.title for entry in entries]
    is_known = not default or not titles or default in names
    remarks = () if is_known else [not_in_file(default)]
    return chosen(path, entries, names.index(default) if default in names else 0, remarks)


_OPTIONS: Final = re.compile(r"[ \t]*options[ \t]+(.*)")
_VARIABLE: Final = re.compile(r"(?:^|(?<=\s))\$\{?\w+\}?(?=\s|$)")


def _systemd_boot(path: str, text: str) -> CommandLine:
    """An entry of systemd-boot: its `options` lines together."""
    placed: Placed = []
    remarks: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        found = _OPTIONS.match(line.rstrip())
        if found is not None:
            placed += blank_after(placed)
            placed += placed_text(found.group(1), number)
            # GRUB's blscfg fills in variables of its environment.
            remarks += [f"line {number}: {not_set(name)}" for name in _VARIABLE.findall(found.group(1))]
    return command_line(path, placed, remarks)


_JSON_ESCAPE: Final = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u[0-9a-fA-F]{4}|\\.")
_SYZ: Final = re.compile(r'"cmdline"\s*:\s*"((?:[^"\\]|\\.)*)"')


def _syz_manager(path: str, text: str) -> CommandLine:
    """The JSON of syz-manager: "cmdline" of its "vm", which ends the command line of the machine."""
    for number, line in enumerate(text.split("\n"), 1):
        found = _SYZ.search(line)
        if found is not None:
            return command_line(path, placed_text(_json_string(found.group(1)), number))
    raise no_command_line(path)


def _json_string(text: str) -> str:
    """What a JSON string holds; Go writes `&` as \\u0026."""
    return _JSON_ESCAPE.sub(lambda found: _json_letter(found.group()), text)


def _json_letter(escape: str) -> str:
    try:
        letter = json.loads(f'"{escape}"')
    except ValueError:
        return escape[1:]
    # Half of a pair is no letter.
    return letter if isinstance(letter, str) and not "\ud800" <= letter <= "\udfff" else "\ufffd"


def _kind(*patterns: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
    """What a text has to have: for each pattern a line that begins so."""
    return tuple(re.compile(rf"^[ \t]*{pattern}", re.MULTILINE | flags) for pattern in patterns)


# A command may follow another one in the same line.
_GRUB: Final = re.compile(r"(?:^|[{;]|\b(?:then|else|do)\b)[ \t]*(?:linux(?:16|efi)?[ \t]+\S|blscfg\b)", re.MULTILINE)
_GRUB_DEFAULT: Final = re.compile(r"^(?:[^#\n]*[ \t;&|])?GRUB_CMDLINE_LINUX(?:_DEFAULT)?\+?=", re.MULTILINE)
# In this order: an entry of systemd-boot has a `linux` line, and so may one of extlinux.
_READERS: Final[Sequence[tuple[tuple[re.Pattern[str], ...], Callable[[str, str], CommandLine]]]] = (
    ((re.compile(r"\A\s*\{"),), _syz_manager),
    ((_GRUB_DEFAULT,), read_grub_default),
    (_kind(r"options[ \t]", r"(?:title|version|linux|efi|uki|initrd|machine-id|architecture)[ \t]"), _systemd_boot),
    (
        _kind(r"append[ \t]", r"(?:label|default|kernel|linux|timeout|prompt|say|ui|menu)[ \t]", flags=re.IGNORECASE),
        _syslinux,
    ),
    ((_GRUB, *_kind(r"(?:menuentry|submenu|set|linux|linux16|linuxefi|initrd)[ \t]")), read_grub),
    (_kind(r"kernel[ \t]", r"title[ \t]"), read_grub_legacy),
)
