# SPDX-License-Identifier: GPL-2.0-or-later
"""Toolchain records from a word of the user's, and from what a `.config` records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kpolicy.errors import UsageError
from kpolicy.kernel.toolchain.record import Toolchain, Version, dotted
from kpolicy.patterns import lazy

_WORD: Final = lazy(r"(gcc|clang)-([0-9]{1,3})(?:\.([0-9]{1,2}))?(?:\.([0-9]{1,2}))?", re.IGNORECASE)
# scripts/ld-version.sh writes 2.36.1 as 236010000 up to 5.11, as 23601 since 5.12.
_NINE_DIGITS: Final = 100_000_000
_FORMS: Final = "expected dummy, gcc-VERSION or clang-VERSION, e.g. gcc-14.2 or clang-19.1"


def parse_toolchain(word: str) -> Toolchain:
    """The toolchain that a word names: `dummy`, `gcc-14.2`, `clang-19.1.7`, ...

    Numbers that are left out are 0.  Besides the compiler, which has that version, this is assumed:

    * with gcc: GNU as and GNU ld, with the versions of the dummy toolchain (2.50), and gcc's plugin headers;
    * with clang: its integrated assembler, and lld and the other LLVM tools, of the same version (`make LLVM=1`);
    * with both: pahole as in the dummy toolchain, no rustc, no bindgen, no Python module but Python's own.

    The tools accept every flag that their kind and version is not known to lack (see `programs.flags`).
    Raises UsageError when the word is none of these.
    """
    if word == "dummy":
        return Toolchain.dummy()
    match = _WORD.fullmatch(word)
    if match is None:
        import difflib  # only for errors

        near = difflib.get_close_matches(word.lower(), ("dummy", "gcc-14", "clang-19"), n=1, cutoff=0.6)
        raise UsageError(f"unknown toolchain '{word}'", hint=(f"did you mean {near[0]}?\n" if near else "") + _FORMS)
    version: Version = (int(match.group(2)), int(match.group(3) or 0), int(match.group(4) or 0))
    dummy = Toolchain.dummy()
    if match.group(1).lower() == "gcc":
        return Toolchain(
            name=word.lower(),
            compiler="GCC",
            compiler_version=version,
            compiler_text=f"gcc (GCC) {dotted(version)}",
            assembler="GNU",
            assembler_version=dummy.assembler_version,
            linker="BFD",
            linker_version=dummy.linker_version,
            pahole_version=dummy.pahole_version,
            gcc_plugins=True,
        )
    return Toolchain(
        name=word.lower(),
        compiler="Clang",
        compiler_version=version,
        compiler_text=f"clang version {dotted(version)}",
        assembler="LLVM",
        assembler_version=version,
        linker="LLD",
        linker_version=version,
        pahole_version=dummy.pahole_version,
    )


def recorded_toolchain(values: Mapping[str, str]) -> Toolchain | None:
    """The toolchain that a full `.config` records; None when it records no compiler.

    `values` maps symbol names (without CONFIG_) to values as `conf` writes them, quotes removed:
    CC_VERSION_TEXT, GCC_VERSION, CLANG_VERSION, AS_VERSION, LD_VERSION, LLD_VERSION, PAHOLE_VERSION, RUSTC_VERSION,
    RUSTC_VERSION_TEXT, RUSTC_LLVM_VERSION, BINDGEN_VERSION_TEXT, GCC_PLUGINS, ARM64 and COMPAT_VDSO are examined.

    A config made with the dummy tools gives those.  A version that is not recorded (AS_VERSION
    before 5.12) is that of the dummy toolchain.  The flags
    that the compiler knows are not recorded as such: they are assumed to be all there, so that a
    caller who knows the recorded value of a probed symbol has to prefer that.
    """
    gcc = _canonical(values.get("GCC_VERSION"))
    clang = _canonical(values.get("CLANG_VERSION"))
    version = clang or gcc
    dummy = Toolchain.dummy()
    if values.get("CC_VERSION_TEXT") == dummy.compiler_text:
        return dummy
    if version is None:
        return None
    default_text = f"clang version {dotted(version)}" if clang else f"gcc (GCC) {dotted(version)}"
    lld = _canonical(values.get("LLD_VERSION"))
    integrated = values.get("AS_IS_LLVM") == "y"
    return Toolchain(
        name="recorded",
        compiler="Clang" if clang else "GCC",
        compiler_version=version,
        compiler_text=values.get("CC_VERSION_TEXT") or default_text,
        assembler="LLVM" if integrated else "GNU",
        assembler_version=_canonical(values.get("AS_VERSION")) or (version if integrated else dummy.assembler_version),
        linker="LLD" if lld else "BFD",
        linker_version=lld or _linker(values.get("LD_VERSION")) or dummy.linker_version,
        pahole_version=_pahole(values.get("PAHOLE_VERSION")),
        rustc_version=_rustc(values),
        rustc_text=values.get("RUSTC_VERSION_TEXT") or None,
        rustc_llvm_version=_canonical(values.get("RUSTC_LLVM_VERSION")),
        bindgen_version=_in_text(values.get("BINDGEN_VERSION_TEXT")),
        bindgen_text=values.get("BINDGEN_VERSION_TEXT") or None,
        # The symbol depends on the plugin headers alone, once the architecture has plugins.
        gcc_plugins="GCC_PLUGINS" in values,
        # arm64 asks whether the second compiler was named, not which one it is.  On x86 the symbol is another.
        cross_compile_compat="arm-linux-gnueabihf-" if "COMPAT_VDSO" in values and values.get("ARM64") == "y" else "",
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,10}", text) else 0


def _canonical(text: str | None) -> Version | None:
    """140200 is 14.2.0; 0 is none."""
    number = _number(text)
    return (number // 10000, number // 100 % 100, number % 100) if number else None


def linker_number(recorded: str, here: str) -> str | None:
    """A recorded LD_VERSION in the form of the tree that answers `here`; None where there is nothing to convert."""
    version = _linker(recorded)
    if version is None or not _number(here):
        return None
    major, minor, patch = version
    if _number(here) >= _NINE_DIGITS:
        return str(major * _NINE_DIGITS + minor * 1_000_000 + patch * 10_000)
    return str(major * 10_000 + minor * 100 + patch)


def _linker(text: str | None) -> Version | None:
    number = _number(text)
    if number >= _NINE_DIGITS:
        return (number // _NINE_DIGITS, number // 1_000_000 % 100, number // 10_000 % 100)
    return _canonical(text)


def _pahole(text: str | None) -> tuple[int, int] | None:
    number = _number(text)
    return (number // 100, number % 100) if number else None


def _rustc(values: Mapping[str, str]) -> Version | None:
    number = _number(values.get("RUSTC_VERSION"))
    if number:
        return (number // 100_000, number // 100 % 1000, number % 100)
    return _in_text(values.get("RUSTC_VERSION_TEXT"))


def _in_text(text: str | None) -> Version | None:
    match = re.search(r"([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})", text or "")
    return (int(match.group(1)), int(match.group(2)), int(match.group(3))) if match else None
