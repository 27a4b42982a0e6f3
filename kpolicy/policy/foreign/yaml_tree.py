# SPDX-License-Identifier: GPL-2.0-or-later
"""YAML as a tree of scalars, lists and mappings with their lines; no object is made of it, and no tag is heeded.

PyYAML only splits the text into events.  Aliases, tags and a second document are refused, and so are depth and size
beyond any policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.policy.foreign.policy import Text

_DEEPEST: Final = 20
_MOST_NODES: Final = 500_000
_INSTALL: Final = "pip install 'kpolicy[yaml]', or the package python3-yaml of a distribution"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text: `quote` is its quotation mark, or `|` and `>` for a block, "" for a plain one."""

    value: str
    quote: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, its keys in their order; no key is twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        return next((value for name, value in self.pairs if name.value == key), None)


Node: TypeAlias = Scalar | Items | Pairs


def yaml_tree(text: Text) -> Node | None:
    """The tree of a text, None for an empty one; raises UsageError with the line and a caret."""
    try:
        import yaml  # an extra: only policies in YAML need it
    except ImportError:
        raise UsageError(
            "reading a policy in YAML needs PyYAML, which is not installed", Location(text.path, 0), hint=_INSTALL
        ) from None
    # libyaml takes tabs where YAML 1.1 allows them; the parser in Python does not.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Tree(text, yaml.parse(text.text, Loader=loader)).tree()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.problem, error.context) if part) or "a syntax error"
        number, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        number = min(number, len(text.lines))
        raise text.error(number, f"not YAML: {what}", at=min(column, len(text.line(number)) + 1)) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0) or 0
        number = text.text.count("\n", 0, position) + 1
        column = position - text.text.rfind("\n", 0, position)
        what = getattr(error, "reason", "") or "a syntax error"
        raise text.error(number, f"not YAML: {what}", at=column) from None


class _Tree:
    """Builds the tree from the events of a parser."""

    def __init__(self, text: Text, events: Iterator[Any]) -> None:
        self._text = text
        self._events = events
        self._nodes = 0

    def tree(self) -> Node | None:
        found: Node | None = None
        documents = 0
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise self._wrong(event, "a second document")
                found = self._node(next(self._events), 0)
        return found

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self._nodes += 1
        if kind == "AliasEvent":
            raise self._wrong(event, "aliases are refused")
        if event.tag is not None:
            raise self._wrong(event, f"tags are refused: {event.tag}")
        if depth > _DEEPEST:
            raise self._wrong(event, "nested too deeply")
        if self._nodes > _MOST_NODES:
            raise self._wrong(event, f"more than {_MOST_NODES} values")
        if kind == "ScalarEvent":
            return Scalar(event.value, event.style or "", line, column)
        if kind == "SequenceStartEvent":
            items = []
            while type(inner := next(self._events)).__name__ != "SequenceEndEvent":
                items.append(self._node(inner, depth + 1))
            return Items(tuple(items), line, column)
        pairs: dict[str, tuple[Scalar, Node]] = {}
        while type(inner := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(inner, depth + 1)
            if not isinstance(key, Scalar):
                raise self._text.error(key.line, "the key is not a text", at=key.column)
            if key.value in pairs:
                first = pairs[key.value][0].line
                raise self._text.error(key.line, f"{key.value!r} is also on line {first}", at=key.column)
            pairs[key.value] = (key, self._node(next(self._events), depth + 1))
        return Pairs(tuple(pairs.values()), line, column)

    def _wrong(self, event: Any, message: str) -> UsageError:
        mark = event.start_mark
        return self._text.error(mark.line + 1, message, at=mark.column + 1)
