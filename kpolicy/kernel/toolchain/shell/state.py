# SPDX-License-Identifier: GPL-2.0-or-later
"""What a shell has: variables, parameters, options, streams; and what it asks of the machine around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from kpolicy.kernel.toolchain.patience import Exhausted, integer
from kpolicy.kernel.toolchain.shell.expansion import expand_text
from kpolicy.kernel.toolchain.shell.files import VirtualFiles
from kpolicy.kernel.toolchain.shell.streams import NOTHING, Input, Output, Stream, bounded
from kpolicy.kernel.toolchain.shell.syntax import Command, Redirect, Script

if TYPE_CHECKING:
    from kpolicy.kernel.toolchain.shell.call import Call
    from kpolicy.kernel.toolchain.shell.interpreter import Shell

DEEPEST: Final = 60
# `$$`: only ever part of the name of a scratch folder.
_PROCESS_ID: Final = "4711"

Program = Callable[["Call"], int]
Builtin = Callable[["Shell", list[str]], int]


class ExitShell(Exception):
    """`exit`: leaves the shell or subshell."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ReturnFromFunction(Exception):
    """`return`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LeaveLoop(Exception):
    """`break` and `continue`."""

    def __init__(self, levels: int, *, again: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.again = again


class Machine(Protocol):
    """What lies outside of a shell: files and programs."""

    files: VirtualFiles
    unknown: list[str]
    """What was requested and is not emulated."""
    names: set[str]
    """The parameters that were examined: an answer depends on these variables of the environment alone."""
    steps: int

    def find_program(self, word: str) -> Program | None:
        """The program that a command word names; None when there is none.

        Notes in `unknown` a word of which it does not know whether there is such a program.
        """

    def where_is(self, word: str) -> str | None:
        """The path that `command -v` prints; None when there is none."""


class ShellState:
    """One shell or subshell: variables, options, streams."""

    def __init__(
        self,
        machine: Machine,
        environment: Mapping[str, str],
        builtins: Mapping[str, Builtin],
        *,
        name: str = "sh",
        arguments: Sequence[str] = (),
        streams: Mapping[int, Stream] | None = None,
        bash: bool = False,
        depth: int = 0,
    ) -> None:
        if depth > DEEPEST:
            raise Exhausted("shells in shells, too deep")
        self.machine = machine
        self.builtins = builtins
        # A shell does not take IFS from its environment.
        self.variables = {**environment, "IFS": " \t\n"}
        self.exported = set(environment)
        self.name = name
        self.positionals = list(arguments)
        self.functions: dict[str, Command] = {}
        self.streams: dict[int, Stream] = dict(streams or {0: Input(), 1: NOTHING, 2: NOTHING})
        self.bash = bash
        self.depth = depth
        self.errexit = False
        self.nounset = False
        self.noglob = False
        self.pipefail = False
        self.status = 0
        self.exit_action = ""
        self.locals: list[dict[str, str | None]] = []
        self.loops = 0
        """How many loops are around."""
        self.shielded = 0
        """How many conditions and `&&` are around: in them `set -e` waits."""
        self.substitution_status = 0

    # -- what expansion and programs ask for

    def parameter(self, name: str) -> str | None:
        """The value of `$name`; None when it is not set."""
        self.machine.names.add(name)
        value = self.variables.get(name)
        if value is not None:
            return value
        if name.isdigit():
            index = integer(name)
            if index == 0:
                return self.name
            return self.positionals[index - 1] if index <= len(self.positionals) else None
        if name in ("@", "*"):
            separators = self.variables.get("IFS", " ")
            return (" " if name == "@" else separators[:1]).join(self.positionals)
        if name == "#":
            return str(len(self.positionals))
        if name == "?":
            return str(self.status)
        if name == "$":
            return _PROCESS_ID
        if name == "-":
            return ("e" if self.errexit else "") + ("u" if self.nounset else "")
        return None

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""
        self.variables[name] = bounded(value, "variable")

    def note_wildcard(self, field: str) -> None:
        """A field with a wildcard that is not quoted: what it becomes is not known."""
        self.machine.unknown.append(f"the wildcard {field}")

    def write(self, descriptor: int, text: str) -> None:
        """Write to one of the streams; nothing happens when it is closed."""
        stream = self.streams.get(descriptor)
        if isinstance(stream, Output):
            stream.write(text)

    def environment(self) -> dict[str, str]:
        """The exported variables."""
        variables = self.variables
        return {name: variables[name] for name in self.exported if name in variables}

    def substitute(self, script: Script) -> str:
        """The output of a script that runs in a subshell, without the newlines at its end."""
        raise NotImplementedError

    def copy_to(self, shell: ShellState) -> None:
        """Make another shell like this one, so that nothing it does changes this one."""
        shell.variables = dict(self.variables)
        shell.exported = set(self.exported)
        shell.functions = dict(self.functions)
        shell.errexit, shell.nounset, shell.pipefail = self.errexit, self.nounset, self.pipefail
        shell.noglob = self.noglob
        shell.status = self.status
        shell.loops = self.loops
        shell.shielded = self.shielded

    def redirected(self, redirects: tuple[Redirect, ...]) -> dict[int, Stream] | None:
        """The streams with the redirections in force; None when one of them fails."""
        streams = dict(self.streams)
        for redirect in redirects:
            target = expand_text(self, redirect.target)
            operator = redirect.operator
            stream: Stream | None
            if operator == "<<":
                stream = Input(target)
            elif operator in (">&", "<&"):
                if target == "-":
                    streams.pop(redirect.descriptor, None)
                    continue
                stream = streams.get(integer(target)) if target.isascii() and target.isdigit() else None
            elif operator == "<":
                stream = self.machine.files.open_for_reading(target)
            else:
                stream = self.machine.files.open_for_writing(target, append=operator == ">>")
            if stream is None:
                self.write(2, f"{self.name}: 1: cannot open {target}\n")
                return None
            streams[redirect.descriptor] = stream
        return streams
