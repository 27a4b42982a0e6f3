# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes that are really run: the only module that starts processes for a tree, and only when the user asks.

A Kconfig file can run any command.  With these probes a tree is trusted as much as `make` trusts it.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from kpolicy.errors import InputError
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain.environment import build_environment, clang_flags
from kpolicy.kernel.toolchain.probes import Answer, as_conf_reads
from kpolicy.kernel.toolchain.record import Toolchain
from kpolicy.kernel.version import KernelVersion

# No probe takes that long, unless something hangs.
_PATIENCE: Final = 300.0
_PREFIXED: Final = ("LD", "AR", "NM", "OBJCOPY", "OBJDUMP", "READELF", "STRIP")
# The variables of the top Makefile that a user may set on make's command line.
MAKE_VARIABLES: Final = frozenset(
    (
        *("CC", *_PREFIXED, "CPP", "HOSTCC", "HOSTCXX", "RUSTC", "BINDGEN", "PAHOLE", "PYTHON3", "AWK", "PERL"),
        *("CROSS_COMPILE", "LLVM", "LLVM_IAS", "USERCFLAGS", "USERLDFLAGS", "KRUSTFLAGS", "RUST_LIB_SRC"),
    )
)


class ExecutedProbes:
    """Runs each command with /bin/sh in an empty scratch folder, outside of the tree.

    A context manager: the folder is removed at the end.  Commands get the environment that they are
    asked with and no other (see `executed_environment`), an empty standard input, and no standard error.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._answers: dict[tuple[str, frozenset[tuple[str, str]]], Answer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the scratch folder."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def shell(self, command: str, environment: Mapping[str, str]) -> Answer:
        """See `Probes.shell`.  Raises InputError when the command does not end, or no shell can be started."""
        key = (command, frozenset(environment.items()))
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = Answer(as_conf_reads(self._output(command, environment)), known=True)
        return answer

    def _output(self, command: str, environment: Mapping[str, str]) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="kpolicy-")
        try:
            process = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=self._folder.name,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._patience,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InputError(f"a probe did not end within {self._patience:.0f} s: {command}") from error
        except (OSError, ValueError) as error:
            raise InputError(f"a probe cannot be run: {command}: {error}") from error
        return process.stdout.decode("utf-8", "surrogateescape")


def executed_environment(
    source_root: str,
    version: KernelVersion,
    architecture: Architecture,
    probes: ExecutedProbes,
    variables: Mapping[str, str],
    process_environment: Mapping[str, str],
) -> dict[str, str]:
    """The environment for `ExecutedProbes`, as make sets it up from the caller's variables.

    `source_root` has to be absolute.  `variables` are those of make's command line (CC, LD, CROSS_COMPILE, LLVM, ...);
    `process_environment` is the rest of the caller's environment (PATH, HOME, ...).  CC_VERSION_TEXT is
    asked of the compiler.  Mirrors the top Makefile and scripts/Makefile.clang, except that the CROSS_COMPILE
    that some arch/*/Makefile guess has to be given.
    """
    settings = {name: value for name, value in variables.items() if name in MAKE_VARIABLES}
    environment = build_environment(source_root, version, architecture, Toolchain.dummy())
    environment = {**process_environment, **environment, **_tools(settings)}
    environment.pop("CROSS_COMPILE", None)
    environment |= {name: value for name, value in settings.items() if name not in ("LLVM", "LLVM_IAS")}
    for name, command in (
        ("CC_VERSION_TEXT", f"LC_ALL=C {environment['CC']} --version 2>/dev/null | head -n 1"),
        ("RUSTC_VERSION_TEXT", f"{environment['RUSTC']} --version 2>/dev/null"),
        ("PAHOLE_VERSION", f"{source_root}/scripts/pahole-version.sh {environment['PAHOLE']}"),
    ):
        environment[name] = probes.shell(command, environment).output.replace("#", "")
    if "clang" in environment["CC_VERSION_TEXT"]:
        environment["CLANG_FLAGS"] = clang_flags(architecture, integrated=settings.get("LLVM_IAS") != "0")
    return environment


def executed_identity(environment: Mapping[str, str]) -> str:
    """A text that names an executed toolchain: the compiler's words, and a hash of the environment."""
    values = "\n".join(f"{name}={value}" for name, value in sorted(environment.items()))
    digest = hashlib.sha256(values.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"exec ({environment.get('CC_VERSION_TEXT') or environment.get('CC', '')}) {digest}"


def _tools(settings: Mapping[str, str]) -> dict[str, str]:
    """CC, LD, ... as LLVM= and CROSS_COMPILE= choose them."""
    llvm = settings.get("LLVM", "")
    tools = {"PAHOLE": "pahole", "HOSTCC": "gcc", "HOSTCXX": "g++"}
    if llvm:
        # LLVM=/path/ is a prefix, LLVM=-15 a suffix, anything else just says yes.
        prefix = llvm if llvm.endswith("/") else ""
        suffix = llvm if llvm.startswith("-") else ""
        names = {name: f"llvm-{name.lower()}" for name in _PREFIXED} | {"LD": "ld.lld", "CC": "clang"}
        names |= {"HOSTCC": "clang", "HOSTCXX": "clang++"}
        tools |= {name: f"{prefix}{program}{suffix}" for name, program in names.items()}
    else:
        prefix = settings.get("CROSS_COMPILE", "")
        tools |= {name: f"{prefix}{name.lower()}" for name in _PREFIXED} | {"CC": f"{prefix}gcc"}
    tools["CPP"] = f"{settings.get('CC', tools['CC'])} -E"
    return tools
