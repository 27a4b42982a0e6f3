# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that the text of an entry shows to be useless."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig.entries import written_entries
from kpolicy.kconfig.names import index_names
from kpolicy.kernel.source import DirectorySource
from kpolicy.policy.checks.duplicates import written_lines
from tests.kconfig.small import make_tree

# Each: the lines of an entry of A, after its type, and what is said about which of them.
_CASES = {
    "a dependency": ("depends on B && C\n\tdepends on D && B", ["4: duplicate-line: A depends on B already on line 3"]),
    "on one line": ("depends on B && B", ["3: duplicate-line: A depends on B twice on this line"]),
    "of an or": ("depends on B || C\n\tdepends on B", []),
    "with macros": ("depends on $(success,true)\n\tdepends on $(success,false)", []),
    "a select": ("select B\n\tselect C\n\tselect B", ["5: duplicate-line: A selects B already on line 3"]),
    "a select under a condition": (
        "select B if C\n\tselect B",
        ["3: duplicate-line: A selects B without a condition on line 4"],
    ),
    "selects under two conditions": ("select B if C\n\tselect B if D", []),
    "an imply": ("imply B if C\n\timply B if C", ["4: duplicate-line: A implies B already on line 3"]),
    "a range": ("range 1 2\n\trange 1 2", ["4: duplicate-line: A has range 1 2 already on line 3"]),
    "a range after another": (
        "range 1 2 if B\n\trange 1 3\n\trange 1 4 if C",
        ["5: dead-range: range 1 4 of A never applies: line 4 has no condition"],
    ),
    "a reversed range": (
        "range 0x20 0x10",
        ["3: reversed-range: range 0x20 0x10 of A is reversed: no number is in it"],
    ),
    "a range of symbols": ("range B C", []),
    "a select of a prompt": ("select P", ["3: select-of-prompt: A selects P, which has a prompt (lib/Kconfig:6)"]),
}


def _said(folder: Path, text: str) -> list[str]:
    files = {"Kconfig": 'source "lib/Kconfig"\n', "arch/one/Kconfig": "", "lib/Kconfig": text}
    source = DirectorySource(make_tree(folder, files))
    index = index_names(source)
    found = written_lines(written_entries(source, index.files), index)
    return [f"{item.place.line}: {item.rule.removeprefix('kconfig/')}: {item.message}" for item in found]


@pytest.mark.parametrize("name", _CASES)
def test_what_is_said(tmp_path: Path, name: str) -> None:
    lines, expected = _CASES[name]
    text = f'config A\n\tbool\n\t{lines}\n\nconfig P\n\tbool "p"\n'
    assert _said(tmp_path, text) == [
        item.replace("lib/Kconfig:6", f"lib/Kconfig:{text.count(chr(10))}") for item in expected
    ]


def test_what_blocks_around_say(tmp_path: Path) -> None:
    text = (
        'menu "m"\n\tdepends on B\n\nif C\n\nconfig A\n\tbool\n\tdepends on B\n\tdepends on C\n\nendif\n\nendmenu\n\n'
    )
    text += "config E\n\tbool\n\tdepends on B\n"
    assert _said(tmp_path, text) == [
        "8: inherited-depends: A depends on B, as everything in the block of line 2 does",
        "9: inherited-depends: A depends on C, as everything in the block of line 4 does",
    ]
