# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of command lines, as next_arg() of the kernel splits them, and their places."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.config.command_line import command_line, joined, parse, placed_text, split
from tests.oracle.trees import VARIABLE, find_trees

_HARNESS = r"""
#include <stdio.h>
#include <string.h>
#define isspace(c) ((c) == ' ' || ((c) >= '\t' && (c) <= '\r') || (unsigned char)(c) == 0xa0)
static char *skip_spaces(const char *text) { while (isspace(*text)) text++; return (char *)text; }
%s
int main(void)
{
	static char line[4096];
	while (fgets(line, sizeof(line), stdin)) {
		char *args = line, *param, *val;
		line[strcspn(line, "\n")] = 0;
		args = skip_spaces(args);
		while (*args) {
			args = next_arg(args, &param, &val);
			printf("\x01%%s\x02%%s", param, val ? val : "\x03");
		}
		putchar('\n');
	}
	return 0;
}
"""


def _words(line: str) -> list[tuple[str, str | None]]:
    return [(name, value) for _, _, name, value in split(line)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", []),
        (" a=b  c\td=", [("a", "b"), ("c", None), ("d", "")]),
        ('a="b c" "d e=f g" "h i"', [("a", "b c"), ("d e", "f g"), ("h i", None)]),
        # Only the outer quotes are taken off, and nothing escapes one.
        ('a=x"y z" b="\\" c="', [("a", 'x"y z"'), ("b", "\\"), ("c", "")]),
        ("a='b c'", [("a", "'b"), ("c'", None)]),
        ("a==b =c=d", [("a", "=b"), ("=c", "d")]),
        ('" a', [(" a", None)]),
    ],
)
def test_words(line: str, found: list[tuple[str, str | None]]) -> None:
    assert _words(line) == found


@pytest.mark.parametrize("seed", range(3))
def test_words_are_those_of_the_kernel(seed: int, next_arg: Path) -> None:
    letters = random.Random(seed)
    lines = ["".join(letters.choices("ab=\" \t-.\xa0'\\", k=letters.randrange(24))) for _ in range(4000)]
    run = subprocess.run(
        [next_arg], input="\n".join(lines).encode("latin-1"), capture_output=True, check=True, timeout=60
    )
    for line, output in zip(lines, run.stdout.decode("latin-1").split("\n"), strict=False):
        pairs = (word.split("\x02") for word in output.split("\x01")[1:])
        assert _words(line) == [(name, None if value == "\x03" else value) for name, value in pairs], repr(line)


@pytest.fixture(scope="module")
def next_arg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that splits lines by the next_arg() of a kernel."""
    compiler = shutil.which("gcc")
    sources = [file for tree in find_trees().kernels.values() if (file := tree / "lib/cmdline.c").is_file()]
    if compiler is None or not sources:
        pytest.skip(f"no gcc, or no kernel with lib/cmdline.c: {VARIABLE} names one")
    source = sources[0].read_text()
    start = source.index("char *next_arg(")
    folder = tmp_path_factory.mktemp("next_arg")
    (folder / "next_arg.c").write_text(_HARNESS % source[start : source.index("\n}\n", start) + 3])
    subprocess.run([compiler, "-o", folder / "next_arg", folder / "next_arg.c"], check=True, timeout=60)
    return folder / "next_arg"


def test_the_end_of_the_kernels_part() -> None:
    words, for_init = parse(command_line("f", placed_text("foo-bar=a-b --no -- quiet -- x", 1)))
    assert [str(word) for word in words] == ["foo_bar=a-b", "__no"]
    assert [word.text for word in for_init] == ["quiet", "--", "x"]


@settings(max_examples=30)
@given(st.text(), st.text())
def test_places(first: str, second: str) -> None:
    lines = [command_line(name, placed_text(text, 7)) for name, text in (("a", first), ("b", second))]
    both = joined(*lines)
    for start, end, _, _ in split(both.text):
        location = both.location(start)
        assert location.line == 7
        assert (location.path == "a") == (start < len(lines[0].text))
        assert end > start


def test_an_open_quote_spans_both_lines() -> None:
    lines = [command_line(name, placed_text(text, 1)) for name, text in (("a", 'x="y'), ("b", "quiet"))]
    assert [word.value for word in parse(joined(*lines)).words] == ["y quiet"]
