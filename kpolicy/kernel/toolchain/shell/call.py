# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program is given when a shell calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.kernel.toolchain.shell.files import VirtualFiles
from kpolicy.kernel.toolchain.shell.streams import Input

if TYPE_CHECKING:
    from kpolicy.kernel.toolchain.shell.interpreter import Shell


class Call:
    """What a program is given: its words, streams and environment, and the shell that called it."""

    __slots__ = ("environment", "shell", "words")

    def __init__(self, shell: Shell, words: list[str], environment: Mapping[str, str]) -> None:
        self.shell = shell
        self.words = words
        self.environment = environment

    @property
    def name(self) -> str:
        """The last part of the path that the program was called by."""
        return self.words[0].rpartition("/")[2]

    @property
    def arguments(self) -> list[str]:
        """The words after the first."""
        return self.words[1:]

    @property
    def files(self) -> VirtualFiles:
        """The file system."""
        return self.shell.machine.files

    def read(self) -> str:
        """All of standard input."""
        stream = self.shell.streams.get(0)
        return stream.read() if isinstance(stream, Input) else ""

    def write(self, text: str) -> None:
        """Write to standard output."""
        self.shell.write(1, text)

    def complain(self, text: str) -> None:
        """Write a line to standard error, after the program's name."""
        self.shell.write(2, f"{self.name}: {text}\n")

    def run(self, words: list[str], environment: Mapping[str, str] | None = None) -> int:
        """Run another program with these streams; the exit status."""
        return self.shell.run_program(words, self.environment if environment is None else environment)

    def unknown(self, what: str) -> int:
        """Say that the emulation does not cover this; the exit status of a command that is not found."""
        self.shell.machine.unknown.append(what)
        return 127
