# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated machine: which program a command word names, and how the tree's own scripts run.

A script of the tree (scripts/cc-version.sh, arch/powerpc/tools/gcc-check-*.sh, scripts/dummy-tools/gcc, ...) is
read and interpreted: so a tree is answered by its own scripts, whatever its age.  Those that are
written in another language are in one table, by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kpolicy.errors import InputError
from kpolicy.kernel.source import Source
from kpolicy.kernel.toolchain.programs import program_table
from kpolicy.kernel.toolchain.programs.compilers import PLUGIN_FOLDER
from kpolicy.kernel.toolchain.programs.tools import RUST_CORE
from kpolicy.kernel.toolchain.record import Toolchain
from kpolicy.kernel.toolchain.shell.builtins import ALSO_PROGRAMS, BUILTINS, set_options
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.files import NOTHING_LEFT, VirtualFiles
from kpolicy.kernel.toolchain.shell.interpreter import Shell
from kpolicy.kernel.toolchain.shell.parser import parse
from kpolicy.kernel.toolchain.shell.state import Program
from kpolicy.kernel.toolchain.shell.syntax import Script, ShellSyntaxError

_INTERPRETER: Final = re.compile(r"#![ \t]*(\S+)(?:[ \t]+([^\n]*))?")
_SYSTEM_FOLDERS: Final = ("/bin", "/usr/bin", "/usr/local/bin")


class TreeScripts:
    """The scripts of one tree, each read and parsed once."""

    def __init__(self, source: Source, toolchain: Toolchain) -> None:
        self.source = source
        self.programs = {**_SHELL_PROGRAMS, **program_table(toolchain)}
        self.toolchain = toolchain
        self.left = NOTHING_LEFT
        self._known: dict[str, Program | None] = {}

    def program(self, path: str) -> Program | None:
        """The file of the tree as a program; None when there is no such file."""
        if path not in self._known:
            self._known[path] = self._load(path)
        return self._known[path]

    def _load(self, path: str) -> Program | None:
        if not self.source.is_file(path):
            return None
        try:
            text = self.source.read(path).decode("utf-8", "surrogateescape")
        except InputError:
            return None
        match = _INTERPRETER.match(text)
        interpreter = match.group(1).rpartition("/")[2] if match else "sh"
        options = ((match.group(2) or "") if match else "").split()
        if interpreter == "env" and options:
            interpreter, options = options[0], options[1:]
        special = _SPECIAL_SCRIPTS.get((path.rpartition("/")[2], interpreter))
        if special is not None:
            return special
        if interpreter not in ("sh", "bash", "dash"):
            return _not_emulated(path)
        try:
            script = parse(text)
        except (ShellSyntaxError, RecursionError):
            return _not_emulated(path)
        return _script_program(script, options, bash=interpreter == "bash")


class EmulatedMachine:
    """The machine that one `$(shell,...)` runs on."""

    def __init__(self, scripts: TreeScripts, environment: Mapping[str, str]) -> None:
        self.files = VirtualFiles(scripts.source, environment.get("srctree", "."), scripts.left)
        self.unknown: list[str] = []
        # The root of the tree is where srctree says.
        self.names = {"srctree"}
        self.steps = 0
        self._scripts = scripts
        if scripts.toolchain.gcc_plugins:
            self.files.provide(f"{PLUGIN_FOLDER}/include/plugin-version.h", "")
        if scripts.toolchain.rustc_version is not None:
            self.files.provide(RUST_CORE, "")

    def find_program(self, word: str) -> Program | None:
        """See `interpreter.Machine`."""
        program, known = self._look_up(word)
        if not known:
            self.unknown.append(word)
        return program

    def where_is(self, word: str) -> str | None:
        """See `interpreter.Machine`."""
        program, known = self._look_up(word)
        if not known:
            self.unknown.append(word)
        if program is None:
            return None
        return word if "/" in word else f"/usr/bin/{word}"

    def _look_up(self, word: str) -> tuple[Program | None, bool]:
        """The program of that name, and whether the answer is certain."""
        programs = self._scripts.programs
        if "/" not in word:
            return programs.get(word), not word or word in programs
        inside = self.files.tree_path(word)
        if inside is not None:
            program = self._scripts.program(inside) or programs.get(inside)
            if program is None and not word.startswith("/"):
                program = self._scripts.program(word) or programs.get(word)
            return program, True
        folder, _, name = word.rpartition("/")
        if folder in _SYSTEM_FOLDERS:
            return programs.get(name), name in programs
        return None, False


def _script_program(script: Script, options: list[str], *, bash: bool) -> Program:
    def run(call: Call) -> int:
        caller = call.shell
        shell = Shell(
            caller.machine,
            call.environment,
            BUILTINS,
            name=call.words[0],
            arguments=call.arguments,
            streams=caller.streams,
            bash=bash,
            depth=caller.depth + 1,
        )
        if options:
            set_options(shell, ["set", *options])
        return shell.run(script)

    return run


def _shell_program(*, bash: bool) -> Program:
    """`sh -c COMMAND [NAME [ARGUMENT...]]` and `sh SCRIPT [ARGUMENT...]`."""

    def run(call: Call) -> int:
        arguments = call.arguments
        options = []
        while arguments and arguments[0] in ("-e", "-u", "-eu"):
            options.append(arguments.pop(0))
        if arguments[:1] == ["-c"]:
            text, words = "".join(arguments[1:2]), arguments[2:] or ["sh"]
        else:
            script = call.files.read(arguments[0]) if arguments else call.read()
            if script is None:
                call.complain(f"0: cannot open {arguments[0]}")
                return 2
            text, words = script, arguments or ["sh"]
        inner = Call(call.shell, words, call.environment)
        return _script_program(parse(text, call.shell.depth), options, bash=bash)(inner)

    return run


def _builtin_program(call: Call) -> int:
    return BUILTINS[call.name](call.shell, call.words)


def _not_emulated(path: str) -> Program:
    return lambda call: call.unknown(path)


def _awk_linker_version(call: Call) -> int:
    """scripts/ld-version.sh before 5.12, in awk: 2.36.1 on standard input becomes 236010000."""
    line = call.read().partition("\n")[0]
    line = re.sub(r".*\)|.*version |-.*", "", line)
    numbers = (line.split() or [""])[0].split(".")
    digits = [re.match(r"[0-9]*", number) for number in [*numbers, "", ""][:3]]
    major, minor, patch = (int(match.group() or 0) if match else 0 for match in digits)
    call.write(f"{major * 100000000 + minor * 1000000 + patch * 10000}\n")
    return 0


# File name and interpreter of the scripts that are written in no shell.
_SPECIAL_SCRIPTS: Final[Mapping[tuple[str, str], Program]] = {
    ("ld-version.sh", "awk"): _awk_linker_version,
}

_SHELL_PROGRAMS: Final[Mapping[str, Program]] = {
    "sh": _shell_program(bash=False),
    "dash": _shell_program(bash=False),
    "bash": _shell_program(bash=True),
    **dict.fromkeys(ALSO_PROGRAMS, _builtin_program),
}
