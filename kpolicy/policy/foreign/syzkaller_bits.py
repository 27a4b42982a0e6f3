# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of syz-kconf: what each defines, before the files of an instance are merged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kpolicy.policy.foreign.policy import Text
from kpolicy.policy.foreign.yaml_tree import Items, Node, Pairs, Scalar, yaml_tree

BIT_KEYS: Final = ("kernel", "compiler", "linker", "shell", "verbatim", "config")
_WORDS: Final = ("override", "optional", "weak", "append")
_SYMBOL: Final = re.compile(r"[A-Za-z0-9_]+\Z")
_INTEGER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|[1-9][0-9]*|0)\Z")


@dataclass(frozen=True, slots=True)
class Option:
    """A definition of a symbol: the value, the constraints, and where it is."""

    text: Text
    node: Scalar
    value: str
    constraints: tuple[str, ...]
    optional: bool = False
    override: bool = False
    append: bool = False

    @property
    def name(self) -> str:
        """The symbol."""
        return self.node.value


@dataclass
class Bit:
    """A file of the folder `bits`."""

    text: Text
    options: list[Option] = field(default_factory=list)
    build: list[tuple[str, int]] = field(default_factory=list)
    verbatim: Scalar | None = None


def read_bit(text: Text) -> Bit:
    """A file of the folder `bits`; what is wrong is noted."""
    bit, tree = Bit(text), yaml_tree(text)
    if not isinstance(tree, Pairs):
        text.complain(1, "not a file of syz-kconf", hint=f"expected the keys {', '.join(BIT_KEYS)}")
        return bit
    check_keys(text, tree, BIT_KEYS)
    for key, node in tree.pairs:
        if key.value == "config":
            if not isinstance(node, Items):
                text.complain(node.line, "'config' must be a list", at=node.column)
                continue
            bit.options += (option for item in node.items for option in _option(text, item))
        elif key.value == "verbatim" and isinstance(node, Scalar):
            bit.verbatim = node
        elif key.value in BIT_KEYS:
            bit.build.append((key.value, key.line))
    return bit


def _option(text: Text, node: Node) -> Iterator[Option]:
    """A definition; nothing where it is none, which is noted."""
    if isinstance(node, Scalar):
        name = node
        found: Option | None = Option(text, node, "y", ())
    elif isinstance(node, Pairs) and len(node.pairs) == 1:
        name, value = node.pairs[0]
        found = _defined(text, name, value)
    else:
        text.complain(node.line, "expected SYMBOL, or SYMBOL: value", at=node.column)
        return
    if name.value.startswith("CONFIG_") or not _SYMBOL.match(name.value):
        hint = "symbols are written without CONFIG_"
        text.complain(name.line, f"{name.value!r} is not a symbol", at=name.column, hint=hint)
    elif found is not None:
        yield found


def _defined(text: Text, name: Scalar, node: Node) -> Option | None:
    if isinstance(node, Scalar):
        value = _value(node, plain=("n",))
        if value is None:
            hint = 'a value is n, a number, "a text", or a list of these and of constraints'
            text.complain(node.line, f"{node.value!r} is not a value", at=node.column, hint=hint)
            return None
        return Option(text, name, value, ())
    value, words = "y", []
    for item in words_of(text, node):
        found = _value(item, plain=("n", "y"))
        if found is not None:
            value = found
        elif not item.value.strip("-"):
            text.complain(item.line, f"{item.value!r} is not a constraint", at=item.column)
        else:
            words.append(item.value)
    return Option(
        text,
        name,
        value,
        tuple(word for word in words if word not in _WORDS),
        optional="optional" in words or "weak" in words,
        override=any(word in words for word in ("override", "weak", "append")),
        append="append" in words,
    )


def _value(node: Scalar, plain: tuple[str, ...]) -> str | None:
    if node.quote == '"':
        return f'"{node.value}"'
    if not node.quote and node.value in plain:
        return node.value
    if not node.quote and _INTEGER.match(node.value):
        # syz-kconf writes numbers in decimal.
        octal = re.match(r"([-+]?)0[oO]?([0-7]+)\Z", node.value)
        return str(int(f"{octal[1]}{octal[2]}", 8) if octal else int(node.value, 0))
    return None


def words_of(text: Text, node: Node) -> list[Scalar]:
    """The texts of a list."""
    if not isinstance(node, Items):
        text.complain(node.line, "expected a list, [a, b]", at=node.column)
        return []
    for item in node.items:
        if not isinstance(item, Scalar):
            text.complain(item.line, "expected a word", at=item.column)
    return [item for item in node.items if isinstance(item, Scalar)]


def check_keys(text: Text, tree: Pairs, keys: tuple[str, ...]) -> None:
    """Note keys that mean nothing."""
    for key, _ in tree.pairs:
        if key.value not in keys:
            hint = f"the keys are {', '.join(keys)}"
            text.complain(key.line, f"unknown key {key.value!r}", at=key.column, hint=hint)
