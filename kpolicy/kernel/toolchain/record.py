# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain record: which compiler, assembler, linker and other tools the kernel's probes find."""

from __future__ import annotations

import functools
from typing import Final, Literal

from kpolicy.digests import sha256
from kpolicy.frozen import dataclass

Version = tuple[int, int, int]
CompilerKind = Literal["GCC", "Clang"]
AssemblerKind = Literal["GNU", "LLVM"]
LinkerKind = Literal["BFD", "LLD"]

DUMMY_FOLDER: Final = "scripts/dummy-tools"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What the probes of a tree find.

    Every tool is a field, so that a single one can be replaced (`dataclasses.replace`).  A tool that
    is None is not installed: the shell does not find it.

    A compiler accepts every flag and compiles every text that it is asked about, except the flags in
    `refused_flags` (whole words, or prefixes that end in `*`), and those that its kind and version are known not
    to have (see `programs.flags`).  A linker, likewise, accepts every flag that is not refused.
    """

    name: str
    """The word for people: `dummy`, `gcc-14.2`, `recorded`, ..."""
    compiler: CompilerKind
    compiler_version: Version
    compiler_text: str
    """CC_VERSION_TEXT: the first line that `$(CC) --version` prints."""
    assembler: AssemblerKind
    assembler_version: Version
    linker: LinkerKind
    linker_version: Version
    pahole_version: tuple[int, int] | None = None
    rustc_version: Version | None = None
    rustc_text: str | None = None
    """What `rustc --version` prints; made up from the version when None."""
    rustc_llvm_version: Version | None = None
    bindgen_version: Version | None = None
    bindgen_text: str | None = None
    """What `bindgen --version` prints; made up from the version when None."""
    libclang_version: Version | None = None
    """The libclang that bindgen uses; the compiler's version when None."""
    python_modules: frozenset[str] = frozenset()
    """The modules, besides the standard library's, that `python3 -c "import ..."` finds."""
    refused_flags: frozenset[str] = frozenset()
    gcc_plugins: bool = False
    """Whether the compiler has its plugin headers installed."""
    cross_compile_compat: str = ""
    """CROSS_COMPILE_COMPAT: the prefix of arm64's second compiler, for 32-bit programs' vDSO; empty without one."""
    dummy_tools: bool = False
    """Whether the tools are the tree's scripts/dummy-tools: they then answer as those scripts do."""

    @classmethod
    def dummy(cls) -> Toolchain:
        """The kernel's scripts/dummy-tools: GCC 20.0.0, binutils 2.50, pahole 99.99, no rustc, no bindgen.

        Where a tree has these scripts, what they print is read from them; where it has not (before
        5.9), they answer as those of today.  Python has no module beyond its own: that is what
        `python3` finds on a machine with nothing installed for the purpose.
        """
        return cls(
            name="dummy",
            compiler="GCC",
            compiler_version=(20, 0, 0),
            compiler_text=f"gcc ({DUMMY_FOLDER}/gcc)",
            assembler="GNU",
            assembler_version=(2, 50, 0),
            linker="BFD",
            linker_version=(2, 50, 0),
            pahole_version=(99, 99),
            gcc_plugins=True,
            dummy_tools=True,
        )

    @property
    def identity(self) -> str:
        """A stable text for cache keys and for people: the name, the versions, and a hash of the whole record."""
        return _identity(self)


@functools.cache
def _identity(toolchain: Toolchain) -> str:
    tools = [
        f"{toolchain.compiler} {dotted(toolchain.compiler_version)}",
        f"as {toolchain.assembler} {dotted(toolchain.assembler_version)}",
        f"ld {toolchain.linker} {dotted(toolchain.linker_version)}",
    ]
    if toolchain.pahole_version is not None:
        tools.append(f"pahole {toolchain.pahole_version[0]}.{toolchain.pahole_version[1]}")
    if toolchain.rustc_version is not None:
        tools.append(f"rustc {dotted(toolchain.rustc_version)}")
    if toolchain.bindgen_version is not None:
        tools.append(f"bindgen {dotted(toolchain.bindgen_version)}")
    values = []
    # The names of all fields: `dataclasses.fields` would describe the class first.
    for name in toolchain.__match_args__:
        value = getattr(toolchain, name)
        values.append(f"{name}={sorted(value) if isinstance(value, frozenset) else value!r}")
    digest = sha256("\n".join(values).encode()).hexdigest()[:12]
    return f"{toolchain.name} ({', '.join(tools)}) {digest}"


def dotted(version: Version) -> str:
    """`(14, 2, 0)` as `14.2.0`."""
    return ".".join(map(str, version))


def short(version: Version) -> str:
    """`(2, 50, 0)` as `2.50`, as binutils call their releases."""
    return dotted(version).removesuffix(".0")
