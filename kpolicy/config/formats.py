# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file is that is no config: recognized by its first bytes, or by lines that only that format has.

It is asked about files in which `conf` would read not one line, and about auto.conf, which looks
like a .config and is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kpolicy.frozen import dataclass

_HINT = "A config has lines like CONFIG_X=y and # CONFIG_X is not set, as a defconfig or a .config has."
_KERNEL_HINT = "The config of a built kernel is in /boot/config-*, /proc/config.gz or its package."
# So much of a text is examined.
_HEAD = 64 << 10


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name ("an ELF file"), and what to do about a file of it."""

    name: str
    hint: str = _HINT


@dataclass(frozen=True, slots=True)
class _Feature:
    format: Format
    fits: Callable[[bytes], bool]


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magics)


def _at(offset: int, magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content[offset : offset + len(magic)] == magic


def _has(pattern: str, least: int = 1) -> Callable[[bytes], bool]:
    """So many lines of the beginning match."""

    def fits(content: bytes) -> bool:
        # Not before it is needed: most files are configs.
        compiled = re.compile(pattern.encode(), re.MULTILINE)
        return sum(1 for _match, _ in zip(compiled.finditer(content[:_HEAD]), range(least), strict=False)) == least

    return fits


def _feature(name: str, fits: Callable[[bytes], bool], hint: str = _HINT) -> _Feature:
    return _Feature(Format(name, hint), fits)


_IKCONFIG_HINT = "scripts/extract-ikconfig of the kernel's source prints the config of an image built with IKCONFIG."
_PATCH_HINT = "`kpolicy checkpatch` judges a patch; a config is the file that the patch is for."
_POLICY_HINT = "A policy goes to --policy."
_AUTOCONF_HINT = "Take the .config that it was made from: it has the options that are off, too."

# The first that fits counts.
_BINARY = (
    _feature("UTF-16 text", _starts(b"\xff\xfe", b"\xfe\xff"), "Save it as UTF-8 without a byte order mark."),
    _feature("an ELF file", _starts(b"\x7fELF"), _IKCONFIG_HINT),
    _feature("an x86 kernel image", _at(0x202, b"HdrS"), _IKCONFIG_HINT),
    _feature("an arm64 or RISC-V kernel image", lambda content: content[56:60] in (b"ARM\x64", b"RSC\x05")),
    _feature("a U-Boot image", _starts(b"\x27\x05\x19\x56"), _IKCONFIG_HINT),
    _feature("a device tree blob", _starts(b"\xd0\x0d\xfe\xed")),
    _feature("zstd data", _starts(b"\x28\xb5\x2f\xfd"), "Unpack it first: zstd -d."),
    _feature("LZ4 data", _starts(b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"), "Unpack it first: lz4 -d."),
    _feature("a zip archive", _starts(b"PK\x03\x04"), "Take the config out of it first."),
    _feature("a tar archive", _at(257, b"ustar"), "Take the config out of it first."),
    _feature("a Debian package or an ar archive", _starts(b"!<arch>\n"), _KERNEL_HINT),
    _feature("an RPM package", _starts(b"\xed\xab\xee\xdb"), _KERNEL_HINT),
    _feature("a cpio archive", _starts(b"070701", b"070702", b"\xc7\x71")),
    _feature("a Windows or EFI program", _starts(b"MZ")),
)
_TEXT = (
    _feature("a Git LFS pointer", _starts(b"version https://git-lfs.github.com/"), "`git lfs pull` fetches the file."),
    _feature(
        "an HTML page",
        _has(r"(?i)\A\s*<(!doctype\s+html|html)"),
        'Download the file itself ("raw"), not the page that shows it.',
    ),
    _feature("an XML file", _has(r"\A(\xef\xbb\xbf)?\s*<(\?xml|[a-zA-Z][\w:.-]*[\s>/])")),
    _feature("autoconf.h", _has(r"^#define CONFIG_\w+ "), _AUTOCONF_HINT),
    _feature("a patch", _has(r"^(diff --git a/|--- \S.*\n\+\+\+ \S)"), _PATCH_HINT),
    _feature("an Ubuntu annotations file", _has(r"^CONFIG_\w+\s+(policy|note|mark)<")),
    _feature("a kernel log", _has(r"^(<\d+>)?\[ *\d+\.\d{6}\](\[ *[TC]\d+\])? ")),
    _feature("a list of kernel features (.scc)", _has(r"^(define KFEATURE_\w+ |kconf (hardware|non-hardware) )")),
    _feature("a Buildroot config", _has(r"^(# )?BR2_\w+[= ]")),
    _feature("a Kconfig file", _has(r"^(menu)?config [A-Z0-9_a-z-]+\s*$|^source \"|^(main)?menu \"")),
    _feature("a Makefile", _has(r"^(obj|lib|subdir|ccflags)-\S+\s*[:+]?=|^\w+ := |^\.PHONY:|^if(n?eq|n?def) ")),
    _feature("a shell script", _has(r"\A#!.*sh\b")),
    _feature("a Python script", _has(r"\A#!.*python")),
    _feature("the output of diffconfig", _has(r"^[+ -][A-Z0-9_]+ \S+( -> \S+)?$", 3)),
    # A table of TOML may begin as a list of JSON does: ["category:default"].
    _feature("a TOML file", _has(r"\A\s*\[\[?\"[^\[\]\n]+\]\]?\s*(#.*)?\n(?!\s*,)"), _POLICY_HINT),
    _feature("a JSON file", _has(r"\A\s*(\{\s*(\"|\}|\n)|\[\s*[\[{\"\]])")),
    _feature("a TOML file", _has(r"^\[\[?[^\[\]\n]+\]\]?\s*(#.*)?$"), _POLICY_HINT),
    _feature(
        "a YAML file", _has(r"\A(---\s*$|%YAML)|^[A-Za-z_][\w-]*:( .*)?$\n\s*(- |[\w-]+:)|^\s*- [\w\"-]+(: .*)?$")
    ),
    _feature("a C file", _has(r"^#include\s+[<\"]|^/\*")),
    _feature(
        "a config without CONFIG_ before the names",
        _has(r"^(?!CONFIG_)[A-Z][A-Z0-9_]+\s*=\s*([ymn]|\d+|\".*\")\s*$"),
        "A line is CONFIG_X=y, not X=y.",
    ),
)


AUTOCONF = Format("auto.conf", _AUTOCONF_HINT)


def binary_format(content: bytes) -> Format | None:
    """What a content is that is no text, as far as its first bytes show."""
    return _first(_BINARY, content)


def text_format(content: bytes) -> Format | None:
    """What a text is in which no line is a config line."""
    return _first(_TEXT, content)


def _first(features: tuple[_Feature, ...], content: bytes) -> Format | None:
    return next((feature.format for feature in features if feature.fits(content)), None)
