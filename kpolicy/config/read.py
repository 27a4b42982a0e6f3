# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading config files of every kind: defconfigs, fragments, stacks, full .config files.

Lines are read as `conf` reads them (scripts/kconfig/confdata.c: conf_read_simple): only
"CONFIG_X=..." and "# CONFIG_X is not set" count, and a line ends at "\n" or "\r\n".  What else
looks like a request is kept apart, for a finding; a file without any config line is refused.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from kpolicy.config.autoconf import is_autoconf
from kpolicy.config.lines import parse_lines
from kpolicy.config.model import Config
from kpolicy.errors import InputError, UsageError
from kpolicy.files import read_file, read_stream, too_large, why_unreadable
from kpolicy.location import Location
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from typing import Protocol

    from kpolicy.config.formats import Format

    class Files(Protocol):
        """What reads a file of a tree, as `kpolicy.kernel.source.Source` does."""

        def read(self, path: str) -> bytes:
            """The content of a file; raises InputError."""


_CONFIGS_FOLDER = lazy(r"/arch/([^/]+)/configs\Z")
_MOST_NAMES = 5
_HEAD = 4096
# The largest real config has some 13,000 lines and 300 kB; a line that means nothing takes as long as any other.
MAX_SIZE = 4 << 20
MAX_LINE = 1 << 20


class NotAConfigError(InputError):
    """A file in which no line is a config line."""


def _not_a_config(name: str, found: Format | None) -> NotAConfigError:
    from kpolicy.config.formats import Format  # most files are configs

    message = f"looks like {found.name}, not a config" if found is not None else "not a config: it has no config line"
    return NotAConfigError(message, Location(name, 0), hint=(found or Format("")).hint)


_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"BZh", "bzip2"))


def read_config(
    spec: str, stdin: BinaryIO | None = None, folder: str | os.PathLike[str] | None = None, *, pipes: bool = True
) -> Config:
    """Read a config, or a stack "a+b+c" in which later lines win as in merge_config.sh.

    "-" stands for `stdin`.  .gz, .xz and .bz2 are unpacked, known by their first bytes.
    Relative paths start at `folder`; without `pipes` only regular files are read.  Raises `InputError` for what cannot
    be read and `UsageError` for an empty or ambiguous stack.
    """
    return stack(spec, [read_part(name, stdin, folder, pipes=pipes)[0] for name in split_stack(spec, folder)])


def split_stack(spec: str, folder: str | os.PathLike[str] | None = None) -> list[str]:
    """The parts of a stack a+b+c; a file whose name has a + in it is one part.  Raises UsageError."""
    if "+" not in spec or os.path.lexists(_place(folder, spec)):
        return [spec]
    words = spec.split("+")
    if not all(words):
        raise UsageError(f"empty part in the stack '{spec}'", hint="A stack is written a+b+c, without empty parts.")
    if words.count("-") > 1:
        raise UsageError(f"'-' is in the stack '{spec}' twice", hint="Standard input can be read only once.")
    return words


def content_in_tree(source: Files, path: str) -> bytes:
    """What is in a config file of a kernel tree; raises InputError, with its place, for what cannot be read."""
    try:
        return source.read(path)
    except InputError as error:
        raise InputError(error.message, Location(path, 0), hint=error.hint) from None


def config_in_tree(source: Files, path: str) -> Config:
    """A config file of a kernel tree; raises InputError, with its place, for what cannot be read."""
    return parse_config(path, content_in_tree(source, path))


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
        maker=first.maker,
    )


def read_part(
    name: str, stdin: BinaryIO | None = None, folder: str | os.PathLike[str] | None = None, *, pipes: bool = True
) -> tuple[Config, bytes]:
    """One file of a stack, and its bytes as they are there: a pipe is read only once.  Raises as `read_config` does."""
    if name == "-":
        if stdin is None:
            raise UsageError("'-' given, and there is no standard input")
        return _read_stdin(stdin)
    path = _place(folder, name)
    try:
        content = read_file(path, MAX_SIZE, pipes=pipes)
    except IsADirectoryError:
        files = [item for item in os.listdir(path) if os.path.isfile(os.path.join(path, item))]
        raise folder_error(name, os.path.abspath(path), files) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG and (found := _large_format(path)) is not None:
            raise _not_a_config(name, found) from None
        reason = why_unreadable(path, error)
        hint = "Did you mean a stack of existing files, a+b?" if "+" in name else None
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            hint = "A symbolic link leads back to itself."
        raise InputError(f"cannot read the config: {reason}", Location(name, 0), hint=hint) from None
    return parse_config(name, unpacked(content, name)), content


def _place(folder: str | os.PathLike[str] | None, name: str) -> str:
    """The path of a config; slashes at its end are left out, and an empty name stands for the folder."""
    return os.path.join(folder or "", name.rstrip("/") or name or ".")


def _read_stdin(stdin: BinaryIO) -> tuple[Config, bytes]:
    name = "<stdin>"
    try:
        content = read_stream(stdin, MAX_SIZE)
    except OSError as error:
        raise InputError(f"cannot read the config: {error.strerror or error}", Location(name, 0)) from None
    return parse_config(name, unpacked(content, name)), content


def _large_format(path: str) -> Format | None:
    """What a file is that is larger than any config: most are kernels."""
    from kpolicy.config.formats import binary_format  # most files are configs

    if not os.path.isfile(path):
        return None
    with open(path, "rb") as stream:
        return binary_format(stream.read(_HEAD))


def folder_error(name: str, path: str, names: Iterable[str]) -> InputError:
    """The error about a folder in the place of a config file, with what a person may have meant; `names` are in it."""
    return InputError("is a directory, expected a config file", Location(name, 0), hint=_folder_hint(path, set(names)))


def _folder_hint(path: str, names: set[str]) -> str | None:
    arch = _CONFIGS_FOLDER.search(path)
    if arch is not None:
        return f"`kpolicy audit --arch {arch.group(1)}` judges all defconfigs of an architecture."
    if names >= {"Kconfig", "Makefile"}:
        return "`kpolicy audit DIR` judges the defconfigs of a kernel tree; --tree DIR names the tree of a config."
    configs = sorted(item for item in names if "config" in item.lower())
    if not configs:
        return None
    return f"It has: {', '.join(configs[:_MOST_NAMES])}{', ...' if len(configs) > _MOST_NAMES else ''}"


def is_packed(content: bytes) -> bool:
    """Whether a content is compressed, by its first bytes."""
    return any(content.startswith(magic) for magic, _kind in _MAGIC)


def unpacked(content: bytes, name: str) -> bytes:
    """A content that may be compressed, as it is without; raises InputError, with its name, for broken data."""
    kind = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if kind is None:
        return content
    # Only here: most configs are plain text.
    import lzma
    import zlib

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
    from io import BytesIO

    packed = BytesIO(content)
    if kind == "gzip":
        import gzip

        with gzip.GzipFile(fileobj=packed) as gzip_file:
            return gzip_file.read(MAX_SIZE + 1)
    if kind == "xz":
        import lzma

        with lzma.LZMAFile(packed) as xz_file:
            return xz_file.read(MAX_SIZE + 1)
    import bz2

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


def _other_format(config: Config, content: bytes) -> NotAConfigError | None:
    """The error about a file of another format, or without any config line; None for a config.

    Comments alone may be a fragment; a .config as make writes it has lines.
    """
    if config.assignments and is_autoconf(content):
        from kpolicy.config.formats import AUTOCONF  # most files are configs

        return _not_a_config(config.name, AUTOCONF)
    asking = sum(bool(line.value) for line in config.unread)
    others = sum(1 for line in config.unread if not line.value and not line.text.startswith("#"))
    has_lines = bool(config.assignments) or asking > 0
    if has_lines and others <= len(config.assignments) + asking:
        return None
    from kpolicy.config.formats import text_format  # most files are configs

    found = text_format(content)
    if found is None and (config.assignments or not (others or config.is_full)):
        return None
    return _not_a_config(config.name, found)


def _check_text(name: str, content: bytes) -> None:
    if len(content) > MAX_SIZE:
        raise InputError(f"{too_large(MAX_SIZE)}: not a config file", Location(name, 0))
    nul = content.find(b"\0")
    if nul < 0 and len(content) <= MAX_LINE and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    from kpolicy.config.formats import binary_format  # most files are configs

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
