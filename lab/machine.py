# SPDX-License-Identifier: GPL-2.0-or-later
"""The machines that kernels are built for and booted on: QEMU without hardware virtualization.

`-icount shift=0` lets an instruction take one nanosecond of the guest's time: the guest's clock counts instructions,
and what else the host does changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MEMORY: Final = 1 << 30

_COUNTED: Final = ("-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm")
_BARE: Final = ("-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio")


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture: how its kernel is built, and how it is booted.

    `image` is the file that is booted, inside of the object tree; `packages` are those of Debian with the emulator and
    the compiler.
    """

    architecture: str
    kernel_architecture: str
    image: str
    emulator: str
    hardware: tuple[str, ...]
    console: str
    prefix: str
    packages: str

    def command(self, image: str, initramfs: str, parameters: str, cpus: int) -> list[str]:
        """The command that boots a kernel; its standard output is the console."""
        processors = f"cpus={cpus},sockets={cpus},cores=1,threads=1"
        fixed = [*_COUNTED, *_BARE, "-m", f"{MEMORY >> 20}", "-smp", processors]
        booted = ["-kernel", image, "-initrd", initramfs, "-append", f"{self.console} {parameters}".strip()]
        return [self.emulator, *self.hardware, *fixed, *booted]

    @property
    def compiler(self) -> str:
        """The compiler of the kernel."""
        return f"{self.prefix}gcc"

    def missing(self, *, boots: bool = True) -> Iterable[str]:
        """What must be installed first, in words: without the emulator if nothing is booted."""
        programs = (
            *(((self.emulator, self.packages),) if boots else ()),
            (self.compiler, self.packages),
            ("ccache", "ccache"),
            *((name, name) for name in ("make", "flex", "bison", "bc")),
        )
        for program, package in programs:
            if shutil.which(program) is None:
                yield f"{program} is not installed (Debian: apt-get install {package})"


MACHINES: Final = {
    machine.architecture: machine
    for machine in (
        Machine(
            "x86_64",
            "x86",
            "arch/x86/boot/bzImage",
            "qemu-system-x86_64",
            ("-machine", "pc", "-cpu", "qemu64"),
            "console=ttyS0,115200 reboot=t",
            "",
            "qemu-system-x86 gcc",
        ),
        Machine(
            "arm64",
            "arm64",
            "arch/arm64/boot/Image",
            "qemu-system-aarch64",
            ("-machine", "virt,dtb-randomness=off", "-cpu", "cortex-a57"),
            "console=ttyAMA0",
            "aarch64-linux-gnu-",
            "qemu-system-arm gcc-aarch64-linux-gnu",
        ),
    )
}
