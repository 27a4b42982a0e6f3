# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots the kernel of a recipe and keeps its log."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from lab.build import IMAGE, inputs_of
from lab.guest import INIT, initramfs
from lab.kernel import Kernel, LabError, fingerprint
from lab.machine import MEMORY
from lab.recipe import BASE, Boot, Recipes

_LONGEST: Final = 1200
# The console is slow: messages on it would count as the time to boot.  The guest prints the whole log at its end.
_FIXED: Final = "quiet panic=-1 printk.devkmsg=on"
_HEAD: Final = "# made from "


def log_of(kernel: Kernel, boot: Boot) -> Path:
    """The log of a boot."""
    return kernel.results(boot.build) / f"boot.{boot.name}"


def is_booted(kernel: Kernel, recipes: Recipes, boot: Boot) -> bool:
    """Whether the log of a boot is there, of the same kernel, parameters, commands and emulator."""
    log = log_of(kernel, boot)
    if not log.exists():
        return False
    return log.read_text(errors="replace").splitlines()[:1] == [_HEAD + _inputs(kernel, recipes, boot)]


def boot_kernel(kernel: Kernel, recipes: Recipes, boot: Boot, busybox: Path) -> float:
    """Boot a kernel, keep the log, and return the seconds that it took; raises LabError."""
    start = time.monotonic()
    log = log_of(kernel, boot)
    head = f"{_HEAD}{_inputs(kernel, recipes, boot)}\n# Linux {kernel.release}, {kernel.compiler}, {kernel.emulator}\n"
    about = f"# recipe {boot.name}, build {boot.build}, parameters: {boot.parameters or 'none'}\n"
    text = console(kernel, boot, busybox)
    broken = "\nLAB end" not in text
    (log.with_name(f"broken.{boot.name}") if broken else log).write_text(head + about + text)
    if broken:
        raise LabError(f"{boot.name}: the boot did not reach its end, see {log.with_name(f'broken.{boot.name}')}")
    return time.monotonic() - start


def console(kernel: Kernel, boot: Boot, busybox: Path) -> str:
    """What a boot prints."""
    folder = kernel.results(boot.build)
    archive = folder / f"initramfs.{boot.name}"
    archive.write_bytes(initramfs(busybox.read_bytes(), boot.commands))
    parameters = f"{_FIXED} {boot.parameters}".strip()
    command = kernel.machine.command(str(folder / IMAGE), str(archive), parameters, boot.cpus)
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_LONGEST
        )
        output = run.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    finally:
        archive.unlink()
    return output.decode(errors="replace").replace("\r", "")


def find_busybox(kernel: Kernel, stated: Path | None) -> Path:
    """A static busybox for the machine; raises LabError."""
    found = stated or Path(shutil.which("busybox") or "/bin/busybox")
    machine = kernel.machine.architecture
    wanted = {"x86_64": 62, "arm64": 183}[machine]
    head = found.read_bytes()[:20] if found.exists() else b""
    if head[:4] != b"\x7fELF" or int.from_bytes(head[18:20], "little") != wanted:
        raise LabError(f"{found} is not a busybox for {machine}: install busybox-static, or name one with --busybox")
    return found


def _inputs(kernel: Kernel, recipes: Recipes, boot: Boot) -> str:
    build = inputs_of(kernel, recipes.build(BASE), recipes.build(boot.build))
    return fingerprint(build, kernel.emulator, INIT, boot.parameters, boot.commands, boot.cpus, MEMORY)
