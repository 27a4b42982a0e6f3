# SPDX-License-Identifier: GPL-2.0-or-later
"""Broken and hostile Kconfig trees: a place, a reason, and never a traceback or a hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import InputError
from tests.kconfig.small import load, make_tree

_BROKEN = {
    "unknown statement": ("nonsense\n", 1, "syntax error"),
    "no such name": ("config\n", 1, "name of a symbol"),
    "extra words": ("config A B\n", 1, "extra words"),
    "property outside": ('\tbool "a"\n', 1, "outside of an entry"),
    "depends without on": ("config A\n\tbool\n\tdepends X\n", 3, "expected 'on'"),
    "half an expression": ("config A\n\tbool\n\tdepends on X &&\n", 3, "malformed expression"),
    "open parenthesis": ("config A\n\tbool\n\tdepends on (X\n", 3, "malformed expression"),
    "missing endmenu": ('menu "m"\n\nconfig A\n\tbool\n', 1, "missing 'endmenu'"),
    "missing endif": ("if X\n", 1, "missing 'endif'"),
    "wrong end": ('menu "m"\nendif\n', 2, "unexpected 'endif'"),
    "end without begin": ("endmenu\n", 1, "unexpected 'endmenu'"),
    "missing source": ('config A\n\tbool\n\nsource "nowhere/Kconfig"\n', 4, "nowhere/Kconfig"),
    "recursive source": ('source "Kconfig"\n', 1, "recursive 'source'"),
    "loop of two": ("config A\n\tbool\n\tdefault B\n\nconfig B\n\tbool\n\tdefault A\n", 1, "A -> B -> A"),
    "loop of one": ("config A\n\tbool\n\tdepends on A\n", 1, "A -> A"),
    "loop by select": (
        'config A\n\tbool "a"\n\tdepends on B\n\tselect B\n\nconfig B\n\tbool\n',
        1,
        "recursive dependency",
    ),
    "endless macro": ("a = $(b)\nb = $(a)\nconfig A\n\tdef_bool $(a)\n", 4, "recursively references itself"),
    "unclosed macro": ("config A\n\tdef_bool $(success,true\n", 2, "parenthesis"),
    "error-if": ("$(error-if,y,told so)\n", 1, "told so"),
    "NUL": ("config A\n\tbool\n\0\n", 3, "NUL"),
    "deep nesting": (f"config A\n\tbool\n\tdepends on {'(' * 5000}X{')' * 5000}\n", 3, "nested"),
    "deep macros": (f"config A\n\tdef_bool {'$(' * 3000}x{')' * 3000}\n", 2, "nested"),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_says_where_and_what(tmp_path: Path, name: str) -> None:
    text, line, words = _BROKEN[name]
    with pytest.raises(InputError) as caught:
        load(make_tree(tmp_path, {"Kconfig": text}))
    error = caught.value
    assert (error.location and error.location.path, error.location and error.location.line) == ("Kconfig", line)
    assert words in error.render()


def test_the_steps_of_a_loop_are_told(tmp_path: Path) -> None:
    text = 'config A\n\tbool "a"\n\tdepends on B\n\nconfig B\n\tbool "b"\n\nconfig C\n\tbool "c"\n\tselect B if A\n'
    with pytest.raises(InputError) as caught:
        load(make_tree(tmp_path, {"Kconfig": text}))
    told = caught.value.render()
    assert "Kconfig:1: A depends on B" in told
    assert "Kconfig:5: B is selected by A" in told


def test_recursive_source_through_others(tmp_path: Path) -> None:
    files = {
        "Kconfig": 'source "a/Kconfig"\n',
        "a/Kconfig": 'source "b/Kconfig"\n',
        "b/Kconfig": 'source "a/Kconfig"\n',
    }
    with pytest.raises(InputError) as caught:
        load(make_tree(tmp_path, files))
    assert str(caught.value.location) == "b/Kconfig:1"
    assert "sourced from a/Kconfig:1" in caught.value.render()


def test_a_block_must_end_in_its_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="different file"):
        load(make_tree(tmp_path, {"Kconfig": 'if X\nsource "a"\n', "a": "endif\n"}))


def test_a_symlink_loop(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, {"Kconfig": 'source "loop"\n'})
    (tree / "loop").symlink_to("loop")
    with pytest.raises(InputError) as caught:
        load(tree)
    assert caught.value.location is not None


def test_warnings_are_kept(tmp_path: Path) -> None:
    text = 'config A\n\tbool "a"\n\nconfig A\n\ttristate\n\n$(warning-if,y,careful)\n'
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    told = {f"{where}: {what}" for where, what in model.warnings}
    assert "Kconfig:5: ignoring type redefinition of 'A' from 'bool' to 'tristate'" in told
    assert "Kconfig:7: careful" in told
