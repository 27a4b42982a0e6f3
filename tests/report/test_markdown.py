# SPDX-License-Identifier: GPL-2.0-or-later
"""Text to Markdown."""

from __future__ import annotations

import pytest

from kpolicy.report.text.markdown import anchor, block, code, link, paragraphs, prose, table, wrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("DEBUG_VM=y, kmem_cache_free() and a/b_c.c:12-14.", "`DEBUG_VM=y`, `kmem_cache_free()` and `a/b_c.c:12-14`."),
        ("(SLUB_DEBUG) foo() (foo()).", "(`SLUB_DEBUG`) `foo()` (`foo()`)."),
        ("a | b < c > d * e ~ f $g &amp; h", r"a \| b \< c \> d \* e \~ f \$g \&amp; h"),
        ("Re: [PATCH] `x` \\", r"Re: \[PATCH\] \`x\` \\"),
        ("_a <b_c>", r"`_a` \<b\_c\>"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("12) no list", r"12\) no list"),
        ("1.5 times", "1.5 times"),
        ("# no heading", r"\# no heading"),
        ("on\n two   lines", "on two lines"),
        ("", ""),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_paragraphs() -> None:
    assert paragraphs("one\nline\n\ntwo_x\n", "  ") == ["  one line", "", "  `two_x`"]


def test_wrapping_begins_no_list_and_tears_no_code() -> None:
    lines = wrapped(f"{'x' * 100} - {'y' * 95} 1. z", "  ", "")
    assert lines == ["x" * 100, f"  \\- {'y' * 95}", "  1\\. z"]
    words = code(" ".join(["a b"] * 40))
    assert words in wrapped(f"before it {words} after it")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a``b", "```a``b```"), ("a\n b", "`a b`")],
)
def test_code(text: str, expected: str) -> None:
    assert code(text) == expected


def test_block() -> None:
    assert block("a\n\nb\n", "  ") == ["  ```", "  a", "", "  b", "  ```"]
    assert block("```") == ["````", "```", "````"]


def test_table_and_link() -> None:
    assert table(("a", "b"), [("1", link("x", "y.md#z"))]) == ["| a | b |", "| --- | --- |", "| 1 | [x](y.md#z) |"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("in-production", "in-production"), ("By role", "by-role"), ("a/b (C)", "ab-c"), ("DEBUG_VM", "debug_vm")],
)
def test_anchor(heading: str, expected: str) -> None:
    assert anchor(heading) == expected
