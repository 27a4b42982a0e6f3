# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading config files of every kind: defconfigs, fragments, stacks, full .config files.

Lines are read as `conf` reads them (scripts/kconfig/confdata.c: conf_read_simple): only
"CONFIG_X=..." and "# CONFIG_X is not set" count, and a line ends at "\n" or "\r\n".  What else
looks like a request is kept apart, for a finding; a file without any config line is refused.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import re
import stat
import zlib
from pathlib import Path
from typing import IO, BinaryIO

from kpolicy.config.formats import AUTOCONF, Format, binary_format, is_autoconf, text_format
from kpolicy.config.model import Assignment, Config, UnreadLine
from kpolicy.config.odd_lines import is_name, odd_line, unexpected
from kpolicy.errors import InputError, UsageError
from kpolicy.location import Location

_HEADER = re.compile(r"# Linux/(\S+) (\S+)(?: Kernel)? [Cc]onfiguration")
# "# Kernel: git://git.kernel.org/.../linux.git v7.1-rc4", the second line of what syz-kconf writes.
_TAG = re.compile(r"# Kernel: \S+ (\S+)\s*")
_RELEASE = re.compile(r"v?\d+\.\d+")
# A tag or a branch: v7.1-rc4, linux-6.6.y, android14-5.15.
_TAGGED = re.compile(r"(?:^v?|-)(\d+\.\d+(?:\.\d+)?(?:-rc\d+)?)(?=$|[.-])")
_HEADER_LINES = 20
_CONFIGS_FOLDER = re.compile(r"/arch/([^/]+)/configs\Z")
_MOST_NAMES = 5
_PREFIX = "CONFIG_"

# The largest real config has some 13,000 lines and 300 kB.
MAX_SIZE = 64 << 20
MAX_LINE = 1 << 20


class NotAConfigError(InputError):
    """A file in which no line is a config line."""


def _not_a_config(name: str, found: Format | None) -> NotAConfigError:
    message = f"looks like {found.name}, not a config" if found is not None else "not a config: it has no config line"
    return NotAConfigError(message, Location(name, 0), hint=(found or Format("")).hint)


_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"BZh", "bzip2"))


def read_config(spec: str, stdin: BinaryIO | None = None, folder: Path | None = None) -> Config:
    """Read a config, or a stack "a+b+c" in which later lines win as in merge_config.sh.

    "-" stands for `stdin`.  .gz, .xz and .bz2 are unpacked, known by their first bytes.
    Relative paths start at `folder`.  Raises `InputError` for what cannot be read and
    `UsageError` for an empty or ambiguous stack.
    """
    names = [spec] if spec == "-" or _exists(spec, folder) else spec.split("+")
    if not all(names):
        raise UsageError(f"empty part in the stack '{spec}'", hint="A stack is written a+b+c, without empty parts.")
    if names.count("-") > 1:
        raise UsageError(f"'-' stands twice in the stack '{spec}'", hint="Standard input can be read only once.")
    return stack(spec, [_read_part(name, stdin, folder) for name in names])


def stack(name: str, parts: list[Config]) -> Config:
    """One config of several: the lines of all in order, so that later ones win."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return Config(
        name=name,
        assignments=tuple(item for part in parts for item in part.assignments),
        is_full=first.is_full,
        arch=first.arch,
        version=first.version,
        remarks=tuple(item for part in parts for item in part.remarks),
        unread=tuple(item for part in parts for item in part.unread),
    )


def _exists(spec: str, folder: Path | None) -> bool:
    try:
        return "+" not in spec or (folder or Path()).joinpath(spec).exists()
    except (OSError, ValueError):
        return False


def _read_part(name: str, stdin: BinaryIO | None, folder: Path | None) -> Config:
    if name == "-":
        if stdin is None:
            raise UsageError("'-' given, and there is no standard input")
        return parse_config("<stdin>", _limited(stdin, "<stdin>"))
    path = (folder or Path()) / name
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) and not _is_stream(path):
            is_folder = path.is_dir()
            kind = "a directory" if is_folder else "not a regular file"
            hint = _folder_hint(path) if is_folder else None
            raise InputError(f"is {kind}, expected a config file", Location(name, 0), hint=hint)
        with path.open("rb") as stream:
            content = _limited(stream, name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = "Did you mean a stack of existing files, a+b?" if "+" in name else None
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            hint = "A symbolic link leads back to itself."
        raise InputError(f"cannot read the config: {reason}", Location(name, 0), hint=hint) from None
    return parse_config(name, content)


def _folder_hint(path: Path) -> str | None:
    """What a person may have meant who named a folder."""
    arch = _CONFIGS_FOLDER.search(os.path.abspath(path))
    if arch is not None:
        return f"`kpolicy audit --arch {arch.group(1)}` judges all defconfigs of an architecture."
    if (path / "Kconfig").is_file() and (path / "Makefile").is_file():
        return "`kpolicy audit DIR` judges the defconfigs of a kernel tree; --tree DIR names the tree of a config."
    names = sorted(item.name for item in path.iterdir() if "config" in item.name.lower() and item.is_file())
    if not names:
        return None
    return f"It has: {', '.join(names[:_MOST_NAMES])}{', ...' if len(names) > _MOST_NAMES else ''}"


def is_packed(content: bytes) -> bool:
    """Whether a content is compressed, by its first bytes."""
    return any(content.startswith(magic) for magic, _kind in _MAGIC)


def _is_stream(path: Path) -> bool:
    """Pipes from a shell's `<(command)`; devices would never end."""
    return stat.S_ISFIFO(os.stat(path).st_mode)


def _limited(stream: IO[bytes], name: str) -> bytes:
    content = stream.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise InputError(f"larger than {MAX_SIZE >> 20} MiB: not a config file", Location(name, 0))
    return _unpack(content, name)


def _unpack(content: bytes, name: str) -> bytes:
    kind = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if kind is None:
        return content
    try:
        result = _decompress(content, kind)
    except (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise InputError(
            f"broken {kind} data: {error}",
            Location(name, 0),
            hint="The file is truncated or damaged; fetch or compress it again.",
        ) from None
    if len(result) > MAX_SIZE:
        raise InputError(f"unpacks to more than {MAX_SIZE >> 20} MiB: not a config file", Location(name, 0))
    return result


def _decompress(content: bytes, kind: str) -> bytes:
    """At most one byte more than the limit of what is packed in `content`."""
    packed = io.BytesIO(content)
    if kind == "gzip":
        with gzip.GzipFile(fileobj=packed) as gzip_file:
            return gzip_file.read(MAX_SIZE + 1)
    if kind == "xz":
        with lzma.LZMAFile(packed) as xz_file:
            return xz_file.read(MAX_SIZE + 1)
    with bz2.BZ2File(packed) as bzip2_file:
        return bzip2_file.read(MAX_SIZE + 1)


def parse_config(name: str, content: bytes) -> Config:
    """A config from its bytes; `name` is used for places.

    Raises `NotAConfigError` for a file of another format, `InputError` for what is plainly no text.
    """
    _check_text(name, content)
    config = parse_lines(name, content)
    other = _other_format(config, content)
    if other is not None:
        raise other
    return config


def parse_lines(name: str, content: bytes) -> Config:
    """The lines of a config that may have none."""
    assignments: list[Assignment] = []
    unread: list[UnreadLine] = []
    remarks: list[tuple[Location, str]] = []
    header = _Header()
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    last = len(lines) - 1
    for number, line in enumerate(lines, 1):
        text = line[:-1] if number <= last and line.endswith("\r") else line
        if not text:
            continue
        place = Location(name, number)
        found = _unset(text, place) if text[0] == "#" else _assigned(text, place)
        if found is not None:
            assignments.append(found)
            continue
        if text[0] == "#":
            if number < _HEADER_LINES:
                header.see(text)
            if "CONFIG_" not in text:
                continue
        elif unexpected(text):
            remarks.append((place, f"unexpected data: {text}"))
        odd = odd_line(text, place)
        if odd is not None:
            unread.append(odd)
    arch, version = header.arch, header.release
    return Config(name, tuple(assignments), arch is not None, arch, version, tuple(remarks), tuple(unread))


class _Header:
    """What the first comments of a .config say of its origin.

    syz-kconf writes "syzkaller" in the place of the release, and names the tag of the kernel in a line of its own.
    """

    def __init__(self) -> None:
        self.arch: str | None = None
        self._version: str | None = None
        self._tag: str | None = None

    def see(self, text: str) -> None:
        """Take a comment in."""
        if self.arch is None and (found := _HEADER.match(text)):
            self.arch, self._version = found.groups()
        elif self._tag is None and (found := _TAG.match(text)):
            self._tag = found.group(1)

    @property
    def release(self) -> str | None:
        """The release as it is written; where that is none, what the tag names, or the word that stands there."""
        if self._version is None or _RELEASE.match(self._version) or self._tag is None:
            return self._version
        found = _TAGGED.search(self._tag)
        return found.group(1) if found is not None else self._tag


def _assigned(text: str, place: Location) -> Assignment | None:
    equals = text.find("=", len(_PREFIX))
    if equals < 0 or not text.startswith(_PREFIX):
        return None
    symbol = text[len(_PREFIX) : equals]
    return Assignment(symbol, text[equals + 1 :], place, text) if is_name(symbol) else None


def _unset(text: str, place: Location) -> Assignment | None:
    """ "# CONFIG_X is not set"; before Linux 6.8 anything may stand where the blank is, and behind it all."""
    if not text.startswith(_PREFIX, 2):
        return None
    symbol, space, rest = text[9:].partition(" ")
    if not space or not rest.startswith("is not set"):
        return None
    return Assignment(symbol, "n", place, text, loose=rest != "is not set", mark=text[1] != " ")


def _other_format(config: Config, content: bytes) -> NotAConfigError | None:
    """The error about a file of another format, or without any config line; None for a config.

    Comments alone may be a fragment; a .config as make writes it has lines.
    """
    if config.assignments and is_autoconf(content):
        return _not_a_config(config.name, AUTOCONF)
    asking = sum(bool(line.value) for line in config.unread)
    others = sum(1 for line in config.unread if not line.value and not line.text.startswith("#"))
    has_lines = bool(config.assignments) or asking > 0
    if has_lines and others <= len(config.assignments) + asking:
        return None
    found = text_format(content)
    if found is None and (config.assignments or not (others or config.is_full)):
        return None
    return _not_a_config(config.name, found)


def _check_text(name: str, content: bytes) -> None:
    nul = content.find(b"\0")
    if nul < 0 and len(content) <= MAX_LINE and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    found = binary_format(content)
    if found is not None:
        raise _not_a_config(name, found)
    if nul >= 0:
        raise InputError(
            "not a text file: it holds NUL bytes",
            Location(name, content.count(b"\n", 0, nul) + 1),
            hint="A config is text: CONFIG_X=y lines, as in a defconfig or a .config; .gz, .xz and .bz2 are unpacked.",
        )
    for number, line in enumerate(content.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            raise InputError(f"a line of {len(line)} bytes: not a config file", Location(name, number))
