# SPDX-License-Identifier: GPL-2.0-or-later
"""Parameters of rules: declared in the rule, used as `$name`, chosen by a policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import UsageError
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.expressions.rewriting import bind
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.judging.check import fires
from kpolicy.policy.rules.load import load_rule
from kpolicy.policy.rules.rule import Rule
from kpolicy.policy.toml.toml_file import FileErrors
from tests.policy.support import values_of

PATH = Path(__file__).parent / "broken" / "support" / "own" / "site" / "small-pool.toml"
TEXT = PATH.read_text(encoding="utf-8")
ROLES = ("production", "debug")


def load(text: str = TEXT) -> Rule:
    return load_rule("site/small-pool", "small-pool.toml", text, ROLES)


def errors_of(text: str) -> list[str]:
    with pytest.raises(FileErrors) as caught:
        load(text)
    return [
        f"{error.location and error.location.line}:{error.column}: {error.message}" for error in caught.value.errors
    ]


def test_the_default_is_in_force_until_another_value_is_chosen() -> None:
    rule = load()
    assert rule.parameters[0].value == rule.parameters[0].default == 16000
    assert rule.message.endswith("this site wants 16000")
    values = values_of("DEBUG_KERNEL", "DEBUG_KMEMLEAK", "DEBUG_KMEMLEAK_MEM_POOL_SIZE=8000")
    assert fires(values, rule, "debug")
    low = rule.with_parameters({"pool_size": 4000})
    assert not fires(values, low, "debug")
    assert fires(values, low.with_parameters({"pool_size": 8001}), "debug")
    assert low.with_parameters({"pool_size": 16000}) == rule
    assert low.with_parameters({}) == low
    assert str(low.when) == str(rule.when)


def test_expressions_print_as_they_are_written() -> None:
    text = "(A && B < $x || !(C = $y)) && D >= 3"
    expression = parse(text, {"x": "1", "y": "m"})
    assert parse(str(expression), {"x": "1", "y": "m"}) == expression
    assert symbols(expression) == ("A", "B", "C", "D")
    bound = bind(expression, {"x": "7"})
    assert str(bound) == str(expression)
    assert bound != expression
    assert bind(bound, {"x": "1"}) == expression
    assert bind(expression, {"other": "7"}) == expression


def test_words_are_parameters_too() -> None:
    text = TEXT.replace("MEM_POOL_SIZE < $pool_size", "MEM_POOL_SIZE != $pool_size").replace("16000", '"n"')
    assert load(text.replace("=$pool_size", "=1")).parameters[0].value == "n"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("$x", 1, "a parameter alone is not a condition"),
        ("A && $x", 6, "a parameter alone is not a condition"),
        ("A < $z", 5, "the rule has no parameter '$z'"),
        ("A < $", 5, "the rule has no parameter '$'"),
        ("exists($x)", 8, "exists() asks about one symbol"),
        ("version > $x", 11, "version is compared with a number"),
        ("A < $x < $x", 8, "comparisons do not chain"),
    ],
)
def test_where_a_parameter_cannot_stand(text: str, column: int, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, {"x": "1"})
    assert (caught.value.column, caught.value.message) == (column, message)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("default = 16000\n", "", ["13:1: the key 'default' is missing"]),
        ("default = 16000", "default = 1.5", ["14:11: 'default' must be a whole number or a word"]),
        ("default = 16000", "default = true", ["14:11: 'default' must be a whole number or a word"]),
        ("default = 16000", 'default = "a b"', ["14:11: 'default' must be a whole number or a word"]),
        ("description", "descripton", ["13:1: the key 'description' is missing", "15:1: unknown key 'descripton'"]),
        ("{$pool_size}", "{$pool}", ["9:82: the rule has no parameter '$pool'"]),
        ("=$pool_size", "=$pool", ["11:48: the rule has no parameter '$pool'"]),
        ("< $pool_size", "< 16000", ["13:1: no condition of the rule mentions '$pool_size'"]),
        (
            "[parameters.pool_size]",
            "[parameters.Pool]",
            ["8:58: the rule has no parameter '$pool_size'", "9:82: the rule has no parameter '$pool_size'",
             "11:48: the rule has no parameter '$pool_size'", "13:1: 'Pool' is not a parameter name"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_parameters(old: str, new: str, expected: list[str]) -> None:
    assert TEXT.count(old) == 1
    assert errors_of(TEXT.replace(old, new)) == expected


def test_parameters_are_tables() -> None:
    text = TEXT.replace("[parameters.pool_size]", "[notes]").replace('title = "', 'parameters = 3\ntitle = "')
    assert "2:1: a parameter is a table: [parameters.NAME]" in errors_of(text)
    text = TEXT.replace("[parameters.pool_size]", "[notes]").replace('title = "', 'parameters.a = 3\ntitle = "')
    assert "2:1: a parameter is a table: [parameters.NAME]" in errors_of(text)


def test_braces_around_braces() -> None:
    rule = load(TEXT.replace("{$pool_size}", "{$pool_size} {{$pool_size}}"))
    assert rule.message.endswith("16000 {{$pool_size}}")
