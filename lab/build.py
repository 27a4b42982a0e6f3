# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the kernel of a recipe: `make allnoconfig` with its lines, then the image.

All builds of a kernel share an object tree and ccache.  What is kept of a build is its config, the image, the symbol
table, the sizes of its sections, and the log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from lab.kernel import Kernel, LabError, fingerprint
from lab.recipe import BASE, Build

CONFIG: Final = "config"
IMAGE: Final = "image"
SYMBOLS: Final = "symbols"
SECTIONS: Final = "sections"
_DONE: Final = "made-from"


def inputs_of(kernel: Kernel, base: Build, build: Build) -> str:
    """The fingerprint of what a build is made from."""
    return fingerprint(kernel.release, kernel.machine.architecture, kernel.compiler, base.lines, build.lines)


def is_built(kernel: Kernel, base: Build, build: Build) -> bool:
    """Whether the results of a build are there, made from the same."""
    done = kernel.results(build.name) / _DONE
    return done.exists() and done.read_text().strip() == inputs_of(kernel, base, build)


def build_kernel(kernel: Kernel, base: Build, build: Build, jobs: int) -> float:
    """Build a kernel and return the seconds that it took; raises LabError."""
    start = time.monotonic()
    results, objects = kernel.results(build.name), kernel.objects
    for folder in (results, objects):
        folder.mkdir(parents=True, exist_ok=True)
    (results / _DONE).unlink(missing_ok=True)
    lines = (*base.lines, *(build.lines if build.name != BASE else ()))
    asked = results / "asked"
    asked.write_text("".join(f"{line}\n" for line in lines))
    log = results / "log"
    log.write_text(f"# Linux {kernel.release}, {kernel.machine.architecture}, {kernel.compiler}, recipe {build.name}\n")
    run_make(kernel, log, "allnoconfig", asked=asked)
    config = (objects / ".config").read_text()
    lost = tuple(ignored(build.lines, config)) if build.name != BASE else ()
    if lost:
        raise LabError(f"{build.name}: requested, but not in the config of {kernel.release}: {', '.join(lost)}")
    run_make(kernel, log, f"-j{jobs}", Path(kernel.machine.image).name)
    _keep(kernel, results)
    (results / _DONE).write_text(inputs_of(kernel, base, build) + "\n")
    return time.monotonic() - start


def ignored(lines: Sequence[str], config: str) -> Iterator[str]:
    """The requested lines that a config does not have."""
    found = set(config.splitlines())
    for line in lines:
        name, _, value = line.partition("=")
        if line not in found if value != "n" else any(other.startswith(f"{name}=") for other in found):
            yield line


def run_make(kernel: Kernel, log: Path, *targets: str, asked: Path | None = None, objects: Path | None = None) -> None:
    """Run make for targets in an object tree, the shared one unless stated; raises LabError if it fails."""
    machine = kernel.machine
    command = [
        "make",
        "-s",
        "-C",
        str(kernel.tree),
        f"O={objects or kernel.objects}",
        f"ARCH={machine.kernel_architecture}",
        f"CROSS_COMPILE={machine.prefix}",
        f"CC=ccache {machine.compiler}",
        "HOSTCC=ccache gcc",
        *targets,
    ]
    environment = {**os.environ, **_fixed(kernel.work)}
    if asked is not None:
        environment["KCONFIG_ALLCONFIG"] = str(asked)
    with log.open("a") as output:
        status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment).returncode
    if status:
        raise LabError(f"make {' '.join(targets)} failed, see {log}")


def _fixed(work: Path) -> Mapping[str, str]:
    """Settings with which a second build gives the same image."""
    return {
        "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 2026",
        "KBUILD_BUILD_USER": "lab",
        "KBUILD_BUILD_HOST": "lab",
        "KBUILD_BUILD_VERSION": "1",
        "CCACHE_DIR": str(work / "ccache"),
        "CCACHE_NOHASHDIR": "1",
        "CCACHE_SLOPPINESS": "time_macros,include_file_mtime",
    }


def _keep(kernel: Kernel, results: Path) -> None:
    objects, prefix = kernel.objects, kernel.machine.prefix
    shutil.copyfile(objects / ".config", results / CONFIG)
    shutil.copyfile(objects / kernel.machine.image, results / IMAGE)
    for name, command in ((SYMBOLS, ("nm", "-S", "-n")), (SECTIONS, ("size", "-A", "-d"))):
        tool = [prefix + command[0], *command[1:], str(objects / "vmlinux")]
        found = subprocess.run(tool, check=True, capture_output=True, text=True).stdout
        (results / name).write_text(found)
