# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions: parsing, printing, evaluating."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.evaluate.parameters import PARAMETERS
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.expressions.expression import (
    BOOT_WORDS,
    PREDICATES,
    And,
    Boot,
    Compare,
    Constant,
    Expression,
    Not,
    Operator,
    Or,
    Predicate,
    Release,
    Symbol,
    symbols,
)
from kpolicy.policy.expressions.syntax import parse
from tests.kconfig.small import load, make_tree
from tests.policy.support import values_of

NAMES = st.sampled_from(["KASAN", "DEBUG_VM", "LOCKDEP_BITS", "40x", "CMDLINE", "NOT_THERE", "DRM"])
OPERATORS: st.SearchStrategy[Operator] = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
NUMBERS = st.integers(-5, 70000).map(str) | st.integers(0, 70000).map(hex)
STRINGS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=8)
CONSTANTS = (st.sampled_from(["y", "m", "n"]) | NUMBERS | STRINGS).map(Constant)
BOOTS = st.builds(Boot, st.sampled_from(BOOT_WORDS), st.sampled_from(PARAMETERS))
OPERANDS = NAMES.map(Symbol) | CONSTANTS | BOOTS
LEAVES: st.SearchStrategy[Expression] = (
    NAMES.map(Symbol)
    | BOOTS
    | st.sampled_from(["y", "m", "n"]).map(Constant)
    | st.builds(Compare, OPERATORS, OPERANDS, OPERANDS)
    | st.builds(Predicate, st.sampled_from(PREDICATES), NAMES)
    | st.builds(Release, st.just("rc"), OPERATORS, st.tuples(st.integers(0, 9)))
    | st.builds(Release, st.just("version"), OPERATORS, st.lists(st.integers(0, 99), min_size=1, max_size=3).map(tuple))
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=4).map(lambda some: And(tuple(some)))
        | st.lists(inner, min_size=2, max_size=4).map(lambda some: Or(tuple(some)))
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def values() -> Values:
    lines = ("EXPERT", "MODULES", "PCI", "DRM=m", "DEBUG_VM", "PROVE_LOCKING", "LOCKDEP_BITS=16", 'LOCALVERSION="-x"')
    return values_of(*lines)


def attempt(text: str) -> Expression | UsageError:
    try:
        return parse(text)
    except UsageError as error:
        return error


@given(EXPRESSIONS)
def test_print_and_parse_round_trip(expression: Expression) -> None:
    assert parse(str(expression)) == expression


@given(st.text(st.sampled_from("ABy1 &|!=<>()\"'.x\\-#\n\t€"), max_size=30) | st.text(max_size=20))
def test_any_text_parses_or_gets_a_usage_error_that_points_into_it(text: str) -> None:
    parsed = attempt(text)
    if isinstance(parsed, UsageError):
        assert parsed.source_line == text
        assert parsed.column is not None
        assert 1 <= parsed.column <= len(text) + 1
        assert parsed.render().startswith("error: ")
    else:
        assert parse(str(parsed)) == parsed


@given(left=EXPRESSIONS, right=EXPRESSIONS)
def test_algebra(values: Values, left: Expression, right: Expression) -> None:
    both, either = And((left, right)), Or((left, right))
    assert both.holds(values) == (left.holds(values) and right.holds(values))
    assert either.holds(values) == (left.holds(values) or right.holds(values))
    assert Not(both).holds(values) == Or((Not(left), Not(right))).holds(values)
    assert Not(Not(left)).holds(values) == left.holds(values)
    assert {*symbols(both)} == {*symbols(left), *symbols(right)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DEBUG_VM", True),
        ("DRM", True),  # m is on
        ("!DRM", False),
        ("DRM = m", True),
        ("DRM < y", True),
        ("NOT_THERE", False),
        ("LOCKDEP_BITS", False),  # as in Kconfig, a number alone is not a condition that holds
        ("LOCKDEP_BITS = 16", True),
        ("LOCKDEP_BITS = 0x10", True),
        ("LOCKDEP_BITS < 9", False),  # as text it would be smaller
        ("LOCKDEP_BITS >= 16 && LOCKDEP_BITS <= 16", True),
        ('LOCALVERSION = "-x"', True),
        ("LOCALVERSION != '-x'", False),
        # Nothing is set here: no ordering holds, whatever conf would give for the text.
        ("DEBUG_KMEMLEAK_MEM_POOL_SIZE < 16000", False),
        ("DEBUG_KMEMLEAK_MEM_POOL_SIZE >= 0", False),
        ("DEBUG_KMEMLEAK_MEM_POOL_SIZE != 16000", True),
        ("NOT_THERE < 5", False),
        ("NOT_THERE > 5", False),
        ("EXPERT || y = n && n", True),  # && binds tighter
        ("(EXPERT || y = n) && n", False),
        ("!EXPERT = y", False),  # the comparison binds tighter than !
        ("assigned(DEBUG_VM)", True),
        ("assigned(DEBUG_VM_PGTABLE)", False),
        ("selected(DEBUG_SPINLOCK)", True),
        ("selected(DEBUG_VM)", False),
        ("exists(KASAN) && !exists(NOT_THERE)", True),
        ("settable(KASAN_INLINE)", False),
        ("settable(KASAN)", True),
        ("version >= 6.1", True),
        ("version = 6", True),
        ("version = 6.12.0", True),
        ("version > 6.12", False),
        ("version < 6.2", False),
        ("rc >= 1", False),
        ("rc = 0", True),
    ],
)
def test_evaluation(values: Values, text: str, expected: bool) -> None:
    assert parse(text).holds(values) is expected


def test_a_hex_without_its_prefix_is_a_number(tmp_path: Path) -> None:
    """As conf compares it; `default 10` of a hex is 0x10 and is written as 10."""
    values = evaluate(load(make_tree(tmp_path, {"Kconfig": "config A\n\thex\n\tdefault 10\n"})), None, "alldefconfig")
    assert values.text("A") == "10"
    assert parse("A = 16 && A = 0x10 && A > 10 && A != 10").holds(values)


@pytest.mark.trees
def test_a_hex_without_a_number(tmp_path: Path, kernel: Path) -> None:
    """The conf of 6.1 writes an empty one, that of 6.12 writes 0."""
    tree = make_tree(tmp_path, {"Kconfig": 'config A\n\thex "a"\n'}, kernel)
    values = evaluate(load(tree), None, "alldefconfig")
    assert parse('A = "" || A = 0').holds(values)
    assert parse('A = ""').holds(values) == (values.text("A") == "" or not values.is_written("A"))


def test_a_line_for_a_symbol_that_the_tree_lacks_counts_as_assigned() -> None:
    assert parse("assigned(STACK_HASH_ORDER)").holds(values_of("STACK_HASH_ORDER=20"))
    assert not parse("assigned(STACK_HASH_ORDER)").holds(values_of("DEBUG_KERNEL"))


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("A & B", 3, "'&' means nothing here", "did you mean '&&'?"),
        ("A == B", 3, "'==' is not an operator", "did you mean '='?"),
        ("A <> B", 3, "'<>' is not an operator", "did you mean '!='?"),
        ("A and B", 3, "'and' is not an operator", "did you mean '&&'?"),
        ("not A", 1, "'not' is not an operator", "did you mean '!'?"),
        ("A || exist(B)", 6, "unknown predicate 'exist'", "did you mean 'exists'?"),
        ("foo(B)", 1, "unknown predicate 'foo'", "there are assigned, requested, selected, exists, settable"),
        ("exists(A, B)", 9, "',' means nothing here", None),
        ("exists(A B)", 10, "exists() asks about one symbol: expected ')'", None),
        ("exists(A) = y", 11, "exists() is true or false and has no value to compare", None),
        ("CONFIG_KASAN", 1, "symbols are written as in Kconfig files, without CONFIG_", "did you mean 'KASAN'?"),
        ("kasan", 1, "'kasan' is not a symbol", "did you mean 'KASAN'?"),
        ("A && (B || C", 6, "this parenthesis is not closed", None),
        ("A)", 2, "this parenthesis was never opened", None),
        ("A => B", 3, "'=>' is not an operator", "did you mean '->'?"),
        ("A B", 3, "expected '&&', '||', '->' or the end of the condition", None),
        ("A &&", 5, "the condition ends here: expected a symbol", None),
        ("", 1, "the condition ends here: expected a symbol", None),
        ("A = 'x", 5, "this string is not closed", None),
        ("17", 1, "a number or a string alone is not a condition", "compare it: SYMBOL = value"),
        ("1 < A < 3", 7, "comparisons do not chain", "join two of them with '&&'"),
        ("version", 1, "version must be compared", "for example: version >= 6.1"),
        ("rc >= 1.2", 7, "rc is compared with a number", "for example: rc >= 1"),
        ("version >= A", 12, "version is compared with a number", "for example: version >= 6.1"),
        ("(" * 100, 61, "nested more than 60 deep", None),
    ],
)
def test_errors(text: str, column: int, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert (caught.value.column, caught.value.message, caught.value.hint) == (column, message, hint)


def test_symbols_come_once_in_order_of_appearance() -> None:
    expression = parse('C && (A = "x" || !exists(B)) && selected(C) && version >= 6 && A < D')
    assert symbols(expression) == ("C", "A", "B", "D")


@pytest.mark.parametrize(
    ("extraversion", "expected"), [("-rc4", [True, True, False]), ("-rc6", [True, False, False]), ("-rc3", [True] * 3)]
)
def test_release_candidates(monkeypatch: pytest.MonkeyPatch, extraversion: str, expected: list[bool]) -> None:
    values = values_of("EXPERT")
    monkeypatch.setattr(values.model, "version", f"6.13.0{extraversion}")
    readings = ["rc >= 1", "rc >= 1 && rc <= 5", "rc = 1 || rc = 3 || rc = 5"]
    assert [parse(text).holds(values) for text in readings] == expected
