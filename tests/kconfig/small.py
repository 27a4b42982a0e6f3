# SPDX-License-Identifier: GPL-2.0-or-later
"""Small Kconfig trees: the kernel's `conf` and kpolicy on the same few lines."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kpolicy.config.read import parse_config
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain


class ConfCrashedError(Exception):
    """`conf` ended by a signal, and gave no answer."""


_MAKEFILE = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n"
_ENVIRONMENT = {"ARCH": "x86", "SRCARCH": "x86", "KERNELVERSION": "6.12.0"}
# What tells the dialect and the grammar of a kernel; those of 4.x are called otherwise.
_SOURCES_OF_CONF = (
    *("symbol.c", "confdata.c", "preprocess.c", "expr.c", "menu.c", "lexer.l", "parser.y"),
    *("zconf.l", "zconf.y", "zconf.gperf", "kconf_id.c"),
)


def make_tree(folder: Path, files: Mapping[str, str], kernel: Path | None = None) -> Path:
    """A tree of the given files; with `kernel` it speaks the dialect of that kernel's conf."""
    for name, text in {"Makefile": _MAKEFILE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if kernel is not None:
        target = folder / "scripts" / "kconfig"
        target.mkdir(parents=True, exist_ok=True)
        for name in _SOURCES_OF_CONF:
            if (kernel / "scripts" / "kconfig" / name).is_file():
                shutil.copy(kernel / "scripts" / "kconfig" / name, target / name)
    return folder


def load(folder: Path) -> Model:
    """The model of a small tree."""
    tree = Tree(DirectorySource(folder), str(folder))
    return tree.model(Architecture("x86", "x86", "x86", None), Toolchain.dummy())


def expand(model: Model, mode: str, config: bytes = b"") -> bytes:
    """The .config by kpolicy."""
    return dotconfig(evaluate(model, None if mode in PRESETS else parse_config("config", config), mode))


def new_prompts_of_conf(program: Path, tree: Path, work: Path, config: bytes) -> list[str]:
    """What `conf --listnewconfig` prints of a .config."""
    work.mkdir(parents=True, exist_ok=True)
    (work / ".config").write_bytes(config)
    said = _run(program, tree, work, "--listnewconfig").stdout.decode(errors="surrogateescape")
    # Warnings of the Kconfig files stand there too.
    return [line for line in said.splitlines() if line.startswith("CONFIG_")]


def run_conf(program: Path, tree: Path, work: Path, mode: str, config: bytes = b"") -> tuple[bytes | None, str]:
    """The .config by `conf`, None where it refuses; and what it said."""
    (work / "include" / "config").mkdir(parents=True, exist_ok=True)
    (work / "include" / "config" / "auto.conf").touch()
    result = work / ".config"
    result.unlink(missing_ok=True)
    option = f"--{mode}"
    if mode == "defconfig":
        (work / "input").write_bytes(config)
        option = "--defconfig=input"
    elif mode not in PRESETS:
        result.write_bytes(config)
    run = _run(program, tree, work, option)
    return (result.read_bytes() if run.returncode == 0 else None), run.stderr.decode(errors="replace")


def _run(program: Path, tree: Path, work: Path, option: str) -> subprocess.CompletedProcess[bytes]:
    run = subprocess.run(
        [program, "-s", option, "Kconfig"],
        cwd=work,
        env={**_ENVIRONMENT, "srctree": str(tree), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if run.returncode < 0:
        raise ConfCrashedError(run.stderr.decode(errors="replace"))
    return run
