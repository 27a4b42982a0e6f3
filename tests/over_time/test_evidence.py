# SPDX-License-Identifier: GPL-2.0-or-later
"""Successors in small trees: named where the evidence agrees, and not where anything speaks against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from names.evidence import Successor, successors
from names.make import chosen, earliest, main, spans, words
from names.tree import read_tree, release_of

HELP = "Checks each foo for consistency when it is freed, which takes some time on machines with many of them."
OTHER = "Something else that is described at length here, so that no one takes it for the former text at all."


def tree(folder: Path, release: str, kconfig: str, makefile: str = "") -> Path:
    version, patchlevel, sublevel = release.split(".")
    folder.mkdir(parents=True)
    (folder / "Makefile").write_text(f"VERSION = {version}\nPATCHLEVEL = {patchlevel}\nSUBLEVEL = {sublevel}\n")
    (folder / "Kconfig").write_text(kconfig)
    (folder / "lib").mkdir()
    (folder / "lib" / "Makefile").write_text(makefile)
    return folder


def entry(name: str, prompt: str = "Check the consistency of foos", text: str = HELP, more: str = "") -> str:
    return f'config {name}\n\tbool "{prompt}"\n{more}\thelp\n\t  {text}\n\n'


def found(tmp_path: Path, before: str, after: str, makefiles: tuple[str, str] = ("", "")) -> list[Successor]:
    old = read_tree(tree(tmp_path / "old", "6.1.0", before, makefiles[0]))
    new = read_tree(tree(tmp_path / "new", "6.2.0", after, makefiles[1]))
    names = set(old.symbols), set(new.symbols)
    return list(successors(old, new, names[0] - names[1], names[1] - names[0]))


def test_a_symbol_with_the_same_prompt_and_help_is_the_same(tmp_path: Path) -> None:
    [one] = found(tmp_path, entry("DEBUG_FOO"), entry("FOO_CHECKS"))
    assert (one.old, one.kind, one.new, one.last, one.first) == ("DEBUG_FOO", "renamed", "FOO_CHECKS", "6.1.0", "6.2.0")
    assert set(one.evidence) == {"definition", "help", "prompt"}


def test_a_transitional_symbol_names_its_successor(tmp_path: Path) -> None:
    after = 'config DEBUG_FOO\n\tbool\n\ttransitional\n\nconfig BAR\n\tbool "Bar"\n\tdefault DEBUG_FOO\n'
    [one] = found(tmp_path, entry("DEBUG_FOO"), after)
    assert (one.old, one.new, one.evidence) == ("DEBUG_FOO", "BAR", ("transitional",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # one piece of evidence is none
        (entry("DEBUG_FOO"), entry("FOO_CHECKS", text=OTHER)),
        # two candidates: a split
        (entry("DEBUG_FOO"), entry("FOO_CHECKS", text=OTHER) + entry("BAR_CHECKS", prompt="Check the bars of foos")),
        # the text is that of several symbols
        (entry("DEBUG_FOO") + entry("DEBUG_BAR"), entry("FOO_CHECKS")),
        # another type: not every value carries over
        (entry("DEBUG_FOO").replace("bool", "tristate"), entry("FOO_CHECKS")),
        # no line can set it any more
        (entry("DEBUG_FOO"), "config FOO_CHECKS\n\tbool\n\tdefault y\n\thelp\n\t  " + HELP + "\n"),
    ],
)
def test_where_there_is_doubt_none_is_named(tmp_path: Path, before: str, after: str) -> None:
    assert found(tmp_path, before, after) == []


def test_a_symbol_that_another_one_builds_now_was_merged(tmp_path: Path) -> None:
    bar = 'config BAR\n\tbool "Bar"\n'
    makefiles = ("obj-$(CONFIG_BAR) += bar.o\nobj-$(CONFIG_FOO) += foo.o\n", "obj-$(CONFIG_BAR) += bar.o foo.o\n")
    [one] = found(tmp_path, bar + "config FOO\n\tbool\n\tdepends on BAR\n", bar, makefiles)
    assert (one.old, one.kind, one.new) == ("FOO", "merged", "BAR")


def test_what_did_not_need_the_other_one_was_not_merged(tmp_path: Path) -> None:
    bar = 'config BAR\n\tbool "Bar"\n'
    makefiles = ("obj-$(CONFIG_FOO) += foo.o\n", "obj-$(CONFIG_BAR) += foo.o\n")
    assert found(tmp_path, bar + "config FOO\n\tbool\n", bar, makefiles) == []


def test_runs_of_releases() -> None:
    releases = ["6.1", "6.2", "6.3", "6.4"]
    assert spans([True, True, False, False], releases) == "6.1-6.2"
    assert spans([True, False, True, True], releases) == "6.1-6.1 6.3-"


def test_a_refused_pair_is_not_shipped() -> None:
    one = Successor("A", "renamed", "B", "6.1.0", "6.2.0", ("prompt",))
    assert chosen([one], []) == [one]
    assert chosen([one], [("A", "B")]) == []
    assert chosen([one, Successor("A", "renamed", "C", "6.2.0", "6.3.0", ("help",))], []) == []


def test_of_several_trees_of_a_series_the_earliest_counts(tmp_path: Path) -> None:
    folders = [tree(tmp_path / release, release, "") for release in ("6.1.9", "6.1.0", "6.0.3")]
    assert [release_of(folder) for folder in earliest(folders)] == ["6.0.3", "6.1.0"]


def test_make_writes_both_files(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", "6.1.0", entry("DEBUG_FOO"))
    new = tree(tmp_path / "new", "6.2.0", entry("FOO_CHECKS"))
    assert main([str(new), str(old), "--output", str(tmp_path)]) == 0
    lines = (tmp_path / "seen.txt").read_text().splitlines()
    assert {"DEBUG_FOO 6.1-6.1", "FOO_CHECKS 6.2-"} <= set(lines)
    assert words(tmp_path / "successors.txt")[:3] == ["DEBUG_FOO", "renamed", "FOO_CHECKS"]
