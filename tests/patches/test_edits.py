# SPDX-License-Identifier: GPL-2.0-or-later
"""The edit of a Kconfig file for a finding: what goes, and how the line is written then."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig.entries import written_entries
from kpolicy.kernel.source import DirectorySource
from kpolicy.location import Location
from kpolicy.policy.checks.tree import tree_finding
from kpolicy.policy.patches.edits import Correction, correction, edited
from kpolicy.policy.patches.message import subject
from kpolicy.policy.patches.remedies import remedies
from kpolicy.policy.patches.statement import NoEditError
from kpolicy.run.patches import Parser
from tests.kconfig.small import make_tree

# Each: the check, the part of the line that it names, the entry, what becomes of it, and the subject of the commit.
# The finding is about the line with `<--`.
_CASES = {
    "a whole line": (
        *("duplicate-line", "B", "bool\n\tdepends on B\n\tdepends on B <--\n\tselect C"),
        *("bool\n\tdepends on B\n\tselect C", "remove duplicate dependency of A on B"),
    ),
    "the first part": (
        *("inherited-depends", "B", "bool\n\tdepends on B && C && D <--"),
        *("bool\n\tdepends on C && D", "remove redundant dependency of A on B"),
    ),
    "the last part": (
        *("inherited-depends", "D", "bool\n\tdepends on B && C && D <--"),
        *("bool\n\tdepends on B && C", "remove redundant dependency of A on D"),
    ),
    "twice on a line": (
        *("duplicate-line", "B", "bool\n\tdepends on B && C && B <--"),
        *("bool\n\tdepends on B && C", "remove duplicate dependency of A on B"),
    ),
    "parentheses that are needed no more": (
        *("inherited-depends", "B", "bool\n\tdepends on B && (C || D) <--"),
        *("bool\n\tdepends on C || D", "remove redundant dependency of A on B"),
    ),
    "parentheses that are": (
        *("inherited-depends", "B", "bool\n\tdepends on (C || D) && (E || F) && B <--"),
        *("bool\n\tdepends on (C || D) && (E || F)", "remove redundant dependency of A on B"),
    ),
    "a part in parentheses": (
        *("redundant-depends", "0 0 C || D", "bool\n\tdepends on B && (C || D) <--"),
        *("bool\n\tdepends on B", "remove redundant dependency of A on C || D"),
    ),
    "joined lines": (
        *("inherited-depends", "C", "bool\n\tdepends on B && \\ <--\n\t\t   C && \\\n\t\t   D"),
        *("bool\n\tdepends on B && \\\n\t\t   D", "remove redundant dependency of A on C"),
    ),
    "the first of joined lines": (
        *("inherited-depends", "B", "bool\n\tdepends on B && \\ <--\n\t\t   C && D"),
        *("bool\n\tdepends on C && D", "remove redundant dependency of A on B"),
    ),
    "all of joined lines": (
        *("dead-default", "", "bool\n\tdefault y\n\tdefault n if B && \\ <--\n\t\t   C\n\tselect D"),
        *("bool\n\tdefault y\n\tselect D", "remove unreachable default of A"),
    ),
    "as conf reads a bool": (
        *("redundant-depends", "1 0 !B", "bool\n\tdepends on C && B=n <--"),
        *("bool\n\tdepends on C", "remove redundant dependency of A on !B"),
    ),
    "a condition": (
        *("constant-condition", "always", "bool\n\tselect C if B && (D || E) <--"),
        *("bool\n\tselect C", "remove always true condition from A"),
    ),
    "that of a prompt with the word in it": (
        *("constant-condition", "always", 'bool "x if y" if B <--'),
        *('bool "x if y"', "remove always true condition from A"),
    ),
    "a line whose condition never holds": (
        *("constant-condition", "never", "bool\n\tselect C if B <--"),
        *("bool", "remove ineffective select of C from A"),
    ),
    "a line with the type": (
        *("dead-default", "", "def_bool y\n\tprompt y\n\tdefault n <--"),
        *("def_bool y\n\tprompt y", "remove unreachable default of A"),
    ),
    "the only line with the type": (
        *("dead-default", "", "default y\n\tdef_bool n if B <--\n\tselect C"),
        *("default y\n\tbool\n\tselect C", "remove unreachable default of A"),
    ),
    "what looks the same in a help text": (
        *("duplicate-line", "", "bool\n\tselect B\n\tselect B <--\n\thelp\n\t  select B"),
        *("bool\n\tselect B\n\thelp\n\t  select B", "remove duplicate select of B from A"),
    ),
    "the last line of a file": (
        *("dead-range", "", "int\n\trange 1 2\n\trange 1 3 <--"),
        *("int\n\trange 1 2", "remove unreachable range of A"),
    ),
}


def _correction(folder: Path, check: str, part: str, entry: str) -> tuple[Correction, bytes]:
    text = f"config A\n\t{entry}\n"
    number = text[: text.index(" <--")].count("\n") + 1
    content = text.replace(" <--", "").encode()
    source = DirectorySource(make_tree(folder, {"Kconfig": content.decode()}))
    (found,) = written_entries(source, ["Kconfig"])
    finding = tree_finding(f"kconfig/{check}", "A", "", Location("Kconfig", number), ["x86"], part=part)
    return correction([finding], found, content, Parser(source).parse), content


@pytest.mark.parametrize("name", _CASES)
def test_what_is_edited(tmp_path: Path, name: str) -> None:
    check, part, entry, after, title = _CASES[name]
    found, content = _correction(tmp_path, check, part, entry)
    assert edited(content, found.edits).decode() == f"config A\n\t{after}\n"
    assert subject(found) == title


_REFUSED = {
    "a comment on the line": ("bool\n\tdepends on B && C # why <--", "a comment on the line may have to change too"),
    "a comment above it": ("bool\n\t# why\n\tdepends on B <--", "the comment above the line may be about it"),
    "a macro": ("bool\n\tdepends on B && $(success,true) <--", "the line has macros"),
    "a part that is none": (
        "bool\n\tdepends on B || C <--",
        "B is not one of the conditions that && joins on the line",
    ),
    "a part in a part": (
        "bool\n\tdepends on (B && D) && C <--",
        "B is not one of the conditions that && joins on the line",
    ),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_what_a_machine_cannot_decide(tmp_path: Path, name: str) -> None:
    entry, reason = _REFUSED[name]
    with pytest.raises(NoEditError) as error:
        _correction(tmp_path, "inherited-depends", "B", entry)
    assert error.value.message == reason


def test_several_lines_of_an_entry(tmp_path: Path) -> None:
    text = "config A\n\tint\n\tdefault 1\n\tdefault 2\n\tselect B\n\tdefault 3\n"
    source = DirectorySource(make_tree(tmp_path, {"Kconfig": text}))
    (entry,) = written_entries(source, ["Kconfig"])
    findings = [tree_finding("kconfig/dead-default", "A", "", Location("Kconfig", line), []) for line in (4, 6)]
    found = correction(findings, entry, text.encode(), Parser(source).parse)
    assert edited(text.encode(), found.edits) == b"config A\n\tint\n\tdefault 1\n\tselect B\n"
    assert subject(found) == "remove unreachable defaults of A"


@pytest.mark.parametrize(
    ("select", "parts", "lines"),
    [
        ("select T", ("B",), ("depends on B", "select T if B")),
        ("select T", ("(B || C)",), ("depends on B || C", "select T if B || C")),
        ("select T if D", ("(B || C)", "E"), ("depends on (B || C) && E", "select T if D && (B || C) && E")),
        ("select T if D || F", ("B",), ("depends on B", "select T if (D || F) && B")),
    ],
)
def test_remedies_for_a_select(tmp_path: Path, select: str, parts: tuple[str, ...], lines: tuple[str, str]) -> None:
    text = f'config A\n\tbool "a"\n\tdepends on X\n\t{select}\n\thelp\n\t  text\n'
    (entry,) = written_entries(DirectorySource(make_tree(tmp_path, {"Kconfig": text})), ["Kconfig"])
    ways = remedies(entry, Location("Kconfig", 4), parts, text.split("\n"))
    assert tuple(way.line for way in ways) == lines
    added, changed = (edited(text.encode(), [way.edit]).decode() for way in ways)
    assert added == text.replace("\tdepends on X\n", f"\tdepends on X\n\t{lines[0]}\n")
    assert changed == text.replace(f"\t{select}\n", f"\t{lines[1]}\n")
