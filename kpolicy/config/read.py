# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading config files of every kind: defconfigs, fragments, stacks, full .config files.

Lines are read as `conf` reads them (scripts/kconfig/confdata.c: conf_read_simple): only
"CONFIG_X=..." and "# CONFIG_X is not set" count, a line ends at "\n" or "\r\n", and a NUL
byte ends it early.
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

from kpolicy.config.model import Assignment, Config
from kpolicy.errors import InputError, UsageError
from kpolicy.location import Location

_HEADER = re.compile(r"# Linux/(\S+) (\S+)(?: Kernel)? [Cc]onfiguration")
_PREFIX = "CONFIG_"

# The largest real config has some 13,000 lines and 300 kB.
MAX_SIZE = 64 << 20
MAX_LINE = 1 << 20

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
        try:
            return parse_config("<stdin>", _limited(stdin, "<stdin>"))
        except OSError as error:
            raise InputError(f"cannot read standard input: {error.strerror or error}") from None
    path = (folder or Path()) / name
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) and not _is_stream(path):
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise InputError(f"is {kind}, expected a config file", Location(name, 1))
        with path.open("rb") as stream:
            content = _limited(stream, name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = "Did you mean a stack of existing files, a+b?" if "+" in name else None
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            hint = "A symbolic link leads back to itself."
        raise InputError(f"cannot read the config: {reason}", Location(name, 1), hint=hint) from None
    return parse_config(name, content)


def is_packed(content: bytes) -> bool:
    """Whether a content is compressed, by its first bytes."""
    return any(content.startswith(magic) for magic, _kind in _MAGIC)


def _is_stream(path: Path) -> bool:
    """Pipes from a shell's `<(command)`; devices would never end."""
    return stat.S_ISFIFO(os.stat(path).st_mode)


def _limited(stream: IO[bytes], name: str) -> bytes:
    content = stream.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise InputError(f"larger than {MAX_SIZE >> 20} MiB: not a config file", Location(name, 1))
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
            Location(name, 1),
            hint="The file is truncated or damaged; fetch or compress it again.",
        ) from None
    if len(result) > MAX_SIZE:
        raise InputError(f"unpacks to more than {MAX_SIZE >> 20} MiB: not a config file", Location(name, 1))
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

    Raises `InputError` for what is plainly no text: NUL bytes or an endless line.
    """
    _check_text(name, content)
    assignments: list[Assignment] = []
    remarks: list[tuple[Location, str]] = []
    arch = version = None
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    last = len(lines) - 1
    for number, line in enumerate(lines, 1):
        text = line[:-1] if number <= last and line.endswith("\r") else line
        if not text:
            continue
        if text[0] == "#":
            unset = _unset(text, name, number)
            if unset is not None:
                assignments.append(unset)
            elif arch is None and number < 20 and (header := _HEADER.match(text)):
                arch, version = header.groups()
            continue
        equals = text.find("=", len(_PREFIX))
        if equals < 0 or not text.startswith(_PREFIX):
            remarks.append((Location(name, number), f"unexpected data: {text}"))
            continue
        symbol = text[len(_PREFIX) : equals]
        assignments.append(Assignment(symbol, text[equals + 1 :], Location(name, number), text))
    is_full = arch is not None and b"Automatically generated" in content[:400]
    return Config(name, tuple(assignments), is_full, arch, version, tuple(remarks))


def _unset(text: str, name: str, number: int) -> Assignment | None:
    if not text.startswith("# CONFIG_"):
        return None
    symbol, space, rest = text[9:].partition(" ")
    if not space or not rest.startswith("is not set"):
        return None
    return Assignment(symbol, "n", Location(name, number), text, loose=rest != "is not set")


def _check_text(name: str, content: bytes) -> None:
    nul = content.find(b"\0")
    if nul >= 0:
        raise InputError(
            "not a text file: it holds NUL bytes",
            Location(name, content.count(b"\n", 0, nul) + 1),
            hint="A config is text: CONFIG_X=y lines, as in a defconfig or a .config; .gz, .xz and .bz2 are unpacked.",
        )
    if len(content) <= MAX_LINE:
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            raise InputError(f"a line of {len(line)} bytes: not a config file", Location(name, number))
