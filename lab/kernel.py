# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel tree that is measured, the machine for it, and the folders of its builds and boots."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.machine import Machine
from names.tree import release_of


class LabError(Exception):
    """The lab cannot go on; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel tree, the machine that it is built for, and the folder `work` for what is built and logged."""

    tree: Path
    machine: Machine
    work: Path
    release: str
    compiler: str
    emulator: str

    @property
    def series(self) -> str:
        """6.12 for 6.12.117."""
        return ".".join(self.release.split(".")[:2])

    @property
    def name(self) -> str:
        """The release and the architecture, as folders and files are named."""
        return f"{self.series}-{self.machine.architecture}"

    @property
    def objects(self) -> Path:
        """The object tree that all builds share."""
        return self.work / "objects" / self.name

    def results(self, build: str) -> Path:
        """The folder with the results of a build and the logs of its boots."""
        return self.work / self.name / build


def find_kernel(tree: Path, machine: Machine, work: Path, *, boots: bool = True) -> Kernel:
    """The kernel of a tree; raises LabError if a program is missing or the tree is none.

    Without `boots` no emulator is needed.
    """
    missing = tuple(machine.missing(boots=boots))
    if missing:
        raise LabError("\n".join(missing))
    if not (tree / "Makefile").is_file() or not (tree / "Kconfig").is_file():
        raise LabError(f"{tree} is not a kernel tree")
    if (tree / ".config").exists() or (tree / "include" / "config").exists():
        raise LabError(f"{tree} has a build in it: run make mrproper there, the lab builds elsewhere")
    compiler = _first_line(machine.compiler, "--version")
    emulator = _first_line(machine.emulator, "--version") if boots else ""
    return Kernel(tree, machine, work, release_of(tree), compiler, emulator)


def _first_line(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def fingerprint(*inputs: Any) -> str:
    """What a result was made from, in short."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]
