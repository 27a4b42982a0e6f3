# SPDX-License-Identifier: GPL-2.0-or-later
"""`test` and `[`: the conditions of the shell (POSIX, Utilities, test)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kpolicy.kernel.toolchain.patience import integer
from kpolicy.kernel.toolchain.shell.interpreter import Shell

_INTEGER: Final = re.compile(r"\s*[-+]?[0-9]+\s*")
_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
_UNARY: Final = frozenset("-b -c -d -e -f -g -h -k -L -n -O -p -r -s -S -t -u -w -x -z".split())


class ConditionFault(Exception):
    """The words are no condition: `test` exits with 2."""


def test(shell: Shell, words: list[str]) -> int:
    """The builtin `test` or `[`."""
    arguments = words[1:]
    if words[0] == "[":
        if not arguments or arguments[-1] != "]":
            shell.write(2, f"{shell.name}: [: missing ]\n")
            return 2
        arguments = arguments[:-1]
    try:
        return int(not _Condition(shell, arguments).value())
    except ConditionFault as error:
        shell.write(2, f"{shell.name}: {words[0]}: {error}\n")
        return 2


class _Condition:
    def __init__(self, shell: Shell, words: list[str]) -> None:
        self._shell = shell
        self._words = words
        self._at = 0

    def value(self) -> bool:
        words = self._words
        if not words:
            return False
        # The number of words decides first, so that an operand may look like an operator.
        if len(words) == 1:
            return words[0] != ""
        if len(words) == 3 and self._is_binary(words[1]):
            return self._binary(*words)
        if len(words) == 4 and words[0] == "!" and self._is_binary(words[2]):
            return not self._binary(*words[1:])
        result = self._or()
        if self._at < len(words):
            raise ConditionFault(f"unexpected operator: {words[self._at]}")
        return result

    def _is_binary(self, word: str) -> bool:
        return word in ("=", "!=", "-nt", "-ot", "-ef", "<", ">") or word in _COMPARISONS or self._is_bash_equal(word)

    def _is_bash_equal(self, word: str) -> bool:
        return word == "==" and self._shell.bash

    def _binary(self, left: str, operator: str, right: str) -> bool:
        if operator == "=" or self._is_bash_equal(operator):
            return left == right
        if operator == "!=":
            return left != right
        if operator in "<>":
            return left < right if operator == "<" else left > right
        compare = _COMPARISONS.get(operator)
        if compare is None:
            self._shell.machine.unknown.append(f"test {operator}")
            return False
        for operand in (left, right):
            if not _INTEGER.fullmatch(operand):
                raise ConditionFault(f"Illegal number: {operand}")
        return compare(integer(left.strip()), integer(right.strip()))

    def _unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return operand != ""
        if operator == "-z":
            return operand == ""
        if operator == "-t":
            return False
        files = self._shell.machine.files
        if operator == "-x":
            # A file of the tree is taken to be executable: a source does not say.
            if files.is_folder(operand) or files.is_file(operand):
                return True
            return "/" in operand and self._shell.machine.where_is(operand) is not None
        if operator == "-d":
            return files.is_folder(operand)
        if operator == "-f":
            return files.is_file(operand)
        if operator == "-s":
            return bool(files.is_file(operand) and files.read(operand))
        if operator in ("-e", "-r"):
            return files.exists(operand)
        if operator in ("-h", "-L"):
            return False
        self._shell.machine.unknown.append(f"test {operator}")
        return False

    def _or(self) -> bool:
        value = self._and()
        while self._take("-o"):
            value = self._and() or value
        return value

    def _and(self) -> bool:
        value = self._not()
        while self._take("-a"):
            value = self._not() and value
        return value

    def _not(self) -> bool:
        if self._peek() == "!" and self._at + 1 < len(self._words):
            self._at += 1
            return not self._not()
        return self._primary()

    def _primary(self) -> bool:
        words, at = self._words, self._at
        if at >= len(words):
            return False
        if at + 2 < len(words) and self._is_binary(words[at + 1]):
            self._at += 3
            return self._binary(*words[at : at + 3])
        if words[at] == "(" and len(words) > at + 1:
            self._at += 1
            value = self._or()
            if not self._take(")"):
                raise ConditionFault("closing paren expected")
            return value
        if words[at] in _UNARY and at + 1 < len(words):
            self._at += 2
            return self._unary(words[at], words[at + 1])
        self._at += 1
        return words[at] != ""

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self._at += 1
        return True
