# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes: what `$(shell,COMMAND)` expands to.

Every other probe of Kconfig (`$(success,...)`, `$(cc-option,...)`, `$(as-instr,...)`, ...) is a macro of
scripts/Kconfig.include that ends in a `$(shell,...)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol

from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain.machine import EmulatedMachine, TreeScripts
from kpolicy.kernel.toolchain.patience import Clock, Exhausted, OutOfTime
from kpolicy.kernel.toolchain.record import Toolchain
from kpolicy.kernel.toolchain.shell.builtins import BUILTINS
from kpolicy.kernel.toolchain.shell.interpreter import Shell
from kpolicy.kernel.toolchain.shell.parser import parse
from kpolicy.kernel.toolchain.shell.streams import NOTHING, Input, Output
from kpolicy.kernel.toolchain.shell.syntax import Script, ShellSyntaxError
from kpolicy.tuples import NamedTuple

# The end of $(if-success,...), in 4.18 without quotes: a command that runs no other one.
_FAILURE: Final = re.compile(r'&& echo (?:"[^"]*"|\w*) \|\| (echo (?:"[^"`\\(]*"|\w*))\Z')
_LONGEST_END: Final = 1000
# scripts/kconfig/preprocess.c, do_shell(): conf reads that much of the output.
_CONF_BUFFER: Final = 4096
# In seconds of processor time.  All 200 probes of Linux 6.12 together take a third of one.
_EACH: Final = 5.0
_TOGETHER: Final = 10.0
LONGEST_COMMAND: Final = 100_000


class Answer(NamedTuple):
    """What a command printed, as Kconfig sees it; `known` is False when that is not certain.

    `why` says what is not emulated, `fault` why the emulation gave up, if it did: for the message to the user.
    An answer that is not `lasting` depends on how fast this machine is.  `told`: an earlier answer has the reason.
    """

    output: str
    known: bool
    why: str = ""
    fault: str = ""
    lasting: bool = True
    told: bool = False


class Probes(Protocol):
    """Something that answers `$(shell,...)`."""

    def shell(self, command: str, environment: Mapping[str, str]) -> Answer:
        """The output of `command` in an environment (see `build_environment`): trailing newlines cut, others blanks."""


class EmulatedProbes:
    """Answers out of a toolchain record and the tree's own scripts.  Executes nothing, writes nothing."""

    def __init__(self, toolchain: Toolchain, source: Source) -> None:
        self.toolchain = toolchain
        self._scripts = TreeScripts(source, toolchain)
        self._clock = Clock(_EACH, _TOGETHER)
        # The answers of a command, each with the variables of the environment that it examined.
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
        if self._clock.has_run_out:
            return {}, Answer(self._failed(command, environment), known=False, lasting=False, told=True)
        machine = EmulatedMachine(self._scripts, environment)
        output = Output()
        script: Script | None = None
        fault, lasting = "", True
        try:
            with self._clock.running():
                if len(command) > LONGEST_COMMAND:
                    raise Exhausted(f"a command of more than {LONGEST_COMMAND} characters")  # noqa: TRY301
                script = parse(command)
                Shell(machine, environment, BUILTINS, streams={0: Input(), 1: output, 2: NOTHING}).run(script)
        except ShellSyntaxError as error:
            fault = str(error)
        except Exhausted as error:
            fault, lasting = str(error), not isinstance(error, OutOfTime)
        except Exception as error:  # noqa: BLE001 - an emulation: what it does not foresee is an answer not known
            fault = f"{type(error).__name__} in the emulation"
        self._scripts.left = machine.files.left(self._scripts.left, output.text)
        reasons = dict.fromkeys((*machine.unknown, *machine.files.foreign, *([fault] if fault else [])))
        answer = Answer(
            as_conf_reads(output.text) if not reasons else self._failed(command, environment) if script else "",
            known=not reasons,
            why=", ".join(reasons),
            fault=fault,
            lasting=lasting,
        )
        return {name: environment.get(name) for name in machine.names}, answer

    def _failed(self, command: str, environment: Mapping[str, str]) -> str:
        """What `{ ...; } >/dev/null 2>&1 && echo "y" || echo "n"`, as $(if-success,...) makes it, prints on failure."""
        match = _FAILURE.search(command[-_LONGEST_END:])
        output = Output()
        with suppress(ShellSyntaxError, Exhausted):
            script = parse(match.group(1) if match else "")
            machine = EmulatedMachine(self._scripts, environment)
            Shell(machine, environment, BUILTINS, streams={1: output, 2: NOTHING}).run(script)
        return as_conf_reads(output.text)


def as_conf_reads(output: str) -> str:
    """The output of a command as `$(shell,...)` gives it: at most 4095 bytes, trailing newlines cut, others blanks."""
    data = output.encode("utf-8", "surrogateescape")
    if len(data) >= _CONF_BUFFER:
        data = data[: _CONF_BUFFER - 1]
    # conf keeps a C string, which ends at a NUL.
    data = data.rstrip(b"\n").partition(b"\0")[0]
    return data.decode("utf-8", "surrogateescape").replace("\n", " ")
