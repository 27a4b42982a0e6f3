# SPDX-License-Identifier: GPL-2.0-or-later
"""Explanations of real kernels: every line that they name says so, and what they ask for helps."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kpolicy.config.model import Assignment
from kpolicy.config.read import read_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.blocked import blockers
from kpolicy.explain.decisions import with_lines
from kpolicy.explain.reason import Reason
from kpolicy.explain.reasons import reasons
from kpolicy.explain.support import Supports
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.location import Location
from tests.models import tree_of

pytestmark = [pytest.mark.trees, pytest.mark.slow, pytest.mark.no_cover]

_TOKEN = re.compile(r'\s*(&&|\|\||!=|<=|>=|[!=<>()]|"[^"]*"|[\w./-]+)')
_CONDITION = re.compile(r'(?:depends\s+on|visible\s+if|if)\s+(.*)|.*?(?:"[^"]*"|\s\S+)\s+if\s+(.*)')
_SELECT = re.compile(r"(?:select|imply)\s+(\w+)(?:\s+if\s+(.*))?")
_DEFAULT = re.compile(r"(?:default|def_bool|def_tristate)\s+(.*?)(?:\s+if\s+(.*))?")
_SAMPLE = 700


@cache
def _values(kernel: Path, extra: str = "") -> Values:
    model = tree_of(kernel).model(resolve_architecture(DirectorySource(kernel), "x86_64"), Toolchain.dummy())
    config = read_config("arch/x86/configs/x86_64_defconfig", folder=kernel)
    if extra:
        more = read_config(extra, folder=kernel)
        config = replace(config, assignments=(*config.assignments, *more.assignments))
    return evaluate(model, config, "defconfig")


@cache
def _lines(path: Path) -> dict[int, str]:
    """The logical lines of a file, by the number of their first."""
    found: dict[int, str] = {}
    text, start = "", 0
    for number, raw in enumerate(path.read_text(errors="replace").split("\n"), 1):
        start = start if text else number
        text += raw
        if text.endswith("\\"):
            text = text[:-1]
            continue
        found[start] = " ".join(re.sub(r"\s#.*", "", text).split())
        text = ""
    return found


def _entry(kernel: Path, place: Location) -> str:
    """The symbol whose entry a line belongs to."""
    lines = _lines(kernel / place.path)
    heads = (re.fullmatch(r"(?:menu)?config (\w+)", lines.get(at, "")) for at in range(place.line, 0, -1))
    found = next(head for head in heads if head)
    return found[1]


# Expressions as trees; what conf writes otherwise is made the same on both sides.


def _parse(text: str) -> Any:
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == re.sub(r"\s", "", text), text
    tree, rest = _either(tokens)
    assert not rest, text
    return tree


def _either(tokens: list[str]) -> tuple[Any, list[str]]:
    return _chain(tokens, "||", lambda inner: _chain(inner, "&&", _single))


def _chain(tokens: list[str], operator: str, operand: Any) -> tuple[Any, list[str]]:
    parts: list[Any] = []
    while True:
        part, tokens = operand(tokens)
        parts += part[1] if part[0] == operator else [part]
        if tokens[:1] != [operator]:
            break
        tokens = tokens[1:]
    unique = list(dict.fromkeys(map(repr, parts)))
    by_text = {repr(part): part for part in parts}
    several = tuple(by_text[text] for text in unique)
    return (several[0] if len(several) == 1 else (operator, several)), tokens


def _single(tokens: list[str]) -> tuple[Any, list[str]]:
    first, *rest = tokens
    if first == "!":
        inner, rest = _single(rest)
        return (inner[1] if inner[0] == "!" else ("!", inner)), rest
    if first == "(":
        inner, rest = _either(rest)
        assert rest[0] == ")"
        return inner, rest[1:]
    left: Any = ("name", first.strip('"'))
    if rest and rest[0] in ("=", "!=", "<", "<=", ">", ">="):
        operator, right, *rest = rest
        word = right.strip('"')
        if (operator, word) in (("=", "y"), ("!=", "n")):
            return left, rest
        if (operator, word) in (("=", "n"), ("!=", "y")):
            return ("!", left), rest
        return (operator, left[1], word), rest
    return left, rest


def _parts(text: str) -> set[str]:
    """The parts of a condition that must all hold; `m` goes with MODULES."""
    tree = _parse(text) if text else ("&&", ())
    parts = tree[1] if tree[0] == "&&" else (tree,)
    found = {repr(part) for part in parts}
    return found | {repr(("name", "MODULES"))} if repr(("name", "m")) in found else found


def _around(values: Values, symbol: str) -> set[str]:
    """Everything that the lines around a symbol demand, which its own lines may repeat."""
    known = values.model.symbol(symbol)
    assert known is not None
    lines = [line for around in known.conditions for line in around]
    return {part for line in lines if "<choice" not in str(line.expression) for part in _parts(str(line.expression))}


def _all(found: tuple[Reason, ...]) -> Iterator[Reason]:
    for reason in found:
        yield reason
        yield from _all(reason.because)


def _check(kernel: Path, values: Values, reason: Reason) -> str:
    """Hold one reason against the line that it names; returns what kind of line that is."""
    place = reason.location
    if place is None or not (kernel / place.path).is_file() or "Kconfig" not in place.path:
        return ""
    line = _lines(kernel / place.path)[place.line]
    if "$(" in line and reason.kind in ("selected", "implied", "default", "toolchain", "passed-over", "depends"):
        # As it is written: without its keyword for a condition.
        condition = re.sub(r"^(depends on|visible if|if|.*\bif) ", "", line)
        assert condition in reason.text or line in reason.text, (reason, line)
        return "macro"
    if reason.kind in ("selected", "implied"):
        found = _SELECT.fullmatch(line)
        said = re.fullmatch(r"(?:selected|implied) by (\w+)(?: if (.*))?", reason.text)
        assert found is not None, (reason, line)
        assert said is not None, (reason, line)
        assert found[1] == reason.symbol, (reason, line)
        assert _entry(kernel, place) == said[1]
        source = said[1]
    elif reason.kind in ("default", "passed-over"):
        found = _DEFAULT.fullmatch(line)
        said = re.fullmatch(r"default (.*?)(?: if (.*))?", re.sub(r"^not (default .*): .*", r"\1", reason.text))
        assert found is not None, (reason, line)
        assert said is not None, (reason, line)
        assert _parse(found[1]) == _parse(said[1]), (reason, line)
        source = _entry(kernel, place)
        assert source == reason.symbol
    elif reason.kind == "depends" and reason.text.startswith("needs "):
        found = _CONDITION.fullmatch(line)
        said = re.fullmatch(r"needs (.*?)(?: \(of (.*?)\))?: .*", reason.text)
        assert found is not None, (reason, line)
        assert said is not None, (reason, line)
        assert _parts(said[1]) <= _parts(found[1] or found[2]), (reason, line)
        if said[2]:
            assert _parts(said[2]) == _parts(found[1] or found[2]), (reason, line)
        return "depends"
    else:
        return ""
    stated = _parts(found[2] or "")
    assert (shown := _parts(said[2] or "")) <= stated, (reason, line)
    assert stated - shown <= _around(values, source), (reason, line)
    return reason.kind


@pytest.mark.newest_kernel
@pytest.mark.parametrize("extra", ["", "kernel/configs/debug.config"])
def test_each_line_says_what_is_told_of_it(kernel: Path, extra: str) -> None:
    values = _values(kernel, extra)
    names = [name for name in values.model.names() if values.model.type_of(name) in ("bool", "tristate")]
    on = [name for name in names if values.is_on(name)]
    rare = [name for name in names if values.implied(name) or values.default_number(name) > 0]
    counts: dict[str, int] = {}
    chosen = random.Random(1)
    for name in (*chosen.sample(names, _SAMPLE), *chosen.sample(on, _SAMPLE), *rare):
        for reason in _all(reasons(Supports(values), name)):
            assert "<choice" not in reason.text, (name, reason)
            kind = _check(kernel, values, reason)
            counts[kind] = counts.get(kind, 0) + 1
    assert min(counts[kind] for kind in ("selected", "default", "depends")) > 300
    assert counts["implied"] > 0
    assert counts["passed-over"] > 5
    assert counts["macro"] > 20


def test_each_obstacle_stands_where_it_is_told(kernel: Path) -> None:
    values = _values(kernel)
    names = [name for name in values.model.names() if not values.visibility(name)]
    counted = 0
    for name in random.Random(2).sample(names, _SAMPLE * 2):
        symbol = values.model.symbol(name)
        if symbol is None or not symbol.prompts:
            continue
        found = blockers(values, name, 2)
        assert found, name
        for item in found:
            assert item.location is not None, (name, item)
            line = _lines(kernel / item.location.path)[item.location.line]
            if getattr(item, "answerer", None):
                assert item.text.removeprefix("needs ") in line
                continue
            assert item.symbols, (name, item)
            said = item.text.removeprefix("needs ").partition(f" ({item.symbols[0]}=")[0]
            condition = _CONDITION.fullmatch(line)
            assert condition, (name, item, line)
            assert _parts(said) <= _parts(condition[1] or condition[2]), (name, item, line)
            counted += 1
    assert counted > _SAMPLE // 2


# What is said to be needed, done.


def _line(name: str, value: str) -> Assignment:
    text = f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"
    return Assignment(name, value, Location("needed", 1), text)


def _settings(values: Values, tree: Any, *, wanted: bool) -> dict[str, str] | None:
    """Lines that make an expression y, or n; None where no line can."""
    if tree[0] == "!":
        return _settings(values, tree[1], wanted=not wanted)
    if tree[0] == "name":
        symbol = values.model.symbol(tree[1])
        settable = symbol is not None and symbol.prompts and values.visibility(tree[1])
        return {tree[1]: "y" if wanted else "n"} if settable else None
    if tree[0] not in ("&&", "||"):
        return None
    ways = [_settings(values, part, wanted=wanted) for part in tree[1]]
    if (tree[0] == "||") == wanted:
        return next((way for way in ways if way is not None), None)
    merged: dict[str, str] = {}
    for way in ways:
        if way is None:
            return None
        merged |= way
    return merged


def test_what_is_said_to_be_needed_helps(kernel: Path) -> None:
    """With everything done that a dropped line is said to need, it counts, or another thing is in the way."""
    values = _values(kernel)
    assert values.config is not None
    off = [
        name
        for name in values.model.names()
        if values.model.type_of(name) in ("bool", "tristate") and not values.visibility(name)
    ]
    honoured = remaining = 0
    for name in random.Random(3).sample(off, _SAMPLE * 3):
        symbol = values.model.symbol(name)
        if symbol is None or not symbol.prompts:
            continue
        found = blockers(values, name, 2)
        wanted: dict[str, str] | None = {}
        for item in found:
            said = item.text.removeprefix("needs ").partition(f" ({item.symbols[0] if item.symbols else ''}=")[0]
            way = _settings(values, _parse(said), wanted=True) if item.symbols else None
            wanted = wanted | way if wanted is not None and way is not None else None
        if wanted is None:
            continue
        lines = [_line(other, value) for other, value in wanted.items()]
        asked = values.with_config(with_lines(values.config, [*lines, _line(name, "y")]))
        if any(asked.text(other) != value for other, value in wanted.items()):
            continue
        if asked.tristate(name):
            honoured += 1
        else:
            before, after = ({item.text for item in items} for items in (found, blockers(asked, name, 2)))
            assert not before <= after, (name, before, after)
            remaining += 1
    assert honoured > 40, (honoured, remaining)
