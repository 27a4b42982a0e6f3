# SPDX-License-Identifier: GPL-2.0-or-later
"""What some kernel asks about and not every compiler or linker accepts: flags, and texts to compile.

Tables of facts from the release notes of GCC, Clang and binutils; what is not in them is accepted by
all, in every version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from kpolicy.kernel.toolchain.record import CompilerKind, LinkerKind, Version
from kpolicy.tuples import NamedTuple

_NEVER: Final = 10_000
_ALWAYS: Final = 0


class Since(NamedTuple):
    """The first major version of each compiler that accepts a flag."""

    gcc: int
    clang: int


_GCC_ONLY: Final = Since(_ALWAYS, _NEVER)
_CLANG_ONLY: Final = Since(_NEVER, _ALWAYS)

# Whole words of the command line; `*` at the end stands for any rest.
FLAGS: Final[Mapping[str, Since]] = {
    "--param": _GCC_ONLY,
    "-Wimplicit-fallthrough=*": Since(7, _NEVER),
    "-finline-stringops=*": Since(14, _NEVER),
    "-fmin-function-alignment=*": Since(14, _NEVER),
    "-fsanitize=bounds-strict": _GCC_ONLY,
    "-mindirect-branch-register": _GCC_ONLY,
    "-mindirect-branch-table": _GCC_ONLY,
    "-mindirect-branch=*": _GCC_ONLY,
    "-mprofile-kernel": _GCC_ONLY,
    # Parameters of --param.
    "tsan-distinguish-volatile=*": Since(11, _NEVER),
    "tsan-compound-read-before-write=*": Since(_NEVER, _NEVER),
    "asan-kernel-mem-intrinsic-prefix=*": Since(13, _NEVER),
    "--target=*": _CLANG_ONLY,
    "-Werror=unknown-warning-option": _CLANG_ONLY,
    "-Wunreachable-code-fallthrough": Since(_NEVER, 14),
    "-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang": _CLANG_ONLY,
    "-fintegrated-as": _CLANG_ONLY,
    "-fno-integrated-as": _CLANG_ONLY,
    "-frandomize-layout-seed-file=*": Since(_NEVER, 15),
    "-fsanitize-cfi-icall-*": Since(_NEVER, 18),
    "-fsanitize-memory-param-retval": Since(_NEVER, 14),
    "-fsanitize=array-bounds": _CLANG_ONLY,
    "-fsanitize=kcfi": Since(_NEVER, 16),
    "-fsanitize=kernel-memory": _CLANG_ONLY,
    "-fsanitize=local-bounds": _CLANG_ONLY,
    "-fsanitize=unsigned-integer-overflow": _CLANG_ONLY,
    "-mllvm": _CLANG_ONLY,
    "-fsanitize=kernel-hwaddress": Since(11, 7),
    "-fsanitize=shadow-call-stack": Since(12, 7),
    "-fstrict-flex-arrays=*": Since(13, 16),
    "-ftrivial-auto-var-init=*": Since(12, 8),
    "-fzero-call-used-regs=*": Since(11, 15),
    "-gz=zstd": Since(13, 16),
    "-mfunction-return=*": Since(8, 15),
    "-mharden-sls=*": Since(12, 15),
}


# Parts of the C texts that kernels have compiled to see what a compiler knows.
TEXTS: Final[Mapping[str, Since]] = {
    "__counted_by__": Since(15, 18),
    "asm inline": Since(9, 11),
    "no_profile_instrument_function": Since(12, 13),
}

# The flags that GNU ld accepts from some version on only; lld has them all.
BFD_FLAGS: Final[Mapping[str, Version]] = {
    "--compress-debug-sections=zstd": (2, 40, 0),
    "--pack-dyn-relocs=*": (_NEVER, 0, 0),
    "--use-android-relr-tags": (_NEVER, 0, 0),
    "pack-relative-relocs": (2, 38, 0),
}


def compiler_accepts(compiler: CompilerKind, major: int, flag: str) -> bool:
    """Whether a compiler of that major version accepts the flag."""
    since = _look_up(FLAGS, flag)
    return since is None or _is_reached(since, compiler, major)


def compiler_knows(compiler: CompilerKind, major: int, text: str) -> bool:
    """Whether a compiler of that major version compiles the text."""
    return all(_is_reached(since, compiler, major) for part, since in TEXTS.items() if part in text)


def linker_accepts(linker: LinkerKind, version: Version, flag: str) -> bool:
    """Whether a linker of that version accepts the flag."""
    since = _look_up(BFD_FLAGS, flag) if linker == "BFD" else None
    return since is None or version >= since


_Fact = TypeVar("_Fact")


def _look_up(table: Mapping[str, _Fact], flag: str) -> _Fact | None:
    fact = table.get(flag)
    if fact is not None:
        return fact
    return next((fact for name, fact in table.items() if name.endswith("*") and flag.startswith(name[:-1])), None)


def _is_reached(since: Since, compiler: CompilerKind, major: int) -> bool:
    return major >= (since.gcc if compiler == "GCC" else since.clang)
