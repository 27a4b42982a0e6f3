# SPDX-License-Identifier: GPL-2.0-or-later
"""The hash of a line, as github/codeql-action works it out."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.report.line_hash import line_hashes

# From the tests of github/codeql-action (src/fingerprints.test.ts).
_GREETINGS = (
    "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
)  # fmt: skip
_KNOWN = [
    ("", ("c129715d7a2bc9a3:1",)),
    (" a\nb\n  \t\tc\n d", ("271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1")),
    (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", _GREETINGS),
    (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", _GREETINGS),
    (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", _GREETINGS),
    (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", _GREETINGS),
    (
        "Lorem ipsum dolor sit amet.\n" * 10,
        (
            *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)), "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hashes"), _KNOWN)
def test_what_github_has(text: str, hashes: tuple[str, ...]) -> None:
    assert line_hashes(text.encode()) == hashes


def _by_definition(text: str) -> tuple[str, ...]:
    """Character by character, and every block anew."""
    units: list[int] = []
    starts = [0]
    after_return = False
    for character in text:
        if character in " \t" or (after_return and character == "\n"):
            after_return = False
            continue
        after_return = character == "\r"
        coded = character.encode("utf-16-le")
        units += (int.from_bytes(coded[at : at + 2], "little") for at in range(0, len(coded), 2))
        if character in "\r\n":
            units[-1] = 10
            starts.append(len(units))
    units.append(0xFFFF)
    seen: Counter[int] = Counter()
    found = []
    for start in starts:
        block = [*units[start : start + 100], *[0] * 100][:100]
        value = sum(unit * 37 ** (99 - at) for at, unit in enumerate(block)) % (1 << 64)
        seen[value] += 1
        found.append(f"{value:x}:{seen[value]}")
    return tuple(found)


@given(st.text(st.sampled_from(" \t\r\nab\u00e9\U0001f600"), max_size=300))
def test_any_text(text: str) -> None:
    assert line_hashes(text.encode()) == _by_definition(text)


def test_bytes_that_are_no_text() -> None:
    assert line_hashes(b"\xff\n") == _by_definition("\ufffd\n")
