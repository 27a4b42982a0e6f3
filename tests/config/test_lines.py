# SPDX-License-Identifier: GPL-2.0-or-later
"""All lines of a config read at once are what one line after the other is."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.config.lines import parse_lines
from kpolicy.config.model import Assignment, Config, Lines
from kpolicy.config.odd_lines import odd_line, unexpected
from kpolicy.location import Location

_SET = re.compile(r"CONFIG_([A-Za-z0-9_-]+)=(.*)", re.DOTALL)
_UNSET = re.compile(r"#(.)CONFIG_([^ ]*) is not set(.*)", re.DOTALL)

LINES = st.one_of(
    st.builds(
        "{}CONFIG_{}={}".format,
        st.sampled_from(["", "", "", " ", "# ", "\t"]),
        st.sampled_from(["A", "B", "C_D", "a-b", "", "é", "n", "MODULES", "A.B"]),
        st.sampled_from(["y", "n", "m", "", "12", "-3", "0x1F", '"text"', '"', "yes", "y # yes", '"a" b', "y\r", "=y"]),
    ),
    st.builds(
        "{}CONFIG_{} is not set{}".format,
        st.sampled_from(["# ", "# ", "# ", "#", "#\t", "", "## "]),
        st.sampled_from(["A", "B", "C_D", "A=x", "", "é\t", "A B", "\x0b", "A.B"]),
        st.sampled_from(["", "", "", "\r", ", really", " "]),
    ),
    st.sampled_from(
        ["", "#", "# a comment", "# CONFIG_", "# Linux/x86 6.1.2 Kernel Configuration", "x", "\r", "# x86_64"]
    ),
    st.text("#CONFIG_ =yisnotset\r\x0b\x85\u2028é", max_size=30),
)

# What all lines of nearly every config are.
ORDINARY = st.one_of(
    st.builds(
        "CONFIG_{}={}".format, st.text("AB_1-", min_size=1, max_size=3), st.sampled_from(["y", "n", "12", '"a b"'])
    ),
    st.builds("# CONFIG_{} is not set".format, st.text("AB_1-", min_size=1, max_size=3)),
    st.sampled_from(["", "#", "# a comment", "# Linux/x86 6.1.2 Kernel Configuration"]),
)


def _one_by_one(name: str, content: bytes) -> tuple[list[Assignment], list[tuple[Location, str]], list[object]]:
    """Assignments, remarks and lines that are not read, by the rules for a single line."""
    assignments: list[Assignment] = []
    remarks: list[tuple[Location, str]] = []
    unread: list[object] = []
    for number, line in enumerate(content.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n"), 1):
        place = Location(name, number)
        if found := _SET.fullmatch(line):
            assignments.append(Assignment(found[1], found[2], place, line))
        elif found := _UNSET.fullmatch(line):
            assignments.append(Assignment(found[2], "n", place, line, loose=found[3] != "", mark=found[1] != " "))
        elif line not in ("", "#") and (not line.startswith("#") or "CONFIG_" in line):
            if unexpected(line):
                remarks.append((place, f"unexpected data: {line}"))
            odd = odd_line(line, place)
            unread += [] if odd is None else [odd]
    return assignments, remarks, unread


@given(st.lists(LINES, max_size=12) | st.lists(ORDINARY, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_all_lines_at_once(lines: list[str], end: str) -> None:
    content = end.join(lines).encode("utf-8", "surrogatepass")
    config, expected = parse_lines("c", content), _one_by_one("c", content)
    assert (list(config.assignments), list(config.remarks), list(config.unread)) == expected


@given(st.lists(LINES, max_size=12) | st.lists(ORDINARY, max_size=12))
def test_records_that_are_made_when_asked_for_are_those_of_a_tuple(lines: list[str]) -> None:
    config = parse_lines("c", "\n".join(lines).encode("utf-8", "surrogatepass"))
    all_lines = tuple(parse_lines("c", "\n".join(lines).encode("utf-8", "surrogatepass")).assignments)
    same = Config("c", all_lines)
    assert config.written == same.written
    assert list(config.doubtful) == list(same.doubtful)
    assert list(config.inexact) == list(same.inexact)
    found = config.assignments
    if not isinstance(found, Lines):
        assert same.inexact or any(not line.name for line in found)
        return
    assert (len(found), bool(found), found.is_unique) == (
        len(all_lines),
        bool(all_lines),
        len({line.name for line in all_lines}) == len(all_lines),
    )
    last = {line.name: line for line in all_lines}
    assert [found.last(name) for name in (*last, "no")] == [*last.values(), None]
    assert [found[index] for index in range(-len(found), len(found))] == [*all_lines, *all_lines]
    assert found[1:] == all_lines[1:]
    with pytest.raises(IndexError):
        found[len(found)]
    # After single records, and before: one line is one record.
    assert all(found[index] is line for index, line in enumerate(found))
    expected: object = all_lines
    assert found == expected
    assert (hash(found), repr(found)) == (hash(all_lines), repr(all_lines))
    assert pickle.loads(pickle.dumps(found)) == found
    assert (found == parse_lines("other", b"CONFIG_A=y\n").assignments) is False


def test_what_is_no_line_of_a_symbol_is_not_its_last_one() -> None:
    # A name with a dot can be off, and has no value.
    found = parse_lines("c", b"# CONFIG_A.B is not set\nCONFIG_A.B=n\n").assignments
    assert isinstance(found, Lines)
    assert found.last("A.B") == found[0] == Assignment("A.B", "n", Location("c", 1), "# CONFIG_A.B is not set")


def test_a_line_of_another_symbol_is_not_that_of_a_name_with_an_equals_sign() -> None:
    found = parse_lines("c", b"# CONFIG_X=y is not set\nCONFIG_X=y=n\n").assignments
    assert isinstance(found, Lines)
    assert found.last("X=y") == Assignment("X=y", "n", Location("c", 1), "# CONFIG_X=y is not set")
    assert found.last("X") == Assignment("X", "y=n", Location("c", 2), "CONFIG_X=y=n")
