# SPDX-License-Identifier: GPL-2.0-or-later
"""Android's conditional kernel requirements: android-base-conditional.xml of kernel/configs.

The file has no root: a `<kernel minlts="5.4.42"/>`, then groups whose `<config>` elements are required where all those
of `<conditions>` hold, as libvintf compares them with a kernel: a value is met by that value alone, n also by the lack
of a line.  A key that no kernel has (`DISALLOW_...`) says that the conditions must not hold.  A value of the type range
is met by a value that is a range itself, which no option has.  The fragments beside the file (android-base.config) are
config fragments.

It is read by expat below a root, where XML allows no document type: so there are no entities, and nothing outside of
the file is read.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import Expression
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.files.requirement import Requirement, Scope, as_number, config_text
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, note

_ROOT: Final = "<policy>"
_DECLARATION: Final = re.compile(r"\s*<\?xml[^?]*\?>")
_PARENTS: Final = {
    "kernel": ("",),
    "group": ("",),
    "conditions": ("group",),
    "config": ("group", "conditions"),
    "key": ("config",),
    "value": ("config",),
}
_ATTRIBUTES: Final = {"kernel": ("minlts", "version", "level"), "value": ("type",)}
_LETTERS: Final = {"bool": ("y", "n"), "tristate": ("y", "m", "n")}
_TYPES: Final = (*_LETTERS, "int", "range", "string")
_NAME: Final = re.compile(r"[A-Za-z0-9_]+\Z")
_OURS: Final = "CONFIG_"
_NO_RANGE: Final = "no option has a range as its value"


@dataclass(frozen=True, slots=True)
class _Config:
    """A `<config>`: the line of its key, its key, the type and the value, and the comment before it."""

    line: int
    key: str
    kind: str
    value: str
    comment: str

    @property
    def symbol(self) -> str:
        return self.key.removeprefix(_OURS)


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of a file; it has no sections."""
    text = files.text(path)
    if section:
        raise UsageError(f"no section {section!r}: the file has none", text.location(0), hint="leave out the @")
    reader = _Reader(text)
    reader.parse()
    text.finish()
    return Foreign(tuple(reader.requirements), tuple(reader.left_out))


class _Reader:
    """Collects groups while expat reports elements."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.requirements: list[Requirement] = []
        self.left_out: list[LeftOut] = []
        self._open: list[str] = []
        self._data = ""
        self._comment = ""
        self._group = ""
        self._conditions: list[_Config] = []
        self._configs: list[_Config] = []
        self._parts: dict[str, tuple[int, str]] = {}
        self._kind = ""
        self._start = 0
        self._parser = expat.ParserCreate()

    def parse(self) -> None:
        """Read the whole file; what is wrong is noted."""
        parser, content = self._parser, self.text.text
        # A declaration has to stand first, where the root is put that the file lacks.
        declaration = _DECLARATION.match(content)
        if declaration is not None:
            content = re.sub(r"[^\n]", " ", declaration.group()) + content[declaration.end() :]
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._remark
        try:
            parser.Parse(f"{_ROOT}{content}</{_ROOT[1:]}", True)
        except expat.ExpatError as error:
            column = max(1, error.offset + 1 - (len(_ROOT) if error.lineno == 1 else 0))
            line = error.lineno
            while line > 1 and not self.text.line(line).strip():
                # What is missing at the end is missing after the last line.
                line, column = line - 1, len(self.text.line(line - 1)) + 1
            what = f"not XML: {expat.ErrorString(error.code)}"
            if "<!DOCTYPE" in self.text.line(line):
                what = "a document type is refused: it could define entities"
            self.text.complain(line, what, at=min(column, len(self.text.line(line)) + 1))

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _column(self) -> int:
        return max(1, self._parser.CurrentColumnNumber + 1 - (len(_ROOT) if self._line == 1 else 0))

    def _complain(self, message: str, hint: str | None = None) -> None:
        self.text.complain(self._line, message, at=self._column(), hint=hint)

    def _remark(self, comment: str) -> None:
        self._comment = note(comment.splitlines())

    def _text(self, data: str) -> None:
        self._data += data
        if data.strip() and (self._open[-1:] or [""])[0] not in ("key", "value"):
            self._complain(f"unexpected text {data.strip()[:40]!r}", "values are in <key> and <value>")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and f"<{name}>" == _ROOT and not self._start:
            self._start = 1
            return
        parent = self._open[-1] if self._open else ""
        if name not in _PARENTS:
            self._complain(f"unknown element <{name}>", did_you_mean(name, list(_PARENTS)))
        elif (parent in _PARENTS or not parent) and parent not in _PARENTS[name]:
            where = f"<{parent}>" if parent else "the file itself"
            self._complain(f"<{name}> does not belong in {where}")
        for key in attributes:
            if key not in _ATTRIBUTES.get(name, ()) and name in _PARENTS:
                self._complain(f"unknown attribute {key!r}", did_you_mean(key, _ATTRIBUTES.get(name, ())))
        self._open.append(name)
        self._data = ""
        if name == "group":
            self._group, self._comment = self._comment, ""
            self._conditions, self._configs = [], []
        elif name == "config":
            self._parts, self._kind = {}, ""
        elif name == "value":
            self._kind = attributes.get("type", "")
            if self._kind not in _TYPES:
                self._complain(
                    f"{self._kind!r} is not a type of a value" if self._kind else "the type of the value is missing",
                    did_you_mean(self._kind, _TYPES) or f"a type is {', '.join(_TYPES)}",
                )
        elif name == "kernel":
            release = ", ".join(f"{key} {value}" for key, value in attributes.items())
            why = f"a release is not a config value: this file is for kernels with {release}"
            self.left_out.append(self.text.left_out(self._line, why))

    def _end(self, name: str) -> None:
        if not self._open:
            return
        self._open.pop()
        if name in ("key", "value"):
            if name in self._parts:
                self._complain(f"a second <{name}>")
            self._parts[name] = (self._line, self._data.strip())
        elif name == "config":
            found = self._config()
            if found is not None:
                (self._conditions if self._open[-1:] == ["conditions"] else self._configs).append(found)
        elif name == "group":
            self._finish_group()
            self._comment = ""

    def _config(self) -> _Config | None:
        comment, self._comment = self._comment, ""
        for part in ("key", "value"):
            if part not in self._parts:
                self._complain(f"<{part}> is missing")
                return None
        (line, key), (value_line, value) = self._parts["key"], self._parts["value"]
        if not _NAME.match(key):
            self.text.complain(line, f"{key!r} is not a symbol", at=key or "<key>")
            return None
        if not _fits(self._kind, value):
            what = {"range": "a range, such as 4-8", "int": "a whole number"}.get(self._kind, f"a {self._kind}")
            self.text.complain(value_line, f"{value!r} is not {what}", at=value or "<value")
            return None
        return _Config(line, key, self._kind, value, comment)

    def _finish_group(self) -> None:
        if not self._configs:
            self._complain("nothing is required by the group", "a <group> has <config> elements")
        why = self._group
        for item in self._configs:
            if any(part.kind == "range" for part in (item, *self._conditions)):
                self.left_out.append(self.text.left_out(item.line, _NO_RANGE))
            elif item.key.startswith(_OURS):
                scope = Scope(when=_all(self._conditions))
                self.requirements.append(_required(self.text, item, scope, item.comment or why))
            elif item.value != "n":
                self._forbid(item, why)

    def _forbid(self, item: _Config, why: str) -> None:
        """What a key that no kernel has says: one of the conditions has to fail."""
        for first in self._conditions:
            letters = _LETTERS.get(first.kind, ())
            if letters and first.key.startswith(_OURS):
                others = [other for other in self._conditions if other is not first]
                values = tuple(letter for letter in letters if letter != first.value)
                self.requirements.append(
                    self.text.require(
                        first.line, first.symbol, values, scope=Scope(when=_all(others)), why=why or item.key
                    )
                )
                return
        self.left_out.append(
            self.text.left_out(item.line, "no kernel has this key, and no condition can be turned round")
        )


def _required(text: Text, item: _Config, scope: Scope, why: str) -> Requirement:
    if item.kind == "int":
        number = _whole(item.value)
        return text.require(item.line, item.symbol, at_least=number, at_most=number, scope=scope, why=why)
    value = config_text(item.value) if item.kind == "string" else item.value
    return text.require(item.line, item.symbol, (value,), scope=scope, why=why)


def _all(conditions: list[_Config]) -> Expression | None:
    """All conditions as one; None where there are none."""
    if not conditions:
        return None
    parts = []
    for item in conditions:
        if item.value == "n" and item.kind in _LETTERS:
            parts.append(f"!{item.symbol}")
        else:
            parts.append(f"{item.symbol} = {config_text(item.value) if item.kind == 'string' else item.value}")
    return parse(" && ".join(parts))


def _fits(kind: str, value: str) -> bool:
    if kind in _LETTERS:
        return value in _LETTERS[kind]
    if kind == "int":
        return _whole(value) is not None
    if kind == "range":
        return all(_whole(part) is not None for part in value.partition("-")[::2])
    return kind == "string"


def _whole(text: str) -> int | None:
    return as_number(text, is_hex=text[:2] in ("0x", "0X"))
