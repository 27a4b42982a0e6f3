# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated `sed`: the commands s, y, p, d, q, =, { } and their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kpolicy.kernel.toolchain.patience import Pattern, integer, look
from kpolicy.kernel.toolchain.programs.regex import compile_posix
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.streams import bounded


class UnsupportedScript(Exception):
    """A sed script that uses what is not emulated, or that is none."""


@dataclass(slots=True)
class _Address:
    line: int = 0
    last: bool = False
    pattern: Pattern | None = None

    def matches(self, number: int, is_last: bool, text: str) -> bool:
        if self.pattern is not None:
            return self.pattern.search(text) is not None
        return is_last if self.last else number == self.line


@dataclass(slots=True)
class _Command:
    letter: str
    first: _Address | None = None
    second: _Address | None = None
    negated: bool = False
    pattern: Pattern | None = None
    replacement: str = ""
    everywhere: bool = False
    prints: bool = False
    occurrence: int = 1
    inside: list[_Command] = field(default_factory=list)
    in_range: bool = False

    def selects(self, number: int, is_last: bool, text: str) -> bool:
        if self.first is None:
            return not self.negated
        if self.second is None:
            chosen = self.first.matches(number, is_last, text)
        elif self.in_range:
            chosen = True
            ends = number >= self.second.line if self.second.line else self.second.matches(number, is_last, text)
            self.in_range = not ends
        else:
            chosen = self.first.matches(number, is_last, text)
            self.in_range = chosen and not (self.second.line and self.second.line <= number)
        return chosen != self.negated


class _Parser:
    def __init__(self, script: str, *, extended: bool) -> None:
        self._text = script
        self._at = 0
        self._extended = extended
        self._last_pattern = ""

    def commands(self, *, inside: bool = False) -> list[_Command]:
        out: list[_Command] = []
        while True:
            self._skip(" \t\n;")
            if self._at >= len(self._text):
                if inside:
                    raise UnsupportedScript("unmatched {")
                return out
            if inside and self._peek() == "}":
                self._at += 1
                return out
            out.append(self._command())

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, characters: str) -> None:
        while self._peek() and self._peek() in characters:
            self._at += 1

    def _command(self) -> _Command:
        if self._peek() == "#":
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
            return _Command("#")
        first = self._address()
        second = None
        self._skip(" \t")
        if first is not None and self._peek() == ",":
            self._at += 1
            self._skip(" \t")
            second = self._address()
        self._skip(" \t")
        negated = self._peek() == "!"
        if negated:
            self._at += 1
            self._skip(" \t!")
        letter = self._peek()
        self._at += 1
        command = _Command(letter, first, second, negated)
        if letter == "{":
            command.inside = self.commands(inside=True)
        elif letter == "s":
            self._substitution(command)
        elif letter == "y":
            separator = self._peek()
            self._at += 1
            source, target = self._until(separator), self._until(separator)
            if len(source) != len(target):
                raise UnsupportedScript("y: strings of different lengths")
            command.replacement = source + target
        elif letter not in ("p", "d", "q", "="):
            raise UnsupportedScript(f"the command {letter!r}")
        return command

    def _address(self) -> _Address | None:
        match = re.compile(r"[0-9]+").match(self._text, self._at)
        if match is not None:
            self._at = match.end()
            return _Address(line=integer(match.group()))
        if self._peek() == "$":
            self._at += 1
            return _Address(last=True)
        if self._peek() in ("/", "\\"):
            self._at += 1 if self._peek() == "/" else 2
            return _Address(pattern=self._compile(self._until(self._text[self._at - 1])))
        return None

    def _until(self, separator: str) -> str:
        """The text up to the separator, which a backslash makes a plain character."""
        out: list[str] = []
        while self._at < len(self._text):
            character = self._text[self._at]
            self._at += 1
            if character == separator:
                return "".join(out)
            if character == "\\":
                following = self._peek()
                self._at += 1
                out.append(following if following == separator else character + following)
            elif character == "[" and separator != "[":
                # In a bracket expression the separator is a plain character only for addresses in
                # GNU sed's eyes; the kernel's scripts never have it there.
                out.append(character)
            else:
                out.append(character)
        raise UnsupportedScript("unterminated command")

    def _compile(self, text: str, flags: str = "") -> Pattern:
        text = text or self._last_pattern
        self._last_pattern = text
        try:
            return compile_posix(text, extended=self._extended, ignore_case="I" in flags or "i" in flags)
        except re.error as error:
            raise UnsupportedScript(str(error)) from error

    def _substitution(self, command: _Command) -> None:
        separator = self._peek()
        self._at += 1
        pattern = self._until(separator)
        command.replacement = self._until(separator)
        self._skip(" \t")
        match = re.compile(r"[gpiI0-9]*").match(self._text, self._at)
        flags = match.group() if match else ""
        self._at += len(flags)
        self._skip(" \t")
        if self._peek() == "p":
            flags += "p"
            self._at += 1
        if self._peek() and self._peek() not in ";\n}":
            raise UnsupportedScript(f"the flag {self._peek()!r}")
        command.pattern = self._compile(pattern, flags)
        references = re.findall(r"\\([1-9])|\\.", command.replacement, re.DOTALL)
        if any(number and int(number) > command.pattern.compiled.groups for number in references):
            # sed refuses the script, whether a line matches or not.
            raise UnsupportedScript("a reference to a group that the pattern does not have")
        command.everywhere = "g" in flags
        command.prints = "p" in flags
        digits = re.search(r"[0-9]+", flags)
        command.occurrence = integer(digits.group()) if digits else 1


def _replacement(template: str, match: re.Match[str]) -> str:
    out: list[str] = []
    at = 0
    while at < len(template):
        character = template[at]
        at += 1
        if character == "&":
            out.append(match.group())
        elif character == "\\" and at < len(template):
            following = template[at]
            at += 1
            if following.isdigit():
                out.append(match.group(int(following)) or "")
            else:
                out.append({"n": "\n", "t": "\t"}.get(following, following))
        else:
            out.append(character)
    return "".join(out)


class _Run:
    """One run over a text."""

    def __init__(self, commands: list[_Command], *, quiet: bool) -> None:
        self._commands = commands
        self._quiet = quiet
        self._quit = False
        self._deleted = False
        self._printed: list[str] = []

    def lines(self, text: str) -> Iterator[str]:
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            newline = "\n" if line.endswith("\n") else ""
            self._deleted = False
            look(len(line))
            space = self._apply(self._commands, number, number == len(lines), line.rstrip("\n"))
            if not (self._quiet or self._deleted):
                self._printed.append(space)
            for index, printed in enumerate(self._printed):
                # Only the very last line of all keeps a missing newline.
                yield printed + ("\n" if index < len(self._printed) - 1 else newline)
            self._printed = []
            if self._quit:
                return

    def _apply(self, commands: list[_Command], number: int, is_last: bool, space: str) -> str:
        for command in commands:
            look(len(space))
            if self._deleted or self._quit:
                break
            if command.letter == "#" or not command.selects(number, is_last, space):
                continue
            if command.letter == "{":
                space = self._apply(command.inside, number, is_last, space)
            elif command.letter == "s":
                space = self._substitute(command, space)
            elif command.letter == "y":
                half = len(command.replacement) // 2
                space = space.translate(str.maketrans(command.replacement[:half], command.replacement[half:]))
            elif command.letter == "p":
                self._printed.append(space)
            elif command.letter == "=":
                self._printed.append(str(number))
            elif command.letter == "d":
                self._deleted = True
            else:
                self._quit = True
        return space

    def _substitute(self, command: _Command, space: str) -> str:
        assert command.pattern is not None
        out: list[str] = []
        at = count = done = 0
        for match in command.pattern.all(space):
            count += 1
            if count < command.occurrence:
                continue
            out += [space[at : match.start()], _replacement(command.replacement, match)]
            look(len(out[-1]))
            at = match.end()
            done += 1
            if not command.everywhere:
                break
        if not done:
            return space
        result = bounded("".join(out) + space[at:], "line")
        if command.prints:
            self._printed.append(result)
        return result


def sed(call: Call) -> int:
    """The program `sed`, on standard input or files."""
    scripts: list[str] = []
    files: list[str] = []
    quiet = extended = False
    arguments = call.arguments
    at = 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if re.fullmatch(r"-[nEr]*e?", word) and word != "-":
            quiet = quiet or "n" in word
            extended = extended or "E" in word or "r" in word
            if word.endswith("e"):
                scripts.append(arguments[at] if at < len(arguments) else "")
                at += 1
        elif word in ("--quiet", "--silent"):
            quiet = True
        elif word == "--regexp-extended":
            extended = True
        elif word.startswith("-") and word != "-":
            return call.unknown(f"sed {word}")
        else:
            files.append(word)
    if not scripts and files:
        scripts.append(files.pop(0))
    text, status = "", 0
    for name in files or ["-"]:
        content = call.read() if name == "-" else call.files.read(name)
        if content is None:
            call.complain(f"can't read {name}: No such file or directory")
            status = 2
        else:
            text = bounded(text + content, "text")
    try:
        commands = _Parser("\n".join(scripts), extended=extended).commands()
        call.write("".join(_Run(commands, quiet=quiet).lines(text)))
    except UnsupportedScript as error:
        return call.unknown(f"sed: {error}")
    return status
