# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes: what `$(shell,COMMAND)` expands to.

Every other probe of Kconfig (`$(success,...)`, `$(cc-option,...)`, `$(as-instr,...)`, ...) is a macro of
scripts/Kconfig.include that ends in a `$(shell,...)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from kpolicy.errors import InputError
from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain.machine import EmulatedMachine, TreeScripts
from kpolicy.kernel.toolchain.patience import at_most
from kpolicy.kernel.toolchain.record import Toolchain
from kpolicy.kernel.toolchain.shell.builtins import BUILTINS
from kpolicy.kernel.toolchain.shell.interpreter import Shell
from kpolicy.kernel.toolchain.shell.parser import parse
from kpolicy.kernel.toolchain.shell.streams import NOTHING, Exhausted, Input, Output
from kpolicy.kernel.toolchain.shell.syntax import AndOr, Script, ShellSyntaxError, Simple, Text

# scripts/kconfig/preprocess.c, do_shell(): conf reads that much of the output.
_CONF_BUFFER: Final = 4096
# The probes of a real kernel take milliseconds; in seconds of processor time.
_PATIENCE: Final = 5.0
# Besides what the interpreter says itself: commands nested thousands deep, numbers of thousands of digits.
_GIVE_UP: Final = (ShellSyntaxError, Exhausted, InputError, RecursionError, ValueError, OverflowError, MemoryError)


class Answer(NamedTuple):
    """What a command printed, as Kconfig sees it; `known` is False when that is not certain.

    `why` names what is not emulated, for the message to the user.
    """

    output: str
    known: bool
    why: str = ""


class Probes(Protocol):
    """Something that answers `$(shell,...)`."""

    def shell(self, command: str, environment: Mapping[str, str]) -> Answer:
        """The output of `command` in an environment (see `build_environment`): trailing newlines cut, others blanks."""


class EmulatedProbes:
    """Answers out of a toolchain record and the tree's own scripts.  Executes nothing, writes nothing."""

    def __init__(self, toolchain: Toolchain, source: Source) -> None:
        self.toolchain = toolchain
        self._scripts = TreeScripts(source, toolchain)
        # The answers of a command, each with the variables of the environment that it looked at.
        self._answers: dict[str, list[tuple[Mapping[str, str | None], Answer]]] = {}

    def shell(self, command: str, environment: Mapping[str, str]) -> Answer:
        """See `Probes.shell`.

        A command that asks for what is not emulated is taken to fail: its answer is empty, or what
        $(if-success,...) says then, and it is not `known`.
        """
        answers = self._answers.setdefault(command, [])
        for variables, answer in answers:
            if all(environment.get(name) == value for name, value in variables.items()):
                return answer
        variables, answer = self._run(command, environment)
        answers.append((variables, answer))
        return answer

    def _run(self, command: str, environment: Mapping[str, str]) -> tuple[Mapping[str, str | None], Answer]:
        try:
            script = parse(command)
        except _GIVE_UP as error:
            return {}, Answer("", known=False, why=_words(error))
        output, machine, reasons = self._run_script(script, environment)
        if reasons:
            otherwise = _otherwise(script)
            output = self._run_script(otherwise, environment)[0] if otherwise is not None else ""
        answer = Answer(as_conf_reads(output), known=not reasons, why=", ".join(dict.fromkeys(reasons)))
        return {name: environment.get(name) for name in machine.names}, answer

    def _run_script(self, script: Script, environment: Mapping[str, str]) -> tuple[str, EmulatedMachine, list[str]]:
        """What a script prints, the machine that it ran on, and the reasons why that is not certain."""
        machine = EmulatedMachine(self._scripts, environment)
        output = Output()
        given_up = []
        try:
            with at_most(_PATIENCE):
                Shell(machine, environment, BUILTINS, streams={0: Input(), 1: output, 2: NOTHING}).run(script)
        except _GIVE_UP as error:
            given_up.append(_words(error))
        self._scripts.left = machine.files.left(self._scripts.left, output.text)
        return output.text, machine, [*machine.unknown, *machine.files.foreign, *given_up]


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _otherwise(script: Script) -> Script | None:
    """The last part of `{ ...; } >/dev/null 2>&1 && echo "y" || echo "n"`, as $(if-success,...) makes it."""
    if len(script.items) != 1 or [operator for operator, _ in script.items[0].rest] != ["&&", "||"]:
        return None
    pipeline = script.items[0].rest[1][1]
    command = pipeline.commands[0]
    is_echo = isinstance(command, Simple) and command.words[:1] == ((Text("echo"),),) and not command.redirects
    return Script((AndOr(pipeline, ()),)) if is_echo and len(pipeline.commands) == 1 else None


def as_conf_reads(output: str) -> str:
    """The output of a command as `$(shell,...)` gives it: at most 4095 bytes, trailing newlines cut, others blanks."""
    data = output.encode("utf-8", "surrogateescape")
    if len(data) >= _CONF_BUFFER:
        data = data[: _CONF_BUFFER - 1]
    # conf keeps a C string, which ends at a NUL.
    data = data.rstrip(b"\n").partition(b"\0")[0]
    return data.decode("utf-8", "surrogateescape").replace("\n", " ")
