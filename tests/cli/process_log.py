# SPDX-License-Identifier: GPL-2.0-or-later
"""A small tree of three architectures, and what the processes of a run do with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kpolicy.kconfig import file_cache
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.syntax import SourceFile
from kpolicy.kernel.architecture import Architecture

ARCHITECTURES = ("one", "three", "two")
SHARED = ("Kconfig", "lib/Kconfig", "mm/Kconfig")
FILES = {
    "Kconfig": 'mainmenu "Small"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\nsource "mm/Kconfig"\n',
    "lib/Kconfig": 'config DEBUG_KERNEL\n\tbool "debug"\n\nconfig DEBUG_SG\n\tbool "sg"\n\tdepends on DEBUG_KERNEL\n',
    "mm/Kconfig": 'config PAGES\n\tint "pages"\n\tdefault 4 if ONE\n\tdefault "$(shell,echo 8)"\n',
    **{f"arch/{name}/Kconfig": f"config {name.upper()}\n\tdef_bool y\n" for name in ARCHITECTURES},
    **{f"arch/{name}/configs/{name}_defconfig": "CONFIG_DEBUG_KERNEL=y\n" for name in ARCHITECTURES},
    # Its batch is the first one.
    "arch/two/configs/debug_defconfig": "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SG=y\n",
}


class Done(NamedTuple):
    """Something that was done in a process, of those that a run has."""

    here: bool
    what: str
    process: int


class Log:
    """What this process and its workers do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = os.getpid()
        path.touch()

    def note(self, what: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{os.getpid()} {what}\n")

    def take(self) -> list[Done]:
        """What was done since the last time."""
        lines = [line.split() for line in self._path.read_text().splitlines()]
        self._path.write_text("")
        return [Done(int(process) == self._here, what, int(process)) for process, what in lines]


def log_parsed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """The Kconfig files that are parsed."""
    log = Log(path)

    def noted(path: str, content: bytes, reader: Reader) -> SourceFile:
        log.note(path)
        return read_file(path, content, reader)

    monkeypatch.setattr(file_cache, "read_file", noted)
    return log


def log_built(path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """The architectures whose models are built."""
    log = Log(path)
    build = Tree._elaborate

    def noted(tree: Tree, architecture: Architecture, *rest: Any) -> Any:
        log.note(architecture.arch)
        return build(tree, architecture, *rest)

    monkeypatch.setattr(Tree, "_elaborate", noted)
    return log


def environment(folder: Path) -> dict[str, str]:
    """Where a run has its cache."""
    return {"XDG_CACHE_HOME": str(folder / "cache")}


def forget_results(folder: Path) -> None:
    """Forget what is kept but models."""
    for path in (folder / "cache" / "kpolicy").glob("*.result"):
        path.unlink()
