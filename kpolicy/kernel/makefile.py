# SPDX-License-Identifier: GPL-2.0-or-later
"""The few words of make that the kernel's Makefiles use to decide on architectures and default configs.

Assignments, conditionals and the text functions are evaluated; rules, recipes, `define` blocks and
`include` are skipped, and a function that would look outside of the text (`wildcard`, `call`, ...)
is empty, except that `$(shell ...)` is asked of the caller.  Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.errors import InputError
from kpolicy.files import too_large
from kpolicy.location import Location
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source

# `override CROSS_COMPILE := ...`, `export X = ...`, `X ?= ...`
_ASSIGNMENT: Final = lazy(
    r"[ \t]*(?:(?:override|export|private)[ \t]+)*([A-Za-z0-9_.$(){}@%/-]+)[ \t]*(\?=|\+=|:{0,3}=)[ \t]*(.*)", re.DOTALL
)
_CONDITIONAL: Final = lazy(r"[ \t]*(ifeq|ifneq|ifdef|ifndef|else|endif)\b[ \t]*(.*)", re.DOTALL)
_CONTINUATION: Final = lazy(r"(?<![ \t])[ \t]*\\\n[ \t]*")
_DEEPEST: Final = 40
# The largest Makefile of a kernel, the top one, has 70 kB.
MAX_SIZE: Final = 1 << 20
# Characters of a value, and of all texts that are gone through for the values of one Makefile: some 10,000 in a kernel.
LONGEST_VALUE: Final = 100_000
MOST_WORK: Final = 5_000_000

Shell = Callable[[str], str]
_SOMEWHERE: Final = Location("Makefile", 1)


def makefile_text(source: Source, path: str) -> str:
    """The text of a Makefile, "" where there is none; raises InputError for what cannot be read."""
    if not source.is_file(path):
        return ""
    content = source.read(path)
    if len(content) > MAX_SIZE:
        raise InputError(f"{too_large(MAX_SIZE)}: not a Makefile of a kernel", Location(path, 0))
    return content.decode("utf-8", "surrogateescape")


class Makefile:
    """The variables that a makefile sets.

    `variables` are given from outside, as on make's command line: assignments in the text do not
    change them.  `shell` answers `$(shell COMMAND)`; without it every command prints nothing.
    `until` ends the reading before the first line that contains it.  `start` is where the text begins, for errors:
    InputError is raised for variables that grow without end, here and by `value` and `expand`.
    """

    def __init__(
        self,
        text: str,
        variables: Mapping[str, str],
        shell: Shell | None = None,
        *,
        until: str | None = None,
        start: Location = _SOMEWHERE,
    ) -> None:
        self._path, self._line = start
        self._work = 0
        # The lines on which variables are set.
        self._places: dict[str, int] = {}
        self._given = dict(variables)
        self._values: dict[str, str] = {}
        self._shell = shell
        self._read(_logical_lines(text, start.line), until)

    def value(self, name: str) -> str | None:
        """The expanded value of a variable; None when it is not set."""
        raw = self._given.get(name, self._values.get(name))
        self._line = self._places.get(name, self._line)
        return None if raw is None else self.expand(raw)

    def expand(self, text: str, depth: int = 0) -> str:
        """`text` with all variable and function references replaced."""
        self._spend(len(text) + 1)
        if "$" not in text or depth > _DEEPEST:
            return text
        out: list[str] = []
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            out.append(text[at:dollar])
            following = text[dollar + 1 : dollar + 2]
            if following in ("(", "{"):
                end = _closing(text, dollar + 1)
                out.append(self._reference(text[dollar + 2 : end], depth + 1))
                at = end + 1
            else:
                out.append("$" if following == "$" else self._variable(following, depth + 1))
                at = dollar + 2
        out.append(text[at:])
        return self._bounded("".join(out))

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > MOST_WORK:
            raise InputError("the variables take too long to expand", Location(self._path, self._line))

    def _bounded(self, value: str) -> str:
        if len(value) > LONGEST_VALUE:
            place = Location(self._path, self._line)
            raise InputError(f"a variable of more than {LONGEST_VALUE} characters", place)
        return value

    def _read(self, lines: Iterable[tuple[int, str]], until: str | None) -> None:
        # One entry for each open conditional: whether this branch is read, and whether any was.
        open_branches: list[tuple[bool, bool]] = []
        in_define = False
        in_rule = False
        for self._line, line in lines:
            self._spend(len(open_branches) + 1)
            if until is not None and until in line:
                return
            reading = all(branch for branch, _ in open_branches)
            word = line.split(None, 1)[0] if line.strip() else ""
            if in_define or word == "define":
                in_define = word != "endef"
                continue
            if line.startswith("\t") and in_rule:
                continue
            conditional = _CONDITIONAL.fullmatch(line)
            if conditional is not None:
                self._conditional(conditional.group(1), conditional.group(2), open_branches)
            elif reading and word:
                in_rule = not self._assign(line) and (in_rule or ":" in line)

    def _conditional(self, word: str, rest: str, open_branches: list[tuple[bool, bool]]) -> None:
        if word == "endif":
            if open_branches:
                open_branches.pop()
            return
        if word == "else":
            if not open_branches:
                return
            _, taken = open_branches.pop()
            further = _CONDITIONAL.fullmatch(rest)
            # `else ifeq (...)` goes on in the same conditional.
            wanted = not taken and (further is None or self._test(further.group(1), further.group(2)))
            open_branches.append((wanted, taken or wanted))
            return
        reading = all(branch for branch, _ in open_branches)
        wanted = reading and self._test(word, rest)
        open_branches.append((wanted, wanted))

    def _test(self, word: str, rest: str) -> bool:
        if word in ("ifdef", "ifndef"):
            name = self.expand(rest).strip()
            is_set = bool(self._given.get(name, self._values.get(name, "")))
            return is_set == (word == "ifdef")
        left, right = _comparands(rest.strip())
        return (self.expand(left) == self.expand(right)) == (word == "ifeq")

    def _assign(self, line: str) -> bool:
        match = _ASSIGNMENT.fullmatch(line)
        if match is None:
            return False
        name, operator, text = self.expand(match.group(1)), match.group(2), match.group(3)
        self._spend(len(line))
        self._places[name] = self._line
        if operator == "?=" and name in self._values:
            return True
        if operator == "+=":
            self._values[name] = self._bounded(f"{self._values.get(name, '')} {text}".strip())
        elif operator.startswith(":"):
            # Expanded now; a dollar sign that is left is a literal one.
            self._values[name] = self.expand(text).replace("$", "$$")
        else:
            self._values[name] = text
        return True

    def _variable(self, name: str, depth: int) -> str:
        raw = self._given.get(name, self._values.get(name, ""))
        return self.expand(raw, depth)

    def _reference(self, inside: str, depth: int) -> str:
        name, blank, rest = _first_word(inside)
        if blank:
            return self._function(name, rest, depth)
        inside = self.expand(inside, depth)
        name, colon, substitution = inside.partition(":")
        if colon and "=" in substitution:
            pattern, _, replacement = substitution.partition("=")
            if "%" not in pattern:
                pattern, replacement = f"%{pattern}", f"%{replacement}"
            return _patsubst(pattern, replacement, self._variable(name, depth))
        return self._variable(inside, depth)

    def _function(self, name: str, rest: str, depth: int) -> str:
        arguments = _arguments(rest)
        if name in ("if", "or", "and"):
            return self._logic(name, arguments, depth)
        if name == "shell":
            return self._shell(self.expand(rest, depth)) if self._shell else ""
        function = _FUNCTIONS.get(name)
        if function is None:
            return ""
        arity, compute = function
        arguments = [*arguments[: arity - 1], ",".join(arguments[arity - 1 :])]
        if len(arguments) < arity or len(arguments) != arity:
            return ""
        expanded = [self.expand(argument, depth) for argument in arguments]
        self._spend(_cost(name, expanded))
        return compute(*expanded)

    def _logic(self, name: str, arguments: list[str], depth: int) -> str:
        if name == "if":
            condition = self.expand(arguments[0].strip(), depth)
            chosen = arguments[1:2] if condition else arguments[2:]
            return self.expand(",".join(chosen), depth)
        value = ""
        for argument in arguments:
            value = self.expand(argument.strip(), depth)
            if bool(value) == (name == "or"):
                return value
        return value


def _cost(name: str, arguments: list[str]) -> int:
    """What a function has to go through and to write, in characters."""
    if name == "subst" and arguments[0]:
        return arguments[2].count(arguments[0]) * len(arguments[1])
    if name == "patsubst":
        return len(arguments[2].split()) * len(arguments[1])
    if name in ("filter", "filter-out"):
        return len(arguments[0].split()) * len(arguments[1].split())
    return 0


def _logical_lines(text: str, first: int) -> Iterator[tuple[int, str]]:
    """The lines, those that backslashes join as one, each with the number of its first."""
    # The recipes' own backslashes do not matter here: recipes are skipped.
    pending = ""
    number = first
    for following, line in enumerate(text.splitlines(), first + 1):
        pending += line
        if line.endswith("\\"):
            pending += "\n"
            continue
        joined = _CONTINUATION.sub(" ", pending)
        pending = ""
        yield number, _without_comment(joined)
        number = following


def _without_comment(line: str) -> str:
    at = line.find("#")
    while at > 0 and line[at - 1] == "\\":
        at = line.find("#", at + 1)
    return (line if at < 0 else line[:at]).rstrip()


def _closing(text: str, opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or the end of the text."""
    left = text[opening]
    right = ")" if left == "(" else "}"
    depth = 0
    for at in range(opening, len(text)):
        if text[at] == left:
            depth += 1
        elif text[at] == right:
            depth -= 1
            if depth == 0:
                return at
    return len(text)


def _first_word(inside: str) -> tuple[str, str, str]:
    match = re.match(r"([a-z-]+)([ \t]+)", inside)
    return (match.group(1), match.group(2), inside[match.end() :]) if match else (inside, "", "")


def _arguments(rest: str) -> list[str]:
    out: list[str] = []
    depth = start = 0
    for at, character in enumerate(rest):
        if character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
        elif character == "," and depth == 0:
            out.append(rest[start:at])
            start = at + 1
    return [*out, rest[start:]]


def _comparands(rest: str) -> tuple[str, str]:
    """The two sides of `(a,b)`, `"a" "b"` or `'a' 'b'`."""
    if rest.startswith("("):
        left, *right = _arguments(rest[1 : _closing(rest, 0)])
        return left.rstrip(), ",".join(right).strip()
    sides = re.findall(r'"([^"]*)"|\'([^\']*)\'', rest)
    texts = [double or single for double, single in sides[:2]]
    return (texts[0], texts[1]) if len(texts) == 2 else (rest, "")


def _pattern(pattern: str) -> re.Pattern[str]:
    before, percent, after = pattern.partition("%")
    return re.compile(re.escape(before) + ("(.*)" if percent else "") + re.escape(after), re.DOTALL)


def _filter(patterns: str, words: str, *, keep: bool) -> str:
    compiled = [_pattern(pattern) for pattern in patterns.split()]
    return " ".join(word for word in words.split() if any(p.fullmatch(word) for p in compiled) == keep)


def _patsubst(pattern: str, replacement: str, words: str) -> str:
    compiled = _pattern(pattern)
    out = []
    for word in words.split():
        match = compiled.fullmatch(word)
        stem = match.group(1) if match and compiled.groups else ""
        out.append(replacement.replace("%", stem, 1) if match else word)
    return " ".join(out)


_FUNCTIONS: Final[Mapping[str, tuple[int, Callable[..., str]]]] = {
    "filter": (2, lambda patterns, words: _filter(patterns, words, keep=True)),
    "filter-out": (2, lambda patterns, words: _filter(patterns, words, keep=False)),
    "findstring": (2, lambda part, text: part if part in text else ""),
    "firstword": (1, lambda words: " ".join(words.split()[:1])),
    "lastword": (1, lambda words: " ".join(words.split()[-1:])),
    "patsubst": (3, _patsubst),
    "sort": (1, lambda words: " ".join(sorted(set(words.split())))),
    "strip": (1, lambda words: " ".join(words.split())),
    "subst": (3, lambda old, new, text: text.replace(old, new) if old else text),
    "words": (1, lambda words: str(len(words.split()))),
    "notdir": (1, lambda words: " ".join(word.rpartition("/")[2] for word in words.split())),
}
