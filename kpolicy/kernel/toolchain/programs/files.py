# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated programs that deal with files and with other programs: mkdir, rm, mktemp, dirname, env, uname, ..."""

from __future__ import annotations

import posixpath
import re

from kpolicy.kernel.architecture import BUILD_MACHINE
from kpolicy.kernel.toolchain.patience import integer
from kpolicy.kernel.toolchain.shell.call import Call


def _operands(call: Call) -> list[str]:
    return [word for word in call.arguments if not word.startswith("-")]


def _flags(call: Call) -> str:
    return "".join(word[1:] for word in call.arguments if word.startswith("-"))


def mkdir(call: Call) -> int:
    """mkdir [-p] FOLDER..."""
    status = 0
    for path in _operands(call):
        if not call.files.make_folder(path, parents="p" in _flags(call)):
            call.complain(f"cannot create directory '{path}'")
            status = 1
    return status


def rm(call: Call) -> int:
    """rm [-rf] FILE..."""
    flags = _flags(call)
    status = 0
    for path in _operands(call):
        if not call.files.remove(path, recursive="r" in flags.lower()) and "f" not in flags:
            call.complain(f"cannot remove '{path}'")
            status = 1
    return status


def touch(call: Call) -> int:
    """touch FILE..."""
    made = [call.files.open_for_writing(path, append=True) for path in _operands(call)]
    return int(any(output is None for output in made))


def mktemp(call: Call) -> int:
    """mktemp [-d]"""
    call.write(call.files.make_temporary(folder="d" in _flags(call)) + "\n")
    return 0


def dirname(call: Call) -> int:
    """dirname PATH"""
    path = call.words[-1].rstrip("/") or "/"
    call.write((posixpath.dirname(path).rstrip("/") or ("/" if path.startswith("/") else ".")) + "\n")
    return 0


def basename(call: Call) -> int:
    """basename PATH [SUFFIX]"""
    words = call.arguments
    if not words:
        return 1
    name = posixpath.basename(words[0].rstrip("/")) or "/"
    if len(words) > 1 and name != words[1]:
        name = name.removesuffix(words[1])
    call.write(name + "\n")
    return 0


def readlink(call: Call) -> int:
    """readlink -f PATH: without links in the emulated file system, the absolute path."""
    if not re.search("[fem]", _flags(call)):
        return 1
    for path in _operands(call):
        call.write(call.files.absolute(path) + "\n")
    return 0


def realpath(call: Call) -> int:
    """realpath PATH"""
    for path in _operands(call):
        call.write(call.files.absolute(path) + "\n")
    return 0


def env(call: Call) -> int:
    """env [-u NAME] [NAME=VALUE...] COMMAND..."""
    environment = dict(call.environment)
    words = call.arguments
    while words:
        name, equals, value = words[0].partition("=")
        if words[0] == "-i":
            environment = {}
        elif words[0] == "-u" and len(words) > 1:
            environment.pop(words[1], None)
            words = words[1:]
        elif words[0].startswith("-"):
            return call.unknown(f"env {words[0]}")
        elif equals:
            environment[name] = value
        else:
            return call.run(words, environment)
        words = words[1:]
    # The rest of the environment is the machine's.
    return call.unknown("env")


def uname(call: Call) -> int:
    """uname [-m|-p|-r|-s]: the machine that the kernel is imagined to be built on, and to run on."""
    machine, release = BUILD_MACHINE, call.environment.get("KERNELVERSION", "")
    call.shell.machine.names.add("KERNELVERSION")
    answers = {"": "Linux", "-s": "Linux", "-m": machine, "-p": machine, "-r": release, "--release": release}
    answer = answers.get(" ".join(call.arguments))
    if answer is None:
        return call.unknown("uname " + " ".join(call.arguments))
    call.write(f"{answer}\n")
    return 0


def _quotient(first: int, second: int) -> int:
    """The quotient as C has it, towards zero."""
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def expr(call: Call) -> int:
    """expr A OPERATOR B, on integers and texts"""
    words = call.arguments
    if len(words) != 3:
        return call.unknown("expr " + " ".join(words))
    left, operator, right = words
    result: int | str | None = None
    if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
        first, second = integer(left), integer(right)
        if operator in ("/", "%") and second == 0:
            return 2
        compute = {
            "+": first + second,
            "-": first - second,
            "*": first * second,
            "<": int(first < second),
            "<=": int(first <= second),
            ">": int(first > second),
            ">=": int(first >= second),
            "=": int(first == second),
            "!=": int(first != second),
        }
        result = _quotient(first, second) if operator == "/" else compute.get(operator)
    elif operator in ("=", "!="):
        result = int((left == right) == (operator == "="))
    if result is None:
        return call.unknown("expr " + " ".join(words))
    call.write(f"{result}\n")
    return int(result == 0)
