# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference of commands and the man pages: up to date, whole, and pages that man understands."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from docs.tools.manual import roff
from docs.tools.manual.__main__ import ROOT, manual, written
from docs.tools.manual.commands import Command, kpolicy_command
from kpolicy.cli import app

MAN = sorted((ROOT / "docs" / "man").glob("*"))


def leaves(command: Command) -> list[Command]:
    return [found for below in command.commands for found in leaves(below)] if command.commands else [command]


def test_what_is_committed_is_what_the_commands_say() -> None:
    files = manual()
    present = {path: (ROOT / path).read_text(encoding="utf-8") for path in written()}
    wrong = sorted(str(path) for path in files.keys() | present.keys() if files.get(path) != present.get(path))
    assert not wrong, "run `make docs`"
    assert {path.name for path in files} >= {f"kpolicy-{name}.1" for name in app._COMMANDS}


def test_every_option_and_example_is_told_in_both() -> None:
    files = manual()
    for command in leaves(kpolicy_command()):
        page = files[Path(f"docs/commands/{command.words[1]}.md")]
        man = files[Path(f"docs/man/kpolicy-{command.words[1]}.1")]
        assert command.options
        for option in command.options:
            assert f"- `{option.form}`" in page
            assert f"\n{roff.bold(option.form)}\n" in man
        assert command.examples, f"{command.name} has no example"
        for line in command.examples:
            assert f"\n{line}\n" in page
            assert f"\n{roff.literal(line)}\n" in man


@pytest.mark.parametrize(
    "command",
    [["mandoc", "-T", "lint", "-W", "style"], ["groff", "-m", "mandoc", "-T", "utf8", "-ww", "-z"]],
    ids=lambda command: command[0],
)
def test_man_finds_nothing_to_complain_about(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]}")
    done = subprocess.run([*command, *map(str, MAN)], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_every_page_has_a_name_that_man_can_index() -> None:
    for path in MAN:
        name = re.search(r"^\.SH NAME\n(.+) \\- (.+)$", path.read_text(), re.MULTILINE)
        assert name is not None
        assert name[1].replace("\\-", "-") == path.stem
        assert len(name[2]) < 110, name[2]


def test_the_wheel_brings_what_shells_and_man_look_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert all((ROOT / path).exists() for path in shared)
    assert shared["docs/man"] == "share/man/man1"
    scripts = {str(path.relative_to(ROOT)) for path in (ROOT / "kpolicy" / "completions").glob("kpolicy.*")}
    assert len(scripts) == 3
    assert scripts < set(shared)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("`-x` and .dot", [".PP", "\\fB\\-x\\fR and .dot"]),
        (".dot first", [".PP", "\\&.dot first"]),
        ("a\\\\b ~ ^", [".PP", "a\\eb \\(ti \\(ha"]),
        ("- a\n- b\n\n  more", [".IP \\(bu 2", "a", ".IP \\(bu 2", "b", ".IP", "more"]),
        ("1. a\n2. b\n\nend", [".IP 1. 4", "a", ".IP 2. 4", "b", ".PP", "end"]),
        ("- a\n  - b\n- c", [".IP \\(bu 2", "a", ".RS 2", ".IP \\(bu 2", "b", ".RE", ".IP \\(bu 2", "c"]),
        ("```\n.x 'y'\n```", [".PP", ".RS 4", ".EX", "\\&.x \\(aqy\\(aq", ".EE", ".RE"]),
        ("| a | b | c |\n|---|---|---|\n| 1 | `2` | 3 |", [".TP", "1", "\\fB2\\fR; 3"]),
        ("### Head\n\n[link](x.md), *it*, é", [".SS Head", ".PP", "link, \\fIit\\fR, \\[u00E9]"]),
    ],
)
def test_markdown_becomes_roff(text: str, lines: list[str]) -> None:
    assert list(roff.markdown(text)) == lines


def test_long_lines_are_broken_where_roff_does_not_mind() -> None:
    long = "word " * 15
    page = roff.page([".SH A", ".PP", f"{long}. .end", ".TP", long, ".EX", long, ".EE"])
    assert ".PP" not in page
    assert page.count(f"\n{long}\n") == 2
    assert not re.search(r"^\.end", page, re.MULTILINE)
