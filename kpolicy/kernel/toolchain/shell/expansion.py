# SPDX-License-Identifier: GPL-2.0-or-later
"""From words to fields: parameters, substitutions, field splitting, quote removal (POSIX section 2.6).

Pathname expansion is left out, because no probe of any kernel lists files by wildcard; a command that would
need it is reported as not emulated.
"""

from __future__ import annotations

from typing import Protocol

from kpolicy.kernel.toolchain.patience import Exhausted
from kpolicy.kernel.toolchain.shell.arithmetic import compute
from kpolicy.kernel.toolchain.shell.pattern import quote_pattern, remove_affix
from kpolicy.kernel.toolchain.shell.streams import LONGEST_TEXT, bounded
from kpolicy.kernel.toolchain.shell.syntax import Arithmetic, Parameter, Part, Script, Substitution, Text, Word

_BLANKS = " \t\n"
_MOST_FIELDS = 100_000


class UnsetParameter(Exception):
    """`${name?word}` of a parameter that is not set, or any such one under `set -u`."""


class Parameters(Protocol):
    """What expansion asks of a shell."""

    positionals: list[str]
    nounset: bool
    noglob: bool

    def note_wildcard(self, field: str) -> None:
        """A field with a wildcard that is not quoted: what it becomes is not known."""

    def parameter(self, name: str) -> str | None:
        """The value of `$name`; None when it is not set."""

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""

    def substitute(self, script: Script) -> str:
        """The output of a script, without the newlines at its end."""


def expand_fields(shell: Parameters, words: tuple[Word, ...]) -> list[str]:
    """The fields that a command's words become."""
    fields: list[str] = []
    for word in words:
        if len(word) == 1 and type(part := word[0]) is Text:
            fields.append(part.text)
            if not part.quoted and _has_wildcard(part.text) and not shell.noglob:
                shell.note_wildcard(part.text)
        elif len(word) == 1 and type(part) is Parameter and part.quoted and not part.operator and part.name != "@":
            # The most frequent of all: "$name".
            fields.append(_parameter_text(shell, part))
        else:
            splitter = _Splitter(shell, fields)
            for part in word:
                splitter.add(part)
            splitter.finish()
        if len(fields) > _MOST_FIELDS:
            raise Exhausted(f"a command of more than {_MOST_FIELDS} words")
    if len(words) != len(fields) and sum(map(len, fields)) > LONGEST_TEXT:
        raise Exhausted(f"a command of more than {LONGEST_TEXT} characters")
    return fields


def expand_text(shell: Parameters, word: Word) -> str:
    """A word without field splitting: of an assignment, a redirection, a `case`."""
    if len(word) == 1 and type(part := word[0]) is Text:
        return part.text
    return bounded("".join([_text_of(shell, part) for part in word]))


def expand_pattern(shell: Parameters, word: Word) -> str:
    """A word as a pattern: what is quoted in it stands for itself."""
    out = []
    for part in word:
        text = _text_of(shell, part)
        out.append(quote_pattern(text) if part.quoted else text)
    return bounded("".join(out))


def split_fields(text: str, separators: str) -> tuple[bool, list[str], bool]:
    """Field splitting by IFS: whether the text starts with a separator, its fields, whether it ends with one."""
    if separators == _BLANKS:
        return text[:1] in _BLANKS, text.split(), text[-1:] in _BLANKS
    if not text:
        return False, [], False
    if not separators:
        return False, [text], False
    blanks = "".join(character for character in separators if character in _BLANKS)
    fields: list[str] = []
    current: list[str] = []
    leading = text[0] in blanks
    rest = text.lstrip(blanks) if blanks else text
    at = 0
    ended = True
    while at < len(rest):
        character = rest[at]
        at += 1
        if character not in separators:
            current.append(character)
            ended = False
            continue
        fields.append("".join(current))
        current = []
        ended = True
        # Blanks around one other separator are part of it.
        while at < len(rest) and rest[at] in blanks:
            at += 1
        if character in blanks and at < len(rest) and rest[at] in separators:
            at += 1
            while at < len(rest) and rest[at] in blanks:
                at += 1
    if current:
        fields.append("".join(current))
    return leading, fields, ended


class _Splitter:
    """Collects the fields of one word."""

    def __init__(self, shell: Parameters, fields: list[str]) -> None:
        self._shell = shell
        self._fields = fields
        self._current: list[str] | None = None
        self._wildcard = False

    def finish(self) -> None:
        if self._current is not None:
            field = bounded("".join(self._current))
            self._fields.append(field)
            self._current = None
            if self._wildcard and not self._shell.noglob:
                self._shell.note_wildcard(field)
            self._wildcard = False

    def add(self, part: Part) -> None:
        if type(part) is Text:
            self._append(part.text)
            self._wildcard = self._wildcard or (not part.quoted and _has_wildcard(part.text))
        elif isinstance(part, Parameter) and part.name in ("@", "*") and (part.name == "@" or not part.quoted):
            self._add_positionals(part)
        elif isinstance(part, Parameter) and part.operator and part.operator[-1] in "-=?+":
            self._add_alternative(part)
        elif part.quoted:
            self._append(_text_of(self._shell, part))
        else:
            self._split(_text_of(self._shell, part))

    def _append(self, text: str) -> None:
        if self._current is None:
            self._current = [text]
        else:
            self._current.append(text)

    def _add_positionals(self, part: Parameter) -> None:
        positionals = self._shell.positionals
        if part.operator and part.operator[-1] in "-=?+":
            use_word = (part.operator[-1] == "+") == bool(positionals)
            if use_word:
                for inner in part.word:
                    self.add(inner)
                return
            if part.operator[-1] == "+":
                return
        for index, value in enumerate(positionals):
            if index:
                self.finish()
            if part.quoted:
                self._append(value)
            else:
                self._split(value)

    def _add_alternative(self, part: Parameter) -> None:
        value, word = _choose(self._shell, part)
        if word is None:
            if part.quoted:
                self._append(value)
            else:
                self._split(value)
            return
        if part.quoted and not word:
            self._append("")
        for inner in word:
            if type(inner) is Text and not inner.quoted:
                self._split(inner.text)
            else:
                self.add(inner)

    def _split(self, text: str) -> None:
        separators = self._shell.parameter("IFS")
        leading, fields, trailing = split_fields(text, _BLANKS if separators is None else separators)
        if not text:
            return
        if leading:
            self.finish()
        for index, field in enumerate(fields):
            if index:
                self.finish()
            self._append(field)
            self._wildcard = self._wildcard or _has_wildcard(field)
        if trailing:
            self.finish()


def _text_of(shell: Parameters, part: Part) -> str:
    if type(part) is Text:
        return part.text
    if isinstance(part, Parameter):
        return _parameter_text(shell, part)
    if isinstance(part, Substitution):
        return shell.substitute(part.body)
    assert isinstance(part, Arithmetic)
    return str(compute(expand_text(shell, part.expression), lambda name: shell.parameter(name) or ""))


def _parameter_text(shell: Parameters, part: Parameter) -> str:
    operator = part.operator
    if not operator:
        value = shell.parameter(part.name)
        if value is None:
            if shell.nounset and part.name not in ("@", "*"):
                raise UnsetParameter(f"{part.name}: parameter not set")
            return ""
        return value
    if operator[-1] in "-=?+":
        value, word = _choose(shell, part)
        return value if word is None else expand_text(shell, word)
    value = shell.parameter(part.name)
    if value is None:
        if shell.nounset:
            raise UnsetParameter(f"{part.name}: parameter not set")
        value = ""
    if operator == "length":
        return str(len(value))
    return remove_affix(value, expand_pattern(shell, part.word), operator)


def _choose(shell: Parameters, part: Parameter) -> tuple[str, Word | None]:
    """For `${name-word}` and its kin: the value and None, or the word that is to be used."""
    value = shell.parameter(part.name)
    if part.name in ("@", "*") and not shell.positionals:
        value = None
    is_there = value is not None and not (part.operator.startswith(":") and value == "")
    kind = part.operator[-1]
    if kind == "+":
        return "", (part.word if is_there else None)
    if is_there:
        return value or "", None
    if kind == "?":
        raise UnsetParameter(f"{part.name}: {expand_text(shell, part.word) or 'parameter not set'}")
    if kind == "=":
        text = expand_text(shell, part.word)
        shell.assign(part.name, text)
        return text, None
    return "", part.word


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text
