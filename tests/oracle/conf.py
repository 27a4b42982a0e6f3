# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own `conf`, run as `make` would run it, outside the tree.

`make O=...` itself builds the program and tells the environment that it exports: it is given a
Kconfig file that does nothing but write its environment down.  After that `conf` is run directly,
which is what makes thousands of runs bearable.  The compiler is the tree's `scripts/dummy-tools/`,
so that the answers are the same on every machine; there is neither rustc nor bindgen, and Python
runs without the packages of the machine (a driver asks for one of them).

A run happens in a fresh folder: inside the tree `conf` would leave files behind.  What the commands of
$(shell,...) print is kept from run to run (`popen.c`): they are the same for every config, and take a third
(6.12) to two thirds (6.1) of the time.  A test compares with runs that keep nothing.

Two probes of powerpc are a race: in a pipeline under `set -o pipefail` they feed a text to the dummy
compiler, which does not read it, and look for a word with `grep -q`, which does not read on.  When
a reader ends before its writer has written, the probe fails (one run of conf in eight).  A
compiler and a grep that read to the end give the answer that is meant.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.oracle.cache import cache_folder

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PRESETS = ("allyesconfig", "allmodconfig", "allnoconfig", "alldefconfig")
# Changes whenever a run means something else, so that old answers are not used.
_FORMAT = "1"
# conf spends its time waiting for memory.
_HUGE_PAGES = "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=64000000"
_PATIENT = '#!/bin/sh\n{program} "$@"\nstatus=$?\ncat >/dev/null\nexit $status\n'
_DUMP_KCONFIG = "$(shell,env -0 > {path})\nconfig DUMP\n\tbool\n"
# What only steers make, and the Kconfig file that was used to ask.
_NOT_FOR_CONF = ("MFLAGS", "GNUMAKEFLAGS", "KBUILD_KCONFIG", "PWD", "OLDPWD", "O", "_")


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of `conf` left: the written configuration, its messages and exit status."""

    config: bytes
    stderr: str
    stdout: str
    status: int


class OracleError(Exception):
    """The oracle could not be built or did not answer."""


class Oracle:
    """The `conf` of one kernel tree."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree.resolve()
        self.dummy_tools = self.tree / "scripts" / "dummy-tools"
        self._environments: dict[str, dict[str, str]] = {}

    @cached_property
    def identity(self) -> str:
        """A digest of what decides the answers: names, sizes and times of Kconfig files and scripts."""
        digest = hashlib.sha256(f"{_FORMAT}\0{self.tree}\0".encode())
        for folder, folders, files in os.walk(self.tree):
            folders.sort()
            relative = os.path.relpath(folder, self.tree)
            everything = relative == "scripts" or relative.startswith(("scripts/kconfig", "scripts/dummy-tools"))
            for name in sorted(files):
                if everything or name.startswith("Kconfig") or (relative == "." and name == "Makefile"):
                    status = os.lstat(os.path.join(folder, name))
                    digest.update(f"{relative}/{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        return digest.hexdigest()[:16]

    @cached_property
    def build(self) -> Path:
        """The folder in which `conf` is built, shared by all runs over this tree."""
        return cache_folder(f"build/{self.identity}")

    @property
    def program(self) -> Path:
        """The `conf` binary; `environment()` builds it."""
        return self.build / "out" / "scripts" / "kconfig" / "conf"

    def make(self, arch: str, *arguments: str, output: Path | None = None, path: str = PATH, timeout: int = 600) -> str:
        """Run the tree's own make out of tree and return what it said."""
        output = output or self.build / "out"
        output.mkdir(parents=True, exist_ok=True)
        command = ["make", "-C", str(self.tree), f"O={output}", f"ARCH={arch}"]
        command += [f"CROSS_COMPILE={self.dummy_tools}/", f"PAHOLE={self.dummy_tools}/pahole"]
        command += ["RUSTC=no-rustc", "BINDGEN=no-bindgen", "PYTHON3=python3 -I -S"]
        if arch == "um":
            command.append("SUBARCH=x86")
        run = subprocess.run(
            [*command, *arguments],
            env={"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if run.returncode:
            raise OracleError(f"{' '.join([*command, *arguments])}\n{run.stdout}{run.stderr}")
        return run.stdout + run.stderr

    def environment(self, arch: str) -> dict[str, str]:
        """The environment in which make starts `conf` for this ARCH word; builds `conf` at the first call."""
        known = self._environments.get(arch)
        if known is None:
            with _locked(self.build / "lock"):
                known = self._read_environment(arch)
            self._environments[arch] = known
        return known

    def _read_environment(self, arch: str) -> dict[str, str]:
        stored = self.build / f"environment.{arch}.json"
        if stored.is_file() and self.program.is_file():
            answer: dict[str, str] = json.loads(stored.read_text())
            return answer
        dump, kconfig = self.build / "dump", self.build / "Kconfig.dump"
        kconfig.write_text(_DUMP_KCONFIG.format(path=dump))
        self.make(arch, f"KBUILD_KCONFIG={kconfig}", "alldefconfig")
        pairs = (entry.partition("=") for entry in dump.read_text().split("\0") if entry)
        environment = {
            name: value
            for name, _, value in pairs
            if name not in _NOT_FOR_CONF and not name.startswith(("KCONFIG_", "MAKE"))
        }
        stored.write_text(json.dumps(environment, indent=1, sort_keys=True))
        return environment

    def default_config(self, arch: str) -> str | None:
        """The tree-relative default config of an ARCH word, None when make would generate it."""
        environment = self.environment(arch)
        path = f"arch/{environment['SRCARCH']}/configs/{environment.get('KBUILD_DEFCONFIG') or 'defconfig'}"
        return path if (self.tree / path).is_file() else None

    def run(
        self,
        arch: str,
        mode: str,
        config: bytes | None = None,
        *,
        path: str | None = None,
        variables: Mapping[str, str] | None = None,
        cached: bool = True,
        probes: bool = True,
    ) -> Result:
        """Run `conf --mode`.

        `config` is the text it starts from: the `FILE` of `--defconfig=FILE`, `.config` otherwise;
        `path` names a file of the tree for `--defconfig` instead.  `variables` are added to the
        environment (KCONFIG_SEED ...).  For `savedefconfig` the result is the minimal config.  Without
        `cached` no old answer is taken; without `probes` every command of the Kconfig files is run again.
        """
        if path is not None:
            content = (self.tree / path).read_bytes()
        else:
            content = config if config is not None else b""
        stored = self._stored(content, arch, mode, path, config is None, sorted((variables or {}).items()))
        if cached:
            answer = _load(stored)
            if answer is not None:
                return answer
        answer = self._run(arch, mode, config, path, variables or {}, probes=probes)
        if cached:
            _store(stored, answer)
        return answer

    def _stored(self, content: bytes, *asked: object) -> Path:
        key = hashlib.sha256(json.dumps([self.identity, *asked]).encode() + b"\0" + content).hexdigest()
        return cache_folder(f"oracle/{key[:2]}") / key[2:]

    def default(self, arch: str) -> bytes:
        """The `.config` that the tree's own `make defconfig` writes."""
        with tempfile.TemporaryDirectory(prefix="make-", dir=self.build) as name:
            tools = self._tools
            self.make(arch, "defconfig", f"CC={tools['CC']}", output=Path(name), path=tools["PATH"])
            return (Path(name) / ".config").read_bytes()

    @cached_property
    def _tools(self) -> dict[str, str]:
        """A compiler, and the folders of programs, in which some that read to the end come first.

        The compiler lies apart: make finds the one that builds conf in the same folders.
        """
        programs = {"readers/grep": "/bin/grep", "compiler/gcc": f"{self.dummy_tools}/gcc"}
        with _locked(self.build / "lock"):
            for name, program in programs.items():
                path = self.build / name
                if not path.exists():
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(_PATIENT.format(program=program))
                    path.chmod(0o755)
        return {"PATH": f"{self.build}/readers:{PATH}", "CC": f"{self.build}/compiler/gcc"}

    @cached_property
    def _memory(self) -> Path:
        """The library that remembers what commands print, see popen.c."""
        library = self.build / "popen.so"
        source = Path(__file__).with_name("popen.c")
        with _locked(self.build / "lock"):
            if not library.is_file() or library.stat().st_mtime < source.stat().st_mtime:
                scratch = library.with_suffix(".new")
                command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(scratch), str(source), "-ldl"]
                subprocess.run(command, check=True, env={"PATH": PATH})
                scratch.replace(library)
        return library

    def _remembering(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The variables that make conf remember what commands print in this very environment."""
        key = hashlib.sha256(json.dumps(sorted(environment.items())).encode()).hexdigest()[:16]
        folder = self.build / "probes" / key
        folder.mkdir(parents=True, exist_ok=True)
        return {"LD_PRELOAD": str(self._memory), "ORACLE_PROBES": str(folder), "GLIBC_TUNABLES": _HUGE_PAGES}

    def _run(
        self,
        arch: str,
        mode: str,
        config: bytes | None,
        path: str | None,
        variables: Mapping[str, str],
        *,
        probes: bool,
    ) -> Result:
        environment = {**self.environment(arch), "srctree": str(self.tree), **self._tools}
        memory = self._remembering(environment) if probes else {}
        environment |= {**variables, **memory}
        with tempfile.TemporaryDirectory(prefix="conf-") as name:
            folder = Path(name)
            # When it is there, conf does not write a second form of its result.
            (folder / "include" / "config").mkdir(parents=True)
            (folder / "include" / "config" / "auto.conf").touch()
            option, result = f"--{mode}", folder / ".config"
            if mode == "defconfig":
                if path is None:
                    (folder / "defconfig").write_bytes(config or b"")
                option = f"--defconfig={path or 'defconfig'}"
            elif config is not None:
                (folder / ".config").write_bytes(config)
            if mode == "savedefconfig":
                result = folder / "saved"
                option = "--savedefconfig=saved"
            run = subprocess.run(
                [str(self.program), "-s", option, "Kconfig"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=600,
            )
            text = result.read_bytes() if result.is_file() else b""
            stderr, stdout = (stream.decode(errors="replace") for stream in (run.stderr, run.stdout))
            return Result(text, stderr, stdout, run.returncode)


def run_conf(tree: Path, arch: str, mode: str, config: bytes | None = None, **options: str) -> Result:
    """One run for a caller that keeps no `Oracle`; `options` become environment variables."""
    return Oracle(tree).run(arch, mode, config, variables=options)


def _store(path: Path, result: Result) -> None:
    head = json.dumps([result.status, result.stdout, result.stderr]).encode()
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(zlib.compress(head + b"\n" + result.config, 1))
    os.replace(name, path)


def _load(path: Path) -> Result | None:
    try:
        head, _, config = zlib.decompress(path.read_bytes()).partition(b"\n")
        status, stdout, stderr = json.loads(head)
    except (OSError, zlib.error, ValueError):
        return None
    return Result(config, stderr, stdout, status)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
