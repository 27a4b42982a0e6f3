# SPDX-License-Identifier: GPL-2.0-or-later
"""The shell itself: walks a syntax tree and runs built-in and emulated commands in memory.

It mirrors dash, which is /bin/sh where kernels are mostly built, and for scripts that ask for bash
the few words in which bash differs.  Pipelines run one command after the other: each reads what the
one before has written.  No process is started, no file is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpolicy.kernel.toolchain.patience import Exhausted, look
from kpolicy.kernel.toolchain.shell.arithmetic import ArithmeticFault
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.expansion import UnsetParameter, expand_fields, expand_pattern, expand_text
from kpolicy.kernel.toolchain.shell.parser import parse
from kpolicy.kernel.toolchain.shell.pattern import compile_pattern
from kpolicy.kernel.toolchain.shell.state import DEEPEST, ExitShell, LeaveLoop, ReturnFromFunction, ShellState
from kpolicy.kernel.toolchain.shell.streams import Input, Output, Stream
from kpolicy.kernel.toolchain.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Script,
    Simple,
    Word,
)

# A probe takes a few thousand steps at most.
_MOST_STEPS: Final = 300_000


class Shell(ShellState):
    """One shell or subshell, and the running of commands in it."""

    def substitute(self, script: Script) -> str:
        """The output of a script that runs in a subshell, without the newlines at its end."""
        output = Output()
        shell = self.fork()
        shell.streams[1] = output
        self.substitution_status = shell.run(script)
        return output.text.rstrip("\n").replace("\0", "")

    def fork(self) -> Shell:
        """A subshell: a copy, in which nothing changes this one."""
        shell = Shell(
            self.machine,
            self.variables,
            self.builtins,
            name=self.name,
            arguments=self.positionals,
            streams=self.streams,
            bash=self.bash,
            depth=self.depth + 1,
        )
        self.copy_to(shell)
        return shell

    def run(self, script: Script) -> int:
        """Run a script to its end, with its EXIT trap; the exit status."""
        folder = self.machine.files.folder
        try:
            status = self._guarded(script)
        except ExitShell as leaving:
            status = leaving.status
        if self.exit_action:
            action, self.exit_action = self.exit_action, ""
            self.status = status
            try:
                self._guarded(parse(action))
            except ExitShell as leaving:
                status = leaving.status
        self.machine.files.folder = folder
        self.status = status
        return status

    def _guarded(self, script: Script) -> int:
        try:
            return self.script(script)
        except (ReturnFromFunction, LeaveLoop):
            return self.status
        except (UnsetParameter, ArithmeticFault) as error:
            self.write(2, f"{self.name}: {error}\n")
            return 2

    def script(self, node: Script) -> int:
        """Run a list of commands; the status of the last."""
        status = 0
        for item in node.items:
            if item.rest:
                status = self._and_or(item)
            else:
                status = self._pipeline(item.first)
        return status

    def _and_or(self, node: AndOr) -> int:
        self.shielded += 1
        try:
            status = self._pipeline(node.first)
            for operator, pipeline in node.rest[:-1]:
                if (status == 0) == (operator == "&&"):
                    status = self._pipeline(pipeline)
        finally:
            self.shielded -= 1
        operator, pipeline = node.rest[-1]
        if (status == 0) == (operator == "&&"):
            status = self._pipeline(pipeline)
        return status

    def _pipeline(self, node: Pipeline) -> int:
        commands = node.commands
        if node.negated:
            self.shielded += 1
        try:
            status = self.command(commands[0]) if len(commands) == 1 else self._piped(commands)
        finally:
            if node.negated:
                self.shielded -= 1
        if node.negated:
            status = int(status == 0)
        self.status = status
        if status and self.errexit and not self.shielded and not node.negated and _exits_on_failure(commands):
            raise ExitShell(status)
        return status

    def _piped(self, commands: tuple[Command, ...]) -> int:
        stream: Stream = self.streams.get(0, Input())
        failed = status = 0
        for index, command in enumerate(commands):
            shell = self.fork()
            shell.streams[0] = stream
            output = Output()
            if index < len(commands) - 1:
                shell.streams[1] = output
            status = shell.run(Script((AndOr(Pipeline((command,), False), ()),)))
            failed = status or failed
            stream = Input(output.text)
        return failed if self.pipefail else status

    def command(self, node: Command) -> int:
        """Run one command; its status."""
        look()
        self.machine.steps += 1
        if self.machine.steps > _MOST_STEPS:
            raise Exhausted(f"more than {_MOST_STEPS} steps")
        if type(node) is Simple:
            return self._simple(node)
        if isinstance(node, Function):
            self.functions[node.name] = node.body
            return 0
        if isinstance(node, Simple):
            return self._simple(node)
        if not node.redirects:
            return self._compound(node)
        before = self.streams
        streams = self.redirected(node.redirects)
        if streams is None:
            return 2
        self.streams = streams
        try:
            return self._compound(node)
        finally:
            self.streams = before

    def _compound(self, node: Group | If | Loop | For | Case) -> int:
        if isinstance(node, Group):
            return self.fork().run(node.body) if node.subshell else self.script(node.body)
        if isinstance(node, If):
            for condition, body in node.branches:
                if self._condition(condition):
                    return self.script(body)
            return 0 if node.otherwise is None else self.script(node.otherwise)
        if isinstance(node, Loop):
            return self._loop(node)
        if isinstance(node, For):
            words = self.positionals if node.words is None else expand_fields(self, node.words)
            status = 0
            for word in list(words):
                self.assign(node.variable, word)
                status, left = self._body(node.body)
                if left:
                    break
            return status
        subject = expand_text(self, node.word)
        for patterns, body in node.branches:
            if any(compile_pattern(expand_pattern(self, pattern)).fullmatch(subject) for pattern in patterns):
                return self.script(body)
        return 0

    def _condition(self, script: Script) -> bool:
        self.shielded += 1
        try:
            return self.script(script) == 0
        finally:
            self.shielded -= 1

    def _loop(self, node: Loop) -> int:
        status = 0
        while self._condition(node.condition) != node.until:
            status, left = self._body(node.body)
            if left:
                break
            look()
        return status

    def _body(self, body: Script) -> tuple[int, bool]:
        """Run a loop's body once: its status, and whether the loop is left."""
        self.loops += 1
        try:
            return self.script(body), False
        except LeaveLoop as leaving:
            if leaving.levels > 1 and self.loops > 1:
                raise LeaveLoop(leaving.levels - 1, again=leaving.again) from None
            return 0, not leaving.again
        finally:
            self.loops -= 1

    def _simple(self, node: Simple) -> int:
        words = expand_fields(self, node.words) if node.words else []
        if not words:
            return self._assignments_only(node)
        before = self.streams
        if node.redirects:
            streams = self.redirected(node.redirects)
            if streams is None:
                return 2
            self.streams = streams
        try:
            if node.assignments:
                return self._with_assignments(node.assignments, words)
            return self.run_words(words)
        finally:
            if not (words == ["exec"] and node.redirects):
                self.streams = before

    def _assignments_only(self, node: Simple) -> int:
        self.substitution_status = 0
        for name, word in node.assignments:
            self.assign(name, expand_text(self, word))
        if node.redirects and self.redirected(node.redirects) is None:
            return 2
        return self.substitution_status

    def _with_assignments(self, assignments: tuple[tuple[str, Word], ...], words: list[str]) -> int:
        """`NAME=value command`: the variables last for this command."""
        saved = {name: self.variables.get(name) for name, _ in assignments}
        exported = self.exported
        for name, word in assignments:
            self.assign(name, expand_text(self, word))
        self.exported = exported | set(saved)
        try:
            return self.run_words(words)
        finally:
            self.exported = exported
            for name, value in saved.items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value

    def run_words(self, words: list[str]) -> int:
        """Run a command that is given by its fields: a function, a builtin or a program."""
        name = words[0]
        function = self.functions.get(name)
        if function is not None:
            return self._call_function(function, words[1:])
        builtin = self.builtins.get(name)
        if builtin is not None:
            return builtin(self, words)
        return self.run_program(words, self.environment())

    def run_program(self, words: list[str], environment: Mapping[str, str]) -> int:
        """Run a program that is given by its words; 127 when there is none."""
        program = self.machine.find_program(words[0])
        if program is None:
            self.write(2, f"{self.name}: 1: {words[0]}: not found\n")
            return 127
        return program(Call(self, words, environment))

    def _call_function(self, body: Command, arguments: list[str]) -> int:
        if len(self.locals) > DEEPEST:
            raise Exhausted("functions in functions, too deep")
        before, self.positionals = self.positionals, arguments
        self.locals.append({})
        try:
            return self.command(body)
        except ReturnFromFunction as leaving:
            return leaving.status
        finally:
            self.positionals = before
            for name, value in self.locals.pop().items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value


def _exits_on_failure(commands: tuple[Command, ...]) -> bool:
    """Whether `set -e` applies to this pipeline: at simple commands, pipelines and subshells."""
    if len(commands) > 1:
        return True
    command = commands[0]
    return isinstance(command, Simple) or (isinstance(command, Group) and command.subshell)
