# SPDX-License-Identifier: GPL-2.0-or-later
"""The shell's own commands (POSIX section 2.14 and those that every shell has built in)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpolicy.kernel.toolchain.patience import integer
from kpolicy.kernel.toolchain.shell.conditions import test
from kpolicy.kernel.toolchain.shell.expansion import split_fields
from kpolicy.kernel.toolchain.shell.interpreter import Shell
from kpolicy.kernel.toolchain.shell.parser import parse
from kpolicy.kernel.toolchain.shell.printing import echo, printf
from kpolicy.kernel.toolchain.shell.state import Builtin, ExitShell, LeaveLoop, ReturnFromFunction
from kpolicy.kernel.toolchain.shell.streams import Input
from kpolicy.kernel.toolchain.shell.words import NAME


def _nothing(_shell: Shell, _words: list[str]) -> int:
    return 0


def _false(_shell: Shell, _words: list[str]) -> int:
    return 1


def _number(words: list[str], default: int) -> int:
    return integer(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else default


def _exit(shell: Shell, words: list[str]) -> int:
    raise ExitShell(_number(words, shell.status) & 0xFF)


def _return(shell: Shell, words: list[str]) -> int:
    raise ReturnFromFunction(_number(words, shell.status) & 0xFF)


def _break(shell: Shell, words: list[str]) -> int:
    if shell.loops:
        raise LeaveLoop(max(1, _number(words, 1)), again=words[0] == "continue")
    return 0


def _shift(shell: Shell, words: list[str]) -> int:
    count = _number(words, 1)
    if count > len(shell.positionals):
        shell.write(2, f"{shell.name}: shift: can't shift that many\n")
        # In a script dash leaves it at that; bash goes on.
        if not shell.bash:
            raise ExitShell(2)
        return 1
    del shell.positionals[:count]
    return 0


_OPTIONS: Final = {"e": "errexit", "f": "noglob", "u": "nounset"}
_LONG_OPTIONS: Final = frozenset({"errexit", "noglob", "nounset", "pipefail"})


def set_options(shell: Shell, words: list[str]) -> int:
    """The builtin `set`, which is also how a script's `#!/bin/sh -eu` is obeyed."""
    arguments = words[1:]
    while arguments:
        word = arguments[0]
        if word == "--":
            shell.positionals = arguments[1:]
            return 0
        if len(word) < 2 or word[0] not in "-+":
            shell.positionals = arguments
            return 0
        arguments.pop(0)
        for letter in word[1:]:
            name = _OPTIONS.get(letter, "")
            if letter == "o" and arguments:
                name = arguments.pop(0)
            if name in _LONG_OPTIONS:
                setattr(shell, name, word[0] == "-")
    return 0


def _export(shell: Shell, words: list[str]) -> int:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not NAME.fullmatch(name):
            continue
        if equals:
            shell.assign(name, value)
        if words[0] == "export":
            shell.exported.add(name)
    return 0


def _local(shell: Shell, words: list[str]) -> int:
    if not shell.locals:
        return 2
    for word in words[1:]:
        name, equals, value = word.partition("=")
        shell.locals[-1].setdefault(name, shell.variables.get(name))
        if equals:
            shell.assign(name, value)
        elif shell.bash:
            shell.variables.pop(name, None)
    return 0


def _unset(shell: Shell, words: list[str]) -> int:
    functions = words[1:2] == ["-f"]
    for name in words[1:]:
        if functions:
            shell.functions.pop(name, None)
        else:
            shell.variables.pop(name, None)
            shell.exported.discard(name)
    return 0


def _trap(shell: Shell, words: list[str]) -> int:
    arguments = words[2:] if words[1:2] == ["--"] else words[1:]
    if len(arguments) >= 2 and {"EXIT", "0"} & set(arguments[1:]):
        shell.exit_action = "" if arguments[0] == "-" else arguments[0]
    return 0


def _eval(shell: Shell, words: list[str]) -> int:
    return shell.script(parse(" ".join(words[1:]), shell.depth))


def _dot(shell: Shell, words: list[str]) -> int:
    text = shell.machine.files.read(words[1]) if len(words) > 1 else None
    if text is None:
        shell.write(2, f"{shell.name}: .: cannot open\n")
        raise ExitShell(2)
    try:
        return shell.script(parse(text, shell.depth + 1))
    except ReturnFromFunction as leaving:
        return leaving.status


def _exec(shell: Shell, words: list[str]) -> int:
    if len(words) == 1:
        return 0
    raise ExitShell(shell.run_program(words[1:], shell.environment()))


def _command(shell: Shell, words: list[str]) -> int:
    arguments = words[1:]
    if not arguments:
        return 0
    if arguments[0] not in ("-v", "-V"):
        if arguments[0] in ("-p", "--"):
            arguments = arguments[1:]
        builtin = shell.builtins.get(arguments[0])
        return builtin(shell, arguments) if builtin else shell.run_program(arguments, shell.environment())
    status = 0 if len(arguments) > 1 else 127
    # dash answers for the first word alone, bash for all.
    for word in arguments[1:] if shell.bash else arguments[1:2]:
        is_own = word in shell.functions or word in shell.builtins
        path = word if is_own else shell.machine.where_is(word)
        if path is None:
            status = 127
        else:
            shell.write(1, f"{path}\n")
    return status


def _read(shell: Shell, words: list[str]) -> int:
    names = [word for word in words[1:] if not word.startswith("-")] or ["REPLY"]
    raw = "-r" in words[1:]
    stream = shell.streams.get(0)
    line = stream.line() if isinstance(stream, Input) else ""
    ended = not line.endswith("\n")
    text = line.rstrip("\n") if raw else line.rstrip("\n").replace("\\", "")
    separators = shell.parameter("IFS")
    separators = " \t\n" if separators is None else separators
    blanks = "".join(character for character in separators if character in " \t\n")
    for name in names[:-1]:
        fields = split_fields(text, separators)[1]
        shell.assign(name, fields[0] if fields else "")
        text = text.lstrip(blanks)[len(fields[0]) :].lstrip(blanks) if fields else ""
        if text[:1] and text[0] in separators:
            text = text[1:]
    shell.assign(names[-1], text.strip(blanks))
    return int(ended)


def _cd(shell: Shell, words: list[str]) -> int:
    files = shell.machine.files
    target = words[-1] if len(words) > 1 else "/"
    if not files.is_folder(target):
        shell.write(2, f"{shell.name}: cd: can't cd to {target}\n")
        return 2
    files.folder = files.absolute(target)
    return 0


def _pwd(shell: Shell, _words: list[str]) -> int:
    shell.write(1, shell.machine.files.folder + "\n")
    return 0


BUILTINS: Final[Mapping[str, Builtin]] = {
    ":": _nothing,
    "true": _nothing,
    "false": _false,
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _break,
    "shift": _shift,
    "set": set_options,
    "export": _export,
    "readonly": _export,
    "local": _local,
    "unset": _unset,
    "trap": _trap,
    "eval": _eval,
    ".": _dot,
    "exec": _exec,
    "command": _command,
    "read": _read,
    "cd": _cd,
    "pwd": _pwd,
    "test": test,
    "[": test,
    "echo": echo,
    "printf": printf,
}

# Builtins that are programs too, for `env`, `exec` and the like.
ALSO_PROGRAMS: Final = ("echo", "false", "printf", "pwd", "test", "true", "[")
